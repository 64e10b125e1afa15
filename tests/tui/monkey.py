"""Somebody who presses anything: keys, pastes, clicks and sizes from a seed, while others change what is shown."""

from __future__ import annotations

import asyncio
import gc
import random
import traceback
import weakref
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import Context
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

from textual import events
from textual.drivers.headless_driver import HeadlessDriver
from textual.geometry import Size
from textual.keys import key_to_character
from textual.pilot import Pilot
from textual.screen import Screen
from textual.worker import Worker, WorkerState

import phresh_tui.tui
from phresh_tui.database import cleanings, offers, people
from phresh_tui.database.preparation import Door, Prepared
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Booking, Cleaning, Draft
from phresh_tui.market.errors import DatabaseUnavailable, Refused
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
from tests.support import Market, draft

# keys that end the program, and those that leave its window: an editor, a file in the folder
LEAVING = {"q", "ctrl+q", "ctrl+c", "ctrl+e"}
KEYS = sorted({key for action in ACTIONS for key in action.keys.split(",")} - LEAVING)
TYPED = [*"ada12.50tomorrow9:00yn15", "space", "backspace", "delete", "enter", "enter", "escape", "tab"]
PASTED = (
    "Wash [red]the[/red] windows", "20", "\x1b[31mred\x1b[0m", "a\nb\tc", "👩‍👩‍👧‍👦" * 40, "price:<30 type:full_clean",
    "tomorrow 9:00", "x" * 5_000, "'; drop table cleanings; --", "\u202eturned", "窓拭き", "2.25", "",
)  # fmt: skip
SIZES = ((80, 24), (80, 24), (160, 48), (40, 12), (20, 5), (100, 30), (60, 60))
# what others do meanwhile
MOVES: tuple[Callable[[Session, Cleaning, Draft], Awaitable[object]], ...] = (
    lambda session, _, wanted: cleanings.post(session, uuid4(), wanted),
    lambda session, job, _: cleanings.claim(session, uuid4(), job),
    lambda session, job, _: cleanings.release(session, uuid4(), job.id, "Ill"),
    lambda session, job, wanted: cleanings.edit(session, uuid4(), job.id, wanted),
    lambda session, job, _: cleanings.cancel(session, uuid4(), job.id, "Not needed"),
    lambda session, job, _: cleanings.finish(session, uuid4(), job.id, Decimal("1.50")),
    lambda session, job, _: cleanings.confirm(session, uuid4(), job.id),
    lambda session, job, _: cleanings.send_back(session, uuid4(), job.id, "The oven"),
    lambda session, job, _: cleanings.undo(session, uuid4(), job.id),
    lambda session, job, _: offers.make(session, uuid4(), job.id, job.price, "With my own ladder"),
    lambda session, job, _: offers.withdraw(session, uuid4(), job.id),
    lambda session, job, _: people.review(session, uuid4(), job.id, {"overall": 4}),
)
# keys on My jobs that only few jobs answer to, once all about them is read, and the names of jobs that do
RARE = {"o": "offer", "v": "review", "exclamation_mark": "nobody"}
# how often somebody begins to look for one there, among how many lines, and the seconds for each
SEEKS, LINES, READS = 0.02, 5, 0.3
# screens that were left and may be in memory: Textual remembers what was clicked, hovered and focused last
FEW = 5
# seconds that a screen which was left may be kept by what it was still reading
KEPT = 20.0


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


def lost_of(screen: Screen[object]) -> list[str]:
    """The fields of a form whose text would not be there if the program ended now and the form was opened again."""
    if not isinstance(screen, PostScreen) or not screen.is_mounted or screen._gone:
        return []
    again = PostScreen(screen._file, screen._source, again=screen._job is None and screen._source is not None)
    typed, kept = asdict(screen._typed()), asdict(again._draft)
    # private details that nobody has touched are in the database
    fields = CHECKED if again._kept else [field for field in CHECKED if field not in PRIVATE]
    return [f"{field}: {typed[field]!r} is kept as {kept[field]!r}" for field in fields if typed[field] != kept[field]]


