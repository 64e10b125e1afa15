"""The palette: everything that can be done, by its name, and jobs, members and sections by theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from inspect import isawaitable
from typing import TYPE_CHECKING, cast

from rich.text import Text
from textual import events, on
from textual.actions import SkipAction
from textual.app import SystemCommand
from textual.await_complete import AwaitComplete
from textual.command import Command, CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.screen import Screen
from textual.system_commands import SystemCommandsProvider
from textual.widgets import Input

from phresh_tui.database import cleanings, people
from phresh_tui.database.cleanings import Listing
from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.errors import PhreshError
from phresh_tui.market.price import show_price
from phresh_tui.market.search import Filter, Place
from phresh_tui.market.text import visible
from phresh_tui.tui.actions import PARTS, Action, Where, actions_in
from phresh_tui.tui.job_reader import SLOW
from phresh_tui.tui.keymap import key_names, keys_of
from phresh_tui.tui.leaving import Leavable
from phresh_tui.tui.screens.base import MarketScreen
from phresh_tui.tui.styles import PLACES
from phresh_tui.tui.widgets.field import fitting
from phresh_tui.tui.widgets.menu import is_stale

if TYPE_CHECKING:
    from phresh_tui.tui.app import PhreshApp

# seconds without a key before the database is asked
PAUSE = 0.15
FOUND = 8
# what a command that fits scores at least; jobs and members come after those
BELOW_COMMANDS = 0.05


# cells of the line that is typed into for what is no text
BESIDE = 8
# what may be typed, in ever fewer words
HINTS = ("What to do, a job or its number, a member …", "What to do, a job, a member …")


class Found(CommandList):
    """Textual's list, in which a click on a line that is drawn, and is not there any more, does nothing."""

    def on_click(self, event: events.Click) -> None:
        """Leaves what is there to Textual."""
        if is_stale(self, event):
            event.prevent_default()
            event.stop()


class Palette(Leavable, CommandPalette):
    """Textual's own, with the keys of lists that a text field does not need itself."""

    CSS_PATH = PLACES
    # Ctrl with the letters of lists: the letters alone are typed
    BINDINGS = [
        ("ctrl+j,ctrl+n", "cursor_down", "Next"),
        ("ctrl+k", "command_list('cursor_up')", "Previous"),
    ]

    def __init__(self) -> None:
        super().__init__(placeholder=HINTS[0])
        self._awaits_hits = False
        self._enter_due = False

    # Textual waits half a second before it says that it is searching
    _BUSY_COUNTDOWN = SLOW  # type: ignore[misc]
    # what is found at once is shown at once, also while the database is still asked
    _RESULT_BATCH_TIME = 0.0  # type: ignore[misc]  # Textual waits a quarter of a second

    def on_mount(self) -> None:
        """Textual says itself of which kind its list is."""
        self.query_one(CommandList).__class__ = Found

    def on_resize(self) -> None:
        """Another width has room for other words."""
        self.query_one(Input).placeholder = fitting(HINTS, self.size.width - BESIDE)

    @on(Input.Changed)
    def _typed(self) -> None:
        self._awaits_hits = True
        self._enter_due = False

    def _refresh_command_list(self, command_list: CommandList, commands: list[Command], clear_current: bool) -> None:
        """Shows what was found so far; the cursor stays on its line when more is found."""
        place = command_list.highlighted
        chosen = None if clear_current or place is None else command_list.get_option_at_index(place)
        super()._refresh_command_list(command_list, commands, clear_current)
        if chosen is not None and chosen in commands:
            command_list.highlighted = command_list.get_option_index(chosen.id or "")
        self._awaits_hits = False
        if self._enter_due and commands:
            self._enter_due = False
            self.call_later(command_list.action_select)

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Closes itself once: a second click would close what lies below it."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def _action_command_list(self, action: str) -> None:
        """A page key that comes before the list is laid out does nothing: Textual's list looks for its lines."""
        with suppress(KeyError, IndexError):
            super()._action_command_list(action)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        """Enter waits for the first hits of what was typed: the list may still be that of the words before."""
        if self._awaits_hits:
            self._enter_due = True
            event.prevent_default()


class CommandsProvider(SystemCommandsProvider):
    """Textual's, with the best hit first."""

    async def search(self, query: str) -> Hits:
        """The commands that fit."""
        hits = [hit async for hit in super().search(query)]
        for hit in sorted(hits, key=lambda hit: getattr(hit, "score", 0.0), reverse=True):
            yield hit


