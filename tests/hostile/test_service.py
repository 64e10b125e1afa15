"""What a member can do to the service: locks, transactions, notifications. Others wait a little, and are freed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import pytest

from phresh_tui.database.accounts import GUEST_LIMITS, make_guest
from phresh_tui.database.connections import Connection, connected
from phresh_tui.database.embedded import EmbeddedServer
from phresh_tui.database.errors import refusal
from phresh_tui.market.errors import Refused
from tests.cli.support import as_member, as_operator, phresh
from tests.support import ACCESS, Cluster, Market, eventually, free_port

CLAIM = "select public.claim_cleaning(gen_random_uuid(), 1, 20)"
POST = "select public.post_cleaning(gen_random_uuid(), 'Scrub', null, 'dust_up', 20)"
LIMITS = {"idle_in_transaction_session_timeout": "1min", "statement_timeout": "2min", "lock_timeout": "5s"}


class Cast:
    """Ana has posted job 1, Ben wants it, Mallory means harm; each over connections of their own."""

    def __init__(self, market: Market, stack: AsyncExitStack) -> None:
        self.market = market
        self._stack = stack

    async def connection(self, user: str) -> Connection:
        return await self._stack.enter_async_context(connected(self.market.operator._replace(user=user)))

    async def reaped(self, idle_for: str = "0 seconds", open_for: str = "1 hour") -> int:
        [row] = await self.market.psql(f"select public.reap_transactions('{idle_for}', '{open_for}')")
        return int(row[0])


@pytest.fixture
async def cast(market: Market) -> AsyncIterator[Cast]:
    for handle in ("ana", "ben", "mallory"):
        await market.member(handle)
    await market.psql(POST, user="m_ana")
    # five seconds in the migrations, which another test sees to
    await market.psql("alter function public.claim_cleaning set lock_timeout = '100ms'")
    async with AsyncExitStack() as stack:
        yield Cast(market, stack)


async def test_a_claim_that_is_not_committed_holds_a_job_until_the_reaper_comes_busy_or_not(cast: Cast) -> None:
    ben = await cast.connection("m_ben")
    for busy in (False, True):
        mallory = await cast.connection("m_mallory")
        await mallory.execute(f"begin; {CLAIM}")
        # whoever is busy is not idle in a transaction, and holds the row all the same
        work = asyncio.ensure_future(mallory.execute("select pg_sleep(600)")) if busy else None
        with pytest.raises(asyncpg.LockNotAvailableError) as refused:
            await ben.execute(CLAIM)
        told = refusal(refused.value)
        assert isinstance(told, Refused)
        assert (told.what, told.todo) == ("somebody else is just changing the same thing", "Try again in a moment")
        assert await cast.reaped("1 minute") == 0, "whoever has just begun may go on"
        # reading does not wait
        assert await ben.fetchval("select status from public.cleanings where id = 1") == "open"
        assert await cast.reaped() == 1
        if work is not None:
            with pytest.raises(asyncpg.PostgresError):
                await work
        await eventually(mallory.is_closed)
    await ben.execute(CLAIM)


async def test_a_table_locked_as_weakly_as_a_member_can_stops_no_move_and_a_migration_fails_in_time(cast: Cast) -> None:
    mallory, ben = await cast.connection("m_mallory"), await cast.connection("m_ben")
    await mallory.execute("begin; lock table public.cleanings, public.events in access share mode")
    await ben.execute(CLAIM)
    migration = "set lock_timeout = '100ms'; alter table public.cleanings add column more text"
    async with connected(cast.market.operator) as operator:
        with pytest.raises(asyncpg.LockNotAvailableError):
            await operator.execute(migration)
        # it writes nothing, so while it is busy only the second time span finds it
        await mallory.execute("select 1")
        assert await cast.reaped("1 hour", "0 seconds") == 1
        await eventually(mallory.is_closed)
        await operator.execute(migration)


async def test_an_open_sign_up_of_the_guest_is_ended_and_the_next_one_goes_through(cast: Cast) -> None:
    await make_guest(cast.market.operator)
    await cast.market.psql("alter function public.sign_up set lock_timeout = '100ms'")
    [row] = await cast.market.psql(f"select '{_verifier()}'")
    one, other = await cast.connection("phresh_guest"), await cast.connection("phresh_guest")
    await one.execute("begin")
    await one.execute("select public.sign_up('held_up', $1)", row[0])
    with pytest.raises(asyncpg.LockNotAvailableError):
        await other.execute("select public.sign_up('waits', $1)", row[0])
    assert await cast.reaped() == 1
    await eventually(one.is_closed)
    assert await other.fetchval("select public.sign_up('waits', $1)", row[0]) == "m_waits"
    assert not await cast.market.psql("select from public.members where login = 'm_held_up'")


def _verifier() -> str:
    return f"SCRAM-SHA-256$4096:{'A' * 22}==${'B' * 43}=:{'C' * 43}="


async def test_members_old_and_new_and_the_guest_have_time_limits(cast: Cast) -> None:
    mallory = await cast.connection("m_mallory")
    assert {name: await mallory.fetchval(f"show {name}") for name in LIMITS} == LIMITS
    if mallory.get_server_version().major >= 17:
        assert await mallory.fetchval("show transaction_timeout") == "5min"
    await make_guest(cast.market.operator)
    guest = await cast.connection("phresh_guest")
    assert {name: await guest.fetchval(f"show {name}") for name in GUEST_LIMITS} == GUEST_LIMITS
    # as somebody who signed up before there were limits
    await cast.market.psql("alter role m_ana reset all")
    [row] = await cast.market.psql("select public.limit_members()")
    assert row[0] == 1
    ana = await cast.connection("m_ana")
    assert await ana.fetchval("show idle_in_transaction_session_timeout") == "1min"


async def test_an_honest_transaction_that_idles_is_ended_by_the_server_and_its_claim_is_gone(cast: Cast) -> None:
    await cast.market.psql("alter role m_mallory set idle_in_transaction_session_timeout = '50ms'")
    mallory, ben = await cast.connection("m_mallory"), await cast.connection("m_ben")
    await mallory.execute(f"begin; {CLAIM}")
    await eventually(mallory.is_closed)
    await ben.execute(CLAIM)


async def test_the_reaper_says_what_an_account_lacks_and_works_with_two_roles_of_postgresql(cast: Cast) -> None:
    await cast.market.psql_script(
        f"""
        create role reaper login;
        grant connect on database {cast.market.database} to reaper;
        grant usage on schema public to reaper;
        grant execute on function public.reap_transactions(interval, interval) to reaper
        """
    )
    try:
        reaper, mallory = await cast.connection("reaper"), await cast.connection("m_mallory")
        await mallory.execute(f"begin; {CLAIM}")
        reap = "select public.reap_transactions('0 seconds')"
        for role in ("pg_signal_backend", "pg_read_all_stats"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="may not end others' connections") as refused:
                await reaper.execute(reap)
            assert refused.value.hint == "As a superuser: grant pg_signal_backend, pg_read_all_stats to reaper;"
            await cast.market.psql(f"grant {role} to reaper")
        async with connected(cast.market.operator) as operator, operator.transaction():
            await operator.execute("select 1")
            # the operator's own transaction is nobody's to end
            assert await reaper.fetchval(reap) == 1
            await operator.execute("select 1")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await reaper.execute("select from public.cleanings")
        await reaper.close()
    finally:
        await cast.market.psql_script("drop owned by reaper; drop role reaper")


async def test_the_command_reaps_and_only_for_the_operator(cast: Cast) -> None:
    mallory = await cast.connection("m_mallory")
    await mallory.execute(f"begin; {CLAIM}")
    await cast.market.psql("update public.requests set answered_at = answered_at - interval '31 days'")
    reap = ("db", "reap", "--idle", "0")
    await cast.market.member("cleo", tcp=True)
    (await phresh(*reap, environment=as_member(cast.market, "cleo"))).failed(5, "operator")
    done = (await phresh(*reap, "--json", environment=as_operator(cast.market))).ok()
    assert done.json == {"ended": 1, "forgotten": 1, "limited": 0}
    said = (await phresh(*reap, environment=as_operator(cast.market))).ok().out
    assert said == "Transactions ended: 0. Old answers forgotten: 0. Members given time limits: 0.\n"
    (await phresh("db", "reap", "--idle", "soon", environment=as_operator(cast.market))).failed(2, "seconds")


async def test_a_flood_of_notifications_stops_nobody_and_a_full_queue_is_emptied_by_the_reaper(
    public_folder: Path,
) -> None:
    """On a server whose queue holds half a megabyte instead of eight gigabytes."""
    port = free_port()
    options = {"max_notify_queue_pages": "64", "fsync": "off"}
    server = EmbeddedServer(public_folder / "notified", port=port, access=ACCESS, options=options)
    server.start()
    try:
        market = await Cluster(server, port).new_market()
        for handle in ("ana", "ben", "mallory"):
            await market.member(handle)
        async with AsyncExitStack() as stack:
            cast = Cast(market, stack)
            listener, flooder = await cast.connection("m_mallory"), await cast.connection("m_mallory")
            ben = await cast.connection("m_ben")
            await listener.execute("listen phresh; listen evil")
            await listener.execute("begin; select 1")
            with pytest.raises(asyncpg.InvalidParameterValueError):
                await flooder.execute("select pg_notify('evil', repeat('x', 8000))")
            with pytest.raises(asyncpg.ProgramLimitExceededError, match="too many notifications"):
                for _ in range(100):
                    await flooder.execute(
                        "select pg_notify('evil', g || repeat('x', 7900)) from generate_series(1, 10) g"
                    )
            before = await market.psql("select count(*) from public.events")
            # moves go on, and no notification is taken for one
            await ben.execute(POST)
            assert (await market.psql("select count(*) from public.events"))[0][0] == before[0][0] + 1
            assert await cast.reaped("1 minute") == 0
            assert await cast.reaped() == 1
            await eventually(listener.is_closed)
            # the next round makes room
            assert await cast.reaped() == 0
            await flooder.execute("notify evil, 'there is room again'")
        await market.close()
    finally:
        server.leave()
