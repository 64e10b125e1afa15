"""Two members at random: keys, pastes, clicks and resizes over all screens, seeded so that a run can be had again.

``MONKEY_SEED`` chooses another run, ``MONKEY_EVENTS`` another length.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import os
import pkgutil
import random
import traceback
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

import psutil
import pytest
from textual import events
from textual.pilot import OutOfBounds
from textual.screen import Screen
from textual.worker import Worker, WorkerState

import phresh_tui.tui.screens
from phresh_tui.database.preparation import Door, Prepared
from phresh_tui.settings import Settings
from phresh_tui.tui.actions import ACTIONS
from phresh_tui.tui.app import PhreshApp
from phresh_tui.tui.job_form import CHECKED
from phresh_tui.tui.screens.browse import BrowseScreen
from phresh_tui.tui.screens.confirm import Confirm
from phresh_tui.tui.screens.mine import MineScreen
from phresh_tui.tui.screens.offers import OffersScreen
from phresh_tui.tui.screens.post import PRIVATE, PostScreen
from phresh_tui.tui.screens.sign_in import SignInScreen
from tests.life.support import unexplained
from tests.support import Market, post

# keys that end the program, and those that leave its window: an editor, a file in the folder
LEAVING = {"q", "ctrl+q", "ctrl+c", "ctrl+e"}
KEYS = sorted({key for action in ACTIONS for key in action.keys.split(",")} - LEAVING)
TYPED = [
    *"ada 12.50 tomorrow 9:00",
    "space",
    "backspace",
    "delete",
    "enter",
    "enter",
    "escape",
    "tab",
    "y",
    "n",
    "1",
    "5",
]
PASTED = (
    "Wash [red]the[/red] windows", "20", "\x1b[31mred\x1b[0m", "a\nb\tc", "👩‍👩‍👧‍👦" * 40, "price:<30 type:full_clean",
    "tomorrow 9:00", "x" * 5_000, "'; drop table cleanings; --", "\u202eturned", "窓拭き", "2.25", "",
)  # fmt: skip
SIZES = ((80, 24), (160, 48), (40, 12), (20, 5), (100, 30), (60, 60))


class Watched(PhreshApp):
    """The program, which remembers the faults of its workers."""

    CSS_PATH = str(Path(phresh_tui.tui.__file__).with_name("phresh.tcss"))

    def __init__(self, settings: Settings, prepared: Prepared, handle: str) -> None:
        super().__init__(settings, prepared, handle)
        self.faults: list[str] = []

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker that fails does not end the program: nobody would see it."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self.faults.append("".join(traceback.format_exception(event.worker.error)))


def keys_for(screen: Screen[object], handle: str, chance: random.Random, kind: float) -> list[str]:
    """Keys to press in a burst, as people do: what works on the screen, anything at all, or letters.

    Every now and then something sensible, or nobody would ever come back from a dialog, sign in or send a form.
    """
    if isinstance(screen, SignInScreen) and kind < 0.4:
        return ["ctrl+u", *handle, "enter"]
    if isinstance(screen, PostScreen) and kind < 0.1:
        return [*"Windows", "tab", "tab", "tab", *"9.50", "ctrl+s"]
    if isinstance(screen, Confirm) and kind < 0.5:
        return ["y"]
    if not isinstance(screen, (BrowseScreen, MineScreen, OffersScreen, PostScreen)) and kind < 0.2:
        return ["escape"]
    here = [key for key in sorted(screen.active_bindings) if key in KEYS]
    if here and kind < 0.5:
        return chance.choices(here, k=chance.randint(1, 3))
    return chance.choices(KEYS if kind < 0.65 else TYPED, k=chance.randint(1, 8))


def lost_of(screen: Screen[object]) -> list[str]:
    """The fields of a form whose text would not be there if the program ended now and the form was opened again."""
    if not isinstance(screen, PostScreen) or not screen.is_mounted or screen._gone:
        return []
    again = PostScreen(screen._file, screen._source, again=screen._job is None and screen._source is not None)
    typed, kept = asdict(screen._typed()), asdict(again._draft)
    # private details that nobody has touched are in the database
    fields = CHECKED if again._kept else [field for field in CHECKED if field not in PRIVATE]
    return [f"{field}: {typed[field]!r} is kept as {kept[field]!r}" for field in fields if typed[field] != kept[field]]


async def play(market: Market, handle: str, chance: random.Random, number: int, seen: set[str]) -> list[str]:
    """One member at random; adds the names of the screens that were there to ``seen``.

    Returns:
        The faults of the program's workers, and what was typed and not kept; a fault of the program itself is raised.

    """
    prepared = Prepared(replace(market.operator, embedded=True), Door.OPERATOR)
    faults: list[str] = []
    left = number
    while left > 0:
        app = Watched(Settings(PHRESH_REFRESH_SECONDS="0.5"), prepared, handle)  # type: ignore[call-arg]
        async with app.run_test(size=(80, 24)) as pilot:
            while left > 0 and app.is_running and app.return_code is None:
                left -= 1
                kind = chance.random()
                if kind < 0.8:
                    pressed = keys_for(app.screen, handle, chance, kind)
                    left -= len(pressed) - 1
                    await pilot.press(*pressed)
                elif kind < 0.86:
                    app.screen.post_message(events.Paste(chance.choice(PASTED)))
                elif kind < 0.96:
                    width, height = app.size
                    # a click right after a change of size may lie outside
                    with suppress(OutOfBounds):
                        await pilot.click(offset=(chance.randrange(width), chance.randrange(height)))
                else:
                    await pilot.resize_terminal(*chance.choice(SIZES))
                seen |= {type(screen).__name__ for screen in app.screen_stack}
                await pilot.pause()
                faults += lost_of(app.screen)
        faults += app.faults
        assert app.return_code in (0, None), f"{handle} was thrown out with {app.return_code}"
    return faults


async def run(market: Market, seed: int, number: int) -> set[str]:
    """Lets two members loose on one market, and looks at what they leave.

    Returns:
        The names of the screens that they have been on.

    """
    seen: set[str] = set()
    there = {row["login"] for row in await market.psql("select login from members")}
    for handle in ("ada", "bob"):
        session = (
            await market.session(handle)
            if f"m_{handle}" not in there
            else await market.open(replace(market.operator, user=f"m_{handle}"))
        )
        for name in range(4):
            await post(session, f"{handle}'s job {name}")
        await session.close()
    chances = [random.Random(f"{seed} {handle}") for handle in ("ada", "bob")]
    faults = await asyncio.gather(
        play(market, "ada", chances[0], number // 2, seen), play(market, "bob", chances[1], number // 2, seen)
    )
    assert [fault for found in faults for fault in found] == [], f"seed {seed}"
    assert await unexplained(market) == [], f"seed {seed}"
    return seen


async def moves(market: Market) -> set[str]:
    """What was done with jobs."""
    return {row["move"] for row in await market.psql("select distinct move from events")}


def screens() -> set[str]:
    """The names of all screens that can be reached without passwords."""
    for module in pkgutil.iter_modules(phresh_tui.tui.screens.__path__):
        importlib.import_module(f"phresh_tui.tui.screens.{module.name}")
    todo: list[type] = [Screen]
    for kind in todo:
        todo += kind.__subclasses__()
    # what others are made from is not shown itself
    others = {"MarketScreen", "JobKeys", "Dialog", "MoveDialog", "PasswordScreen"}
    return {kind.__name__ for kind in todo if kind.__module__.startswith("phresh_tui.")} - others


async def test_random_keys_pastes_clicks_and_sizes_break_nothing(
    market: Market, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # what is exported is written into the folder
    monkeypatch.chdir(tmp_path)
    seen = await run(market, int(os.environ.get("MONKEY_SEED", "7")), int(os.environ.get("MONKEY_EVENTS", "2000")))
    # a monkey that stays on one screen finds nothing
    assert len(seen) > 8, sorted(seen)
    # and so does one that only looks
    assert len(await moves(market)) >= 3


@pytest.mark.soak
async def test_a_hundred_thousand_random_events_break_nothing_and_fill_no_memory(
    market: Market, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    memory: list[int] = []
    seen: set[str] = set()
    for seed in range(20):
        seen |= await run(market, seed, int(os.environ.get("MONKEY_EVENTS", "100000")) // 20)
        gc.collect()
        memory.append(psutil.Process().memory_info().rss)
    # what the first rounds load stays; from then on it is flat
    assert screens() - seen == set(), "nobody has been there"
    assert await moves(market) >= {"post", "edit", "claim", "release", "cancel"}
    assert memory[-1] < memory[len(memory) // 2] * 1.1, memory
