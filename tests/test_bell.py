"""The bell in the database: rung once in a quarter of a second or in half of one, at the commit, and nobody waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import pairwise

import asyncpg

from phresh_tui.database import accounts
from phresh_tui.database.bell import ONCE_MORE
from phresh_tui.database.connections import Connection, connected
from phresh_tui.database.embedded import EmbeddedServer
from phresh_tui.database.migrations import migrate_up
from phresh_tui.database.target import Target
from tests.support import Market, eventually

POST = "select (public.post_cleaning(gen_random_uuid(), 'Wash the windows', null, 'dust_up', 20.00) ->> 'id')::integer"
BY_OFFER = POST.replace("20.00)", "20.00, null, null, null, 'by_offer')")


class Ear:
    """Listens to the bell's channel as anybody may."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.heard: list[str] = []
        self.said: list[str] = []

    async def rings(self) -> int:
        """How often it was rung since the last question: what was committed before it has been heard by now."""
        await self._connection.execute("notify phresh, 'the end'")
        await eventually(lambda: "the end" in self.heard)
        heard, self.heard = self.heard, []
        assert set(heard) <= {*ONCE_MORE, "the end"}, "a ring says nothing but for how long it holds"
        self.said = [said for said in heard if said != "the end"]
        return len(self.said)


@asynccontextmanager
async def ear(target: Target) -> AsyncIterator[Ear]:
    async with connected(target) as connection:
        ear = Ear(connection)
        await connection.add_listener("phresh", lambda *notice: ear.heard.append(str(notice[3])))
        yield ear


@asynccontextmanager
async def members(market: Market, *handles: str) -> AsyncIterator[list[Connection]]:
    """A connection of each, for any SQL."""
    connections = [await asyncpg.connect(**(await market.member(handle)).asyncpg_arguments()) for handle in handles]
    try:
        yield list(connections)
    finally:
        for connection in connections:
            await connection.close()


async def locks_taken(market: Market) -> int:
    """Advisory locks that are held, in this database."""
    [locks] = await market.psql(
        "select count(*) as n from pg_locks where locktype = 'advisory' and database = "
        "(select oid from pg_database where datname = current_database())"
    )
    return int(locks["n"])


async def test_it_is_rung_once_in_a_quarter_of_a_second_however_much_is_committed(market: Market) -> None:
    async with members(market, "ada") as [ada], ear(market.operator) as listener:
        await ada.execute(f"do $$ begin for n in 1..60 loop perform ({POST}); commit; end loop; end $$")
        rings = await listener.rings()
        rung = await market.psql("select bucket from public.bell")
    assert rings == len(rung) == len({row["bucket"] for row in rung})
    assert 1 <= rings < 60


async def test_it_is_rung_half_as_often_while_something_is_changed_all_the_time(market: Market) -> None:
    quarter, half = timedelta(milliseconds=250), timedelta(milliseconds=500)
    async with members(market, "ada") as [ada], ear(market.operator) as listener:
        await ada.execute(
            f"""
            do $$
            declare
                ends timestamptz := clock_timestamp() + interval '4 seconds';
            begin
                while clock_timestamp() < ends loop
                    perform ({POST});
                    commit;
                    perform pg_sleep(0.005);
                end loop;
            end $$
            """,
            timeout=60,
        )
        await listener.rings()
        rung = await market.psql("select bucket, quiet from public.bell order by bucket")
        [last] = await market.psql("select max(created_at) as posted from public.cleanings")
    assert {row["quiet"] for row in rung[:3]} == {quarter}, "what begins is told sooner"
    assert sum(row["quiet"] == half for row in rung) >= 2
    assert all(later["bucket"] >= row["bucket"] + row["quiet"] for row, later in pairwise(rung))
    assert listener.said == ["500" if row["quiet"] == half else "" for row in rung], (
        "each says when it pays to look again"
    )
    # the second look comes behind all that rings no more
    for row in rung:
        assert ONCE_MORE["500" if row["quiet"] == half else ""] > row["quiet"].total_seconds()
    assert last["posted"] < rung[-1]["bucket"] + rung[-1]["quiet"]


async def test_a_change_now_and_then_is_rung_at_once(market: Market) -> None:
    async with members(market, "ada") as [ada]:
        for _ in range(5):
            await ada.execute(POST)
            await asyncio.sleep(0.6)
        rung = await market.psql("select quiet from public.bell")
    assert [row["quiet"] for row in rung] == [timedelta(milliseconds=250)] * 5


