"""The commands about the record: the feed, the history of a job, and one's own activity."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

from phresh_tui.cli.context import Context, insist
from phresh_tui.cli.moves import job_of
from phresh_tui.cli.output import note, write_json, write_table
from phresh_tui.database import cleanings, events
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.export import event_record
from phresh_tui.market.record import Event
from phresh_tui.market.text import age
from phresh_tui.market.words import said, show_moment


async def history(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh history``."""
    async with context.reader() as session:
        job = await job_of(session, arguments.job_id)
        found = await events.history(session, job.id)
    if arguments.json:
        write_json([event_record(event) for event in found])
        return 0
    write_table(
        ("WHEN", "WHO", "WHAT"),
        [(show_moment(event.happened_at), f"@{event.actor}", said(event, session.market.currency)) for event in found],
    )
    return 0


async def feed(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh feed``."""
    async with context.reader() as session:
        found = await events.feed(session, arguments.limit)
        jobs = await cleanings.by_id(session, [event.cleaning_id for event in found])
    if arguments.json:
        write_json([{**event_record(event), "name": jobs[event.cleaning_id].name} for event in found])
    elif found:
        _write_events(found, jobs, session)
    else:
        note("Nothing was posted yet.")
    return 0


async def activity(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh activity``."""
    async with context.session() as session:
        found = await events.activity(session, arguments.limit, unread_only=arguments.unread)
        jobs = await cleanings.by_id(session, [event.cleaning_id for event in found])
        marked = None
        if arguments.mark_read:
            request = uuid4()
            marked = await insist(lambda: events.mark_all_read(session, request=request))
    if arguments.json:
        write_json(
            [
                event_record(event) | {"name": jobs[event.cleaning_id].name, "unread": arguments.unread or event.unread}
                for event in found
            ]
        )
    elif found:
        _write_events(found, jobs, session)
    else:
        note("There is nothing that you have not read." if arguments.unread else "Nobody else did anything yet.")
    if marked is not None:
        note(f"{marked:,} marked as read.")
    return 0


def _write_events(found: Sequence[Event], jobs: dict[int, Cleaning], session: Session) -> None:
    now = datetime.now(UTC)
    new = any(event.unread for event in found)
    write_table(
        (*(("NEW",) if new else ()), "ID", "AGE", "WHO", "WHAT"),
        [
            (
                *(("*" if event.unread else "",) if new else ()),
                str(event.cleaning_id),
                age(event.happened_at, now),
                f"@{event.actor}",
                f"{said(event, session.market.currency)} | {jobs[event.cleaning_id].name}",
            )
            for event in found
        ],
        right=(1, 2) if new else (0, 1),
    )
