"""Two members at random: keys, pastes, clicks and resizes over all screens, while others change the market.

Seeded, so that a run can be had again: ``MONKEY_SEED`` chooses another one, ``MONKEY_EVENTS`` another length.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import json
import logging
import os
import pkgutil
import random
import sys
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import psutil
import pytest
from textual.screen import Screen

import phresh_tui.tui.screens
from phresh_tui.database import cleanings, offers
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Booking
from phresh_tui.market.errors import Refused
from phresh_tui.market.when import local_now
from tests.life.support import later, unexplained
from tests.support import Market, draft, post
from tests.tui.monkey import Monkey, forget_timers, soon

MEMBERS = ("ada", "bob")
# they change what the others see, without a screen
OTHERS = ("cleo", "dan")
# each has a market of its own, and can have a process of its own
PARTS = 2
# in each of them
ROUNDS = 10


@pytest.fixture(autouse=True)
def few_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """The screen is drawn four times a second, and whenever somebody rests: most of a run would go into pictures."""
    monkeypatch.setattr("textual.screen.UPDATE_PERIOD", 0.25)


@pytest.fixture(autouse=True)
def long_exports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes longer than a moment: how far it is, is a screen too."""
    monkeypatch.setattr("phresh_tui.tui.exporting.QUIET", 0)


async def impossible(market: Market) -> list[str]:
    """What cannot be in the database: what is not as the record says, held twice, or held by nobody."""
    found = [f"job {number} is not what its events say" for number in await unexplained(market)]
    rows = await market.psql(
        """
        with kept as (
            select id, claimed_by from public.cleanings
            where status in ('claimed', 'done') and starts_at is not null and hours is not null
        )
        select 'the booking of job ' || coalesce(kept.id, bookings.cleaning_id) || ' is that of another' as wrong
        from kept full join public.bookings on bookings.cleaning_id = kept.id and bookings.login = kept.claimed_by
        where kept.id is null or bookings.cleaning_id is null
        union all
        select 'job ' || id || ' is held by another offer than the accepted one'
        from public.cleanings join public.offers on offers.cleaning_id = id and offers.status = 'accepted'
        where claimed_by is distinct from offers.login
        union all
        select 'job ' || cleaning_id || ' was reviewed by a stranger'
        from public.reviews join public.cleanings on id = cleaning_id
        where not no_show and (
            status <> 'confirmed' or author = subject
            or author not in (owner, claimed_by) or subject not in (owner, claimed_by)
        )
        union all
        select 'of job ' || cleaning_id || ' somebody is missed who never had it'
        from public.reviews join public.cleanings on id = cleaning_id
        where no_show and (
            author <> owner or not exists (
                select from public.events
                where events.cleaning_id = id and move = 'release' and other = subject
            )
        )
        """
    )
    return found + [row["wrong"] for row in rows]