async def test_of_many_who_are_about_to_commit_four_ring_at_the_most(market: Market) -> None:
    handles = [f"mem{number}" for number in range(24)]
    async with members(market, *handles) as connections, ear(market.operator) as listener:

        async def begin(connection: Connection) -> int:
            await connection.execute("begin")
            return int(await connection.fetchval("select floor(extract(epoch from now()) * 4)"))

        buckets = set(await asyncio.gather(*(begin(connection) for connection in connections)))
        for connection in connections:
            # all of them have rung, or not, and none has committed
            await connection.execute("set constraints all immediate")
            await connection.fetchval(POST)
            # one that has just begun counts for now
            buckets.add(int(await connection.fetchval("select floor(extract(epoch from clock_timestamp()) * 4)")))
        for connection in connections:
            await connection.execute("commit")
        rings = await listener.rings()
        [posted] = await market.psql("select count(*) as n from public.requests")
    assert posted["n"] == 24
    assert 1 <= rings <= 4 * len(buckets)
    assert len(buckets) < 6, "or as many ring as there are"


async def test_who_began_at_the_end_of_a_quarter_does_not_ring_beside_the_first_of_the_next(market: Market) -> None:
    target = await market.member("ada")
    tried = 0
    async with connected(target) as early, connected(target) as late, asyncio.timeout(60):
        while tried < 3:
            away = 0.25 - float(await early.fetchval("select extract(epoch from clock_timestamp()) % 0.25"))
            await asyncio.sleep(max(away - 0.01, 0))
            moments = []
            for connection, pause in ((early, 0.015), (late, 0)):
                await connection.execute("begin; set constraints all immediate")
                await asyncio.sleep(pause)
            for connection in (early, late):
                await connection.execute(POST)
                moments += await connection.fetch(
                    "select date_bin('250 ms', now(), 'epoch') as began, clock_timestamp() - now() as age, "
                    "date_bin('250 ms', clock_timestamp(), 'epoch') as rang"
                )
            held = await locks_taken(market)
            for connection in (early, late):
                await connection.execute("rollback")
            one, other = moments
            if one["began"] < one["rang"] == other["rang"] and one["age"] < timedelta(milliseconds=45):
                # on a machine that stands still for a moment they do not meet
                tried += 1
                assert held == 1, "each has a lock of its own, and rings"


async def test_several_moves_in_one_transaction_ring_once_at_its_commit(market: Market) -> None:
    async with members(market, "ada") as [ada], ear(market.operator) as listener:
        async with ada.transaction():
            for _ in range(3):
                await ada.execute(POST)
            assert await listener.rings() == 0
        assert await listener.rings() == 1


async def test_what_is_rolled_back_refused_asked_again_or_marked_as_read_rings_nobody(market: Market) -> None:
    again = POST.replace("gen_random_uuid()", "'00000000-0000-0000-0000-000000000001'")
    async with members(market, "ada", "bob") as [ada, bob]:
        job = await ada.fetchval(again)
        async with ear(market.operator) as listener:
            await listener.rings()
            # what was rung above must not be why it is quiet now
            await market.psql("delete from public.bell")
            transaction = ada.transaction()
            await transaction.start()
            await ada.execute(POST)
            await transaction.rollback()
            assert await ada.fetchval(again) == job
            try:
                await bob.execute(f"select public.claim_cleaning(gen_random_uuid(), {job}, 19.99)")
            except asyncpg.PostgresError as error:
                assert error.sqlstate == "PH004"
            await bob.execute(f"select public.mark_read(gen_random_uuid(), {job}, 1)")
            await bob.execute("select public.mark_all_read(gen_random_uuid())")
            assert await listener.rings() == 0
            await bob.execute(f"select public.claim_cleaning(gen_random_uuid(), {job}, 20.00)")
            assert await listener.rings() == 1


async def test_a_transaction_that_rang_and_stays_open_keeps_nobody_waiting_or_quiet(market: Market) -> None:
    async with members(market, "ada", "bob", "mallory") as [ada, bob, mallory], ear(market.operator) as listener:
        job = await ada.fetchval(POST)
        await listener.rings()
        held = mallory.transaction()
        await held.start()
        # the ring at once, and not at the commit, so that it is held for as long as possible
        await mallory.execute("set constraints all immediate")
        while not await locks_taken(market):
            # not while what was rung before keeps it quiet
            await mallory.execute(POST)
            await asyncio.sleep(0.05)
        claim, release = "claim_cleaning(gen_random_uuid(), $1, 20.00)", "release_cleaning(gen_random_uuid(), $1)"
        rings = 0
        for _ in range(100):
            await bob.execute(f"select public.{claim}", job)
            await bob.execute(f"select public.{release}", job)
            rings += await listener.rings()
            if rings >= 3:
                break
            await asyncio.sleep(0.05)
        assert rings >= 3
        assert await locks_taken(market) == 1, "it is still held"
        await held.rollback()


