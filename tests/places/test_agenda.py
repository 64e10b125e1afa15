"""The week of a member: claimed jobs by day, what they bring, and the file for a calendar program."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from icalendar import Calendar

from phresh_tui.database import agenda, cleanings
from phresh_tui.database.session import Session
from phresh_tui.market.agenda import Earned, brings, by_week, calendar, days_of_week, monday_of, start_of, tight
from phresh_tui.market.cleaning import Cleaning
from tests.support import Market, draft

MONDAY = date(2031, 5, 5)


@pytest.fixture
async def town(market: Market) -> tuple[Session, Session]:
    return await market.session("ada"), await market.session("bob")


async def claimed(owner: Session, cleaner: Session, name: str, start: datetime | None, hours: str | None) -> Cleaning:
    wanted = draft(name)._replace(starts_at=start, hours=None if hours is None else Decimal(hours), area="Old Town")
    job = await cleanings.one(owner, await cleanings.post(owner, uuid4(), wanted))
    assert job is not None
    await cleanings.claim(cleaner, uuid4(), job)
    now = await cleanings.one(owner, job.id)
    assert now is not None
    return now


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return start_of(MONDAY + timedelta(days=day)) + timedelta(hours=hour, minutes=minute)


async def test_a_week_holds_what_starts_in_it_and_nothing_of_others(
    town: tuple[Session, Session], market: Market
) -> None:
    ada, bob = town
    eve = await market.session("eve")
    late = await claimed(ada, bob, "late", at(6, 23, 45), "0.25")
    early = await claimed(ada, bob, "early", at(0, 0), "2")
    await claimed(ada, bob, "next week", at(7, 0), "2")
    await claimed(ada, bob, "last week", at(-1, 23, 59), None)
    loose = await claimed(ada, bob, "any time", None, "3")
    await claimed(ada, eve, "of Eve", at(2, 9), "2")
    found = await agenda.claimed_between(bob, start_of(MONDAY), start_of(MONDAY + timedelta(days=7)))
    assert [job.id for job in found] == [early.id, late.id]
    assert [job.id for job in await agenda.claimed_without_start(bob)] == [loose.id]
    days = days_of_week(found, MONDAY)
    assert [[job.id for job in jobs] for _, jobs in days] == [[early.id], [], [], [], [], [], [late.id]]
    assert days[6][0] == date(2031, 5, 11)
    assert await agenda.next_start(bob, at(0, 1)) == at(6, 23, 45)
    assert await agenda.next_start(bob, at(8, 0)) is None


async def test_what_a_week_has_brought_is_what_was_finished_in_it(
    town: tuple[Session, Session], market: Market
) -> None:
    ada, bob = town
    for name, hours, ago in (("a", "2", 0), ("b", "1.25", 0), ("c", "4", 7), ("d", "8", 400)):
        job = await claimed(ada, bob, name, None, None)
        await cleanings.finish(bob, uuid4(), job.id, Decimal(hours))
        await market.psql(
            "update cleanings set done_at = done_at - $2 * interval '1 day', "
            "updated_at = updated_at - $2 * interval '1 day' where id = $1",
            *(job.id, ago),
        )
    now = datetime.now(UTC)
    this = monday_of(now.astimezone().date())
    found = await agenda.earned(bob, now - timedelta(days=180))
    assert found == [
        Earned(this - timedelta(days=7), 1, Decimal("4.00"), Decimal("80.00")),
        Earned(this, 2, Decimal("3.25"), Decimal("65.00")),
    ]
    assert await agenda.earned(ada, now - timedelta(days=180)) == []


def test_weeks_begin_on_monday_and_add_up() -> None:
    sunday = start_of(date(2031, 5, 11)) + timedelta(hours=23, minutes=59)
    rows = [(sunday, Decimal(1), Decimal(20)), (sunday + timedelta(minutes=1), Decimal(2), Decimal(50))]
    assert by_week(rows) == [
        Earned(MONDAY, 1, Decimal(1), Decimal(20)),
        Earned(MONDAY + timedelta(days=7), 1, Decimal(2), Decimal(50)),
    ]


async def test_the_file_is_one_that_a_calendar_program_reads(town: tuple[Session, Session]) -> None:
    ada, bob = town
    name = "窓拭き, stairs; “all”\\ 👩‍👩‍👧 and a name that is longer than one line of such a file may be, by far"
    first = await claimed(ada, bob, name, at(1, 9, 30), "2.5")
    second = await claimed(ada, bob, "No hours given", at(2, 9), None)
    loose = await claimed(ada, bob, "Any time", None, None)
    file = Calendar.from_ical(calendar([first, second, loose], "EUR"))
    entries = file.walk("VEVENT")
    assert [str(entry["summary"]) for entry in entries] == [name, "No hours given"]
    assert entries[0].decoded("dtstart") == first.starts_at
    assert entries[0].decoded("duration") == timedelta(hours=2.5)
    assert str(entries[0]["location"]) == "Old Town"
    assert "€20.00 per hour, for @ada" in str(entries[0]["description"])
    assert str(entries[0]["uid"]) == f"cleaning-{first.id}@phresh"
    assert calendar([first], "EUR") == calendar([first], "EUR"), "importing it again changes nothing"


async def test_a_day_without_a_pause_is_noticed(town: tuple[Session, Session]) -> None:
    ada, bob = town
    jobs = [
        await claimed(ada, bob, "first", at(0, 8), "2"),
        await claimed(ada, bob, "at once", at(0, 10), "2"),
        await claimed(ada, bob, "after lunch", at(0, 13), "1.5"),
    ]
    assert tight(jobs) == [jobs[1]]
    assert brings(jobs[2]) == Decimal("30.00")
