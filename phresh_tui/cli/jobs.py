"""The commands about jobs: list them, post, edit, claim, release, cancel."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from phresh_tui.cli.arguments import DEFAULT_LIMIT
from phresh_tui.cli.context import Context, insist
from phresh_tui.cli.moves import as_json, job_of, make_move, write_moved
from phresh_tui.cli.output import cells, note, write, write_json, write_table
from phresh_tui.cli.typed import parse_booking, parse_start
from phresh_tui.database import cleanings
from phresh_tui.database.cleanings import Listing
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Booking, Cleaning, CleaningType, Draft, parse_hours, parse_type
from phresh_tui.market.errors import BadInput, JobNotOpen
from phresh_tui.market.price import parse_price, show_price
from phresh_tui.market.query import parse_query
from phresh_tui.market.search import MYSELF, Filter, Place, Sort
from phresh_tui.market.text import age, visible
from phresh_tui.market.when import local_now
from phresh_tui.market.words import show_moment

# rows that are asked for at once
PAGE = 1000


async def list_open(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh jobs``."""
    listing = Listing(Place.OPEN, _filter(arguments), Sort(arguments.sort))
    # that is about somebody: without a name nobody has anything booked
    is_mine = listing.wanted.owner == MYSELF or listing.wanted.free_only
    async with context.session() if is_mine else context.reader() as session:
        # one more than is shown tells whether there are more
        jobs = await _read(session, listing, arguments.limit + 1)
        if not jobs and listing.wanted.text:
            better = await cleanings.corrected(session, listing.wanted)
            if better is not None:
                note(f"Nothing has {listing.wanted.text!r}; these have {better.text!r}.")
                listing = listing._replace(wanted=better)
                jobs = await _read(session, listing, arguments.limit + 1)
        more = len(jobs) > arguments.limit
        counted = await cleanings.count(session, listing) if more else None
    jobs = jobs[: arguments.limit]
    if arguments.json:
        write_json([as_json(job, session) for job in jobs])
    elif jobs:
        _write_open(jobs, session)
    if counted is not None:
        about = "" if counted.exact else "about "
        note(f"{len(jobs):,} of {about}{counted.number:,} open jobs; --limit N shows more.")
    elif not jobs:
        note("There are no open jobs." if listing.wanted.is_empty else "No open job is like that.")
    return 0


