"""Lists of jobs of any length: keyset pages, counts, jumps, and where in the list a page lies."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from phresh_tui.database.conditions import LAST, Query, conditions
from phresh_tui.database.conditions import Listing as Listing
from phresh_tui.database.counts import Count as Count
from phresh_tui.database.counts import count as count
from phresh_tui.database.counts import estimate
from phresh_tui.database.session import Session
from phresh_tui.database.spread import spread_of
from phresh_tui.database.typos import put_in_order
from phresh_tui.market.cleaning import Booking, Cleaning, CleaningType, Status
from phresh_tui.market.errors import BadInput
from phresh_tui.market.member import handle_of
from phresh_tui.market.price import parse_price
from phresh_tui.market.search import Filter
from phresh_tui.market.when import parse_range

COLUMNS = (
    "id, name, description, cleaning_type, price, owner, public.state_now(status, done_at) as status, claimed_by, "
    "created_at, updated_at, sort_name, area, sort_area, starts_at, hours, booking, agreed_price, claimed_at, "
    "hours_worked, total"
)
_CORRECTED = "select public.corrected_text($1)"
# words that fewer jobs have are looked up at once, and so is what fewer jobs fit
RARE, RARE_FIT = 2_000, 10_000
# a page of words is expected within the walk, and looked for in so many times as many jobs; as if it had so many jobs
# at least, for those that begin at the same time or cost the same are often alike
NEARER, LEAST = 4, 120
# the newest jobs, or the oldest, in which a page is looked for before it is asked how common its words are
FIRST = 2_000
# what one job costs, in tenths of a microsecond: walked along where it was written last, or anywhere, or looked up
IN_PLACE, ELSEWHERE, LOOKUP = 5, 50, 60


class _From(NamedTuple):
    """Where reading begins: at a value of the order, from an id on; the job itself belongs to it, or not.

    What was typed is no value yet: ``typed`` says that the database has to make it normal, and what comes behind it.
    """

    value: object
    number: int
    itself: bool = False
    typed: str | None = None


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
        offset: rows to skip from there on; costs as much as reading them, so `page_at` is better for many.

    Returns:
        At most ``limit`` jobs; fewer mean that the list ends there.

    """
    anchor = before if before is not None else after
    start = None if anchor is None else _From(*listing.key_of(anchor))
    if offset and start is None and not from_end:
        return await _read_by_offset(session, listing, limit, offset)
    return await _read(session, listing, limit, start, backwards=from_end or before is not None, offset=offset)


async def _read(
    session: Session, listing: Listing, limit: int, start: _From | None, *, backwards: bool = False, offset: int = 0
) -> list[Cleaning]:
    order = listing.order
    # jobs without a value are an index range of their own, behind the others: one condition for both costs the index
    ranges: list[bool | None] = [False, True] if order.nullable else [None]
    if backwards:
        ranges.reverse()
    if start is not None and order.nullable:
        ranges = ranges[ranges.index(start.value is None) :]
    direction = "desc" if order.descending != backwards else "asc"
    rows: list[Any] = []
    # with other filters those that fit may lie anywhere
    only_words = listing == Listing(wanted=Filter(listing.wanted.text), sort=listing.sort)
    if order.column == "created_at" and only_words and start is None and not offset and NEARER * limit < FIRST:
        rows = await _among_the_first(session, listing, limit, direction)
        if rows:
            jobs = [cleaning_of(row) for row in rows]
            return jobs[::-1] if backwards else jobs
    near = await _near(session, listing, limit, offset)
    for number, of_nulls in enumerate(ranges):
        query = conditions(session, listing)
        if of_nulls is not None:
            query.conditions.append(f"{order.column} is {'' if of_nulls else 'not '}null")
        if start is not None and number == 0:
            sign = ("<" if direction == "desc" else ">") + ("=" if start.itself else "")
            key, value = ("id", "") if of_nulls else (f"({order.column}, id)", f"{_value_of(query, start)}, ")
            query.conditions.append(f"{key} {sign} ({value}{query.argument(start.number)})")
        in_order = f"order by {order.column} {direction}, id {direction} limit"
        # where one range ends within what is skipped, the next one begins: nothing between two jobs is left out
        page = _page_of(query, in_order, query.argument(limit - len(rows)), 0 if number else offset, near)
        rows += await session.fetch(page, *query.arguments)
        if len(rows) == limit:
            break
    jobs = [cleaning_of(row) for row in rows]
    return jobs[::-1] if backwards else jobs


async def _among_the_first(session: Session, listing: Listing, limit: int, direction: str) -> list[Any]:
    """A page of words that are so common that the first jobs of the order fill it; empty when they do not."""
    query = conditions(session, listing)
    if not query.words:
        return []
    rows = await session.fetch(
        f"select {COLUMNS} from (select * from public.cleanings where {' and '.join(query.conditions)} "  # noqa: S608
        f"order by created_at {direction}, id {direction} limit {FIRST}) first where {' and '.join(query.words)} "
        f"limit {query.argument(limit)}",
        *query.arguments,
    )
    return rows if len(rows) == limit else []


