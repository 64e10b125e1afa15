"""Jobs: reading them in keyset pages, and the functions that move them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import (
    Booking,
    Cleaning,
    CleaningType,
    Draft,
    Status,
    check_hours,
    check_reason,
)
from phresh_tui.market.errors import NoSuchJob
from phresh_tui.market.member import handle_of, login_of
from phresh_tui.market.search import MYSELF, Filter, Place, Sort

COLUMNS = (
    "id, name, description, cleaning_type, price, owner, public.state_now(status, done_at) as status, claimed_by, "
    "created_at, updated_at, sort_name, area, starts_at, hours, booking, agreed_price, claimed_at, hours_worked, total"
)
# up to here jobs are counted exactly (10,001 rows cost 0.7 ms); beyond, the planner's estimate is shown as one
EXACT_COUNT = 10_000
# what fits the column; asked for another number, the driver would speak of bits
NUMBERS = range(-(2**31), 2**31)


@dataclass(frozen=True, slots=True)
class _Order:
    """The column that a list is sorted by, and then the id; jobs without a value come last in either direction."""

    column: str
    descending: bool = False
    nullable: bool = False


ORDERS = {
    Sort.NEWEST: _Order("created_at", descending=True),
    Sort.OLDEST: _Order("created_at"),
    Sort.STARTS: _Order("starts_at", nullable=True),
    Sort.STARTS_LATEST: _Order("starts_at", descending=True, nullable=True),
    Sort.PRICE_UP: _Order("price"),
    Sort.PRICE_DOWN: _Order("price", descending=True),
    Sort.NAME: _Order("sort_name"),
    Sort.NAME_DOWN: _Order("sort_name", descending=True),
    Sort.AREA: _Order("area", nullable=True),
    Sort.AREA_DOWN: _Order("area", descending=True, nullable=True),
}


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of jobs: which, like what, in which order.

    Attributes:
        place: the open jobs, or one's own posted or claimed ones; those are always newest change first.
        wanted: what the jobs must be like.
        sort: the order of the open jobs.

    """

    place: Place = Place.OPEN
    wanted: Filter = field(default_factory=Filter)
    sort: Sort = Sort.NEWEST

    @property
    def order(self) -> _Order:
        """The column behind the order, and its direction."""
        return ORDERS[self.sort] if self.place is Place.OPEN else _Order("updated_at", descending=True)

    def key_of(self, job: Cleaning) -> tuple[object, int]:
        """What this job's place in the order depends on."""
        return getattr(job, self.order.column), job.id


@dataclass(frozen=True, slots=True)
class Count:
    """How many jobs a listing has.

    Attributes:
        number: of jobs.
        exact: False when it is the planner's estimate.

    """

    number: int
    exact: bool


class _Query:
    """A statement that grows with its arguments."""

    def __init__(self) -> None:
        self.arguments: list[object] = []
        self.conditions: list[str] = []

    def argument(self, value: object) -> str:
        self.arguments.append(value)
        return f"${len(self.arguments)}"

    @property
    def where(self) -> str:
        return " and ".join(self.conditions) or "true"


def _add_words(query: _Query, text: str) -> None:
    for word in text.replace("\0", " ").split():
        escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        query.conditions.append(f"search_text like '%' || public.normal_text({query.argument(escaped)}) || '%'")


def _add_booking(query: _Query, wanted: Filter) -> None:
    if wanted.starts_from is not None:
        query.conditions.append(f"starts_at >= {query.argument(wanted.starts_from)}")
    if wanted.starts_until is not None:
        query.conditions.append(f"starts_at < {query.argument(wanted.starts_until)}")
    if wanted.booking is not None:
        query.conditions.append(f"booking = {query.argument(str(wanted.booking))}")
    if wanted.free_only:
        # a job without a start, or without hours, is at no certain time: a claim takes it as free as well
        query.conditions.append(
            'not exists (select from public.bookings booked where booked.login = session_user::text collate "C" '
            "and booked.during && tstzrange(starts_at, starts_at + hours * interval '1 hour'))"
        )


def _conditions(session: Session, listing: Listing) -> _Query:
    query = _Query()
    wanted = listing.wanted
    if listing.place is Place.OPEN:
        query.conditions.append("status = 'open'")
    else:
        column = "owner" if listing.place is Place.POSTED else "claimed_by"
        # typed as the column is: another collation would cost the index
        query.conditions.append(f'{column} = {query.argument(session.target.user)}::text collate "C"')
    _add_words(query, wanted.text)
    if wanted.cleaning_type is not None:
        query.conditions.append(f"cleaning_type = {query.argument(str(wanted.cleaning_type))}")
    if wanted.min_price is not None:
        query.conditions.append(f"price >= {query.argument(wanted.min_price)}")
    if wanted.max_price is not None:
        query.conditions.append(f"price <= {query.argument(wanted.max_price)}")
    if wanted.area:
        query.conditions.append(
            f"starts_with(public.normal_text(area), public.normal_text({query.argument(wanted.area)}))"
        )
    if wanted.owner is not None:
        owner = session.target.user if wanted.owner == MYSELF else login_of(wanted.owner)
        query.conditions.append(f'owner = {query.argument(owner)}::text collate "C"')
    _add_booking(query, wanted)
    return query


