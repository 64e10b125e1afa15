"""What a session hears of others: through the bell, by the poll, after a cut cable; and what a flood of rings costs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest

from phresh_tui.database import cleanings
from phresh_tui.database.bell import MOST_RINGS, SHORTEST, Looks
from phresh_tui.database.connections import connected
from phresh_tui.database.samples import add_samples
from phresh_tui.database.session import Link, Session
from phresh_tui.database.target import Target
from phresh_tui.market.errors import DatabaseUnavailable
from phresh_tui.settings import Settings
from tests.support import Market, draft, eventually, post
from tests.support_proxy import Proxy

# no poll, and a heartbeat that is soon: what is seen comes from the bell
BELL_ALONE = {"PHRESH_REFRESH_SECONDS": "3600", "PHRESH_HEARTBEAT_SECONDS": "0.3"}


@dataclass
class Watched:
    """A session that is told of changes.

    Attributes:
        session: the member's.
        looks: when it was time to look, on the loop's clock.
        links: how the connection was, from change to change.

    """

    session: Session
    looks: list[float] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    async def is_heard(self) -> None:
        """Waits until the bell is heard and nothing is left to be told of."""
        await eventually(lambda: self.session.is_bell_heard)
        await self.is_quiet()

    async def is_quiet(self) -> None:
        """Waits until no look is planned."""
        looks = self.session._looks
        assert looks is not None
        await eventually(lambda: looks._timer is None)
        self.looks.clear()


@asynccontextmanager
async def watched(target: Target, **settings: Any) -> AsyncIterator[Watched]:
    session = await Session.open(target, Settings(**{**BELL_ALONE, **settings}))
    found = Watched(session)
    session.watch_link(found.links.append)
    session.on_change(lambda: found.looks.append(asyncio.get_running_loop().time()))
    try:
        yield found
    finally:
        await session.close()


@asynccontextmanager
async def through_proxy(market: Market) -> AsyncIterator[tuple[Proxy, Target]]:
    member = await market.member("ada", tcp=True)
    async with Proxy(market.cluster.port) as proxy:
        yield (
            proxy,
            member._replace(port=proxy.port, connect_timeout=0.6, command_timeout=30.0, sslmode="disable"),
        )


async def test_a_change_of_another_member_is_told_at_once_and_once_more(market: Market) -> None:
    bob = await market.session("bob")
    async with watched(await market.member("ada")) as ada:
        await ada.is_heard()
        await post(bob)
        await eventually(lambda: len(ada.looks) >= 2)
        first, second = ada.looks[:2]
        assert second - first >= SHORTEST


async def test_without_a_bell_the_poll_tells(market: Market) -> None:
    await market.psql_script("alter table public.requests disable trigger ring_bell")
    bob = await market.session("bob")
    async with watched(await market.member("ada"), PHRESH_REFRESH_SECONDS="0.2") as ada:
        await ada.is_heard()
        await post(bob)
        await eventually(lambda: ada.looks)


async def test_a_poll_is_spared_while_the_bell_is_heard(market: Market) -> None:
    await market.psql_script("alter table public.requests disable trigger ring_bell")
    # the last connection is one of the pool
    await market.member("bob")
    await market.psql("alter role m_bob connection limit 1")
    settings = {"PHRESH_REFRESH_SECONDS": "0.3"}
    async with (
        watched(await market.member("ada"), **settings) as ada,
        watched(market.operator._replace(user="m_bob"), **settings) as bob,
    ):
        await ada.is_heard()
        bob.looks.clear()
        await eventually(lambda: len(bob.looks) >= 6)
        assert len(ada.looks) <= 2
        assert not bob.session.is_bell_heard
        assert bob.session.link is Link.CONNECTED, "a bell that is not heard is no lost connection"


async def test_two_programs_of_one_member_fit_with_their_bells(market: Market) -> None:
    target = await market.member("ada")
    async with watched(target) as one, watched(target) as two:
        for program in (one, two):
            await program.is_heard()
            # both connections of the pool
            await asyncio.gather(*(program.session.fetch("select pg_sleep(0.05)") for _ in range(2)))
        [held] = await market.psql("select count(*) as n from pg_stat_activity where usename = 'm_ada'")
        assert held["n"] == 6
        assert one.links == two.links == []


async def test_a_command_of_the_command_line_listens_to_nothing(market: Market) -> None:
    await market.session("ada")
    [held] = await market.psql("select count(*) as n from pg_stat_activity where usename = 'm_ada'")
    assert held["n"] == 1


async def test_a_listener_that_is_ended_alone_comes_back_alone_and_tells_what_happened(market: Market) -> None:
    async with watched(await market.member("ada")) as ada:
        await ada.is_heard()
        await market.psql(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'phresh bell'"
        )
        await eventually(lambda: ada.session.is_bell_heard and ada.looks)
        assert ada.links == []


async def test_a_listener_that_is_ended_while_it_asks_for_a_sign_of_life_is_ended_alone_as_well(market: Market) -> None:
    async with through_proxy(market) as (proxy, target), watched(target) as ada:
        await ada.is_heard()
        # the question gets lost, so the end comes in place of its answer
        proxy.swallow(answers=False)
        await asyncio.sleep(0.5)
        await market.psql(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'phresh bell'"
        )
        await eventually(lambda: not ada.session.is_bell_heard)
        proxy.pass_on()
        await eventually(lambda: ada.session.is_bell_heard and ada.looks)
        assert ada.links == []


async def test_a_cut_cable_is_noticed_by_the_heartbeat_and_what_was_missed_is_told(market: Market) -> None:
    bob = await market.session("bob")
    async with through_proxy(market) as (proxy, target), watched(target) as ada:
        await ada.is_heard()
        proxy.swallow()
        # nobody asks anything
        await eventually(lambda: ada.session.link.is_lost)
        assert isinstance(ada.session.trouble, DatabaseUnavailable)
        await post(bob)
        await eventually(lambda: ada.session.seconds_to_next_try is not None)
        assert ada.looks == []
        proxy.pass_on()
        await eventually(lambda: ada.session.link is Link.CONNECTED and ada.looks)
        assert len(await ada.session.fetch("select id from public.cleanings")) == 1
        await ada.is_heard()
        await post(bob, "Another one")
        await eventually(lambda: ada.looks)
        assert ada.links == [Link.RECONNECTING, Link.CONNECTED]


async def test_a_question_without_an_answer_makes_the_listener_ask_as_well(market: Market) -> None:
    async with through_proxy(market) as (proxy, target):
        target = target._replace(command_timeout=0.3)
        async with watched(target, PHRESH_HEARTBEAT_SECONDS="3600") as ada:
            await ada.is_heard()
            proxy.swallow()
            with pytest.raises(DatabaseUnavailable):
                await ada.session.fetch("select 1")
            await eventually(lambda: not ada.session.is_bell_heard)
            proxy.pass_on()
            await ada.is_heard()


async def test_a_database_that_stays_away_is_called_offline_and_is_tried_all_the_same(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phresh_tui.database.session.OFFLINE_AFTER", 0.5)
    async with through_proxy(market) as (proxy, target), watched(target) as ada:
        await ada.is_heard()
        proxy.swallow()
        await eventually(lambda: ada.links == [Link.RECONNECTING, Link.OFFLINE])
        proxy.pass_on()
        await eventually(lambda: ada.session.link is Link.CONNECTED)


async def test_a_flood_of_rings_costs_few_looks_and_is_not_listened_to(market: Market) -> None:
    await market.member("mallory")
    async with (
        watched(await market.member("ada")) as ada,
        connected(market.operator._replace(user="m_mallory")) as loud,
    ):
        await ada.is_heard()
        begun = asyncio.get_running_loop().time()
        await loud.execute(
            f"select pg_notify('phresh', 'delete job ' || n) from generate_series(1, {20 * MOST_RINGS}) n"
        )
        await eventually(lambda: not ada.session.is_bell_heard and ada.looks)
        took = asyncio.get_running_loop().time() - begun
        assert 1 <= len(ada.looks) <= took / SHORTEST + 2
        assert ada.session.link is Link.CONNECTED
        assert ada.links == []


async def test_looks_are_never_closer_than_a_quarter_of_a_second_and_none_is_lost() -> None:
    looked: list[float] = []
    loop = asyncio.get_running_loop()
    looks = Looks(lambda: looked.append(loop.time()))
    for _ in range(200):
        looks.rung()
        await asyncio.sleep(0.004)
    last = loop.time()
    await eventually(lambda: looks._timer is None)
    assert all(later - earlier >= SHORTEST - 0.001 for earlier, later in pairwise(looked))
    assert looked[-1] >= last, "what came with the last ring is looked at after it"
    assert len(looked) <= (looked[-1] - looked[0]) / SHORTEST + 2


async def test_a_ring_that_says_so_is_looked_at_once_more_later_and_nothing_else_that_it_says_counts() -> None:
    looked: list[float] = []
    loop = asyncio.get_running_loop()
    for said, wait in (("", 0.3), ("500", 0.55), ("9999999", 0.3), ("drop table", 0.3)):
        looked.clear()
        looks = Looks(lambda: looked.append(loop.time()))
        looks.rung(said)
        begun = loop.time()
        # one that says less takes nothing back
        looks.rung()
        await eventually(lambda looks=looks: looks._timer is None)
        assert looked[-1] - begun >= wait - 0.01
        assert len(looked) == 2


async def test_samples_ring_although_no_member_has_written(market: Market) -> None:
    async with watched(await market.member("ada")) as ada:
        await ada.is_heard()
        await add_samples(market.operator, 3, progress=lambda *_: None)
        await eventually(lambda: ada.looks)


async def test_a_write_of_ones_own_is_sent_once_while_the_bell_rings(market: Market) -> None:
    async with watched(await market.member("ada")) as ada:
        await ada.is_heard()
        for _ in range(3):
            await cleanings.post(ada.session, uuid4(), draft())
        assert len(await market.psql("select id from public.cleanings")) == 3
