"""The commands about the work: finish, confirm, send back, review, report a no-show, and think again."""

from __future__ import annotations

import argparse
from uuid import UUID, uuid4

from phresh_tui.cli.arguments import ASPECTS
from phresh_tui.cli.context import Context, insist
from phresh_tui.cli.moves import as_json, handle_in, job_of, make_move
from phresh_tui.cli.output import write, write_json
from phresh_tui.database import cleanings, people
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning, parse_hours
from phresh_tui.market.text import visible


async def finish(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh finish``."""
    # checked before anything is started
    hours = parse_hours(arguments.hours, "hours_worked")

    async def move(session: Session, request: UUID, job: Cleaning) -> None:
        await cleanings.finish(session, request, job.id, hours)

    return await make_move("Finished", move, arguments, context)


async def confirm(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh confirm``."""

    async def move(session: Session, request: UUID, job: Cleaning) -> None:
        await cleanings.confirm(session, request, job.id)

    return await make_move("Confirmed", move, arguments, context)


async def send_back(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh send-back``."""

    async def move(session: Session, request: UUID, job: Cleaning) -> None:
        await cleanings.send_back(session, request, job.id, arguments.reason)

    return await make_move("Sent back", move, arguments, context)


async def undo(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh undo``."""
    handle = None if arguments.other is None else handle_in(arguments)
    request = uuid4()
    async with context.session() as session:
        await job_of(session, arguments.job_id)
        undone = await insist(lambda: cleanings.undo(session, request, arguments.job_id, handle))
        job = await job_of(session, arguments.job_id)
    if arguments.json:
        write_json({**as_json(job, session), "undone": undone})
    else:
        write(f"Undone: {undone} on job {job.id}: {visible(job.name)}, which is {job.status}.")
    return 0


async def review(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh review``."""
    given = {"overall": arguments.stars} | {aspect: getattr(arguments, aspect) for aspect in ASPECTS[1:]}
    stars = {aspect: number for aspect, number in given.items() if number is not None}
    request = uuid4()
    async with context.session() as session:
        job = await job_of(session, arguments.job_id)
        subject = await insist(
            lambda: people.review(session, request, job.id, stars, arguments.headline, arguments.comment)
        )
    if arguments.json:
        write_json({"id": job.id, "subject": subject})
    else:
        write(f"Reviewed @{subject} for job {job.id}: {visible(job.name)}.")
    return 0


async def no_show(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh no-show``."""
    handle = handle_in(arguments)
    request = uuid4()
    async with context.session() as session:
        job = await job_of(session, arguments.job_id)
        await insist(
            lambda: people.report_no_show(session, request, job.id, handle, arguments.headline, arguments.comment)
        )
    if arguments.json:
        write_json({"id": job.id, "subject": handle})
    else:
        write(f"Said that @{handle} did not come to job {job.id}: {visible(job.name)}.")
    return 0
