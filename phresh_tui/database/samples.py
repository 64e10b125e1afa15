"""Sample jobs of sample members, so that there is something to look at; made by an operator's account."""

from __future__ import annotations

import asyncio
import math
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

import asyncpg

from phresh_tui.database.bell import RING
from phresh_tui.database.connections import Connection, connected
from phresh_tui.database.sample_jobs import (
    HANDLES,
    ORDER_WORDS,
    PATIENCE,
    POST_JOBS,
    RECORD,
    SAME,
    Draw,
    lay_out,
    write,
)
from phresh_tui.database.sample_members import check_operator, sample_member
from phresh_tui.database.target import Target

# jobs that are committed together: whoever stops the program has these or none of them
BATCH = 5_000
# an empty market gets at least so many in one transaction, without indexes that would grow row by row
AT_ONCE = 20_000
# how many of them go into one statement there, so that a bar can move
CHUNK = SAME
# writes the texts of a job that are searched
SEARCH_TEXTS = "trigger write_search_texts"
# processes that build an index besides the session's own: one for each core that is left, as far as that helps
WORKERS = min(max((os.cpu_count() or 2) - 1, 1), 3)
# Of an entry that is sorted so many bytes are in memory. What is sorted comes from the disk in strips of this size, one
# for each part that did not fit: MERGE_BUFFER_SIZE and two blocks, in PostgreSQL's tuplesort.c.
ENTRY, STRIP = 90, 272 * 1024
# whether nobody has said how many processes read a table
NO_WORKERS = """
    select not exists (select from pg_options_to_table(reloptions) where option_name = 'parallel_workers')
    from pg_class where oid = $1::text::regclass
"""
# whether a table of the operator's refers to one that is filled: such a one cannot be emptied
REFERENCED = """
    select exists (
        select from pg_constraint where contype = 'f'
            and confrelid in ('public.cleanings'::regclass, 'public.events'::regclass, 'public.words'::regclass)
    )
"""
TIDY_BATCHES = ("vacuum (analyze) public.cleanings", "vacuum (analyze) public.events")


async def add_samples(
    operator: Target,
    number: int,
    *,
    seed: int = 1,
    progress: Callable[[int, int], None] = lambda *_: None,
    say: Callable[[str], None] = lambda _: None,
    kept: Callable[[int], None] = lambda _: None,
) -> int:
    """Posts sample jobs, oldest first.

    An empty market gets many in one transaction: nobody else sees a job, or may look at the table, before all are there
    with their indexes, and none is when it is stopped. Otherwise they come in batches that are committed one by one.

    Args:
        operator: an operator's account.
        number: of jobs.
        seed: the same one makes the same jobs; only their times depend on when they are made.
        progress: is told how many are posted, and how many there will be.
        say: is told what else takes a moment.
        kept: is told how many stay when it is stopped now.

    Returns:
        How many were posted.

    Raises:
        Refused: when the account is no operator's.
        DatabaseUnavailable: when the connection is lost; whole batches stay.

    """
    async with connected(operator) as connection:
        await check_operator(connection)
        progress(0, number)
        logins = [await sample_member(connection, handle) for handle in HANDLES]
        draw = Draw(number, seed, datetime.now(UTC), logins)
        await _get_ready(connection, draw)
        filled = number >= AT_ONCE and await _at_once(operator, connection, draw, progress, say, kept)
        if not filled:
            before = await _reserve(connection, number)
            for first, last in draw.parts(BATCH):
                async with _committed(connection, partial(kept, last)):
                    await write(connection, draw, first, last, before, POST_JOBS, RECORD)
                progress(last, number)
        if not filled:
            # the planner's estimates are what a long list shows as its length
            say("Tidying up")
            for tidy in TIDY_BATCHES:
                await connection.execute(tidy, timeout=PATIENCE)
        await connection.execute(RING)
    return number


