"""Agenda, inbox, profile and market from the keyboard, with other members who act meanwhile."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from icalendar import Calendar

from phresh_tui.database import cleanings, events, people
from phresh_tui.database.session import Session
from phresh_tui.market.agenda import monday_of, start_of
from phresh_tui.market.cleaning import Cleaning
from phresh_tui.tui.moves import SAME_PRESS
from phresh_tui.tui.screens.agenda import AgendaScreen
from phresh_tui.tui.screens.browse import BrowseScreen
from phresh_tui.tui.screens.inbox import InboxScreen
from phresh_tui.tui.screens.mine import MineScreen
from phresh_tui.tui.screens.profile import ProfileScreen
from phresh_tui.tui.unread import notification
from tests.support import Market, draft, post
from tests.tui.conftest import Drive

LONG = "Rinse [red]not markup[/red] 👩‍👩‍👧‍👦 窓拭き نظافة and whatever else there is to be rinsed in a house like that"


async def read(session: Session, job_id: int) -> Cleaning:
    job = await cleanings.one(session, job_id)
    assert job is not None
    return job


async def claimed_at(owner: Session, cleaner: Session, name: str, start: datetime, hours: str = "2") -> Cleaning:
    wanted = draft(name)._replace(starts_at=start, hours=Decimal(hours), area="Old Town")
    job = await read(owner, await cleanings.post(owner, uuid4(), wanted))
    await cleanings.claim(cleaner, uuid4(), job)
    return await read(owner, job.id)


async def test_the_agenda_shows_my_week_turns_and_is_written_for_a_calendar(
    market: Market, drive: Drive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ada, bob = await market.session("ada"), await market.session("bob")
    today = date.today()
    noon = start_of(today) + timedelta(hours=12)
    await claimed_at(ada, bob, "Wash the windows", noon)
    await claimed_at(ada, bob, LONG, noon + timedelta(hours=2), "1.5")
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.press("A")
        await driver.see("this week", "2 jobs", "3.5 h", "$70.00", "12:00–14:00", "Wash the windows", "today")
        assert any("!" in line and "14:00–15:30" in line for line in driver.lines), "no pause between the two"
        assert "Agenda" not in driver.footer.split("Back")[0]
        await driver.press("l")
        await driver.see(f"{monday_of(today) + timedelta(days=7):%d %b}", "nothing claimed")
        assert "Today" in driver.footer
        await driver.press("t")
        await driver.see("2 jobs", "Wash the windows")
        assert "Today" not in driver.footer
        await driver.press("x")
        await driver.see("Export 2 jobs of this week", "calendar (.ics)")
        await driver.press("left")
        await driver.see(".ics")
        await driver.press("enter")
        await driver.see("written to")
        [file] = tmp_path.glob("*.ics")
        entries = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
        assert [str(entry["summary"]) for entry in entries] == ["Wash the windows", LONG]
        # the job, where it can be finished, and back to the agenda from there
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, MineScreen), "my jobs")
        await driver.until(lambda: driver.selected == "Wash the windows", "the job to be selected")
        await driver.press("escape")
        await driver.until(lambda: isinstance(driver.app.screen, AgendaScreen), "the agenda again")
        await driver.press("escape")
        await driver.until(lambda: isinstance(driver.app.screen, BrowseScreen), "the open jobs")


async def test_the_way_back_to_today_leads_to_what_is_not_narrowed_away(market: Market, drive: Drive) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    noon = start_of(date.today()) + timedelta(hours=12)
    await claimed_at(ada, bob, "Wash the windows", noon)
    await claimed_at(ada, bob, "Sweep the stairs", noon + timedelta(hours=2))
    await claimed_at(ada, bob, "Stairs once more", noon + timedelta(days=7))
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.press("A")
        await driver.see("this week", "2 jobs")
        await driver.press("slash", *"stairs", "down")
        await driver.see("Sweep the stairs")
        await driver.press("l")
        await driver.see("Stairs once more")
        await driver.press("t")
        # selected, for it is shown in full
        await driver.see("this week", "Sweep the stairs", "claimed by you", "no. 2")
        assert "Wash the windows" not in driver.text
        assert "unexpected" not in driver.text.lower()


async def test_a_file_that_cannot_be_written_is_told(
    market: Market, drive: Drive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    ada, bob = await market.session("ada"), await market.session("bob")
    await claimed_at(ada, bob, "Wash the windows", start_of(date.today()) + timedelta(hours=12))
    async with drive("bob", size=(160, 48)) as driver:
        await driver.browsing()
        await driver.press("A")
        await driver.see("Wash the windows")
        taken = folder / f"phresh-bob-{monday_of(date.today())}.ics"
        await driver.press("x", "left")
        await driver.see(".ics")
        # somebody else writes one while the question is open: neither is lost, and what was typed stays
        taken.write_text("mine")
        await driver.press("enter")
        await driver.see("There is such a file already", "-2.ics")
        await driver.press("ctrl+u")
        await driver.type("nowhere/agenda.ics\n")
        await driver.see("There is no folder")
        # the folder can be made and taken away again in the meantime
        await driver.press("ctrl+u")
        await driver.type("agenda.ics")
        (folder / "agenda.ics").symlink_to(folder / "nowhere" / "agenda.ics")
        await driver.press("enter")
        await driver.see("agenda.ics was not written")
        assert taken.read_text() == "mine"


async def test_the_inbox_counts_marks_undoes_and_leads_to_the_job(market: Market, drive: Drive) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    jobs = [await post(ada, f"Job {number}") for number in range(3)]
    for job in jobs[:2]:
        await cleanings.claim(bob, uuid4(), job)
    async with drive("ada") as driver:
        await driver.browsing()
        await driver.see("2 unread")
        written: list[str] = []
        terminal = driver.app._driver
        assert terminal is not None
        write = terminal.write

        def heard(data: str) -> None:
            written.append(data)
            write(data)

        terminal.write = heard  # type: ignore[method-assign]
        await cleanings.claim(bob, uuid4(), jobs[2])
        await driver.see("3 unread")
        assert notification(f"phresh: @bob claimed it at $20.00, job {jobs[2].id}") in written
        await driver.press("I")
        await driver.see("3 events, 3 of them unread", "@bob claimed it at $20.00", "Job 2", "Enter Open")
        await driver.press("d")
        await driver.see("2 unread")
        await driver.press("u")
        await driver.see("3 of them unread")
        undone = time.monotonic()
        await driver.press("a")
        await driver.see("0 of them unread", "3 marked as read")
        await driver.not_see("3 unread")
        await driver.press("v")
        await driver.see("You have read everything")
        # a second press right after the first undo would be the same press
        await driver.until(lambda: time.monotonic() - undone > SAME_PRESS)
        await driver.press("u")
        await driver.see("3 unread")
        await driver.press("v")
        await driver.see("3 events")
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, MineScreen), "my jobs")
        await driver.until(lambda: driver.selected == "Job 2", "the job of the newest event")
        _, newest = await events.unread(ada)
        assert newest is not None
        assert newest.cleaning_id == jobs[1].id
        # the same place again is gone back to, not opened twice
        depth = len(driver.app.screen_stack)
        await driver.press("I")
        await driver.until(lambda: isinstance(driver.app.screen, InboxScreen), "the inbox")
        assert len(driver.app.screen_stack) == depth - 1


async def test_an_inbox_longer_than_a_page_is_read_to_its_end(market: Market, drive: Drive) -> None:
    await market.member("ada")
    await market.member("bob")
    await market.psql(
        "with job as (insert into cleanings (name, cleaning_type, price, owner, version) "
        "values ('Long', 'dust_up', 9, 'm_ada', 150) returning id) "
        "insert into events (cleaning_id, version, happened_at, actor, move, to_state, owner, other) "
        "select job.id, n, timestamptz '2026-01-01 00:00+00', 'm_bob', 'withdraw', 'open', 'm_ada', 'm_bob' "
        "from job, generate_series(1, 150) n"
    )
    async with drive("ada", refresh="600") as driver:
        await driver.browsing()
        await driver.see("99+ unread")
        await driver.press("I")
        await driver.see("60+ events")
        await driver.press("G")
        await driver.see("120+ events")
        await driver.press("G")
        await driver.see("150 events")


async def test_an_empty_inbox_says_what_to_do(market: Market, drive: Drive) -> None:
    await market.member("ada")
    async with drive("ada") as driver:
        await driver.see("No open jobs yet")
        await driver.press("I")
        await driver.see("Nobody has done anything with your jobs yet", "n in the open jobs posts one")
        assert "All read" not in driver.footer
        await driver.press("A")
        await driver.see("nothing claimed")
        # what a key does goes on where it began
        await driver.press("question_mark")
        await driver.see("how fast jobs go")
        assert "│ earned" not in driver.text
        await driver.press("escape", "escape", "escape")
        await driver.see("No open jobs yet")


async def test_my_profile_is_changed_and_others_see_it_with_stars_reviews_and_jobs_together(
    market: Market, drive: Drive
) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    job = await post(ada, "Oven")
    await cleanings.claim(bob, uuid4(), job)
    await cleanings.finish(bob, uuid4(), job.id, Decimal("1.5"))
    await cleanings.confirm(ada, uuid4(), job.id)
    await people.review(ada, uuid4(), job.id, {"overall": 4, "efficiency": 2}, "Shines [b]", "So clean.")
    await people.review(bob, uuid4(), job.id, {"overall": 5})
    async with drive("bob") as driver:
        await driver.see("No open jobs yet")
        await driver.press("P")
        await driver.see(
            "@bob", "1 job done · 100% completed", "★★★★☆ 4.00", "★★☆☆☆ 2.00", "not rated yet", "Shines [b]"
        )
        await driver.press("e")
        await driver.see("Your profile")
        await driver.type("Bob the Cleaner")
        for _ in range(4):
            await driver.press("tab")
        await driver.type("I scrub.")
        await driver.press("ctrl+s")
        await driver.see("Bob the Cleaner  @bob", "I scrub.", "Your profile is changed")
        # what is too long is refused beside the form, and stays there
        await driver.press("e")
        form = driver.app.screen
        await driver.see("Your profile")
        form.query_one("#profile-phone").value = "9" * 61  # type: ignore[attr-defined]
        await driver.press("ctrl+s")
        await driver.until(lambda: form.focused is not None and form.focused.id == "profile-phone", "the wrong field")
        assert form.query_one("#profile-phone").value == "9" * 61  # type: ignore[attr-defined]
        await driver.see("✗ Not saved")
        # and it is there again after Escape, until it is thrown away
        await driver.press("escape")
        await driver.see("What you typed is kept")
        await driver.press("e")
        await driver.see("here again. Ctrl+T", "99999")
        await driver.press("ctrl+t")
        await driver.see("Throw away what you typed?")
        await driver.press("y")
        await driver.not_see("99999")
        await driver.press("escape", "e")
        await driver.see("Your profile", "I scrub.")
        assert "here again" not in driver.text
        await driver.press("escape")
    profile = await people.profile(ada, "bob")
    assert (profile.name, profile.bio) == ("Bob the Cleaner", "I scrub.")
    async with drive("ada") as driver:
        await driver.see("No open jobs yet")
        driver.app.open_profile("bob")
        await driver.see("Bob the Cleaner  @bob", "Jobs together  1", "Oven")
        assert "Edit" not in driver.footer
        await driver.press("P")
        await driver.until(
            lambda: isinstance(driver.app.screen, ProfileScreen) and driver.app.screen.key == "ada", "my own"
        )
        await driver.press("escape")
        await driver.see("Bob the Cleaner  @bob")
        driver.app.open_profile("nobody")
        await driver.see("There is no member @nobody")


async def test_the_market_has_its_charts_one_at_a_time_or_all_at_once(market: Market, drive: Drive) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    for number in range(8):
        wanted = draft(f"Job {number}", f"{10 + number}.00")._replace(area="Old Town" if number % 2 else "Harbour")
        job = await read(ada, await cleanings.post(ada, uuid4(), wanted))
        if number < 2:
            await cleanings.claim(bob, uuid4(), job)
            await cleanings.finish(bob, uuid4(), job.id, Decimal(2))
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.press("M")
        await driver.see("Prices per hour", "6 open", "$14.50", "▲$17", "“Job 7”")
        await driver.press("l")
        await driver.see("Harbour", "Old Town", "$15.00")
        # from any chart to the areas with the typed words
        await driver.press("h", "slash", *"old")
        await driver.not_see("Harbour")
        await driver.see("Old Town")
        await driver.press("escape")
        await driver.see("Harbour")
        await driver.press("down", "down", "enter")
        await driver.see("Prices per hour", "3 open")
        await driver.press("3")
        await driver.see("Each day", "8 posted, 2 claimed", "posted", "claimed")
        await driver.press("4")
        await driver.see("Time to claim", "half of them within", "<1h")
        await driver.press("5")
        await driver.see("My earnings", "$42.00 in 12 weeks")
        await driver.pilot.resize_terminal(160, 48)
        await driver.see("Prices per hour", "Areas", "Each day", "Time to claim", "My earnings")
        await driver.not_see("Next chart")
        await driver.press("t")
        await driver.see("dust up ·", "no open jobs")
        await driver.pilot.resize_terminal(40, 12)
        await driver.see("My earnings")


async def test_a_week_without_anything_tells_of_the_next_job(market: Market, drive: Drive) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    start = datetime.now(UTC) + timedelta(days=30)
    await claimed_at(ada, bob, "Far away", start)
    async with drive("bob", size=(40, 12)) as driver:
        await driver.see("No open jobs yet")
        await driver.press("A")
        await driver.see("Your next job starts")