def _value_of(query: Query, start: _From) -> str:
    if start.typed is None:
        return query.argument(start.value)
    return f'public.normal_text({query.argument(start.value)}) collate "C" || {query.argument(start.typed)}::text'


async def clock(session: Session) -> datetime:
    """The time at the database, where jobs get theirs."""
    now: datetime = await session.fetch_value("select pg_catalog.clock_timestamp()")
    return now


async def _near(session: Session, listing: Listing, limit: int, offset: int = 0) -> int | None:
    """How many jobs are walked along before they are looked up: 0 for rare ones, None for as many as it takes.

    Walking finds a page after so many jobs as there are for each that fits. It may find nothing at all, for the
    cheapest jobs are no spring cleans, so for words it never takes longer than looking all of them up would.
    """
    has_words = bool(conditions(session, listing).words)
    if listing.wanted.is_empty or (offset and not has_words):
        # far down, what is skipped has to be read anyway
        return None
    if listing.wanted.posted_after is not None:
        # of the last minutes
        return 0
    found = await estimate(session, listing)
    if not has_words:
        return 0 if found.hits < RARE_FIT else None
    if found.hits < RARE:
        return 0
    step = IN_PLACE if listing.order.column in ("created_at", "updated_at") else ELSEWHERE
    if offset:
        return 0 if found.hits * LOOKUP <= (offset + limit) * found.jobs // found.hits * step else None
    return max(min(NEARER * max(limit, LEAST) * found.jobs // found.hits, found.hits * LOOKUP // step), limit)


def _page_of(query: Query, in_order: str, limit: str, offset: int, near: int | None) -> str:
    """The statement for a page.

    Whether it is better to walk along the order until enough jobs have the words, or to look the words up and sort,
    depends on how common they are just there, which the planner cannot know. So ``near`` jobs are walked along first,
    and only if they do not fill the page the words are looked up.
    """
    if near is None:
        limit = f"{limit} offset {offset:d}"
        return f"select {COLUMNS} from public.cleanings where {query.where} {in_order} {limit}"  # noqa: S608  our own words
    # offset 0 keeps the order from reaching the table, which would be walked along all the same
    looked_up = f"(select * from public.cleanings where {query.looked_up} offset 0) everywhere"  # noqa: S608  our own words
    if not near:
        return f"select {COLUMNS} from {looked_up} {in_order} {limit} offset {offset:d}"  # noqa: S608  our own words
    return f"""
        with hits as materialized (
            select {COLUMNS}
            from (
                select * from public.cleanings where {" and ".join(query.conditions)} {in_order} {near:d}
            ) near
            where {" and ".join(query.words)} limit {limit}
        )
        select * from hits where (select count(*) from hits) = {limit}
        union all
        (
            select {COLUMNS} from {looked_up} where (select count(*) from hits) < {limit} {in_order} {limit}
        )
    """  # noqa: S608  only our own words are put together


async def _read_by_offset(session: Session, listing: Listing, limit: int, offset: int) -> list[Cleaning]:
    order, query = listing.order, conditions(session, listing)
    direction = "desc" if order.descending else "asc"
    # offset 0 keeps the order from reaching the table, which would be walked along all the same
    looks_up = await _near(session, listing, limit, offset) == 0
    where = f"{query.looked_up} offset 0" if looks_up else query.where
    rows = await session.fetch(
        f"select {COLUMNS} from (select * from public.cleanings where {where}) jobs "  # noqa: S608  our own words
        f"order by {order.column} {direction} {'nulls last' if order.nullable else ''}, id {direction} "
        f"limit {query.argument(limit)} offset {query.argument(offset)}",
        *query.arguments,
    )
    return [cleaning_of(row) for row in rows]


class Spot(NamedTuple):
    """A page in the middle of a listing.

    Attributes:
        jobs: in the list's order; the first is the one that was looked for.
        fraction: about how much of the list comes before it, from 0 to 1.
        is_behind: whether the list has nothing from there on: this is its last page.

    """

    jobs: list[Cleaning]
    fraction: float
    is_behind: bool = False


async def page_at(session: Session, listing: Listing, fraction: float, limit: int) -> Spot:
    """A page that begins about so far down the list; what a scroll bar that is dragged asks for.

    How the values of a column are spread is known from the planner's statistics, so that this costs what any page does.
    A filter is taken to spread its jobs evenly.

    Args:
        session: the member who looks.
        listing: what is listed.
        fraction: of the list that comes before the page, from 0 to 1.
        limit: rows at the most.

    """
    fraction = min(max(fraction, 0.0), 1.0)
    order = listing.order
    spread = await spread_of(session, order.column)
    value, number = spread.key_at(fraction, descending=order.descending)
    if value is None and not order.nullable:
        jobs: list[Cleaning] = []
    else:
        jobs = await _read(session, listing, limit, _From(value, number, itself=True))
    return await _or_the_end(session, listing, limit, jobs, fraction)


async def _or_the_end(session: Session, listing: Listing, limit: int, jobs: list[Cleaning], fraction: float) -> Spot:
    """That page, or the last one when the list has nothing from there on."""
    if jobs:
        return Spot(jobs, fraction)
    return Spot(await _read(session, listing, limit, None, backwards=True), 1.0, is_behind=True)


async def place_of(session: Session, listing: Listing, job: Cleaning) -> float:
    """About how much of a listing comes before a job, from 0 to 1, by the planner's statistics."""
    order = listing.order
    spread = await spread_of(session, order.column)
    return spread.fraction_of(*listing.key_of(job), descending=order.descending)


async def prepare_jump(session: Session, listing: Listing) -> None:
    """Reads how the values of the list's order are spread, so that the next `jump` need not."""
    await spread_of(session, listing.order.column)


async def jump(session: Session, listing: Listing, text: str, limit: int, now: datetime) -> Spot:
    """The page that begins with the first job at or after a value of the list's order.

    Args:
        session: the member who looks.
        listing: what is listed.
        text: a day or a moment for a list by time, a price, or how a name or an area begins.
        limit: rows at the most.
        now: what days count from, in the member's time zone.

    Raises:
        BadInput: when the text is none of these.

    """
    order = listing.order
    value, typed = jump_value(listing, text, now)
    # before every id of that value, or behind; the end of a day is the beginning of the next one, and not part of it
    number = 2**31 - 1 if order.descending and order.column == "price" else 0
    jobs = await _read(session, listing, limit, _From(value, number, itself=True, typed=typed))
    spot = await _or_the_end(session, listing, limit, jobs, 0.0)
    if not spot.jobs:
        return spot
    return spot._replace(fraction=await place_of(session, listing, spot.jobs[0]))


def jump_value(listing: Listing, text: str, now: datetime) -> tuple[object, str | None]:
    """The value of a list's order that a text means, and what sorts behind it when it is only how one begins.

    Raises:
        BadInput: when the text is no such value.

    """
    order = listing.order
    value: object
    typed = None
    if order.column == "price":
        value = parse_price(text)
    elif order.column in ("sort_name", "sort_area"):
        if not text.strip():
            raise BadInput("there is nothing to jump to", "", "Type how it begins")
        value, typed = text.replace("\0", "").strip(), LAST if order.descending else ""
    else:
        begins, ends = parse_range(text, now, past=order.column != "starts_at")
        value = (ends or begins) if order.descending else (begins or ends)
    return value, typed


async def corrected(session: Session, wanted: Filter) -> Filter | None:
    """The filter with words that open jobs have, for words that none has; None when there is nothing to correct.

    For when a search finds nothing.
    """
    typed = wanted.text.replace("\0", " ")
    text = None
    # surer than words that are only like those typed
    ordered = await put_in_order(session, typed)
    if ordered is not None:
        if await page(session, Listing(wanted=wanted._replace(text=ordered)), 1):
            text = ordered
        else:
            # other words of it may be wrong in another way
            text = await session.fetch_value(_CORRECTED, ordered)
    if text is None:
        text = await session.fetch_value(_CORRECTED, typed)
    return None if text is None else wanted._replace(text=text)


async def areas(session: Session, beginning: str, limit: int = 8) -> list[str]:
    """Areas of open jobs that begin so, in order, each once; for the completion of ``area:``."""
    rows = await session.fetch(
        """
        with recursive each as (
            (
                select area, sort_area, 1 as number from public.cleanings
                where status = 'open' and sort_area >= public.normal_text($1) collate "C"
                    and sort_area < public.normal_text($1) collate "C" || $3
                order by sort_area, id limit 1
            )
            union all
            select next.area, next.sort_area, number + 1
            from each, lateral (
                select area, sort_area from public.cleanings
                where status = 'open' and sort_area > each.sort_area
                    and sort_area < public.normal_text($1) collate "C" || $3
                order by sort_area, id limit 1
            ) next
            where number < $2
        )
        select area from each order by sort_area
        """,
        beginning.replace("\0", ""),
        limit,
        LAST,
    )
    return [row["area"] for row in rows]


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
        sort_area=row["sort_area"],
        starts_at=row["starts_at"],
        hours=row["hours"],
        booking=Booking(row["booking"]),
        agreed_price=row["agreed_price"],
        claimed_at=row["claimed_at"],
        hours_worked=row["hours_worked"],
        total=row["total"],
    )
