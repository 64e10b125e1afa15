"""The form: checks, drafts, sending, changing."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual import events
from textual.widgets import Input

from phresh_tui.database import cleanings
from phresh_tui.database.cleanings import Listing
from phresh_tui.market.cleaning import CleaningType, Status
from phresh_tui.market.search import Place
from phresh_tui.tui.screens.agenda import AgendaScreen
from phresh_tui.tui.screens.post import PostScreen
from tests.support import Market, eventually, post
from tests.tui.conftest import Drive
from tests.tui.support import Driver


async def open_form(driver: Driver) -> None:
    await driver.browsing()
    await driver.press("n")
    await driver.see("Price per hour", "^s Post")


async def test_a_job_is_posted_from_the_keyboard_and_then_selected(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    for number in range(30):
        await post(ada, f"Older {number}")
    async with drive("ada") as driver:
        await open_form(driver)
        await driver.type("Wash the windows\tAll six,\nthe small one too\t")
        await driver.press("right", "tab")
        await driver.type("$20,5")
        await driver.see("= $20.50 per hour", "(●) full clean")
        await driver.press("ctrl+s")
        await driver.see("is posted, at $20.50 per hour")
        await driver.until(lambda: driver.selected == "Wash the windows")
    job = (await cleanings.page(ada, Listing(), 1))[0]
    assert (job.name, job.description) == ("Wash the windows", "All six,\nthe small one too")
    assert job.cleaning_type is CleaningType.FULL_CLEAN
    assert str(job.price) == "20.50"


async def test_a_new_job_is_selected_also_when_filter_and_order_would_hide_it(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    for number in range(300):
        await post(ada, f"Job {number}", "20.00")
    async with drive("ada") as driver:
        await driver.browsing()
        await driver.press("s", "p")
        await driver.see("price ↑")
        await driver.press("slash")
        await driver.type("job 2")
        await driver.press("enter")
        await driver.see("open jobs · price ↑ · “job 2”")
        await driver.press("n")
        await driver.type("Something else\t\t\t20.00")
        await driver.press("ctrl+s")
        await driver.until(lambda: driver.selected == "Something else", "the new job")
        await driver.see("301 open jobs", "▸○ Something else")


async def test_each_field_is_checked_as_it_is_left(market: Market, drive: Drive) -> None:
    await market.member("ada")
    async with drive("ada") as driver:
        await open_form(driver)
        await driver.press("tab")
        await driver.see("✗ A job needs a name")
        await driver.press("tab", "tab")
        await driver.type("-3")
        await driver.press("tab")
        await driver.see("✗ A price is more than zero")
        await driver.press("ctrl+s")
        await driver.until(lambda: driver.app.focused is not None and driver.app.focused.id == "name")
        await driver.see("-3")


async def test_what_can_not_be_stored_is_refused_with_a_reason(market: Market, drive: Drive) -> None:
    await market.session("ada")
    async with drive("ada") as driver:
        await open_form(driver)
        price, name = driver.app.screen.query_one("#price", Input), driver.app.screen.query_one("#name", Input)
        for typed, reason in (
            ("0", "more than zero"),
            ("1000000000", "too high"),
            ("nan", "not a plain number"),
            ("12.3456", "at most two decimals"),
            ("", "The field is empty"),
        ):
            price.focus()
            await driver.press("home", "ctrl+k")
            await driver.type(typed)
            await driver.press("tab")
            await driver.see(reason)
        for pasted, reason in (
            ("x" * 121, "This one has 121"),
            ("bell \x07 and \x1b[31mred", "U+0007 stands at"),
            ("\u2003 \u00a0", "There is nothing in it to read"),
        ):
            name.value = pasted
            name.focus()
            await driver.press("tab")
            await driver.see(reason)
            assert name.value == pasted, "what was typed stays"
    assert await market.psql("select 1 from cleanings") == []


async def test_a_draft_survives_escape_and_is_offered_again(market: Market, drive: Drive) -> None:
    await market.member("ada")
    async with drive("ada") as driver:
        await open_form(driver)
        await driver.type("Half a name")
        await driver.press("escape")
        await driver.see("Your draft is kept")
        await driver.press("n")
        await driver.see("Your draft is here again", "Half a name")
        # behind another place it is gone back to: a second form would keep another text in the same draft
        form = driver.app.screen
        driver.app.go_to(AgendaScreen())
        await driver.until(lambda: isinstance(driver.app.screen, AgendaScreen), "the agenda")
        driver.app.open_form()
        await driver.until(lambda: not isinstance(driver.app.screen, AgendaScreen), "the form")
        assert driver.app.screen is form


async def test_what_another_screen_keeps_to_itself_is_typed_all_the_same(market: Market, drive: Drive) -> None:
    """Textual's `prevent` is for what one part does, and not for all parts as long as that one waits."""
    await market.member("ada")
    async with drive("ada") as driver:
        browse = await driver.browsing()
        begun, done = asyncio.Event(), asyncio.Event()

        async def quietly() -> None:
            with browse.prevent(Input.Changed):
                begun.set()
                await done.wait()

        driver.app.open_form()
        await driver.see("Price per hour", "^s Post")
        browse.call_later(quietly)
        await begun.wait()
        driver.app.post_message(events.Key("O", "O"))
        form = driver.app.screen
        assert isinstance(form, PostScreen)
        try:
            await eventually(lambda: form._file.load().name == "O")
        finally:
            done.set()


