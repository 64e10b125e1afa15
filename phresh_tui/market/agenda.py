"""A week of work: which jobs a member has claimed, on which days, and what they bring."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise

from phresh_tui.market.cleaning import Cleaning, Status

# a calendar's entry needs an end; a job without hours is entered with this many
ASSUMED_HOURS = Decimal(1)


@dataclass(frozen=True, slots=True)
class Earned:
    """What a member has earned in a week.

    Attributes:
        week: its Monday.
        jobs: how many were finished.
        hours: worked.
        total: in the market's currency.

    """

    week: date
    jobs: int
    hours: Decimal
    total: Decimal


def monday_of(day: date) -> date:
    """The first day of the week that a day is in."""
    return day - timedelta(days=day.weekday())


def start_of(day: date) -> datetime:
    """The begin of a day in the local time zone."""
    return datetime.combine(day, time()).astimezone()


def hours_of(job: Cleaning) -> Decimal:
    """Worked, or as estimated; 0 when neither is known."""
    return job.hours_worked or job.hours or Decimal(0)


def brings(job: Cleaning) -> Decimal:
    """What a job pays: its total once it is done, before that the agreed price for the estimated hours."""
    if job.total is not None:
        return job.total
    price = job.agreed_price if job.agreed_price is not None else job.price
    return (price * hours_of(job)).quantize(Decimal("0.01"))


def by_week(finished: Iterable[tuple[datetime, Decimal, Decimal]]) -> list[Earned]:
    """Finished jobs, each with when, hours worked and total, added up by local week; earliest first."""
    weeks: dict[date, Earned] = {}
    for done_at, hours, total in finished:
        week = monday_of(done_at.astimezone().date())
        before = weeks.get(week, Earned(week, 0, Decimal(0), Decimal(0)))
        weeks[week] = Earned(week, before.jobs + 1, before.hours + hours, before.total + total)
    return [weeks[week] for week in sorted(weeks)]


def days_of_week(jobs: Sequence[Cleaning], monday: date) -> list[tuple[date, list[Cleaning]]]:
    """The seven days of a week with what starts on each, in local time and in order."""
    days: list[tuple[date, list[Cleaning]]] = [(monday + timedelta(days=number), []) for number in range(7)]
    for job in sorted((job for job in jobs if job.starts_at is not None), key=lambda job: (job.starts_at, job.id)):
        assert job.starts_at is not None
        number = (job.starts_at.astimezone().date() - monday).days
        if 0 <= number < 7:
            days[number][1].append(job)
    return days


def free_between(before: Cleaning, after: Cleaning) -> timedelta:
    """The time between the end of one job and the start of the next; jobs never overlap."""
    assert before.starts_at is not None
    assert after.starts_at is not None
    return after.starts_at - before.starts_at - timedelta(hours=float(before.hours or 0))


def tight(jobs: Sequence[Cleaning], least: timedelta = timedelta(minutes=30)) -> list[Cleaning]:
    """The jobs of a day that start within half an hour after the one before has ended."""
    return [after for before, after in pairwise(jobs) if free_between(before, after) < least]


def calendar(jobs: Sequence[Cleaning], currency: str) -> bytes:
    """The jobs that have a start as an iCalendar file (RFC 5545), for any calendar program.

    A job has the same UID every time, so that importing the file again changes its entry and adds none.
    """
    # here: it is needed once a week, and costs 60 ms to import
    from icalendar import Calendar, Event, vDuration

    from phresh_tui.market.price import show_price

    file = Calendar()
    file.add("prodid", "-//phresh//agenda//EN")
    file.add("version", "2.0")
    for job in jobs:
        if job.starts_at is None or job.status is Status.CANCELLED:
            continue
        entry = Event()
        entry.add("uid", f"cleaning-{job.id}@phresh")
        entry.add("dtstamp", job.updated_at)
        entry.add("dtstart", job.starts_at)
        entry["duration"] = vDuration(timedelta(hours=float(job.hours or ASSUMED_HOURS)))
        entry.add("summary", job.name)
        price = job.agreed_price if job.agreed_price is not None else job.price
        entry.add(
            "description",
            f"{show_price(price, currency)} per hour, for @{job.owner}\n\n{job.description or ''}".strip(),
        )
        if job.area:
            entry.add("location", job.area)
        file.add_component(entry)
    return bytes(file.to_ical())
