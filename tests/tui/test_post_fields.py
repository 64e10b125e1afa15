"""The form beyond name and price: area, start, hours, booking, private details, preview, templates."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from textual.widgets import Input, TextArea

from phresh_tui.database import cleanings, people
from phresh_tui.database.cleanings import Listing
from phresh_tui.database.connections import connected
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Booking, Cleaning
from phresh_tui.market.record import PrivateDetails
from phresh_tui.tui.drafts import DraftText
from phresh_tui.tui.screens.post import PostScreen
from tests.support import Market, draft
from tests.tui.conftest import Drive
from tests.tui.support import Driver


async def go_to(driver: Driver, field: str) -> None:
    """Tab by tab, as a person would."""
    for _ in range(20):
        if driver.app.screen.focused is not None and driver.app.screen.focused.id == field:
            return
        await driver.press("tab")
    raise AssertionError(f"no way to {field}")


async def test_a_job_with_everything_is_previewed_posted_and_posted_again(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    await cleanings.post(ada, uuid4(), draft("Older")._replace(area="Södermalm"))
    async with drive("ada") as driver:
        await driver.browsing()
        await driver.press("n")
        await driver.see("Ctrl+S posts")
        await driver.type("Windows\t\t\t20\t")
        # what is known of other jobs is suggested
        await driver.until(lambda: driver.app.screen.query_one("#area", Input).suggester is not None)
        await driver.type("Söd")
        await driver.until(lambda: driver.app.screen.query_one("#area", Input)._suggestion == "Södermalm")
        await driver.press("right", "tab")
        await driver.type("someday")
        await driver.press("tab")
        await driver.see("✗ 'someday' is no day or time")
        await driver.press("shift+tab", "home", "ctrl+k")
        tomorrow = date.today() + timedelta(days=1)
        await driver.type("tomorrow 14:30")
        await driver.see(f"= {tomorrow:%a} {tomorrow.day} {tomorrow:%b} 14:30")
        # the calendar keeps the time
        await driver.press("down")
        await driver.see("Which day?", f"[{tomorrow.day:>2}]")
        await driver.press("l", "enter")
        later = tomorrow + timedelta(days=1)
        await driver.see(f"{later.isoformat()} 14:30", f"= {later:%a} {later.day} {later:%b} 14:30")
        await driver.press("tab")
        await driver.type("2,75")
        await driver.see("= 2.75 hours, about $55.00 in total")
        await driver.press("tab", "right", "tab")
        await driver.see("Seen by you alone", "(●) by offer")
        await driver.type("Baker Street 1\tThe key is under the mat\t12 34")
        await driver.press("ctrl+l")
        await driver.see(
            "As others will see it", "○ open · posted by @ada", "Only whoever has the job will see", "Baker Street 1"
        )
        await driver.press("ctrl+s", "ctrl+s")
        await driver.see("“Windows” is posted, at $20.00")
        (job, _) = await cleanings.page(ada, Listing(), 3)
        assert (job.area, job.hours, job.booking) == ("Södermalm", Decimal("2.75"), Booking.BY_OFFER)
        assert job.starts_at is not None
        assert job.starts_at.astimezone().date() == later
        details = PrivateDetails("Baker Street 1", "The key is under the mat", "12 34")
        assert await people.private_details(ada, job.id) == details
        # one like it: everything but the start is there, the private details too
        await driver.until(lambda: driver.selected == "Windows")
        driver.app.open_form(job, again=True)
        await driver.see("Post a job", "Windows")
        form = driver.app.screen
        await driver.until(lambda: form.query_one("#address", Input).value == "Baker Street 1")
        assert form.query_one("#access", TextArea).text == "The key is under the mat"
        assert form.query_one("#starts", Input).value == ""
        await driver.press("ctrl+s")
        await driver.see("3 open jobs")
        (twin, *_) = await cleanings.page(ada, Listing(), 3)
        assert (twin.id != job.id, await people.private_details(ada, twin.id)) == (True, details)


async def test_private_details_that_fail_are_told_and_saved_by_the_next_try(market: Market, drive: Drive) -> None:
    """The job is there then, and is not posted twice, also when the program ends in between."""
    ada = await market.session("ada")
    function = "public.set_private_details(uuid, bigint, text, text, text)"
    async with drive("ada", size=(80, 24)) as driver:
        await driver.browsing()
        await driver.press("n")
        await driver.see("Ctrl+S posts")
        await driver.type("Windows\t\t\t20\t")
        await go_to(driver, "address")
        await driver.type("Baker Street 1")
        await market.psql(f"revoke execute on function {function} from phresh_member")
        await driver.press("ctrl+s")
        await driver.see("Job 1 is posted, its private details are not saved.", "Baker Street 1")
    async with drive("ada", size=(60, 16)) as driver:
        await driver.browsing()
        await driver.press("n")
        await driver.see("Job 1 is posted", "^s Post")
        await market.psql(f"grant execute on function {function} to phresh_member")
        await driver.press("ctrl+s")
        await driver.see("is posted, at")
    assert (await cleanings.count(ada, Listing())).number == 1
    assert await people.private_details(ada, 1) == PrivateDetails("Baker Street 1")


async def test_what_is_typed_while_it_is_sent_is_kept_when_the_rest_is_refused(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    function = "public.set_private_details(uuid, bigint, text, text, text)"
    async with drive("ada") as driver, connected(market.operator) as operator:
        await driver.browsing()
        await driver.press("n")
        await driver.see("Ctrl+S posts")
        await driver.type("Windows\t\t\t20\t")
        await go_to(driver, "address")
        await driver.type("Baker Street 1")
        await market.psql(f"revoke execute on function {function} from phresh_member")
        async with operator.transaction():
            await operator.execute("lock table public.cleanings in exclusive mode")
            await driver.press("ctrl+s")
            await driver.see("Sending")
            await driver.type("0")
        await driver.see("Job 1 is posted, its private details are not saved.", "Baker Street 10")
        # as after the next start
        form = driver.app.screen
        assert isinstance(form, PostScreen)
        kept = form._file.load()
        assert (kept.address, kept.posted.split()[0]) == ("Baker Street 10", "1")
        await market.psql(f"grant execute on function {function} to phresh_member")
        await driver.press("ctrl+s")
        await driver.see("is posted, at")
    assert (await cleanings.count(ada, Listing())).number == 1
    assert await people.private_details(ada, 1) == PrivateDetails("Baker Street 10")


async def test_a_draft_of_an_older_version_is_read_and_a_change_keeps_what_was_private(
    market: Market, drive: Drive, home: Path
) -> None:
    ada = await market.session("ada")
    job_id = await cleanings.post(ada, uuid4(), draft("Windows"))
    details = PrivateDetails("Baker Street 1", "", "12 34")
    await people.set_private_details(ada, uuid4(), job_id, details)
    job = await cleanings.one(ada, job_id)
    assert job is not None
    async with drive("ada", size=(80, 24)) as driver:
        await driver.browsing()
        await driver.press("n")
        await driver.type("Half")
        await driver.press("escape")
        (file,) = (home / "state").rglob("drafts/*.json")
        old = {
            name: text
            for name, text in json.loads(file.read_text()).items()
            if name in list(DraftText.__annotations__)[:5]
        }
        file.write_text(json.dumps(old))
        await driver.press("n")
        await driver.see("Your draft is here again", "Half")
        await driver.press("ctrl+t")
        await driver.see("Throw away")
        await driver.press("y")
        await driver.see("Browse")
        driver.app.open_form(job)
        await driver.see("Edit job 1")
        await driver.press("end")
        await driver.type(", all")
        await driver.press("ctrl+s")
        await driver.see("is changed")
    changed = await cleanings.one(ada, job_id)
    assert changed is not None
    assert changed.name == "Windows, all"
    assert await people.private_details(ada, job_id) == details


DETAILS = PrivateDetails("Baker Street 1", "Ring twice", "12 34")


async def job_with_details(session: Session) -> Cleaning:
    """A job of the member's with private details."""
    job_id = await cleanings.post(session, uuid4(), draft("Windows"))
    await people.set_private_details(session, uuid4(), job_id, DETAILS)
    job = await cleanings.one(session, job_id)
    assert job is not None
    return job


