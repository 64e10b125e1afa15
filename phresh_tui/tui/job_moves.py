"""Each move of a job as a step: how it is sent, what is told of it, and how it is undone."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from phresh_tui.database import cleanings
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.text import visible
from phresh_tui.tui.moves import Step, Undo

if TYPE_CHECKING:
    from phresh_tui.market.record import Offer


def shown_name(job: Cleaning) -> str:
    """Its name, safe for a terminal."""
    return visible(job.name)


def _named(job: Cleaning) -> str:
    return f"“{visible(job.name)}”"


def _undo(move: str, job: Cleaning, done: str, handle: str | None = None) -> Undo:
    async def undo(session: Session, request: UUID) -> None:
        await cleanings.undo(session, request, job.id, handle)

    return Undo(move, f"of {_named(job)}", job.id, undo, done)


def claim(job: Cleaning) -> Step:
    """Takes an open job at the price that was shown."""

    async def send(session: Session, request: UUID) -> None:
        await cleanings.claim(session, request, job)

    async def give_back(session: Session, request: UUID) -> None:
        await cleanings.release(session, request, job.id)

    name = _named(job)
    undo = Undo("claim", f"of {name}", job.id, give_back, f"{name} is open again.")
    return Step(job, "The claim", send, f"{name} is yours. u takes it back, m shows your jobs.", "Not claimed", undo)


def release(job: Cleaning, reason: str | None = None) -> Step:
    """Opens a claimed job again, as its cleaner or its owner; a reason is needed five minutes after the claim."""

    async def send(session: Session, request: UUID) -> None:
        await cleanings.release(session, request, job.id, reason)

    name = _named(job)
    undo = _undo("release", job, f"{name} is claimed again.")
    return Step(job, "The release", send, f"{name} is open again.", "Not released", undo)


def cancel(job: Cleaning, reason: str | None) -> Step:
    """Takes one's own job back; the reason is needed."""

    async def send(session: Session, request: UUID) -> None:
        await cleanings.cancel(session, request, job.id, reason or "")

    name = _named(job)
    undo = _undo("cancellation", job, f"{name} is open again.")
    return Step(job, "The cancellation", send, f"{name} is cancelled.", "Not cancelled", undo)


def withdraw(job: Cleaning) -> Step:
    """Takes one's own offer back."""

    async def send(session: Session, request: UUID) -> None:
        from phresh_tui.database import offers

        await offers.withdraw(session, request, job.id)

    name = _named(job)

    async def put_back(session: Session, request: UUID) -> None:
        await cleanings.undo(session, request, job.id)

    undo = Undo("withdrawal", f"from {name}", job.id, put_back, f"Your offer on {name} stands again.")
    return Step(job, "The withdrawal", send, f"Your offer on {name} is withdrawn.", "Not withdrawn", undo)


def accept(job: Cleaning, offer: Offer) -> Step:
    """Gives one's own job to an offerer, at the price that was shown."""

    async def send(session: Session, request: UUID) -> None:
        from phresh_tui.database import offers

        await offers.accept(session, request, offer)

    return Step(job, "The acceptance", send, f"@{offer.handle} has {_named(job)} now.", "Not accepted")


def decline(job: Cleaning, offer: Offer) -> Step:
    """Says no to an offer on one's own job."""

    async def send(session: Session, request: UUID) -> None:
        from phresh_tui.database import offers

        await offers.decline(session, request, job.id, offer.handle)

    name = _named(job)

    async def take_back(session: Session, request: UUID) -> None:
        await cleanings.undo(session, request, job.id, offer.handle)

    undo = Undo(
        "“no”", f"to @{offer.handle}", job.id, take_back, f"The offer of @{offer.handle} on {name} stands again."
    )
    return Step(job, "The answer", send, f"The offer of @{offer.handle} on {name} is declined.", "Not declined", undo)


def confirm(job: Cleaning) -> Step:
    """Closes one's own job that is done."""

    async def send(session: Session, request: UUID) -> None:
        await cleanings.confirm(session, request, job.id)

    return Step(job, "The confirmation", send, f"{_named(job)} is confirmed.", "Not confirmed")


def send_back(job: Cleaning, reason: str) -> Step:
    """Returns one's own job to its cleaner, who says that it is done."""

    async def send(session: Session, request: UUID) -> None:
        await cleanings.send_back(session, request, job.id, reason)

    return Step(job, "The answer", send, f"{_named(job)} went back to @{job.claimed_by}.", "Not sent back")