async def test_a_transaction_takes_few_locks_however_long_it_rings(market: Market) -> None:
    """More would fill the server's table of locks for everybody: one of its start, and one of its first moment."""
    async with members(market, "mallory") as [mallory], mallory.transaction():
        await mallory.execute("set constraints all immediate")
        begun = asyncio.get_running_loop().time()
        while asyncio.get_running_loop().time() < begun + 0.6:
            await mallory.execute(POST)
        assert await locks_taken(market) in (1, 2)


# who, and what; {job} is a job of ada's that is booked at once, {other} one by offer
EVERY_MOVE = [
    ("ada", "post_cleaning(gen_random_uuid(), 'Iron', null, 'dust_up', 9.50)"),
    ("ada", "edit_cleaning(gen_random_uuid(), {job}, 'Wash', null, 'dust_up', 20.00)"),
    ("ada", "set_private_details(gen_random_uuid(), {job}, 'High Street 1', '', '')"),
    ("bob", "set_profile(gen_random_uuid(), 'Bob', '', '', '', '')"),
    ("bob", "claim_cleaning(gen_random_uuid(), {job}, 20.00)"),
    ("bob", "release_cleaning(gen_random_uuid(), {job})"),
    ("bob", "undo_move(gen_random_uuid(), {job})"),
    ("bob", "finish_cleaning(gen_random_uuid(), {job}, 2)"),
    ("ada", "send_back_cleaning(gen_random_uuid(), {job}, 'The corners')"),
    ("bob", "finish_cleaning(gen_random_uuid(), {job}, 2)"),
    ("ada", "confirm_cleaning(gen_random_uuid(), {job})"),
    ("bob", "review_cleaning(gen_random_uuid(), {job}, 5)"),
    ("bob", "make_offer(gen_random_uuid(), {other}, 18)"),
    ("ada", "decline_offer(gen_random_uuid(), {other}, 'bob')"),
    ("bob", "make_offer(gen_random_uuid(), {other}, 17)"),
    ("bob", "withdraw_offer(gen_random_uuid(), {other})"),
    ("bob", "make_offer(gen_random_uuid(), {other}, 16)"),
    ("ada", "accept_offer(gen_random_uuid(), {other}, 'bob', 16)"),
    ("bob", "release_cleaning(gen_random_uuid(), {other}, 'Ill')"),
    ("ada", "report_no_show(gen_random_uuid(), {other}, 'bob')"),
    ("ada", "cancel_cleaning(gen_random_uuid(), {other}, 'Moved out')"),
]


async def test_every_function_that_writes_rings(market: Market) -> None:
    async with members(market, "ada", "bob") as [ada, bob], ear(market.operator) as listener:
        jobs = {"job": await ada.fetchval(POST), "other": await ada.fetchval(BY_OFFER)}
        await listener.rings()
        for who, call in EVERY_MOVE:
            if call.startswith("report_no_show"):
                # a release within a day before the start, five minutes after the claim
                await market.psql(
                    "update public.events set details = details || '{\"late\": true}' where reason = 'Ill'"
                )
            # each is the first in its quarter of a second
            await market.psql("delete from public.bell")
            connection = {"ada": ada, "bob": bob}[who]
            await connection.execute("set phresh.rung = ''")
            await connection.execute(f"select public.{call.format(**jobs)}")
            assert await listener.rings() == 1, call
        rows = await market.psql(
            """
            select proname from pg_proc where pronamespace = 'public'::regnamespace and 'request' = any (proargnames)
                and has_function_privilege('phresh_member', oid, 'execute')
            """
        )
    quiet = {"mark_read", "mark_all_read"}
    assert {call.partition("(")[0] for _, call in EVERY_MOVE} == {row["proname"] for row in rows} - quiet


async def test_a_queue_that_somebody_has_filled_stops_nobody_from_writing(public_folder: object) -> None:
    from pathlib import Path

    assert isinstance(public_folder, Path)
    options = {"fsync": "off", "autovacuum": "off", "max_notify_queue_pages": "64"}
    server = EmbeddedServer(public_folder / "full queue", options=options)
    server.start()
    try:
        await migrate_up(server.target())
        for handle in ("ada", "mallory"):
            await accounts.sign_up(server.target(), handle, None)
        ada_there, mallory_there = (server.target()._replace(user=f"m_{name}") for name in ("ada", "mallory"))
        async with connected(ada_there) as ada, connected(mallory_there) as deaf, connected(mallory_there) as loud:
            await deaf.execute("listen other")
            # whoever listens and stays in a transaction keeps the queue from being emptied
            async with deaf.transaction():
                await deaf.execute("select 1")
                refused = None
                while refused is None:
                    try:
                        await loud.execute("select pg_notify('other', repeat('x', 7900))")
                    except asyncpg.PostgresError as error:
                        refused = error.sqlstate
                assert refused == "54000", "the queue is full"
                await ada.execute(POST)
            assert await ada.fetchval("select count(*) from public.cleanings") == 1
    finally:
        server.leave()
