"""What the commands that move a job share: finding it, moving it, and printing it."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias
from uuid import UUID, uuid4

from phresh_tui.cli.context import Context, insist
from phresh_tui.cli.output import write, write_json
from phresh_tui.database import cleanings
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.errors import NoSuchJob
from phresh_tui.market.export import job_record
from phresh_tui.market.member import check_handle
from phresh_tui.market.price import show_price
from phresh_tui.market.text import visible
from phresh_tui.market.words import show_hours

Move: TypeAlias = Callable[[Session, UUID, Cleaning], Awaitable[None]]


async def job_of(session: Session, job_id: int) -> Cleaning:
    """A job by its number.

    Raises:
        NoSuchJob: when there is none.

    """
    job = await cleanings.one(session, job_id)
    if job is None:
        raise NoSuchJob(f"there is no job {job_id}", "", "phresh jobs lists the open ones")
    return job


async def make_move(done: str, move: Move, arguments: argparse.Namespace, context: Context) -> int:
    """Moves the job that was named, and prints how it stands now.

    Args:
        done: what was done to it: ``Claimed``.
        move: is given the job as it was; called again, with the same request id, when an answer is lost.
        arguments: with ``job_id`` and ``json``.
        context: of the command.

    """
    request = uuid4()
    async with context.session() as session:
        before = await job_of(session, arguments.job_id)
        await insist(lambda: move(session, request, before))
        job = await job_of(session, arguments.job_id)
    write_moved(done, job, session, arguments.json)
    return 0


def handle_in(arguments: argparse.Namespace) -> str:
    """The other member's handle, with or without its sign.

    Raises:
        HandleInvalid: when it is no handle.

    """
    return check_handle(arguments.other.removeprefix("@"))


def as_json(job: Cleaning, session: Session) -> dict[str, Any]:
    """A job for a program."""
    return job_record(job, session.market.currency)


def write_moved(done: str, job: Cleaning, session: Session, json: bool) -> None:
    """What became of a job, in one line or as JSON; a job that is done is shown with its total."""
    if json:
        write_json(as_json(job, session))
        return
    currency = session.market.currency
    if job.total is not None and job.hours_worked is not None:
        shown = f"{show_hours(job.hours_worked)}, {show_price(job.total, currency)}"
    else:
        shown = f"{show_price(job.agreed_price or job.price, currency)} per hour"
    write(f"{done} job {job.id}: {visible(job.name)} ({shown}).")
