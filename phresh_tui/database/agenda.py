"""A member's claimed jobs by day, and what they have earned."""

from __future__ import annotations

from datetime import datetime

from phresh_tui.database.cleanings import COLUMNS, cleaning_of
from phresh_tui.database.session import Session
from phresh_tui.market.agenda import Earned, by_week
from phresh_tui.market.cleaning import Cleaning

# more claimed jobs without a start, or in one range of days, than anybody can do
MANY = 500


async def claimed_between(session: Session, start: datetime, end: datetime) -> list[Cleaning]:
    """The jobs that the member has claimed, and that start in a range of time, the end excluded; earliest first."""
    rows = await session.fetch(
        f"select {COLUMNS} from public.cleanings "  # noqa: S608  only our own words are put together
        'where claimed_by = $1::text collate "C" and starts_at >= $2 and starts_at < $3 '
        "order by starts_at, id limit $4",
        *(session.target.user, start, end, MANY),
    )
    return [cleaning_of(row) for row in rows]


async def claimed_without_start(session: Session) -> list[Cleaning]:
    """The jobs that the member has claimed and not finished, and that say no time; last changed first."""
    rows = await session.fetch(
        f"select {COLUMNS} from public.cleanings "  # noqa: S608
        "where claimed_by = $1::text collate \"C\" and starts_at is null and status = 'claimed' "
        "order by updated_at desc, id desc limit $2",
        *(session.target.user, MANY),
    )
    return [cleaning_of(row) for row in rows]


async def next_start(session: Session, after: datetime) -> datetime | None:
    """When the member's next claimed job starts, or None."""
    found = await session.fetch_value(
        "select starts_at from public.cleanings "
        "where claimed_by = $1::text collate \"C\" and starts_at >= $2 and status = 'claimed' "
        "order by starts_at, id limit 1",
        *(session.target.user, after),
    )
    return found if isinstance(found, datetime) else None


async def earned(session: Session, since: datetime) -> list[Earned]:
    """What the member has earned in each local week in which they finished a job since then, earliest first."""
    # a job is changed when it is finished or later, so the index by change leaves out the old ones
    rows = await session.fetch(
        "select done_at, hours_worked, total from public.cleanings "
        'where claimed_by = $1::text collate "C" and updated_at >= $2 and done_at >= $2 '
        "order by updated_at desc, id desc limit $3",
        *(session.target.user, since, 20 * MANY),
    )
    return by_week([(row["done_at"], row["hours_worked"], row["total"]) for row in rows])
