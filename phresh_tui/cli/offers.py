"""The commands about offers: make one, list them, withdraw, accept, decline."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from phresh_tui.cli.context import Context, insist
from phresh_tui.cli.moves import handle_in, job_of, make_move
from phresh_tui.cli.output import note, write, write_json, write_table
from phresh_tui.database import offers
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning, Status
from phresh_tui.market.errors import JobNotOpen, NoSuchOffer, NotYours
from phresh_tui.market.export import offer_record
from phresh_tui.market.price import parse_price, show_price
from phresh_tui.market.record import Offer, OfferStatus
from phresh_tui.market.text import age, visible


def as_json(offer: Offer, session: Session) -> dict[str, Any]:
    """An offer for a program."""
    return offer_record(offer, session.market.currency)


async def list_all(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh offers``."""
    async with context.session() as session:
        job = await job_of(session, arguments.job_id)
        found = await offers.on_job(session, job.id)
    if arguments.json:
        write_json([as_json(offer, session) for offer in found])
    elif found:
        now = datetime.now(UTC)
        write_table(
            ("PER HOUR", "STATUS", "AGE", "OFFERED BY", "MESSAGE"),
            [
                (
                    show_price(offer.price, session.market.currency),
                    _status(offer, job),
                    age(offer.updated_at, now),
                    f"@{offer.handle}",
                    offer.message,
                )
                for offer in found
            ],
            right=(0, 2),
        )
    else:
        whose = "There are no offers" if job.owner == session.handle else "You have no offer"
        note(f"{whose} on job {job.id}.")
    return 0


def _status(offer: Offer, job: Cleaning) -> str:
    stands_by = offer.status is OfferStatus.LIVE and job.status is not Status.OPEN
    return "stands by" if stands_by else str(offer.status)


async def offer(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh offer``."""
    # checked before anything is started
    price = parse_price(arguments.price)
    request = uuid4()
    async with context.session() as session:
        job = await job_of(session, arguments.job_id)
        await insist(lambda: offers.make(session, request, job.id, price, arguments.message))
        mine = await _offer_of(session, job.id, session.handle)
    if arguments.json:
        write_json(as_json(mine, session))
    else:
        shown = show_price(mine.price, session.market.currency)
        write(f"Offered to do job {job.id}: {visible(job.name)} ({shown} per hour).")
    return 0


async def withdraw(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh withdraw``."""
    request = uuid4()
    async with context.session() as session:
        job = await job_of(session, arguments.job_id)
        await insist(lambda: offers.withdraw(session, request, job.id))
        mine = await _offer_of(session, job.id, session.handle)
    if arguments.json:
        write_json(as_json(mine, session))
    else:
        write(f"Withdrew your offer on job {job.id}: {visible(job.name)}.")
    return 0


async def accept(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh accept``."""
    handle = handle_in(arguments)
    seen: list[Offer] = []

    async def move(session: Session, request: UUID, job: Cleaning) -> None:
        if not seen:
            seen.append(await _live_offer(session, job, handle))
        # the same price when it is asked again: whatever happened meanwhile, it is the same request
        await offers.accept(session, request, seen[0])

    return await make_move(f"Accepted @{handle} for", move, arguments, context)


async def _live_offer(session: Session, job: Cleaning, handle: str) -> Offer:
    """The offer that is to be accepted; the database says no for the same reasons, and is asked for its price only."""
    if job.owner != session.handle:
        raise NotYours(f"job {job.id} was posted by somebody else", "", f"Only @{job.owner} can do that")
    if job.status is not Status.OPEN:
        taken = job.claimed_by or ""
        raise JobNotOpen(f"job {job.id} is {job.status}", f"@{taken} has it" if taken else "", taken_by=taken)
    offer = await _offer_of(session, job.id, handle)
    if offer.status is not OfferStatus.LIVE:
        raise NoSuchOffer(
            f"there is no offer of @{handle} on job {job.id}",
            f"it was {offer.status}",
            f"See phresh offers {job.id}",
        )
    return offer


async def _offer_of(session: Session, job_id: int, handle: str) -> Offer:
    for offer in await offers.on_job(session, job_id):
        if offer.handle == handle:
            return offer
    raise NoSuchOffer(f"there is no offer of @{handle} on job {job_id}", "", f"See phresh offers {job_id}")


async def decline(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh decline``."""
    handle = handle_in(arguments)
    request = uuid4()
    async with context.session() as session:
        job = await job_of(session, arguments.job_id)
        await insist(lambda: offers.decline(session, request, job.id, handle))
        declined = await _offer_of(session, job.id, handle)
    if arguments.json:
        write_json(as_json(declined, session))
    else:
        write(f"Declined the offer of @{handle} on job {job.id}: {visible(job.name)}.")
    return 0