def send(app: Watched, event: events.Event) -> None:
    """Comes from outside, as from a terminal: nothing that the program holds back just then is held back here.

    Whoever starts a program shares that with it, and would press a key whose change of a field nobody hears of.
    """
    Context().run(app.post_message, event)


async def lost(app: Watched) -> list[str]:
    """The same of the screen that is shown, unless the program ends."""
    return lost_of(app.screen) if app.return_code is None else []


async def soon(wrong: Callable[[], Awaitable[list[str]]], seconds: float = KEPT) -> list[str]:
    """What is still wrong when it was given some time to come right."""
    found = await wrong()
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while found:
                await asyncio.sleep(0.3)
                found = await wrong()
    return found


async def forget_timers() -> None:
    """Makes the event loop forget timers that were cancelled, and with them whoever set them.

    It does so by itself when they are due, or when there are more than a hundred and more than half of all.
    """
    loop = asyncio.get_running_loop()
    for _ in range(200 + 2 * len(asyncio.all_tasks())):
        loop.call_later(3600, print).cancel()
    await asyncio.sleep(0)


async def change(sessions: list[Session], chance: random.Random) -> str:
    """Somebody else does something with some job, or is refused; returns what."""
    session, which, move = chance.choice(sessions), chance.random(), chance.choice(MOVES)
    wanted = draft(chance.choice(["Sweep", "Dust"]))._replace(booking=chance.choice(list(Booking)))
    # a machine that is very busy may keep the one who changes waiting for too long: that is not what is tried here
    with suppress(Refused, DatabaseUnavailable):
        rows = await session.fetch("select id from public.cleanings order by updated_at desc limit 12")
        job = await cleanings.one(session, rows[int(which * len(rows))]["id"])
        assert job is not None
        await move(session, job, wanted)
    return f"@{session.handle} changes a job"