@asynccontextmanager
async def _committed(connection: Connection, tell: Callable[[], None] = lambda: None) -> AsyncIterator[None]:
    """A transaction whose commit is waited for once it is under way, and told, whatever stops the program."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield
    except BaseException:
        await transaction.rollback()
        raise
    commit = asyncio.ensure_future(transaction.commit())
    try:
        await asyncio.shield(commit)
    finally:
        # it goes on when the program is stopped meanwhile
        await commit
        tell()


async def _get_ready(connection: Connection, draw: Draw) -> None:
    # the kinds of jobs are read again and again, and take 20 MB
    await connection.execute("set temp_buffers = '64MB'")
    await lay_out(connection, draw.logins, draw.seed)
    # the plan of a statement that runs for a moment is not worth compiling
    await connection.execute("set jit = off")


async def _reserve(connection: Connection, number: int) -> int:
    """Takes so many ids at once; gives the one before them."""
    return int(
        await connection.fetchval(
            "select setval(ids, nextval(ids) + $1 - 1) - $1 "
            "from (select pg_get_serial_sequence('public.cleanings', 'id')::regclass as ids) sequence",
            number,
        )
    )


async def _at_once(
    operator: Target,
    connection: Connection,
    draw: Draw,
    progress: Callable[[int, int], None],
    say: Callable[[str], None],
    kept: Callable[[int], None],
) -> bool:
    """Fills a market that is empty; whether it was.

    Two sessions share the work, each in one transaction: one writes the jobs, the other their record. The record is
    committed first. Should the program be killed between the two commits, it is the record of jobs that are not there,
    and goes away here the next time.
    """
    is_filled = False
    async with connected(operator) as other:
        await _get_ready(other, draw)
        async with _committed(connection, lambda: kept(draw.number if is_filled else 0)), _committed(other):
            try:
                for session, tables in ((connection, "public.cleanings"), (other, "public.events, public.words")):
                    await session.execute(
                        f"set local lock_timeout = '5s'; lock table {tables} in access exclusive mode"
                    )
            except asyncpg.LockNotAvailableError:
                # somebody reads or writes at this moment: batches disturb nobody
                return False
            if (
                await connection.fetchval("select exists (select from public.cleanings)")
                or await connection.fetchval(REFERENCED)
                or await other.fetchval(
                    "select exists (select from public.events where not actor = any($1))", draw.logins
                )
            ):
                return False
            before = await _reserve(connection, draw.number)
            # the texts that are searched come along, made once for each kind of job
            await connection.execute(f"alter table public.cleanings disable {SEARCH_TEXTS}")
            is_nearly_done = asyncio.Event()
            beside = {
                record := asyncio.ensure_future(
                    _fill(other, {"events": RECORD, "words": ORDER_WORDS}, draw, before, workers=0)
                ),
                asyncio.ensure_future(_write_out(operator, is_nearly_done)),
            }
            try:
                await _fill(
                    connection, {"cleanings": POST_JOBS}, draw, before,
                    workers=WORKERS, progress=progress, say=say, is_nearly_done=is_nearly_done,
                )  # fmt: skip
                await record
            finally:
                for task in beside:
                    task.cancel()
                await asyncio.wait(beside)
            await connection.execute(f"alter table public.cleanings enable {SEARCH_TEXTS}")
            is_filled = True
    return is_filled


async def _fill(
    connection: Connection,
    tables: dict[str, str],
    draw: Draw,
    before: int,
    *,
    workers: int,
    progress: Callable[[int, int], None] = lambda *_: None,
    say: Callable[[str], None] = lambda _: None,
    is_nearly_done: asyncio.Event | None = None,
) -> None:
    """Writes tables by their statements; builds their indexes when all rows are there, with so many processes besides.

    Sets ``is_nearly_done`` when only three are left, which is long enough for a checkpoint. The large one of the words
    is among those before.
    """
    # files of this transaction's own vanish with it; a server with wal_level = minimal writes them once, not twice
    await connection.execute(f"truncate {', '.join(f'public.{table}' for table in tables)}")
    indexes = [index for table in tables for index in await _indexes(connection, table)]
    for index in indexes:
        await connection.execute(index["drop"])
    for first, last in draw.parts(CHUNK):
        await write(connection, draw, first, last, before, *tables.values())
        progress(last, draw.number)
    # now, while the other session still writes
    for table in tables:
        await _analyze(connection, table)
    await connection.execute(
        f"set local max_parallel_maintenance_workers = {workers}; "
        f"set local maintenance_work_mem = '{sort_memory(draw.number // (workers + 1)) * (workers + 1)}MB'"
    )
    ours = [table for table in tables if await connection.fetchval(NO_WORKERS, f"public.{table}")]
    for table in ours:
        # otherwise PostgreSQL has no other process help where each has less than 32 MB
        await connection.execute(f"alter table public.{table} set (parallel_workers = {workers})")
    for place, index in enumerate(indexes, 1):
        say(f"Building index {place} of {len(indexes)}")
        if is_nearly_done is not None and len(indexes) - place == 2:
            is_nearly_done.set()
        await connection.execute(index["definition"], timeout=PATIENCE)
        for column in index["unknown"]:
            await connection.execute(f"alter index {index['name']} alter column {column} set statistics 0")
    for table in ours:
        await connection.execute(f"alter table public.{table} reset (parallel_workers)")


def sort_memory(entries: int) -> int:
    """Megabytes in which a process sorts so many entries of an index.

    As little as will do, for what the cache of a processor does not hold takes up to twice as long; and as much as it
    takes to merge all sorted parts at once.
    """
    return min(max(math.isqrt(entries * ENTRY * STRIP) // 1024**2, 4), 32)


async def _indexes(connection: Connection, table: str) -> list[asyncpg.Record]:
    """The indexes of a table: name, how it is dropped and made, the columns without statistics.

    Its key is among them, unless a view of the operator's needs that.
    """
    rows: list[asyncpg.Record] = await connection.fetch(
        """
        select format('%I.%I', n.nspname, c.relname) as name,
            case when k.oid is null then format('drop index %I.%I', n.nspname, c.relname)
                else format('alter table %s drop constraint %I', k.conrelid::regclass, k.conname) end as drop,
            case when k.oid is null then pg_get_indexdef(i.indexrelid)
                else format('alter table %s add constraint %I %s', k.conrelid::regclass, k.conname,
                    pg_get_constraintdef(k.oid)) end as definition,
            array(select attnum from pg_attribute where attrelid = i.indexrelid and attstattarget = 0) as unknown
        from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
            join pg_am a on a.oid = c.relam
            left join pg_constraint k on k.conindid = i.indexrelid and k.conrelid = i.indrelid
        where i.indrelid = $1::text::regclass and not (k.oid is not null and exists (
            select from pg_depend
            where refclassid = 'pg_constraint'::regclass and refobjid = k.oid and deptype = 'n'
        ))
        order by k.oid is null, i.indpred is null desc, a.amname = 'gin' desc, c.relname
        """,
        f"public.{table}",
    )
    return rows


async def _analyze(connection: Connection, table: str) -> None:
    """Reads statistics, of the columns with finer ones by themselves: they take a larger sample than others need."""
    columns = await connection.fetch(
        """
        select coalesce(attstattarget, -1) > 100 as finer, string_agg(quote_ident(attname), ', ') as names
        from pg_attribute where attrelid = $1::text::regclass and attnum > 0 and not attisdropped group by finer
        """,
        f"public.{table}",
    )
    for row in columns:
        await connection.execute(f"analyze public.{table} ({row['names']})", timeout=PATIENCE)


async def _write_out(operator: Target, when: asyncio.Event) -> None:
    """Has the embedded server write to the disk what is there, so that the commit need not wait for it.

    A server that others use writes when it pleases.
    """
    await when.wait()
    if operator.embedded:
        async with connected(operator) as connection:
            await connection.execute("checkpoint", timeout=PATIENCE)