def late_details(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Keeps the answer back when private details are read, until the event is set."""
    read, answers = people.private_details, asyncio.Event()

    async def slow(session: Session, number: int) -> PrivateDetails | None:
        found = await read(session, number)
        await answers.wait()
        return found

    monkeypatch.setattr(people, "private_details", slow)
    return answers


@pytest.mark.parametrize(("typed", "phone"), [("", "12 34"), ("56 78", "56 78")])
async def test_what_is_sent_before_the_private_details_are_there_takes_the_place_of_none(
    market: Market, drive: Drive, monkeypatch: pytest.MonkeyPatch, typed: str, phone: str
) -> None:
    ada = await market.session("ada")
    job = await job_with_details(ada)
    read, answers = people.private_details, late_details(monkeypatch)
    async with drive("ada", size=(80, 48)) as driver:
        await driver.browsing()
        driver.app.open_form(job)
        await driver.see("Reading what is stored")
        await driver.press("end")
        await driver.type(", all")
        driver.app.screen.query_one("#phone", Input).value = typed
        await driver.press("ctrl+s")
        answers.set()
        await driver.see("is changed")
    assert await read(ada, job.id) == replace(DETAILS, phone=phone)


async def test_a_form_that_is_left_and_opened_again_at_once_has_all_that_was_typed(
    market: Market, drive: Drive
) -> None:
    ada = await market.session("ada")
    job = await cleanings.one(ada, await cleanings.post(ada, uuid4(), draft("Windows")))
    assert job is not None
    async with drive("ada") as driver:
        await driver.browsing()
        driver.app.open_form(job)
        await driver.see("Edit job 1", "Windows")
        form = driver.app.screen
        assert isinstance(form, PostScreen)
        # it has not heard of that yet
        form.query_one("#name", Input).value = "Stairs"
        form.action_back()
        driver.app.open_form(job)
        await driver.until(lambda: isinstance(driver.app.screen, PostScreen) and driver.app.screen is not form)
        await driver.see("Edit job 1", "Stairs")


async def test_a_draft_from_before_the_private_details_were_there_empties_none(
    market: Market, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await market.session("ada")
    job = await job_with_details(ada)
    read, answers = people.private_details, late_details(monkeypatch)
    async with drive("ada", size=(80, 48)) as driver:
        await driver.browsing()
        driver.app.open_form(job)
        await driver.see("Reading what is stored")
        await driver.press("end")
        await driver.type(", all")
        await driver.press("escape")
        answers.set()
        driver.app.open_form(job)
        await driver.see("Windows, all", "Baker Street 1", "12 34")
        await driver.press("ctrl+s")
        await driver.see("is changed")
        assert await read(ada, job.id) == DETAILS
        # what is emptied where it stood is emptied, also when it is sent from the draft of it
        changed = await cleanings.one(ada, job.id)
        assert changed is not None
        driver.app.open_form(changed)
        await driver.see("Baker Street 1", "12 34")
        driver.app.screen.query_one("#phone", Input).value = ""
        await driver.pilot.pause()
        await driver.press("escape")
        driver.app.open_form(changed)
        await driver.see("Edit job 1", "Baker Street 1")
        await driver.press("ctrl+s")
        await driver.see("is changed")
    assert await read(ada, job.id) == replace(DETAILS, phone="")
