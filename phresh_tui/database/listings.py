"""Lists of jobs of any length: keyset pages, counts, jumps, and where in the list a page lies."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from phresh_tui.database.session import Session
from phresh_tui.database.spread import spread_of
from phresh_tui.market.cleaning import Booking, Cleaning, CleaningType, Status
from phresh_tui.market.errors import BadInput
from phresh_tui.market.member import handle_of, login_of
from phresh_tui.market.price import parse_price
from phresh_tui.market.search import MYSELF, Filter, Place, Sort
from phresh_tui.market.when import parse_range

COLUMNS = (
    "id, name, description, cleaning_type, price, owner, public.state_now(status, done_at) as status, claimed_by, "
    "created_at, updated_at, sort_name, area, sort_area, starts_at, hours, booking, agreed_price, claimed_at, "
    "hours_worked, total"
)
# up to here jobs are counted exactly; beyond, the planner's estimate is shown as one
EXACT_COUNT = 10_000
# so many jobs are looked through along the order before a search looks its words up: common ones are among them
NEAR = 6_000
# sorts behind everything that begins with the text before it
LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Order:
    """The column that a list is sorted by, and then the id; jobs without a value come last in either direction."""

    column: str
    descending: bool = False
    nullable: bool = False


ORDERS = {
    Sort.NEWEST: Order("created_at", descending=True),
    Sort.OLDEST: Order("created_at"),
    Sort.STARTS: Order("starts_at", nullable=True),
    Sort.STARTS_LATEST: Order("starts_at", descending=True, nullable=True),
    Sort.PRICE_UP: Order("price"),
    Sort.PRICE_DOWN: Order("price", descending=True),
    Sort.NAME: Order("sort_name"),
    Sort.NAME_DOWN: Order("sort_name", descending=True),
    Sort.AREA: Order("sort_area", nullable=True),
    Sort.AREA_DOWN: Order("sort_area", descending=True, nullable=True),
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
    def order(self) -> Order:
        """The column behind the order, and its direction."""
        order = ORDERS[self.sort] if self.place is Place.OPEN else Order("updated_at", descending=True)
        wanted = self.wanted
        filtered = {"starts_at": wanted.starts_from or wanted.starts_until, "sort_area": wanted.area}
        # then no job is without a value, and one range is enough
        return replace(order, nullable=False) if filtered.get(order.column) else order

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


class Query:
    """A statement that grows with its arguments."""

    def __init__(self) -> None:
        self.arguments: list[object] = []
        self.conditions: list[str] = []
        self.words: list[str] = []

    def argument(self, value: object) -> str:
        """The sign that stands for a value."""
        self.arguments.append(value)
        return f"${len(self.arguments)}"

    @property
    def where(self) -> str:
        """All conditions."""
        return " and ".join([*self.conditions, *self.words]) or "true"


def _add_words(query: Query, text: str) -> None:
    for word in text.replace("\0", " ").split():
        escaped = query.argument(word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_"))
        normal = f"public.normal_text({escaped})"
        if len(word) < 3 and word.isascii() and word.isalnum():
            # too short for a trigram, unless a word begins with it: inside of words it would be looked for job by job
            begins = [f"search_text like {before} || {normal} || '%'" for before in ("''", "'% '", "e'%\\n'")]
            query.words.append(f"({' or '.join(begins)})")
        else:
            query.words.append(f"search_text like '%' || {normal} || '%'")


def _add_booking(query: Query, wanted: Filter) -> None:
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
            # an end that is null would be no end at all
            "and starts_at is not null and hours is not null "
            "and booked.during && tstzrange(starts_at, starts_at + hours * interval '1 hour'))"
        )


def conditions(session: Session, listing: Listing) -> Query:
    """What holds for every job of a listing."""
    query = Query()
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
        # a range, which an index can read
        first = f'public.normal_text({query.argument(wanted.area)}) collate "C"'
        query.conditions += [f"sort_area >= {first}", f"sort_area < {first} || {query.argument(LAST)}"]
    _add_booking(query, wanted)
    if wanted.owner is not None:
        owner = session.target.user if wanted.owner == MYSELF else login_of(wanted.owner)
        query.conditions.append(f'owner = {query.argument(owner)}::text collate "C"')
    return query


@dataclass(frozen=True, slots=True)
class _From:
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
        page = _page_of(query, in_order, query.argument(limit - len(rows)), 0 if number else offset)
        rows += await session.fetch(page, *query.arguments)
        if len(rows) == limit:
            break
    jobs = [cleaning_of(row) for row in rows]
    return jobs[::-1] if backwards else jobs


def _value_of(query: Query, start: _From) -> str:
    if start.typed is None:
        return query.argument(start.value)
    return f'public.normal_text({query.argument(start.value)}) collate "C" || {query.argument(start.typed)}::text'


def _page_of(query: Query, in_order: str, limit: str, offset: int) -> str:
    """The statement for a page.

    Whether it is better to walk along the order until enough jobs have the words, or to look the words up and sort,
    depends on how common they are just there, which the planner cannot know: of the cheapest jobs none is a spring
    clean. So a few thousand jobs are walked along first, and only if they do not fill the page the words are looked up.
    """
    if offset or not query.words:
        limit = f"{limit} offset {offset:d}"
        return f"select {COLUMNS} from public.cleanings where {query.where} {in_order} {limit}"  # noqa: S608  our own words
    # offset 0 keeps the order from reaching the table, which would be walked along all the same
    return f"""
        with hits as materialized (
            select {COLUMNS}
            from (
                select * from public.cleanings where {" and ".join(query.conditions)} {in_order} {NEAR}
            ) near
            where {" and ".join(query.words)} limit {limit}
        )
        select * from hits where (select count(*) from hits) = {limit}
        union all
        (
            select {COLUMNS} from (select * from public.cleanings where {query.where} offset 0) everywhere
            where (select count(*) from hits) < {limit} {in_order} {limit}
        )
    """  # noqa: S608  only our own words are put together


async def _read_by_offset(session: Session, listing: Listing, limit: int, offset: int) -> list[Cleaning]:
    order, query = listing.order, conditions(session, listing)
    direction = "desc" if order.descending else "asc"
    rows = await session.fetch(
        f"select {COLUMNS} from public.cleanings where {query.where} "  # noqa: S608  only our own words are put together
        f"order by {order.column} {direction} {'nulls last' if order.nullable else ''}, id {direction} "
        f"limit {query.argument(limit)} offset {query.argument(offset)}",
        *query.arguments,
    )
    return [cleaning_of(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Spot:
    """A page in the middle of a listing.

    Attributes:
        jobs: in the list's order; the first is the one that was looked for.
        fraction: about how much of the list comes before it, from 0 to 1.

    """

    jobs: list[Cleaning]
    fraction: float


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
    return Spot(await _read(session, listing, limit, None, backwards=True), 1.0)


async def place_of(session: Session, listing: Listing, job: Cleaning) -> float:
    """About how much of a listing comes before a job, from 0 to 1, by the planner's statistics."""
    order = listing.order
    spread = await spread_of(session, order.column)
    return spread.fraction_of(*listing.key_of(job), descending=order.descending)


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
    # before every id of that value, or behind; the end of a day is the beginning of the next one, and not part of it
    number = 2**31 - 1 if order.descending and order.column == "price" else 0
    jobs = await _read(session, listing, limit, _From(value, number, itself=True, typed=typed))
    spot = await _or_the_end(session, listing, limit, jobs, 0.0)
    if not spot.jobs:
        return spot
    return Spot(spot.jobs, await place_of(session, listing, spot.jobs[0]))


async def count(session: Session, listing: Listing) -> Count:
    """How many jobs a listing has: exact up to 10,000, the planner's estimate above."""
    query = conditions(session, listing)
    # in order, so that an index is read: without, the planner may take the table itself while it is freshly written
    column = "created_at" if listing.place is Place.OPEN else "updated_at"
    number = await session.fetch_value(
        f"select count(*) from (select from public.cleanings where {query.where} order by {column}, id "  # noqa: S608
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


async def corrected(session: Session, wanted: Filter) -> Filter | None:
    """The filter with words that open jobs have, for words that none has; None when there is nothing to correct.

    For when a search finds nothing: a typo costs more than a search does.
    """
    text = await session.fetch_value("select public.corrected_text($1)", wanted.text.replace("\0", " "))
    return None if text is None else replace(wanted, text=text)


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
