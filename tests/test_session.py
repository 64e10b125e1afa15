"""A session on bad days: connections cut, swallowed, refused or busy, and a server that goes and comes back."""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from phresh_tui.database import accounts, cleanings
from phresh_tui.database.embedded import EmbeddedServer
from phresh_tui.database.errors import is_lost
from phresh_tui.database.migrations import migrate_up
from phresh_tui.database.session import Link, Session
from phresh_tui.market.cleaning import Status
from phresh_tui.market.errors import (
    BadInput,
    ConfigurationError,
    DatabaseUnavailable,
    PhreshError,
    Refused,
    SignInError,
)
from phresh_tui.settings import Settings
from tests.support import Market, draft, eventually, free_port, post
from tests.support_proxy import Proxy


@pytest.fixture(autouse=True)
def complaints() -> Iterator[list[str]]:
    """What the event loop complains about, such as an error in a task that nobody waited for: a fault in any test."""

    class Listening(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(record.getMessage())

    found: list[str] = []
    handler = Listening(logging.WARNING)
    logging.getLogger("asyncio").addHandler(handler)
    gc.freeze()
    yield found
    # an error that was never retrieved is told when its task is collected; what was there before stays
    gc.collect()
    gc.unfreeze()
    logging.getLogger("asyncio").removeHandler(handler)
    assert found == []


@asynccontextmanager
async def through_proxy(
    market: Market, handle: str = "ada", command_timeout: float = 0.6, **settings: Any
) -> AsyncIterator[tuple[Proxy, Session]]:
    """A member whose connections go through a proxy."""
    member = await market.member(handle, tcp=True)
    async with Proxy(market.cluster.port) as proxy:
        target = member._replace(
            port=proxy.port, connect_timeout=0.6, command_timeout=command_timeout, sslmode="disable"
        )
        session = await Session.open(target, Settings(**settings))
        try:
            yield proxy, session
        finally:
            await session.close()


def connected(session: Session) -> Any:
    return lambda: session.link is Link.CONNECTED


async def test_a_connection_that_is_killed_costs_one_answer_and_comes_back_by_itself(market: Market) -> None:
    ada = await market.session("ada", tcp=True)
    links: list[Link] = []
    ada.watch_link(links.append)
    sleeping = asyncio.ensure_future(ada.fetch("select pg_sleep(30)"))
    await until_active(market, "m_ada", "pg_sleep")
    await market.psql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'm_ada'")
    with pytest.raises(DatabaseUnavailable):
        await sleeping
    assert links == [Link.RECONNECTING]
    assert isinstance(ada.trouble, DatabaseUnavailable)
    await eventually(connected(ada))
    assert links == [Link.RECONNECTING, Link.CONNECTED]
    assert ada.trouble is None
    assert await ada.fetch_value("select 1") == 1


async def test_a_connection_killed_while_idle_is_not_even_noticed(market: Market) -> None:
    ada = await market.session("ada", tcp=True)
    links: list[Link] = []
    ada.watch_link(links.append)
    await market.psql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'm_ada'")
    await until_gone(market, "m_ada")
    assert await ada.fetch_value("select 1") == 1
    assert links == []


async def test_a_server_that_is_restarted_is_found_again(public_folder: Path) -> None:
    server = EmbeddedServer(public_folder / "restarted", port=free_port(), options={"fsync": "off"})
    server.start()
    session = None
    try:
        await migrate_up(server.target())
        session = await Session.open(await accounts.sign_up(server.target(), "ada", None), Settings())
        links: list[Link] = []
        session.watch_link(links.append)
        looks: list[Link] = []
        session.on_change(lambda: looks.append(session.link))
        await eventually(lambda: session.is_bell_heard)
        await asyncio.to_thread(server.leave)
        # the listener is told that it ended, and finds nobody there
        await eventually(lambda: session.link is Link.RECONNECTING)
        with pytest.raises(DatabaseUnavailable) as error:
            await session.fetch("select 1")
        assert "no connection to the database at embedded" in str(error.value).lower()
        assert session.link is Link.RECONNECTING
        await asyncio.to_thread(server.start)
        looks.clear()
        await eventually(connected(session))
        assert links == [Link.RECONNECTING, Link.CONNECTED]
        await eventually(lambda: session.is_bell_heard and looks)
        assert await session.fetch_value("select count(*) from public.cleanings") == 0
    finally:
        if session is not None:
            await session.close()
        server.leave()


async def test_a_network_that_swallows_everything_is_noticed_and_survived(market: Market) -> None:
    async with through_proxy(market) as (proxy, ada):
        proxy.swallow()
        start = time.monotonic()
        with pytest.raises(DatabaseUnavailable) as error:
            await ada.fetch("select 1")
        assert time.monotonic() - start < 1.2
        assert "no answer within 0.6 seconds" in str(error.value).lower()
        assert f"127.0.0.1:{proxy.port}" in str(error.value)
        assert ada.link is Link.RECONNECTING
        # a second one fails by its own connection attempt, not by waiting for the first
        with pytest.raises(DatabaseUnavailable):
            await ada.fetch("select 1")
        proxy.pass_on()
        await eventually(connected(ada))
        assert await ada.fetch_value("select 1") == 1


async def test_a_write_whose_answer_was_lost_is_sent_again_and_done_once(market: Market) -> None:
    async with through_proxy(market) as (proxy, ada):
        proxy.lose_the_answer_to(b"Wash the windows")
        number = await cleanings.post(ada, uuid4(), draft())
        jobs = await market.psql("select id from cleanings")
        assert [job["id"] for job in jobs] == [number]
        assert proxy.connections >= 2, "the first answer came after all, so this test has shown nothing"


async def test_a_write_that_was_swallowed_can_be_sent_again_with_its_request_id(market: Market) -> None:
    async with through_proxy(market) as (proxy, ada):
        # from now on the statement is prepared, and a post is one question
        await post(ada, "An earlier one")
        request = uuid4()
        proxy.swallow(questions=False)
        with pytest.raises(DatabaseUnavailable):
            await cleanings.post(ada, request, draft())
        [job] = await market.psql("select id from cleanings where name = 'Wash the windows'")
        proxy.pass_on()
        assert await cleanings.post(ada, request, draft()) == job["id"]
        assert (await market.psql("select count(*) from cleanings"))[0][0] == 2
        assert ada.link is Link.CONNECTED


async def test_a_write_goes_on_when_its_caller_is_cancelled(market: Market) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    job = await post(ada)
    async with held_by_operator(market, job.id):
        claiming = asyncio.ensure_future(cleanings.claim(bob, uuid4(), job))
        await until_active(market, "m_bob", "claim_cleaning")
        claiming.cancel()
        with pytest.raises(asyncio.CancelledError):
            await claiming

    async def is_claimed() -> bool:
        found = await cleanings.one(ada, job.id)
        return found is not None and found.status is Status.CLAIMED

    await until(is_claimed)


async def test_closing_waits_for_a_write_that_is_under_way(market: Market) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    job = await post(ada)
    async with held_by_operator(market, job.id):
        claiming = asyncio.ensure_future(cleanings.claim(bob, uuid4(), job))
        await until_active(market, "m_bob", "claim_cleaning")
        closing = asyncio.ensure_future(bob.close())
        await asyncio.sleep(0)
    await closing
    await claiming
    found = await cleanings.one(ada, job.id)
    assert found is not None
    assert found.claimed_by == "bob"


async def test_a_cancelled_read_frees_its_connection(market: Market) -> None:
    ada = await market.session("ada", tcp=True)
    for _ in range(6):
        reading = asyncio.ensure_future(ada.fetch("select pg_sleep(30)"))
        await until_active(market, "m_ada", "pg_sleep")
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
    assert await ada.fetch_value("select 1") == 1
    assert ada.link is Link.CONNECTED


async def test_a_read_cancelled_in_a_dead_network_leaves_nothing_behind(market: Market) -> None:
    async with through_proxy(market) as (proxy, ada):
        proxy.swallow()
        reading = asyncio.ensure_future(ada.fetch("select 1"))
        await asyncio.sleep(0.05)
        start = time.monotonic()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert time.monotonic() - start < 0.2, "whoever cancels does not wait for the network"
        proxy.pass_on()
        assert await ada.fetch_value("select 1") == 1


async def test_a_question_that_takes_too_long_fails_and_the_session_works_on(market: Market) -> None:
    async with through_proxy(market, command_timeout=0.5) as (_, ada):
        links: list[Link] = []
        ada.watch_link(links.append)
        # by the server, so that a slow search is not taken for a lost connection
        with pytest.raises(Refused, match="stopped this question"):
            await ada.fetch("select pg_sleep(30)")
        assert links == []
        assert await ada.fetch_value("select 1") == 1


async def test_more_questions_than_connections_wait_for_their_turn(market: Market) -> None:
    async with through_proxy(market, command_timeout=5) as (_, ada):
        links: list[Link] = []
        ada.watch_link(links.append)
        # together longer than a connection may take: waiting for one's turn is not a lost connection
        assert len(await asyncio.gather(*(ada.fetch("select pg_sleep(0.1)") for _ in range(16)))) == 16
        assert links == []


async def test_a_database_that_is_only_busy_is_not_called_lost(market: Market) -> None:
    async with through_proxy(market, command_timeout=0.5, PHRESH_POOL_MAX_SIZE=1) as (_, ada):
        links: list[Link] = []
        ada.watch_link(links.append)

        async def hold(seconds: float) -> Any:
            # the turn is taken by two in a row, each of which is answered in time
            return await ada.fetch(f"select pg_sleep({seconds})")

        first, second = asyncio.ensure_future(hold(0.3)), asyncio.ensure_future(hold(0.3))
        await asyncio.sleep(0)
        with pytest.raises(PhreshError, match="busy") as error:
            await ada.fetch("select 1")
        assert not isinstance(error.value, DatabaseUnavailable)
        await asyncio.gather(first, second)
        assert links == []


async def test_fewer_connections_than_wished_for_are_enough(market: Market) -> None:
    ada = await market.member("ada", tcp=True)
    await market.psql("alter role m_ada connection limit 1")
    session = await market.open(ada)
    answers = await asyncio.gather(*(session.fetch_value("select pg_sleep(0.05) is null") for _ in range(6)))
    assert answers == [False] * 6
    assert session.link is Link.CONNECTED


async def test_too_many_connections_say_so(market: Market) -> None:
    ada = await market.member("ada", tcp=True)
    for _ in range(6):
        await market.open(ada)
    with pytest.raises(DatabaseUnavailable, match="too many connections") as error:
        await market.open(ada)
    assert "Close another phresh" in error.value.todo


async def test_closing_is_quick_when_the_network_is_dead(market: Market) -> None:
    async with through_proxy(market, command_timeout=10) as (proxy, ada):
        proxy.swallow()
        reading = asyncio.ensure_future(ada.fetch("select 1"))
        writing = asyncio.ensure_future(cleanings.post(ada, uuid4(), draft()))
        await asyncio.sleep(0.05)
        start = time.monotonic()
        await ada.close()
        assert time.monotonic() - start < 3
        for task in (reading, writing):
            with pytest.raises(DatabaseUnavailable):
                await task


async def test_closing_is_at_once_when_the_connection_is_known_to_be_lost(market: Market) -> None:
    async with through_proxy(market, command_timeout=0.2) as (proxy, ada):
        proxy.swallow()
        with pytest.raises(DatabaseUnavailable):
            await ada.fetch("select 1")
        start = time.monotonic()
        await ada.close()
        await ada.close()
        assert time.monotonic() - start < 0.5
        with pytest.raises(DatabaseUnavailable, match="closed"):
            await ada.fetch("select 1")


async def test_an_account_that_is_refused_is_told_as_such_and_tried_again(market: Market) -> None:
    ada = await market.session("ada", tcp=True)
    await market.psql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'm_ada'")
    await until_gone(market, "m_ada")
    await market.psql("alter role m_ada nologin")
    with pytest.raises(SignInError):
        await ada.fetch("select 1")
    await eventually(lambda: ada.link is Link.OFFLINE)
    await market.psql("alter role m_ada login")
    await eventually(lambda: ada.link is Link.CONNECTED)
    await market.psql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'm_ada'")
    await until_gone(market, "m_ada")
    await market.psql("drop role m_ada")
    with pytest.raises(SignInError):
        await ada.fetch("select 1")
    await eventually(lambda: ada.link is Link.OFFLINE)


async def test_after_a_lost_connection_a_refused_account_is_the_trouble_that_is_told(market: Market) -> None:
    async with through_proxy(market, "banned") as (proxy, banned):
        reading = asyncio.ensure_future(banned.fetch("select pg_sleep(30)"))
        await until_active(market, "m_banned", "pg_sleep")
        await market.psql("alter role m_banned nologin")
        proxy.cut()
        with pytest.raises(DatabaseUnavailable):
            await reading
        await eventually(lambda: isinstance(banned.trouble, SignInError))
        await eventually(lambda: banned.link is Link.OFFLINE)
    # roles outlive this database, and a role that may not log in is nobody's to take over
    await market.psql("drop role m_banned")


async def test_text_about_closed_connections_is_not_a_closed_connection(market: Market) -> None:
    ada = await market.session("ada")
    with pytest.raises(BadInput):
        await ada.fetch("select $1::integer", "the connection is closed")
    assert ada.link is Link.CONNECTED
    assert not is_lost(asyncpg.DataError("connection is closed"))
    assert is_lost(asyncpg.InterfaceError("cannot perform operation: connection is closed"))
    assert is_lost(asyncpg.ProtocolError("out of step"))


async def test_a_lone_surrogate_is_bad_input(market: Market) -> None:
    ada = await market.session("ada")
    with pytest.raises(BadInput):
        await ada.fetch("select $1::text", "\ud800")
    with pytest.raises(BadInput):
        await ada.fetch("select $1::text", "a\0b")
    assert ada.link is Link.CONNECTED


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"port": 1}, ["127.0.0.1:1", "The connection was refused", "POSTGRES_PORT (1)"]),
        ({"host": "localhost", "port": 1}, ["localhost:1", "The connection was refused"]),
        ({"host": "nowhere.invalid"}, ["nowhere.invalid", "is not known", "POSTGRES_SERVER (nowhere.invalid)"]),
        ({"host": "/nowhere"}, ["/nowhere", "There is no such socket"]),
    ],
    ids=["port", "two addresses", "name", "socket"],
)
async def test_a_server_that_cannot_be_reached_is_named_with_what_to_try(
    market: Market, change: dict[str, Any], words: list[str]
) -> None:
    with pytest.raises(DatabaseUnavailable) as error:
        await Session.open(market.operator_tcp._replace(**change), Settings())
    for word in words:
        assert word in str(error.value)
    assert error.value.exit_code == 4


