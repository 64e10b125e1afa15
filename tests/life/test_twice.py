"""Asked twice, done once: every function that writes, as the catalog knows them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg
import pytest

from phresh_tui.database.connections import Connection, connected
from tests.life.support import dump
from tests.support import PASSWORD, Market
from tests.support_proxy import Proxy

# a function that is neither stable nor immutable may write; the parameters behind the request id are varied one by one
WRITING = """
    select p.proname as name, p.proargnames as parameters from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.provolatile = 'v'
        and has_function_privilege('phresh_member', p.oid, 'execute')
        and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    order by p.proname
"""
TERMS = {
    "name": "'Scrub'", "description": "'All of it'", "cleaning_type": "'dust_up'", "price": "20", "area": "'Hill'",
    "starts_at": "'2031-05-04 10:00+00'", "hours": "2", "booking": "'instantly'",
}  # fmt: skip
JOB = {"cleaning_id": "{job}"}
CLAIMED = (("bob", "claim_cleaning(gen_random_uuid(), {job}, 20)"),)
DONE = (*CLAIMED, ("bob", "finish_cleaning(gen_random_uuid(), {job}, 2)"))
CONFIRMED = (*DONE, ("ada", "confirm_cleaning(gen_random_uuid(), {job})"))
OFFERED = (("bob", "make_offer(gen_random_uuid(), {job}, 15)"),)
CANCELLED = (("ada", "cancel_cleaning(gen_random_uuid(), {job}, 'Sold')"),)
LATE = (
    *CLAIMED,
    ("clock", "starts_at = now() + interval '5 hours', claimed_at = now() - interval '9 minutes'"),
    ("bob", "release_cleaning(gen_random_uuid(), {job}, 'Ill')"),
)


@dataclass(frozen=True)
class Scene:
    """A call that succeeds.

    Attributes:
        caller: who makes it.
        arguments: SQL, by parameter.
        before: what happened to the job before, by whom.
        booking: of the job.
        refused: a parameter, a value that it may not have, and the SQLSTATE of that; None when nothing can be wrong.

    """

    caller: str
    arguments: dict[str, str]
    before: tuple[tuple[str, str], ...] = ()
    booking: str = "instantly"
    refused: tuple[str, str, str] | None = ("cleaning_id", "999999", "PH002")


SCENES = {
    "post_cleaning": Scene("ada", TERMS, refused=("price", "0", "PH001")),
    "edit_cleaning": Scene("ada", JOB | TERMS),
    "set_private_details": Scene("ada", JOB | {"address": "'1 High St'", "access_notes": "''", "phone": "'0'"}),
    "claim_cleaning": Scene("bob", JOB | {"shown_price": "20"}),
    "release_cleaning": Scene("bob", JOB | {"reason": "'Ill'"}, CLAIMED),
    "cancel_cleaning": Scene("ada", JOB | {"reason": "'Sold'"}, CLAIMED),
    "finish_cleaning": Scene("bob", JOB | {"hours": "2"}, CLAIMED),
    "confirm_cleaning": Scene("ada", JOB, DONE),
    "send_back_cleaning": Scene("ada", JOB | {"reason": "'Grey'"}, DONE),
    "undo_move": Scene("ada", JOB | {"handle": "null"}, CANCELLED),
    "make_offer": Scene("bob", JOB | {"price": "15", "message": "''"}, booking="by_offer"),
    "withdraw_offer": Scene("bob", JOB, OFFERED, "by_offer"),
    "decline_offer": Scene("ada", JOB | {"handle": "'bob'"}, OFFERED, "by_offer"),
    "accept_offer": Scene("ada", JOB | {"handle": "'bob'", "shown_price": "15"}, OFFERED, "by_offer"),
    "review_cleaning": Scene(
        "ada",
        JOB | {"overall": "5", "professionalism": "4", "completeness": "null", "efficiency": "3"}
        | {"headline": "'Good'", "comment": "''"},
        CONFIRMED,
    ),
    "report_no_show": Scene("ada", JOB | {"handle": "'bob'", "headline": "''", "comment": "''"}, LATE),
    "set_profile": Scene(
        "bob",
        {"name": "'Bob'", "bio": "''", "areas": "''", "phone": "'0'", "email": "''"},
        refused=("name", "repeat('x', 81)", "PH001"),
    ),
    "mark_read": Scene("bob", JOB | {"version": "1", "is_read": "true"}),
    # it takes nothing that could be wrong
    "mark_all_read": Scene("ada", {}, CLAIMED, refused=None),
}  # fmt: skip
# another value of each, as good as the first
OTHERWISE = {
    "cleaning_id": "{job} - 1", "name": "'Sweep'", "description": "null", "cleaning_type": "'spot_clean'",
    "price": "20.01", "shown_price": "20.01", "area": "null", "starts_at": "'2031-05-04 10:00:01+00'", "hours": "2.25",
    "booking": "'by_offer'", "address": "'2 High St'", "access_notes": "'Ring'", "phone": "'1'", "reason": "'Other'",
    "handle": "'eve'", "message": "'Me'", "overall": "1", "professionalism": "null", "completeness": "1",
    "efficiency": "4", "headline": "'Bad'", "comment": "'Bad'", "bio": "'Me'", "areas": "'Hill'", "email": "'a@b'",
    "version": "2", "is_read": "false",
}  # fmt: skip


class Stage:
    """One market, its members' connections (two for each, and one that loses an answer), and a job for each scene."""

    def __init__(self, market: Market, connections: dict[str, Connection], proxy: Proxy) -> None:
        self.market = market
        self.proxy = proxy
        self.connections = connections
        self.operator = connections["clock"]
        self.job = 0

    async def writing(self) -> dict[str, list[str]]:
        """The functions that write, with their parameters behind the request id."""
        rows = await self.operator.fetch(WRITING)
        assert all(row["parameters"][0] == "request" for row in rows)
        return {row["name"]: row["parameters"][1:] for row in rows}

    async def set(self, scene: Scene) -> None:
        """Posts a job, and lets happen to it what comes before the scene."""
        answer = await self.connections["ada"].fetchval(
            f"select post_cleaning(gen_random_uuid(), 'Scrub', null, 'dust_up', 20, booking => '{scene.booking}')"
        )
        self.job = json.loads(answer)["id"]
        for who, step in scene.before:
            if who == "clock":
                await self.operator.execute(f"update cleanings set {step} where id = $1", self.job)
            else:
                await self.connections[who].execute("select " + step.format(job=self.job))

    def sql(self, name: str, request: UUID, arguments: dict[str, str]) -> str:
        given = [f"'{request}'", *(f"{parameter} => {value}" for parameter, value in arguments.items())]
        return f"select public.{name}({', '.join(given)})".format(job=self.job)

    async def refusal(self, who: str, sql: str) -> str:
        with pytest.raises(asyncpg.PostgresError) as refused:
            await self.connections[who].execute(sql)
        return str(refused.value.sqlstate)

    async def lose(self, who: str, sql: str) -> None:
        """Sends it through a cable that is cut in place of the answer; the server has committed by then."""
        target = self.market.operator_tcp._replace(port=self.proxy.port, user=f"m_{who}", password=PASSWORD)
        async with connected(target) as connection:
            self.proxy.lose_the_answer_to(b"select public.")
            with pytest.raises((OSError, asyncpg.ConnectionDoesNotExistError)):
                # in one message: nothing is prepared first
                await connection.execute(sql)