async def page(
    session: Session,
    listing: Listing,
    limit: int,
    *,
    after: Cleaning | None = None,
    before: Cleaning | None = None,
    from_end: bool = False,
    offset: int = 0,
) -> list[Cleaning]:
    """One page of a listing, in its order.

    Args:
        session: the member who looks.
        listing: what is listed.
        limit: rows at the most.
        after: the job that the page follows.
        before: the job that the page ends before; not together with ``after``.
        from_end: the last page instead of the first.
        offset: rows to skip, for a jump into the middle; costs as much as reading them.

    Returns:
        At most ``limit`` jobs; fewer mean that the list ends there.

    """
    anchor = before if before is not None else after
    backwards = from_end or before is not None
    # jobs without a value are an index range of their own, behind the others: one condition for both costs the index
    ranges = _ranges(listing, offset)[:: -1 if backwards else 1]
    if anchor is not None and len(ranges) == 2:
        ranges = ranges[ranges.index(listing.key_of(anchor)[0] is None) :]
    rows: list[Any] = []
    for number, of_nulls in enumerate(ranges):
        query = _conditions(session, listing)
        _go_on(query, listing, anchor if number == 0 else None, backwards=backwards, of_nulls=of_nulls)
        down = "desc nulls last" if listing.order.nullable and offset else "desc"
        direction = down if listing.order.descending != backwards else "asc"
        end = f"limit {query.argument(limit - len(rows))} offset {query.argument(offset)}"
        rows += await session.fetch(
            f"select {COLUMNS} from public.cleanings where {query.where} "  # noqa: S608  only our own words are put together
            f"order by {listing.order.column} {direction}, id {direction.split()[0]} {end}",
            *query.arguments,
        )
        if len(rows) == limit:
            break
    jobs = [cleaning_of(row) for row in rows]
    return jobs[::-1] if backwards else jobs


def _ranges(listing: Listing, offset: int) -> Sequence[bool | None]:
    """The index ranges that make a list: for each, whether it is that of the jobs without a value, or None for all."""
    return [False, True] if listing.order.nullable and not offset else [None]


def _go_on(query: _Query, listing: Listing, anchor: Cleaning | None, *, backwards: bool, of_nulls: bool | None) -> None:
    """Begins behind a job, within one range."""
    column = listing.order.column
    if of_nulls is not None:
        query.conditions.append(f"{column} is {'' if of_nulls else 'not '}null")
    if anchor is None:
        return
    value, number = listing.key_of(anchor)
    sign = "<" if listing.order.descending != backwards else ">"
    if of_nulls:
        query.conditions.append(f"id {sign} {query.argument(number)}")
    else:
        query.conditions.append(f"({column}, id) {sign} ({query.argument(value)}, {query.argument(number)})")


async def count(session: Session, listing: Listing) -> Count:
    """How many jobs a listing has: exact up to 10,000, the planner's estimate above."""
    query = _conditions(session, listing)
    # in order, so that an index is read: without, the planner may take the table itself while it is freshly written
    ordered = f"order by {listing.order.column}, id" if listing.wanted.is_empty else ""
    number = await session.fetch_value(
        f"select count(*) from (select from public.cleanings where {query.where} {ordered} "  # noqa: S608
        f"limit {EXACT_COUNT + 1}) counted",
        *query.arguments,
    )
    if number <= EXACT_COUNT:
        return Count(int(number), exact=True)
    plan = await session.fetch_value(
        f"explain (format json) select from public.cleanings where {query.where}",
        *query.arguments,
    )
    estimate = int(json.loads(plan)[0]["Plan"]["Plan Rows"])
    return Count(max(estimate, int(number)), exact=False)


async def one(session: Session, job_id: int) -> Cleaning | None:
    """A job by its number, or None."""
    if job_id not in NUMBERS:
        return None
    rows = await session.fetch(f"select {COLUMNS} from public.cleanings where id = $1::bigint", job_id)  # noqa: S608
    return cleaning_of(rows[0]) if rows else None


async def by_id(session: Session, job_ids: Sequence[int]) -> dict[int, Cleaning]:
    """Jobs by their numbers; those that are gone are missing."""
    rows = await session.fetch(
        f"select {COLUMNS} from public.cleanings where id = any($1::integer[])",  # noqa: S608
        [job_id for job_id in job_ids if job_id in NUMBERS],
    )
    return {row["id"]: cleaning_of(row) for row in rows}


