"""Many members at few jobs, killed connections, requests sent again: nothing is lost, doubled or out of order."""

from __future__ import annotations

import copy
import random
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from phresh_tui.market.cleaning import Status
from tests.concurrency.checker import check
from tests.concurrency.lives import PATHS
from tests.concurrency.runner import FUNCTIONS, Runner, Tables
from tests.support import Market


async def played(market: Market, *, members: int, moves: int, seed: int = 1) -> tuple[Runner, Tables]:
    runner = Runner(market, moves, seed)
    return runner, await runner.run(members)


def made_enough(runner: Runner, moves: int) -> None:
    """The run was worth its time: all moves were made, refused moves too, connections lost and requests sent again."""
    assert len({attempt.request for attempt in runner.history}) == moves
    answered = Counter(attempt.move for attempt in runner.history if attempt.answer is not None)
    # in a short run some moves of the end may not come up
    assert len(set(FUNCTIONS) - set(answered)) <= (0 if moves > 10_000 else 3), answered
    refused = Counter(attempt.refusal for attempt in runner.history if attempt.refusal is not None)
    assert refused["PH003"] > moves / 100
    assert refused["PH013"] > 0 or moves < 10_000
    assert refused["lost"] > 0
    assert runner.kills >= refused["lost"]
    # in a short run there may be no finished job at the moment when one is made older
    aged = {one.column for one in runner.aged}
    assert aged == {"claimed_at", "done_at"} or (aged == {"claimed_at"} and moves < 10_000)


async def test_a_thousand_moves_of_fifty_members_leave_a_record_without_a_fault(market: Market) -> None:
    runner, tables = await played(market, members=50, moves=1_000)
    made_enough(runner, 1_000)
    assert check(runner.history, tables) == []


@pytest.mark.soak
async def test_twenty_thousand_moves_of_sixty_members_leave_a_record_without_a_fault(market: Market) -> None:
    seed = random.SystemRandom().randrange(2**32)
    runner, tables = await played(market, members=60, moves=20_000, seed=seed)
    made_enough(runner, 20_000)
    assert check(runner.history, tables) == [], f"seed {seed}"


RECORDED_TWICE = """jsonb_build_object('price', job.price));
    update public.cleanings c set version = c.version + 1 where c.id = job.id returning c.* into job;
    perform public.record_move(job, 'claim', 'open', me, null, '{"price": 1}');"""
# function, what stands there, what stands there instead, and what else has to go
FAULTS = {
    "a claim takes what is taken": ("claim_cleaning", "c.status = 'open' and", "", ""),
    "a release leaves the offer accepted": ("release_cleaning", "o.status = 'accepted'", "false", ""),
    "a release forgets its event": ("release_cleaning", "perform public.record_move", "perform public.no_record", ""),
    "a finish computes a wrong total": (
        "finish_cleaning",
        "finish_cleaning.hours * c.agreed_price",
        "finish_cleaning.hours * c.agreed_price + 1",
        "alter table public.cleanings drop constraint cleanings_total;",
    ),
    "a release in good time counts as a late one": (
        "release_cleaning",
        "interval '24 hours'",
        "interval '24 days'",
        "",
    ),
    "whoever is sent away has not come": ("report_no_show", "e.actor = e.other or", "true or", ""),
    "request ids are not kept": ("keep_answer", "values (session_user, request", "values ('m_nobody', request", ""),
    "an accept takes a withdrawn offer": ("accept_offer", "and o.status = 'live'", "", ""),
    "a claim books no time": ("claim_cleaning", "job.hours is not null then", "false then", ""),
    "overlapping times are allowed": (
        "book_time",
        "return;",
        "return;",
        "alter table public.bookings drop constraint bookings_no_overlap;",
    ),
    "a claim is recorded twice": (
        "claim_cleaning",
        "jsonb_build_object('price', job.price));",
        RECORDED_TWICE,
        "",
    ),
}
NO_RECORD = """
    create function public.no_record(public.cleanings, text, text, text, text, jsonb) returns void
    language sql return null;
    grant execute on function public.no_record(public.cleanings, text, text, text, text, jsonb) to phresh_owner;
"""


@pytest.mark.parametrize(("function", "good", "bad", "more"), FAULTS.values(), ids=FAULTS.keys())
async def test_a_fault_planted_in_a_function_is_found(
    market: Market, function: str, good: str, bad: str, more: str
) -> None:
    [row] = await market.psql(f"select pg_get_functiondef('public.{function}'::regproc) as source")
    assert good in row["source"]
    # what is played is chance: the rarest of these moves may not come up in one game
    for _ in range(5):
        game = await market.cluster.new_market()
        try:
            await game.psql_script(NO_RECORD + row["source"].replace(good, bad) + ";" + more)
            runner, tables = await played(game, members=12, moves=1_500)
        finally:
            await game.close()
        if check(runner.history, tables):
            return
    pytest.fail("the checker finds nothing")


def certain_bookings(tables: Tables) -> list[Any]:
    """Those that must be there: the time of a job that counts as confirmed by its age may have been given back."""
    long_done = {one.job for one in tables.aged if one.column == "done_at"}
    return [row for row in tables.bookings if row["cleaning_id"] not in long_done]


async def played_with_bookings(market: Market) -> tuple[Runner, Tables]:
    # what is played is chance: at the end of a game there may be no such booking
    for _ in range(5):
        game = await market.cluster.new_market()
        try:
            runner, tables = await played(game, members=12, moves=900)
        finally:
            await game.close()
        if certain_bookings(tables):
            return runner, tables
    pytest.fail("nobody has a booking that is certain")


async def test_a_change_to_any_table_behind_the_members_backs_is_found(market: Market) -> None:
    runner, tables = await played_with_bookings(market)
    assert check(runner.history, tables) == []
    changes = {
        "cleanings": {"claimed_by": "m_nobody"},
        "events": {"actor": "m_nobody"},
        "offers": {"status": "accepted", "price": Decimal("0.01")},
        "bookings": {"login": "m_nobody"},
        "requests": {"login": "m_nobody"},
        "reviews": {"author": "m_nobody"},
    }
    for table, change in changes.items():
        rows = copy.deepcopy(getattr(tables, table))
        if table == "bookings":
            certain = certain_bookings(tables)
            rows.sort(key=lambda row: row in certain)
        assert rows, f"nothing in {table}"
        gone = replace(tables, **{table: rows[:-1]})
        assert check(runner.history, gone) != [], f"a row of {table} that is gone is not missed"
        forged = replace(tables, **{table: [*rows[:-1], rows[-1] | change]})
        assert check(runner.history, forged) != [], f"a row of {table} that is forged is not found"


def test_the_checker_knows_every_state() -> None:
    assert {state for leads in PATHS.values() for state in leads} == {str(status) for status in Status}