@pytest.fixture
async def stage(market: Market) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        connections = {"clock": await stack.enter_async_context(connected(market.operator))}
        for handle in ("ada", "bob", "eve"):
            await market.member(handle, tcp=True)
            for name in (handle, f"{handle} too"):
                target = market.operator._replace(user=f"m_{handle}")
                connections[name] = await stack.enter_async_context(connected(target))
        proxy = await stack.enter_async_context(Proxy(market.cluster.port))
        yield Stage(market, connections, proxy)


async def test_every_function_that_writes_is_asked_twice_here(stage: Stage) -> None:
    writing = await stage.writing()
    assert {name: list(scene.arguments) for name, scene in SCENES.items()} == writing
    await stage.operator.execute(
        "create function public.later(request uuid) returns jsonb language sql volatile as 'select null::jsonb'; "
        "grant execute on function public.later(uuid) to phresh_member"
    )
    assert set(await stage.writing()) - set(SCENES) == {"later"}


async def test_a_request_sent_again_is_answered_as_before_and_with_anything_else_refused(stage: Stage) -> None:
    for name, scene in SCENES.items():
        await stage.set(scene)
        caller, request = stage.connections[scene.caller], uuid4()
        before = await dump(stage.operator)
        if scene.refused is not None:
            # a refused request leaves no record, and is judged afresh
            parameter, value, state = scene.refused
            spoilt = stage.sql(name, request, scene.arguments | {parameter: value})
            assert await stage.refusal(scene.caller, spoilt) == state, name
            assert await dump(stage.operator) == before, name
        sql = stage.sql(name, request, scene.arguments)
        first = await caller.fetchval(sql)
        after = await dump(stage.operator)
        assert [table for table in after if table != "requests" and after[table] != before[table]], name
        assert await caller.fetchval(sql) == first, name
        for parameter in scene.arguments:
            changed = stage.sql(name, request, scene.arguments | {parameter: OTHERWISE[parameter]})
            assert await stage.refusal(scene.caller, changed) == "PH007", f"{name}, another {parameter}"
        other = "mark_all_read" if name != "mark_all_read" else "set_profile"
        elsewhere = stage.sql(other, request, SCENES[other].arguments)
        assert await stage.refusal(scene.caller, elsewhere) == "PH007", f"{name}, then {other}"
        assert await dump(stage.operator) == after, name
        # the same id of somebody else has nothing to do with it
        others = await stage.connections["eve"].fetchval(stage.sql("post_cleaning", request, TERMS))
        assert json.loads(others)["id"] > stage.job, name
        assert await caller.fetchval(sql) == first, name


async def test_a_request_whose_answer_was_lost_is_answered_when_it_is_sent_again(stage: Stage) -> None:
    for name, scene in SCENES.items():
        await stage.set(scene)
        request = uuid4()
        before = await dump(stage.operator)
        sql = stage.sql(name, request, scene.arguments)
        await stage.lose(scene.caller, sql)
        after = await dump(stage.operator)
        assert [table for table in after if table != "requests" and after[table] != before[table]], name
        kept = await stage.operator.fetchval("select answer from requests where request_id = $1", request)
        answer = await stage.connections[scene.caller].fetchval(sql)
        assert answer == (json.loads(kept)["marked"] if name == "mark_all_read" else kept), name
        assert await dump(stage.operator) == after, name


async def test_a_request_sent_twice_at_the_same_moment_is_done_once(stage: Stage) -> None:
    for name, scene in SCENES.items():
        await stage.set(scene)
        sql, count = stage.sql(name, uuid4(), scene.arguments), "select count(*) from events"
        events = await stage.operator.fetchval(count)
        both = [stage.connections[who].fetchval(sql) for who in (scene.caller, f"{scene.caller} too")]
        one, two = await asyncio.gather(*both)
        after = await dump(stage.operator)
        assert one == two, name
        assert await stage.connections[scene.caller].fetchval(sql) == one, name
        assert await dump(stage.operator) == after, name
        assert await stage.operator.fetchval(count) <= events + 1, name
