"""The commands about jobs: list them, post, claim, release, cancel."""

from __future__ import annotations

import argparse
import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from phresh_tui.cli.context import Context, insist
from phresh_tui.cli.output import note, write, write_json, write_table
from phresh_tui.cli.parser import DEFAULT_LIMIT
from phresh_tui.database import cleanings
from phresh_tui.database.cleanings import Listing
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning, Draft, parse_type
from phresh_tui.market.errors import BadInput, JobNotOpen, NoSuchJob
from phresh_tui.market.price import parse_price, show_price
from phresh_tui.market.search import Filter, Place, Sort
from phresh_tui.market.text import age, visible

# rows that are asked for at once
PAGE = 1000


async def list_open(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh jobs``."""
    listing = Listing(Place.OPEN, _filter(arguments), Sort(arguments.sort))
    async with context.reader() as session:
        # one more than is shown tells whether there are more
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
    draft = Draft(
        arguments.name, arguments.description or None, parse_type(arguments.type), parse_price(arguments.price)
    ).checked()
    request = uuid4()
    async with context.session() as session:
        job_id = await insist(lambda: cleanings.post(session, request, draft))
        job = await _job(session, job_id)
    _write_moved("Posted", job, session, arguments.json)
    return 0


async def claim(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh claim``."""

    async def move(session: Session, request: UUID, job: Cleaning) -> None:
        try:
            await cleanings.claim(session, request, job)
        except JobNotOpen as error:
            if error.taken_by != session.handle:
                raise
            raise JobNotOpen(error.what, "you have claimed it yourself", "phresh mine lists what you claimed") from None

    return await _move("Claimed", move, arguments, context)


async def release(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh release``."""

    async def move(session: Session, request: UUID, job: Cleaning) -> None:
        await cleanings.release(session, request, job.id, arguments.reason)

    return await _move("Released", move, arguments, context)


async def cancel(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh cancel``."""

    async def move(session: Session, request: UUID, job: Cleaning) -> None:
        await cleanings.cancel(session, request, job.id, arguments.reason)

    return await _move("Cancelled", move, arguments, context)


async def _move(
    done: str,
    move: Callable[[Session, UUID, Cleaning], Awaitable[None]],
    arguments: argparse.Namespace,
    context: Context,
) -> int:
    request = uuid4()
    async with context.session() as session:
        before = await _job(session, arguments.job_id)
        await insist(lambda: move(session, request, before))
        job = await _job(session, arguments.job_id)
    _write_moved(done, job, session, arguments.json)
    return 0


async def _job(session: Session, job_id: int) -> Cleaning:
    job = await cleanings.one(session, job_id)
    if job is None:
        raise NoSuchJob(f"there is no job {job_id}", "", "phresh jobs lists the open ones")
    return job


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
    lowest, highest = _bound(arguments.min_price), _bound(arguments.max_price)
    if lowest is not None and highest is not None and lowest > highest:
        raise BadInput(
            "no price can be like that", f"{lowest} is more than {highest}", "Lower --min-price or raise --max-price"
        )
    return Filter(arguments.search, parse_type(arguments.type) if arguments.type is not None else None, lowest, highest)


def _bound(text: str | None) -> Decimal | None:
    """A bound of a search, which may be zero where a price may not."""
    if text is None or re.fullmatch(r"\s*0+([.,]0*)?\s*", text):
        return None if text is None else Decimal(0)
    return parse_price(text)


def as_json(job: Cleaning, session: Session) -> dict[str, Any]:
    """A job for a program: text as it is stored, the price as a string so that no digit is lost."""
    return {
        "id": job.id,
        "name": job.name,
        "description": job.description,
        "cleaning_type": str(job.cleaning_type),
        "price": f"{job.price:.2f}",
        "currency": session.market.currency,
        "status": str(job.status),
        "owner": job.owner,
        "claimed_by": job.claimed_by,
        "created_at": job.created_at.isoformat(),
        "updated_at": job.updated_at.isoformat(),
    }


def _write_open(jobs: Sequence[Cleaning], session: Session) -> None:
    now = datetime.now(UTC)
    write_table(
        ("ID", "PER HOUR", "TYPE", "AGE", "POSTED BY", "NAME"),
        [
            (
                str(job.id),
                show_price(job.price, session.market.currency),
                job.cleaning_type.label,
                age(job.created_at, now),
                f"@{job.owner}",
                job.name,
            )
            for job in jobs
        ],
        right=(0, 1, 3),
    )


def _write_mine(
    title: str, heading: str, jobs: Sequence[Cleaning], session: Session, other: Callable[[Cleaning], str]
) -> None:
    if not jobs:
        write(f"{title}: nothing yet.")
        return
    write(f"{title}:")
    now = datetime.now(UTC)
    write_table(
        ("ID", "STATUS", "PER HOUR", "TYPE", "AGE", heading, "NAME"),
        [
            (
                str(job.id),
                str(job.status),
                show_price(job.price, session.market.currency),
                job.cleaning_type.label,
                age(job.created_at, now),
                other(job),
                job.name,
            )
            for job in jobs
        ],
        right=(0, 2, 4),
    )


def _write_moved(done: str, job: Cleaning, session: Session, json: bool) -> None:
    if json:
        write_json(as_json(job, session))
    else:
        price = show_price(job.price, session.market.currency)
        write(f"{done} job {job.id}: {visible(job.name)} ({price} per hour).")


def open_list_arguments() -> argparse.Namespace:
    """What ``phresh jobs`` alone means."""
    return argparse.Namespace(
        json=False, search="", type=None, min_price=None, max_price=None, sort="newest", limit=DEFAULT_LIMIT
    )
