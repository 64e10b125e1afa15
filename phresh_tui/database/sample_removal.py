"""Takes sample jobs back, with all that belongs to them."""

from __future__ import annotations

from collections.abc import Callable

import asyncpg

from phresh_tui.database.bell import RING
from phresh_tui.database.connections import Connection, connected
from phresh_tui.database.sample_jobs import PATIENCE
from phresh_tui.database.sample_members import check_operator, sample_mark
from phresh_tui.database.samples import BATCH
from phresh_tui.database.target import Target

# The jobs of sample members in which nobody else has had a hand: whoever moved them, is their cleaner or has an offer.
OURS = """
    owner = any($1) and not exists (
        select from public.events e
        where e.cleaning_id = c.id and not (e.actor = any($1) and coalesce(e.other = any($1), true))
    )
"""
BELONGINGS = ("read_events", "offers", "private_details", "bookings", "reviews", "events", "cleanings")


async def remove_samples(
    operator: Target,
    *,
    progress: Callable[[int, int], None] = lambda *_: None,
    say: Callable[[str], None] = lambda _: None,
) -> int:
    """Takes sample jobs back with all that belongs to them, newest first; where a real member has a hand, they stay.

    Args:
        operator: an operator's account.
        progress: is told how many jobs were looked at, and how many there are.
        say: is told what else takes a moment.

    Returns:
        How many were removed.

    Raises:
        Refused: when the account is no operator's.
        DatabaseUnavailable: when the connection is lost; whole batches are gone.

    """
    async with connected(operator) as connection:
        await check_operator(connection)
        logins = await connection.fetchval(
            "select coalesce(array_agg(login), '{}') from public.members m "
            "join pg_roles r on r.rolname = m.login::name "
            "where m.left_at is null and shobj_description(r.oid, 'pg_authid') = $1",
            await sample_mark(connection),
        )
        say("Looking for sample jobs")
        total = await connection.fetchval("select count(*) from public.cleanings", timeout=PATIENCE)
        if total and await _all_at_once(connection, logins):
            return int(total)
        removed, before = 0, 2**31 - 1
        while rows := await connection.fetch(
            "select id from public.cleanings where id < $1 order by id desc limit $2", before, BATCH
        ):
            before = rows[-1]["id"]
            removed += await _remove(connection, logins, [row["id"] for row in rows])
            progress(min(removed, total), total)
        await connection.execute("vacuum (analyze) public.cleanings", timeout=PATIENCE)
        await connection.execute(RING)
    return removed


async def _all_at_once(connection: Connection, logins: list[str]) -> bool:
    """Empties a market in which there is nothing else; whether that went."""
    tables = ", ".join(f"public.{name}" for name in BELONGINGS)
    async with connection.transaction():
        try:
            await connection.execute(f"set local lock_timeout = '5s'; lock table {tables} in access exclusive mode")
        except asyncpg.LockNotAvailableError:
            return False
        if await connection.fetchval(
            f"select exists (select from public.cleanings c where not ({OURS}))",  # noqa: S608  our own words
            logins,
            timeout=PATIENCE,
        ):
            return False
        # no job is left that has them
        await connection.execute(f"truncate {tables}, public.words")
    return True


async def _remove(connection: Connection, logins: list[str], numbers: list[int]) -> int:
    async with connection.transaction():
        # nobody claims one of them between the look and the removal
        ours = await connection.fetch(
            f"select id from public.cleanings c where id = any($2) and {OURS} for update",  # noqa: S608  our own words
            logins,
            numbers,
        )
        gone = [row["id"] for row in ours]
        for table in BELONGINGS:
            column = "id" if table == "cleanings" else "cleaning_id"
            await connection.execute(f"delete from public.{table} where {column} = any($1)", gone)  # noqa: S608
    return len(gone)