def commands(app: PhreshApp, screen: Screen[object]) -> Iterator[SystemCommand]:
    """What can be done now: on this screen, then what belongs to the account and the looks."""
    if isinstance(screen, MarketScreen):
        # moves of a cursor are quicker done than found
        for action in actions_in(*(place for place in screen.HELP_PLACES if place not in PARTS), Where.EVERYWHERE):
            if call := _call(screen, action):
                keys = key_names(keys_of(action, app.keys_in_force))
                yield SystemCommand(action.label, f"{action.help}  ({keys})".replace("[", r"\["), call)
    if app.session is not None:
        yield SystemCommand("Switch member", "Sign in as somebody else", app.action_sign_out)
        yield SystemCommand("Sign out", "Close the connections and ask who you are", app.action_sign_out)
        if not app.prepared.target.embedded:
            yield SystemCommand("Change password", "Give your account a new one", app.action_change_password)
    yield SystemCommand("Theme", "Change the colours, and see them while you choose", app.action_change_theme)


def _call(screen: MarketScreen, action: Action) -> Callable[[], object] | None:
    """What doing an action on a screen calls; None when it would do nothing now."""
    if action.binding_id in ("everywhere.next-field", "everywhere.previous-field"):
        return None
    for node in (screen, screen.focused):
        call = getattr(node, f"action_{action.method}", None)
        if call is not None and screen.check_action(action.method, ()):
            return partial(_done, cast("Callable[[], object]", call))
    return None


async def _done(call: Callable[[], object]) -> None:
    """Does it; a text that fits does not scroll, which is no fault."""
    with suppress(SkipAction):
        result = call()
        if isawaitable(result):
            await result


class MarketProvider(Provider):
    """Finds jobs by words or number, members by the beginning of their handle, and the member's own sections."""

    @property
    def _phresh(self) -> PhreshApp:
        return cast("PhreshApp", self.app)

    async def discover(self) -> Hits:
        """Nothing typed: the sections."""
        for section in self._phresh.preferences.sections:
            yield DiscoveryHit(
                _text(section.name), partial(self._phresh.open_section, section), section.name, "Your section"
            )

    async def search(self, query: str) -> Hits:
        """Sections at once; jobs and members when typing pauses. What the palette no longer wants is cancelled."""
        matcher = self.matcher(query)
        for section in self._phresh.preferences.sections:
            if score := matcher.match(section.name):
                call = partial(self._phresh.open_section, section)
                yield Hit(score, _text(section.name), call, section.name, "Your section")
        await asyncio.sleep(PAUSE)
        if self._phresh.session is None:
            return
        try:
            for hit in [*await self._jobs(query), *await self._members(query)]:
                yield hit
        except PhreshError as error:
            self._phresh.tell_error(error)

    async def _jobs(self, query: str) -> list[Hit]:
        session = self._phresh.session
        assert session is not None
        wanted = Filter(text=query)
        found = await cleanings.page(session, Listing(wanted=wanted), FOUND)
        known = {job.id for job in found}
        # and the member's own, whatever has become of them
        for place in (Place.POSTED, Place.CLAIMED):
            own = await cleanings.page(session, Listing(place, wanted), FOUND)
            found += [job for job in own if job.id not in known]
            known |= {job.id for job in own}
        number = query.removeprefix("#")
        if number.isdecimal() and number.isascii():
            job = await cleanings.one(session, int(number))
            if job is not None:
                found = [job, *(other for other in found if other.id != job.id)]
        return [self._job(job, BELOW_COMMANDS - place / 1000) for place, job in enumerate(found)]

    def _job(self, job: Cleaning, score: float) -> Hit:
        session = self._phresh.session
        assert session is not None
        price = show_price(job.price, session.market.currency)
        said = f"Job {job.id}, {job.status}, {price}/h, by @{job.owner}"
        return Hit(score, _text(job.name), partial(self._phresh.open_job, job.id), job.name, said)

    async def _members(self, query: str) -> list[Hit]:
        session = self._phresh.session
        if session is None:
            return []
        found = await people.find_members(session, query.removeprefix("@"), FOUND)
        return [
            Hit(
                BELOW_COMMANDS / 2 - place / 1000,
                f"@{handle}",
                partial(self._phresh.open_profile, handle),
                handle,
                "Member",
            )
            for place, handle in enumerate(found)
        ]


def _text(name: str) -> Text:
    """Text of a member: never markup."""
    return Text(visible(name), no_wrap=True, overflow="ellipsis")