async def test_a_draft_survives_the_end_of_the_program(market: Market, drive: Drive, home: Path) -> None:
    await market.member("ada")
    await market.member("bob")
    async with drive("ada") as driver:
        await open_form(driver)
        await driver.type("Half a name\tand half a description 🧽")
        # nothing is told to leave: the program just ends
    drafts = list((home / "state").rglob("drafts/*.json"))
    assert len(drafts) == 1
    assert drafts[0].stat().st_mode & 0o077 == 0, "a draft is nobody else's business"
    async with drive("bob") as driver:
        await open_form(driver)
        assert "Half a name" not in driver.text
    async with drive("ada") as driver:
        await open_form(driver)
        await driver.see("Your draft is here again", "Half a name", "and half a description 🧽")
        await driver.press("ctrl+t")
        await driver.see("Throw away what you typed for “Half a name”?")
        await driver.press("n")
        await driver.see("Half a name", "and half a description 🧽")
        await driver.press("ctrl+t")
        await driver.see("Throw away")
        await driver.press("y")
        await driver.see("The draft is thrown away")
        await driver.press("n")
        await driver.see("Price per hour")
        assert "Half a name" not in driver.text


async def test_a_draft_that_was_sent_is_not_offered_again(market: Market, drive: Drive, home: Path) -> None:
    await market.member("ada")
    async with drive("ada") as driver:
        await open_form(driver)
        await driver.type("Done\t\t\t5")
        await driver.press("ctrl+s")
        await driver.see("is posted")
    assert not list((home / "state").rglob("drafts/*.json"))


async def test_an_own_open_job_is_changed_and_cancelled(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    job = await post(ada, "Wash the windows", "20.00")
    async with drive("ada") as driver:
        await driver.browsing()
        await driver.press("m", "tab")
        await driver.see("[Posted 1]", "Wash the windows", "e Edit", "X Cancel job")
        await driver.press("e")
        await driver.see(f"Edit job {job.id}", "20.00", "^s Save")
        await driver.press("end")
        await driver.type(" twice\t\t\t25")
        await driver.press("ctrl+s")
        await driver.see("is changed, at $25.00 per hour", "[Posted 1]")
        await driver.until(lambda: driver.selected == "Wash the windows twice", "the job as it is now")
        await driver.press("X")
        await driver.see("Cancel “Wash the windows twice”: why?")
        await driver.press("enter")
        await driver.see("A reason is needed")
        await driver.type("It rained\n")
        await driver.see("is cancelled", "× Wash the windows twice")
        assert "Edit" not in driver.footer
    changed = await cleanings.one(ada, job.id)
    assert changed is not None
    assert (changed.status, changed.name, str(changed.price)) == (Status.CANCELLED, "Wash the windows twice", "25.00")


async def test_a_claimed_job_is_given_back_from_my_jobs(market: Market, drive: Drive) -> None:
    from uuid import uuid4

    ada, bob = await market.session("ada"), await market.session("bob")
    job = await post(ada)
    await cleanings.claim(bob, uuid4(), job)
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.press("m", "tab")
        await driver.see("You have posted nothing yet")
        await driver.press("tab")
        await driver.see("[Claimed 1]", "claimed by you", "R Release")
        await driver.press("R")
        await driver.see("Give “Wash the windows” back to @ada?")
        await driver.press("y")
        await driver.see("is open again")
    assert (await cleanings.count(bob, Listing(Place.CLAIMED))).number == 0
