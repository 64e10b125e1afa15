"""`/` narrows every list, with the same keys: Enter goes to the list, Escape drops it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from textual.widgets import Input

from phresh_tui.database import cleanings, offers
from phresh_tui.market.cleaning import Booking, CleaningType
from phresh_tui.market.query import parse_query
from phresh_tui.market.when import local_now
from phresh_tui.tui.screens.history import HistoryScreen
from phresh_tui.tui.screens.menu import Item, Menu
from phresh_tui.tui.screens.sort import SortScreen
from phresh_tui.tui.widgets.menu import MenuList
from tests.support import Market, draft, post
from tests.tui.conftest import Drive


async def test_a_job_in_memory_fits_as_the_database_says(market: Market) -> None:
    ada = await market.session("ada")
    job = await post(ada, "Wäsche bügeln", "20", cleaning_type=CleaningType.DUST_UP)
    job = job._replace(area="Old Town", starts_at=datetime(2026, 12, 1, 9, tzinfo=UTC))
    for query, fits in (
        ("", True), ("wasche", True), ("WÄSCHE six", True), ("oven", False), ("type:dust_up", True),
        ("type:full_clean", False), ("price:<20", False), ("price:<=20", True), ("price:>20", False),
        ("area:old", True), ("area:town", False), ("starts:2026-12-01", True), ("starts:>=2026-12-02", False),
        ("starts:<2026-12-01", False), ("by:me", True), ("by:bob", False), ("book:offer", False),
    ):  # fmt: skip
        assert parse_query(query, local_now()).filter.fits(job, "ada") is fits, query


async def test_every_list_is_narrowed_by_the_same_keys(market: Market, drive: Drive) -> None:
    ada, bob, eve = [await market.session(handle) for handle in ("ada", "bob", "eve")]
    # in one week, whatever day it is
    today = local_now().replace(hour=9, minute=0, second=0, microsecond=0)
    start = today + timedelta(days=7 - today.weekday())
    for name in ("Windows", "Oven", "Stairs"):
        job_id = await cleanings.post(bob, uuid4(), draft(name)._replace(booking=Booking.BY_OFFER, area="Old Town"))
        for session, said in ((ada, "gladly"), (eve, "perhaps")):
            await offers.make(session, uuid4(), job_id, Decimal(20), said)
    for number, name in enumerate(("Hall", "Kitchen")):
        wanted = draft(name)._replace(starts_at=start + timedelta(hours=3 * number), hours=Decimal(1))
        job = await cleanings.one(ada, await cleanings.post(ada, uuid4(), wanted))
        assert job is not None
        await cleanings.claim(bob, uuid4(), job)
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.press("m")
        await driver.see("[Now 5]")
        # what is typed right after the key belongs into the line; its own letters move no job
        await driver.press("slash", *"oven")
        await driver.see("[Now 1]", "Posted 1", "Claimed 0")
        assert "Windows" not in driver.text
        # what is not in the list is not shown beside it either
        await driver.press("x")
        await driver.see("[Now 0]")
        await driver.until(lambda: driver.details[-1].job is None, "no job in full")
        await driver.press("backspace")
        await driver.until(lambda: driver.details[-1].job is not None, "the job again")
        await driver.press("enter", "tab")
        await driver.see("[Posted 1]", "Oven")
        await driver.press("tab")
        await driver.see("Nothing here fits what is typed above")
        await driver.press("escape")
        await driver.see("[Claimed 2]", "Hall", "Kitchen")
        await driver.press("slash", *"type:x")
        await driver.see("^", "Type one of")
        await driver.press("escape", "tab", "tab")
        await driver.see("[Posted 3]")
        # the offers on a job
        await driver.see("2 offers, from")
        await driver.press("o")
        await driver.see("2 of 2 offers stand", "@ada", "@eve")
        await driver.press("y", "1")
        await driver.until(lambda: driver.app.clipboard in ("ada", "eve"), "the handle")
        await driver.press("slash", *"perhaps", "enter")
        await driver.not_see("@ada  ")
        await driver.see("@eve")
        await driver.press("escape")
        await driver.see("@ada ")
        await driver.press("escape")
        await driver.see("[Posted 3]")
        # the history of a job
        await driver.press("t")
        await driver.see("posted it", "@ada offered")
        await driver.press("y", "2")
        await driver.until(lambda: "@bob posted it\n" in driver.app.clipboard, "the timeline")
        await driver.press("slash", *"ada")
        await driver.not_see("posted it")
        await driver.see("@ada offered")
        await driver.press("escape")
        await driver.see("posted it")
        assert isinstance(driver.app.screen, HistoryScreen)
        await driver.press("escape")
        # the agenda, the inbox, a profile
        await driver.press("A", "l")
        await driver.see("Hall", "Kitchen")
        await driver.press("slash", *"kitch", "enter")
        await driver.not_see("Hall")
        await driver.press("escape", "escape", "I")
        await driver.see("6 of them unread")
        await driver.press("slash", *"eve stairs", "down")
        await driver.not_see("@ada")
        await driver.see("@eve", "Stairs")
        await driver.press("y", "2")
        await driver.until(lambda: driver.app.clipboard == "Stairs", "the name of the event's job")
        await driver.press("escape", "escape")
        driver.app.open_profile("ada")
        await driver.see("Jobs together", "Hall", "Kitchen", "Stars")
        await driver.press("y", "1")
        await driver.until(lambda: driver.app.clipboard == "ada", "the handle")
        await driver.press("slash", *"hall")
        await driver.not_see("Kitchen")
        await driver.not_see("Stars")
        await driver.press("escape")
        await driver.see("Kitchen", "Stars")
        # and the lists of dialogs, where a letter would choose
        await driver.press("escape", "escape")
        await driver.browsing()
        await driver.press("s", "slash", *"area z")
        await driver.see("A  area Z–A")
        await driver.not_see("n  newest")
        await driver.press("escape")
        assert isinstance(driver.app.screen, SortScreen)
        await driver.press("slash", *"price", "enter", "j", "enter")
        await driver.see("price ↓")


async def test_the_inbox_says_how_far_it_has_looked(
    market: Market, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phresh_tui.tui.screens.inbox.PAGE", 2)
    monkeypatch.setattr("phresh_tui.tui.screens.inbox.LOOKED_THROUGH", 4)
    ada, bob = await market.session("ada"), await market.session("bob")
    # more than are read for the lines below the cursor
    for number in range(13):
        await cleanings.claim(bob, uuid4(), await post(ada, f"Job {number}"))
    async with drive("ada") as driver:
        await driver.browsing()
        await driver.press("I")
        await driver.see("Job 12")
        await driver.press("slash", *"nothing of that kind")
        await driver.see("+ events", "the newest 4 are looked through")
        await driver.press("escape")
        await driver.not_see("are looked through")


@pytest.mark.parametrize("words", ["no such line", "cs"])
async def test_a_line_that_was_chosen_counts_whatever_is_typed_before_the_menu_hears_of_it(
    market: Market, drive: Drive, words: str
) -> None:
    await market.member("ada")
    chosen: list[str | None] = []
    async with drive("ada") as driver:
        await driver.browsing()
        menu = Menu("Form", [Item("JSON", "all", "json"), Item("CSV", "cs", "csv")])
        driver.app.push_screen(menu, chosen.append)
        await driver.see("JSON")
        # the click is on its way, and the other letters are faster
        menu.query_one(MenuList).action_select()
        menu.query_one("#words", Input).value = words
        menu._show()
        await driver.until(lambda: chosen == ["json"], f"the line that was chosen, and not {chosen}")
