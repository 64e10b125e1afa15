"""The record: the feed of the market, the history of a job, and a member's own activity."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Status
from phresh_tui.market.member import handle_of
from phresh_tui.market.record import Event

_COLUMNS = (
    "e.cleaning_id, e.version, e.happened_at, e.actor, e.move, e.from_state, e.to_state, e.owner, e.other, e.reason, "
    "e.details"
)


def _event(row: Any) -> Event:  # noqa: ANN401  asyncpg's record
    return Event(
        cleaning_id=row["cleaning_id"],
        version=row["version"],
        happened_at=row["happened_at"],
        actor=handle_of(row["actor"]),
        move=row["move"],
        before=Status(row["from_state"]) if row["from_state"] is not None else None,
        after=Status(row["to_state"]),
        owner=handle_of(row["owner"]),
        other=handle_of(row["other"]) if row["other"] is not None else None,
        reason=row["reason"],
        details=json.loads(row["details"], parse_float=Decimal),
        unread=bool(row.get("unread", False)),
    )


async def feed(session: Session, limit: int = 50, *, after: Event | None = None) -> list[Event]:
    """One page of posted and edited jobs, newest first; every member sees them.

    Args:
        session: the member who looks.
        limit: events at the most.
        after: the last event of the page before.

    """
    anchor, arguments = "", [limit]
    if after is not None:
        anchor = "and (e.happened_at, e.cleaning_id, e.version) < ($2, $3, $4)"
        arguments += [after.happened_at, after.cleaning_id, after.version]  # type: ignore[list-item]
    rows = await session.fetch(
        f"select {_COLUMNS} from public.events e where e.move in ('post', 'edit') {anchor} "  # noqa: S608
        "order by e.happened_at desc, e.cleaning_id desc, e.version desc limit $1",
        *arguments,
    )
    return [_event(row) for row in rows]


async def history(session: Session, job_id: int) -> list[Event]:
    """What happened to a job, oldest first, as far as the member may see it."""
    rows = await session.fetch(
        f"select {_COLUMNS} from public.events e where e.cleaning_id = $1::bigint order by e.version",  # noqa: S608
        job_id,
    )
    return [_event(row) for row in rows]


async def activity(
    session: Session, limit: int = 50, *, after: Event | None = None, unread_only: bool = False
) -> list[Event]:
    """What others did that concerns the member, newest first: their jobs, their claims, the jobs that they offered on.

    Args:
        session: the member who looks.
        limit: events at the most.
        after: the last event of the page before.
        unread_only: leaves out what was read.

    """
    arguments: list[object] = [session.target.user, limit]
    anchor = ""
    if after is not None:
        anchor = "and (e.happened_at, e.cleaning_id, e.version) < ($3, $4, $5)"
        arguments += [after.happened_at, after.cleaning_id, after.version]
    branches = _concerning(_COLUMNS, f"{anchor} {_UNREAD if unread_only else ''}")
    rows = await session.fetch(
        f'with me as (select $1::text collate "C" as login) '  # noqa: S608
        f'select {_COLUMNS}, not exists (select from public.read_events r where r.login = $1::text collate "C" '
        "and r.cleaning_id = e.cleaning_id and r.version = e.version) as unread "
        f"from ({branches}) e order by e.happened_at desc, e.cleaning_id desc, e.version desc limit $2",
        *arguments,
    )
    return [_event(row) for row in rows]


async def unread(session: Session, cap: int = 100) -> tuple[int, Event | None]:
    """How many events `activity` would show as unread, counted up to a cap, and the newest of them."""
    rows = await session.fetch(
        f'with me as (select $1::text collate "C" as login) select {_COLUMNS}, count(*) over () as number, '  # noqa: S608
        f"true as unread from ({_concerning(_COLUMNS, _UNREAD)}) e "
        "order by e.happened_at desc, e.cleaning_id desc, e.version desc limit 1",
        *(session.target.user, cap),
    )
    return (min(int(rows[0]["number"]), cap), _event(rows[0])) if rows else (0, None)


_UNREAD = (
    "and not exists (select from public.read_events r where r.login = me.login "
    "and r.cleaning_id = e.cleaning_id and r.version = e.version)"
)


def _concerning(columns: str, more: str) -> str:
    """What others did that concerns the member ``me``: one branch for each index, each with the limit ``$2``."""
    return " union ".join(
        f"(select {columns} from me, public.events e where {condition} and e.actor <> me.login {more} "  # noqa: S608
        "order by e.happened_at desc, e.cleaning_id desc, e.version desc limit $2)"
        for condition in (
            "e.owner = me.login and e.actor <> e.owner",
            "e.other = me.login",
            (
                "e.move = 'edit' and exists (select from public.offers o "
                "where o.login = me.login and o.cleaning_id = e.cleaning_id and o.made_at <= e.happened_at)"
            ),
        )
    )


async def mark_read(session: Session, event: Event, *, is_read: bool = True, request: UUID | None = None) -> None:
    """Marks an event as read, or as unread again.

    Args:
        session: the member who reads.
        event: what was read.
        is_read: False to make it unread.
        request: id of the request; a new one unless given.

    Raises:
        NoSuchJob: when there is no such event for this member.

    """
    await session.move(
        "select public.mark_read($1, $2, $3, $4)", request or uuid4(), event.cleaning_id, event.version, is_read
    )


async def mark_all_read(session: Session, *, request: UUID | None = None) -> int:
    """Marks all activity as read.

    Args:
        session: the member who reads.
        request: id of the request; a new one unless given.

    Returns:
        How many events were not.

    """
    return int(await session.move("select public.mark_all_read($1)", request or uuid4()))