@pytest.fixture(autouse=True)
def ignored(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Python only complains of: a coroutine of ours that was never awaited. pytest would keep what it is about."""
    found: list[str] = []

    def note(about: sys.UnraisableHookArgs) -> None:
        code = getattr(about.object, "cr_code", None)
        if code is None or "phresh_tui" in code.co_filename:
            found.append(f"{about.exc_value!r} in {about.object!r}")

    monkeypatch.setattr(sys, "unraisablehook", note)
    return found


@pytest.fixture
def together(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of all processes that this run of pytest has."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


async def something_to_do(market: Market, owner: Session, others: list[Session], start: datetime) -> None:
    """Jobs that wait for an answer of their owner, so that every screen can be come to."""
    number = await cleanings.post(owner, uuid4(), draft("By offer")._replace(booking=Booking.BY_OFFER))
    for other in others:
        await offers.make(other, uuid4(), number, Decimal("12.50"), "With my own ladder")
    wanted = draft("Nobody came")._replace(starts_at=start, hours=Decimal(1))
    job = await cleanings.one(owner, await cleanings.post(owner, uuid4(), wanted))
    assert job is not None
    done = await cleanings.one(owner, await cleanings.post(owner, uuid4(), draft("To review")))
    assert done is not None
    await cleanings.claim(others[0], uuid4(), done)
    await cleanings.finish(others[0], uuid4(), done.id, Decimal("1.50"))
    await cleanings.confirm(owner, uuid4(), done.id)
    # who is held by another job at that time is refused
    with contextlib.suppress(Refused):
        await cleanings.claim(others[0], uuid4(), job)
        # whoever gives a job back at once has not kept anybody waiting
        await later(market, job.id, 6)
        await cleanings.release(others[0], uuid4(), job.id, "Ill")


async def run(
    market: Market, seed: int, number: int, caplog: pytest.LogCaptureFixture, ignored: list[str]
) -> list[Monkey]:
    """Lets two members loose on one market, and looks at what they leave; returns the two."""
    there = {row["login"] for row in await market.psql("select login from members")}
    sessions = {
        handle: (
            await market.session(handle)
            if f"m_{handle}" not in there
            else await market.open(market.operator._replace(user=f"m_{handle}"))
        )
        for handle in (*MEMBERS, *OTHERS)
    }
    others = [sessions[handle] for handle in OTHERS]
    for place, handle in enumerate(MEMBERS):
        for name in range(4):
            await post(sessions[handle], f"{handle}'s job {name}")
        await something_to_do(market, sessions[handle], others, local_now() + timedelta(hours=2 + 2 * place))
        await sessions[handle].close()
    monkeys = [Monkey(market, handle, random.Random(f"{seed} {handle}"), others) for handle in MEMBERS]
    # each program takes standard output and gives back what it found, which may be that of the other
    with contextlib.redirect_stdout(sys.stdout), contextlib.redirect_stderr(sys.stderr):
        await asyncio.gather(*(monkey.play(number // 2) for monkey in monkeys))
    await market.leave()
    written = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    # an error that was told keeps all that it came through
    caplog.clear()
    assert written == [], f"seed {seed}"
    assert ignored == [], f"seed {seed}"
    faults = [fault for monkey in monkeys for fault in monkey.faults]
    assert not faults, "\n".join([f"seed {seed}", *faults])
    assert await impossible(market) == [], f"seed {seed}"
    return monkeys


async def alive(monkeys: list[Monkey]) -> list[str]:
    """Programs that were left and are in memory, when there are more of them than the last one of each member."""
    await forget_timers()
    gc.collect()
    kept = [f"{app()} was left, and is kept" for monkey in monkeys for app in monkey.apps if app() is not None]
    return kept if len(kept) > len(MEMBERS) else []


def screens_of(monkeys: list[Monkey]) -> set[str]:
    """The names of the screens that they have been on."""
    return set[str]().union(*(monkey.seen for monkey in monkeys))


async def moves(market: Market) -> set[str]:
    """What the two on the screen did with jobs."""
    logins = [f"m_{handle}" for handle in MEMBERS]
    return {row["move"] for row in await market.psql("select distinct move from events where actor = any($1)", logins)}


def screens() -> set[str]:
    """The names of all screens that can be reached without passwords."""
    for module in pkgutil.iter_modules(phresh_tui.tui.screens.__path__):
        importlib.import_module(f"phresh_tui.tui.screens.{module.name}")
    todo: list[type] = [Screen]
    for kind in todo:
        todo += kind.__subclasses__()
    # what others are made from is not shown itself
    others = {"MarketScreen", "JobKeys", "Searching", "Narrowed"}
    others |= {"Dialog", "FormDialog", "MoveDialog", "ReasonLine", "PasswordScreen"}
    return {kind.__name__ for kind in todo if kind.__module__.startswith("phresh_tui.")} - others


async def test_random_keys_pastes_clicks_and_sizes_break_nothing(
    market: Market,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    ignored: list[str],
) -> None:
    # what is exported is written into the folder
    monkeypatch.chdir(tmp_path)
    seed, number = int(os.environ.get("MONKEY_SEED", "7")), int(os.environ.get("MONKEY_EVENTS", "2000"))
    seen = screens_of(await run(market, seed, number, caplog, ignored))
    # a monkey that stays on one screen finds nothing
    assert len(seen) > 8, sorted(seen)
    # and so does one that only looks: jobs were posted for it
    assert await moves(market) > {"post"}


@pytest.mark.soak
@pytest.mark.parametrize("part", range(PARTS))
async def test_a_hundred_thousand_random_events_break_nothing_and_fill_no_memory(
    part: int,
    market: Market,
    together: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    ignored: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    memory: list[int] = []
    monkeys: list[Monkey] = []
    first, number = int(os.environ.get("MONKEY_SEED", "0")), int(os.environ.get("MONKEY_EVENTS", "100000"))
    for seed in range(first + part * ROUNDS, first + (part + 1) * ROUNDS):
        monkeys += await run(market, seed, number // PARTS // ROUNDS, caplog, ignored)
        memory.append(psutil.Process().memory_info().rss // 1_000_000)
        print(f"seed {seed}: {memory[-1]} MB, {len(screens_of(monkeys))} screens", flush=True)
    assert await soon(lambda: alive(monkeys)) == []
    # what the first rounds load stays; from then on it is flat
    assert max(memory[ROUNDS // 2 :]) < memory[ROUNDS // 2 - 1] * 1.1, memory
    seen = {"screens": sorted(screens_of(monkeys)), "moves": sorted(await moves(market))}
    note = tmp_path / "seen.json"
    note.write_text(json.dumps(seen), encoding="utf-8")
    # whole, or not there at all, for whoever reads it
    note.replace(together / f"monkeys-{part}.json")
    parts = [json.loads(file.read_text(encoding="utf-8")) for file in together.glob("monkeys-*.json")]
    # the last part looks at what all of them have seen
    if len(parts) == PARTS:
        assert screens() - {name for found in parts for name in found["screens"]} == set(), "nobody has been there"
        assert {move for found in parts for move in found["moves"]} >= {"post", "edit", "claim", "release", "cancel"}
