"""Offers on jobs that are booked by offer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from phresh_tui.database.session import Session
from phresh_tui.market.member import handle_of
from phresh_tui.market.price import check_price
from phresh_tui.market.record import Offer, OfferStatus

_COLUMNS = "cleaning_id, login, price, message, status, made_at, updated_at"


def _offer(row: Any) -> Offer:  # noqa: ANN401  asyncpg's record
    return Offer(
        row["cleaning_id"],
        handle_of(row["login"]),
        row["price"],
        row["message"],
        OfferStatus(row["status"]),
        row["made_at"],
        row["updated_at"],
    )


async def on_job(session: Session, job_id: int) -> list[Offer]:
    """The offers on a job that the member may see: all on an own job, else only their own; cheapest first."""
    rows = await session.fetch(
        f"select {_COLUMNS} from public.offers where cleaning_id = $1::bigint order by price, made_at, login",  # noqa: S608
        job_id,
    )
    return [_offer(row) for row in rows]


async def of_member(session: Session, limit: int = 100) -> list[Offer]:
    """The member's own offers, last changed first."""
    rows = await session.fetch(
        f'select {_COLUMNS} from public.offers where login = $1::text collate "C" '  # noqa: S608
        "order by updated_at desc, cleaning_id desc limit $2",
        session.target.user,
        limit,
    )
    return [_offer(row) for row in rows]


async def make(session: Session, request: UUID, job_id: int, price: Decimal, message: str = "") -> None:
    """Offers to do a job, or changes that offer.

    Raises:
        BadInput: for a price or a message that breaks a rule.
        OwnJob, JobNotOpen, WrongBooking, NoSuchJob: nothing was changed then.

    """
    await session.move("select public.make_offer($1, $2, $3, $4)", request, job_id, check_price(price), message)


async def withdraw(session: Session, request: UUID, job_id: int) -> None:
    """Takes one's own offer back.

    Raises:
        NoSuchOffer, JobNotOpen, NoSuchJob: nothing was changed then.

    """
    await session.move("select public.withdraw_offer($1, $2)", request, job_id)


async def accept(session: Session, request: UUID, offer: Offer) -> None:
    """Gives one's own job to an offerer, at the price that was shown.

    Raises:
        PriceChanged: with what the offer is now.
        NoSuchOffer, JobNotOpen, NotYours, TimeOverlaps: nothing was changed then.

    """
    await session.move(
        "select public.accept_offer($1, $2, $3, $4)", request, offer.cleaning_id, offer.handle, offer.price
    )


async def decline(session: Session, request: UUID, job_id: int, handle: str) -> None:
    """Says no to an offer on one's own job.

    Raises:
        NoSuchOffer, JobNotOpen, NotYours: nothing was changed then.

    """
    await session.move("select public.decline_offer($1, $2, $3)", request, job_id, handle)