async def test_a_name_that_is_no_host_is_told(market: Market) -> None:
    with pytest.raises((ConfigurationError, DatabaseUnavailable), match="bad"):
        await Session.open(market.operator_tcp._replace(host=f"bad.{'a' * 70}.example"), Settings())


async def test_a_server_that_never_answers_is_given_up_in_time(market: Market) -> None:
    async with Proxy(market.cluster.port) as proxy:
        proxy.swallow()
        start = time.monotonic()
        target = market.operator_tcp._replace(port=proxy.port, sslmode="disable", connect_timeout=0.3)
        with pytest.raises(DatabaseUnavailable, match=r"within 0\.3 seconds"):
            await Session.open(target, Settings())
        assert time.monotonic() - start < 2


async def test_a_server_without_tls_that_is_required_to_have_it_is_told(market: Market) -> None:
    with pytest.raises(DatabaseUnavailable, match="POSTGRES_SSLMODE"):
        await Session.open(market.operator_tcp._replace(sslmode="require"), Settings())


# --- waiting for the server


@asynccontextmanager
async def held_by_operator(market: Market, job_id: int) -> AsyncIterator[None]:
    """The row of a job is locked inside the block."""
    connection = await asyncpg.connect(**market.operator.asyncpg_arguments())
    try:
        async with connection.transaction():
            await connection.execute("select from public.cleanings where id = $1 for update", job_id)
            yield
    finally:
        await connection.close()


async def until(condition: Any, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.02)


async def until_active(market: Market, login: str, words: str) -> None:
    async def active() -> bool:
        rows = await market.psql(
            "select from pg_stat_activity where usename = $1 and state = 'active' and query like '%' || $2 || '%'",
            login,
            words,
        )
        return bool(rows)

    await until(active)


async def until_gone(market: Market, login: str) -> None:
    async def gone() -> bool:
        return not await market.psql("select from pg_stat_activity where usename = $1", login)

    await until(gone)