async def list_mine(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh mine``."""
    async with context.session() as session:
        posted = await _read(session, Listing(Place.POSTED))
        claimed = await _read(session, Listing(Place.CLAIMED))
    if arguments.json:
        write_json({
            "member": session.handle,
            "posted": [as_json(job, session) for job in posted],
            "claimed": [as_json(job, session) for job in claimed],
        })  # fmt: skip
        return 0
    _write_mine("Posted", "CLAIMED BY", posted, session, lambda job: f"@{job.claimed_by}" if job.claimed_by else "")
    write("")
    _write_mine("Claimed", "POSTED BY", claimed, session, lambda job: f"@{job.owner}")
    return 0


async def post(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh post``."""
    # checked before anything is started
    draft = _changed(
        Draft(arguments.name, None, parse_type(arguments.type), parse_price(arguments.price)), arguments
    ).checked()
    request = uuid4()
    async with context.session() as session:
        job_id = await insist(lambda: cleanings.post(session, request, draft))
        job = await job_of(session, job_id)
    write_moved("Posted", job, session, arguments.json)
    return 0


async def edit(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh edit``."""
    names = ("name", "description", "type", "price", "area", "start", "hours", "booking")
    if all(getattr(arguments, name) is None for name in names):
        raise BadInput("nothing is to be changed", "", "Name what: phresh edit --help lists it")
    # checked before anything is started
    _changed(Draft("a job", None, CleaningType.SPOT_CLEAN, Decimal(1)), arguments).checked()

    async def move(session: Session, request: UUID, job: Cleaning) -> None:
        draft = Draft(
            *(job.name, job.description, job.cleaning_type, job.price),
            *(job.area, job.starts_at, job.hours, job.booking),
        )
        await cleanings.edit(session, request, job.id, _changed(draft, arguments))

    return await make_move("Changed", move, arguments, context)


def _changed(draft: Draft, arguments: argparse.Namespace) -> Draft:
    """The draft with what was named on the command line; an empty area, start, hours or description takes it away."""
    if arguments.name is not None:
        draft = draft._replace(name=arguments.name)
    if arguments.description is not None:
        draft = draft._replace(description=arguments.description or None)
    if arguments.type is not None:
        draft = draft._replace(cleaning_type=parse_type(arguments.type))
    if arguments.price is not None:
        draft = draft._replace(price=parse_price(arguments.price))
    if arguments.area is not None:
        draft = draft._replace(area=arguments.area or None)
    if arguments.start is not None:
        draft = draft._replace(starts_at=parse_start(arguments.start))
    if arguments.hours is not None:
        draft = draft._replace(hours=parse_hours(arguments.hours, "hours") if arguments.hours.strip() else None)
    if arguments.booking is not None:
        draft = draft._replace(booking=parse_booking(arguments.booking))
    return draft


async def claim(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh claim``."""

    async def move(session: Session, request: UUID, job: Cleaning) -> None:
        try:
            await cleanings.claim(session, request, job)
        except JobNotOpen as error:
            if error.taken_by != session.handle:
                raise
            raise JobNotOpen(error.what, "you have claimed it yourself", "phresh mine lists what you claimed") from None

    return await make_move("Claimed", move, arguments, context)


async def release(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh release``."""

    async def move(session: Session, request: UUID, job: Cleaning) -> None:
        await cleanings.release(session, request, job.id, arguments.reason)

    return await make_move("Released", move, arguments, context)


async def cancel(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh cancel``."""

    async def move(session: Session, request: UUID, job: Cleaning) -> None:
        await cleanings.cancel(session, request, job.id, arguments.reason)

    return await make_move("Cancelled", move, arguments, context)


async def _read(session: Session, listing: Listing, limit: int | None = None) -> list[Cleaning]:
    """All jobs of a listing, or the first so many, page by page."""
    jobs: list[Cleaning] = []
    while limit is None or len(jobs) < limit:
        size = PAGE if limit is None else min(PAGE, limit - len(jobs))
        page = await cleanings.page(session, listing, size, after=jobs[-1] if jobs else None)
        jobs += page
        if len(page) < size:
            break
    return jobs


def _filter(arguments: argparse.Namespace) -> Filter:
    parsed = parse_query(arguments.search, local_now())
    if parsed.problems:
        problem = parsed.problems[0]
        before, wrong = arguments.search[: problem.start], arguments.search[problem.start : problem.end]
        # the query with a mark under what is wrong in it
        note(f"        {arguments.search}")
        note(f"        {' ' * cells(visible(before))}{'^' * max(cells(visible(wrong)), 1)}")
        raise BadInput(problem.message.removesuffix("."))
    wanted = parsed.filter
    given = {
        "cleaning_type": parse_type(arguments.type) if arguments.type is not None else None,
        "min_price": _bound(arguments.min_price),
        "max_price": _bound(arguments.max_price),
    }
    wanted = wanted._replace(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]  # each its own
    lowest, highest = wanted.min_price, wanted.max_price
    if lowest is not None and highest is not None and lowest > highest:
        raise BadInput(
            "no price can be like that", f"{lowest} is more than {highest}", "Lower --min-price or raise --max-price"
        )
    return wanted


def _bound(text: str | None) -> Decimal | None:
    """A bound of a search, which may be zero where a price may not."""
    if text is None or re.fullmatch(r"\s*0+([.,]0*)?\s*", text):
        return None if text is None else Decimal(0)
    return parse_price(text)


def _write_open(jobs: Sequence[Cleaning], session: Session) -> None:
    now = datetime.now(UTC)
    columns: list[tuple[str, Callable[[Cleaning], str]]] = [
        ("ID", lambda job: str(job.id)),
        ("PER HOUR", lambda job: show_price(job.price, session.market.currency)),
        ("TYPE", lambda job: job.cleaning_type.label),
        ("AGE", lambda job: age(job.created_at, now)),
        *_start(jobs),
    ]
    if any(job.booking is not Booking.INSTANTLY for job in jobs):
        columns.append(("BOOKED", lambda job: job.booking.label))
    columns += [("POSTED BY", lambda job: f"@{job.owner}"), ("NAME", _name)]
    _write_columns(columns, jobs, right=(0, 1, 3))


def _start(jobs: Sequence[Cleaning]) -> list[tuple[str, Callable[[Cleaning], str]]]:
    """The column of starts, when there is one."""
    if not any(job.starts_at for job in jobs):
        return []
    return [("START", lambda job: "" if job.starts_at is None else show_moment(job.starts_at))]


def _name(job: Cleaning) -> str:
    """The name, and the area unless the name says it; text in any direction belongs into the last column."""
    return job.name if job.area is None or job.area in job.name else f"{job.name} · {job.area}"


def _write_columns(
    columns: Sequence[tuple[str, Callable[[Cleaning], str]]], jobs: Sequence[Cleaning], right: Sequence[int]
) -> None:
    write_table([heading for heading, _ in columns], [[cell(job) for _, cell in columns] for job in jobs], right=right)


def _write_mine(
    title: str, heading: str, jobs: Sequence[Cleaning], session: Session, other: Callable[[Cleaning], str]
) -> None:
    if not jobs:
        write(f"{title}: nothing yet.")
        return
    write(f"{title}:")
    now = datetime.now(UTC)
    columns: list[tuple[str, Callable[[Cleaning], str]]] = [
        ("ID", lambda job: str(job.id)),
        ("STATUS", lambda job: str(job.status)),
        ("PER HOUR", lambda job: show_price(job.agreed_price or job.price, session.market.currency)),
        ("TYPE", lambda job: job.cleaning_type.label),
        ("AGE", lambda job: age(job.created_at, now)),
        *_start(jobs),
    ]
    if any(job.total is not None for job in jobs):
        columns.append(
            ("TOTAL", lambda job: "" if job.total is None else show_price(job.total, session.market.currency))
        )
    columns += [(heading, other), ("NAME", _name)]
    _write_columns(columns, jobs, right=(0, 2, 4))


def open_list_arguments() -> argparse.Namespace:
    """What ``phresh jobs`` alone means."""
    return argparse.Namespace(
        json=False, search="", type=None, min_price=None, max_price=None, sort="newest", limit=DEFAULT_LIMIT
    )