class Monkey:
    """One member at random.

    Args:
        market: where.
        handle: who.
        chance: what comes next.
        others: members who change the market meanwhile, each with a session.

    Attributes:
        seen: the names of the screens that were there.
        faults: of the program's workers, and what was typed and not kept; a fault of the program itself is raised.
        apps: the programs that were run.

    """

    def __init__(self, market: Market, handle: str, chance: random.Random, others: list[Session]) -> None:
        self._handle = handle
        self._chance = chance
        self._others = others
        self._prepared = Prepared(market.operator._replace(embedded=True), Door.OPERATOR)
        # what was done last, for whoever has to find out why
        self._last: deque[str] = deque(maxlen=40)
        # the rare key whose job is looked for, among how many more lines, and how often each was
        self._sought, self._seeks = "", 0
        self._searches: Counter[str] = Counter()
        self.seen: set[str] = set()
        self.faults: list[str] = []
        self.apps: list[weakref.ref[Watched]] = []

    async def play(self, number: int) -> None:
        """Does so many things, with another program when one was left."""
        left = number
        try:
            while left > 0:
                left = await self._run(left)
        except Exception as error:
            error.add_note(f"@{self._handle} did last: {', '.join(self._last)}")
            raise

    async def _run(self, left: int) -> int:
        app = Watched(Settings(PHRESH_REFRESH_SECONDS="0.5"), self._prepared, self._handle)  # type: ignore[call-arg]
        self.apps.append(weakref.ref(app))
        screens: weakref.WeakSet[Screen[object]] = weakref.WeakSet()
        async with app.run_test(size=(80, 24)) as pilot:
            while left > 0 and app.is_running and app.return_code is None:
                left -= await self._do_something(app, pilot, left)
                for screen in app.screen_stack:
                    screens.add(screen)
                    self.seen.add(type(screen).__name__)
                # what is typed behind the key that ends the program belongs to nothing
                if app.return_code is None and lost_of(app.screen):
                    # what was typed last may still be on its way
                    self._note(await soon(lambda: lost(app)))
            self._note(await soon(lambda: self._kept(app, screens)))
        self._note(app.faults)
        assert app.return_code in (0, None), f"{self._handle} was thrown out with {app.return_code}"
        return left

    def _note(self, faults: list[str]) -> None:
        if faults:
            self.faults += [f"{fault} (@{self._handle} did last: {', '.join(self._last)})" for fault in faults]

    @staticmethod
    async def _kept(app: Watched, screens: weakref.WeakSet[Screen[object]]) -> list[str]:
        """Screens that were left and are still in memory."""
        await forget_timers()
        gc.collect()
        kept = [f"{screen} was left, and is kept" for screen in screens if screen not in app.screen_stack]
        return kept if len(kept) > FEW else []

    async def _do_something(self, app: Watched, pilot: Pilot[int], most: int) -> int:
        """One thing, or a burst of keys; returns how many."""
        kind, done = self._chance.random(), 1
        if kind < 0.8:
            keys = self._keys(app.screen, kind)[:most]
            self._last.append(" ".join(keys))
            done = len(keys)
            # a fast typist, or somebody who looks what each key does
            waits = self._chance.random() < 0.3
            for key in keys:
                send(app, events.Key(key, key_to_character(key)))
                if waits:
                    await pilot._wait_for_screen()
        elif kind < 0.86:
            text = self._chance.choice(PASTED)
            self._last.append(f"paste {text[:20]!r}")
            send(app, events.Paste(text))
        elif kind < 0.94:
            x, y = self._chance.randrange(app.size.width), self._chance.randrange(app.size.height)
            self._last.append(f"click {x},{y}")
            for button in (events.MouseDown, events.MouseUp):
                send(app, button(None, x, y, 0, 0, 1, False, False, False, x, y))
        elif kind < 0.97:
            size = Size(*self._chance.choice(SIZES))
            self._last.append(f"resize {size.width}x{size.height}")
            assert isinstance(app._driver, HeadlessDriver)
            app._driver._size = size
            send(app, events.Resize(size, size))
        else:
            self._last.append(await change(self._others, self._chance))
        # now and then somebody rests until everything has been read
        if isinstance(app.screen, MineScreen) and self._seeks:
            await asyncio.sleep(READS)
        elif self._chance.random() < 0.1:
            await asyncio.sleep(0.15)
            await pilot.pause()
        else:
            # without a picture each time: most of a run would go into those
            await pilot._wait_for_screen()
        return done

    def _keys(self, screen: Screen[object], kind: float) -> list[str]:
        """Keys to press in a burst, as people do: what works on the screen, anything at all, or letters.

        Every now and then something sensible, or nobody would ever come back from a dialog, sign in or send a form.
        """
        if isinstance(screen, SignInScreen) and kind < 0.4:
            return ["ctrl+u", *self._handle, "enter"]
        if isinstance(screen, PostScreen) and kind < 0.1:
            return [*"Windows", "tab", "tab", "tab", *"9.50", "ctrl+s"]
        if isinstance(screen, Confirm) and kind < 0.5:
            return ["y"]
        if isinstance(screen, MineScreen) and self._seeks:
            self._seeks -= 1
            return [self._sought if self._sought in screen.active_bindings else "down"]
        if isinstance(screen, MineScreen) and kind < SEEKS:
            self._sought, self._seeks = min(RARE, key=lambda key: self._searches[key]), LINES
            self._searches[self._sought] += 1
            return ["slash", "ctrl+u", *RARE[self._sought], "enter"]
        if not isinstance(screen, (BrowseScreen, MineScreen, OffersScreen, PostScreen)) and kind < 0.2:
            return ["escape"]
        if kind < 0.5 and (here := [key for key in sorted(screen.active_bindings) if key in KEYS]):
            return self._chance.choices(here, k=self._chance.randint(1, 3))
        return self._chance.choices(KEYS if kind < 0.65 else TYPED, k=self._chance.randint(1, 8))