def cleaning_of(row: Any) -> Cleaning:  # noqa: ANN401  asyncpg's record
    """A job from a row with the columns `COLUMNS`."""
    return Cleaning(
        id=row["id"],
        name=row["name"],
        description=row["description"],
        cleaning_type=CleaningType.stored(row["cleaning_type"]),
        price=row["price"],
        owner=handle_of(row["owner"]),
        status=Status(row["status"]),
        claimed_by=handle_of(row["claimed_by"]) if row["claimed_by"] is not None else None,
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        sort_name=row["sort_name"],
        area=row["area"],
        starts_at=row["starts_at"],
        hours=row["hours"],
        booking=Booking(row["booking"]),
        agreed_price=row["agreed_price"],
        claimed_at=row["claimed_at"],
        hours_worked=row["hours_worked"],
        total=row["total"],
    )


async def post(session: Session, request: UUID, draft: Draft) -> int:
    """Posts a job.

    Returns:
        Its number.

    Raises:
        BadInput: with the field that breaks a rule.

    """
    draft.checked()
    answer = await session.move(
        "select public.post_cleaning($1, $2, $3, $4, $5, $6, $7, $8, $9)", request, *_arguments(draft)
    )
    return int(json.loads(answer)["id"])


def _arguments(draft: Draft) -> tuple[object, ...]:
    return (
        draft.name,
        draft.description,
        str(draft.cleaning_type),
        draft.price,
        draft.area,
        draft.starts_at,
        draft.hours,
        str(draft.booking),
    )


def _check_number(job_id: int) -> None:
    if job_id not in NUMBERS:
        raise NoSuchJob(f"there is no job {job_id}")


async def edit(session: Session, request: UUID, job_id: int, draft: Draft) -> None:
    """Changes an open job of one's own.

    Raises:
        BadInput, NotYours, JobNotOpen, NoSuchJob: nothing was changed then.

    """
    draft.checked()
    _check_number(job_id)
    await session.move(
        "select public.edit_cleaning($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", request, job_id, *_arguments(draft)
    )


async def cancel(session: Session, request: UUID, job_id: int, reason: str) -> None:
    """Takes back an open or claimed job of one's own.

    Raises:
        BadInput: without a reason.
        NotYours, JobNotOpen, NoSuchJob: nothing was changed then.

    """
    _check_number(job_id)
    await session.move("select public.cancel_cleaning($1, $2, $3)", request, job_id, check_reason(reason))


async def claim(session: Session, request: UUID, job: Cleaning) -> None:
    """Takes an open job of somebody else, at the price that was shown.

    Raises:
        JobNotOpen: with who was faster.
        PriceChanged: with what it costs now.
        OwnJob, NoSuchJob: nothing was changed then.

    """
    await session.move("select public.claim_cleaning($1, $2, $3)", request, job.id, job.price)


async def release(session: Session, request: UUID, job_id: int, reason: str | None = None) -> None:
    """Opens a claimed job again, as its cleaner or its owner.

    Args:
        session: the member who acts.
        request: id of the request.
        job_id: the job.
        reason: needed from five minutes after the claim.

    Raises:
        BadInput: when a reason is needed.
        NotYours, JobNotOpen, NoSuchJob: nothing was changed then.

    """
    _check_number(job_id)
    await session.move("select public.release_cleaning($1, $2, $3)", request, job_id, reason)


async def undo(session: Session, request: UUID, job_id: int, handle: str | None = None) -> str:
    """Second thoughts: undoes one's own last cancel, release, withdraw or decline, within five minutes.

    Args:
        session: the member who acts.
        request: id of the request.
        job_id: the job.
        handle: whose offer was declined, to undo that.

    Returns:
        The move that is undone.

    Raises:
        NothingToUndo: when somebody else has acted since, or it is too late.

    """
    _check_number(job_id)
    answer = await session.move("select public.undo_move($1, $2, $3)", request, job_id, handle)
    return str(json.loads(answer)["undone"])


async def finish(session: Session, request: UUID, job_id: int, hours: Decimal) -> Decimal:
    """Says that a claimed job is done.

    Args:
        session: the cleaner.
        request: id of the request.
        job_id: the job.
        hours: worked, in quarter hours, at most 24.

    Returns:
        The total, in the market's currency.

    Raises:
        BadInput: for other hours.
        NotYours, JobNotOpen, NoSuchJob: nothing was changed then.

    """
    _check_number(job_id)
    answer = await session.move(
        "select public.finish_cleaning($1, $2, $3)", request, job_id, check_hours(hours, "hours_worked")
    )
    return Decimal(str(json.loads(answer, parse_float=Decimal)["total"]))


async def confirm(session: Session, request: UUID, job_id: int) -> None:
    """Closes a job of one's own that is done.

    Raises:
        NotYours, JobNotOpen, NoSuchJob: nothing was changed then.

    """
    _check_number(job_id)
    await session.move("select public.confirm_cleaning($1, $2)", request, job_id)


async def send_back(session: Session, request: UUID, job_id: int, reason: str) -> None:
    """Returns a job of one's own that is not done well to its cleaner.

    Raises:
        BadInput: without a reason.
        NotYours, JobNotOpen, NoSuchJob: nothing was changed then.

    """
    _check_number(job_id)
    await session.move("select public.send_back_cleaning($1, $2, $3)", request, job_id, check_reason(reason))
