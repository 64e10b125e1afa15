"""The program on the screen."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from contextvars import Context, ContextVar, copy_context
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from rich.console import Console
from textual import events
from textual._context import active_app, active_message_pump, message_hook
from textual.binding import Binding
from textual.dom import DOMNode
from textual.errors import NoWidget
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import WorkerFailed

from phresh_tui.database.first_look import FirstPage
from phresh_tui.database.preparation import Prepared
from phresh_tui.database.session import Link, Session
from phresh_tui.logs import LogStream
from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.errors import PhreshError, SignInError
from phresh_tui.preferences import Preferences, Section
from phresh_tui.tui import places
from phresh_tui.tui.actions import Where, bindings
from phresh_tui.tui.collection import AfterKeys
from phresh_tui.tui.first_steps import WELCOME, fill_with_samples, welcome
from phresh_tui.tui.held_keys import HeldKeys
from phresh_tui.tui.key_order import KeyOrder
from phresh_tui.tui.keymap import checked_keymap
from phresh_tui.tui.leaving import is_going, is_late, unless_late, until_there
from phresh_tui.tui.memory import is_new, remember_handle
from phresh_tui.tui.messages import Messages
from phresh_tui.tui.moves import Moves
from phresh_tui.tui.over_all import OverAll
from phresh_tui.tui.screens.base import BREADTHS, HEIGHTS, MarketScreen
from phresh_tui.tui.screens.browse import BrowseScreen
from phresh_tui.tui.short_way import ShortWay
from phresh_tui.tui.terminal import terminal_driver
from phresh_tui.tui.themes import FOLLOW, OWN, chosen_look
from phresh_tui.tui.unread import Unread
from phresh_tui.tui.widgets.cursor_view import CursorView
from phresh_tui.tui.widgets.section_tabs import check_sections
from phresh_tui.tui.widgets.side_panel import SidePanel
from phresh_tui.tui.widgets.too_small import cover, is_too_small
from phresh_tui.tui.workers import in_background

if TYPE_CHECKING:
    from textual.css.styles import RulesMap
    from textual.driver import Driver
    from textual.filter import LineFilter
    from textual.timer import Timer, TimerCallback

    from phresh_tui.settings import Settings

logger = logging.getLogger("phresh")

# seconds that everything else waits for the first jobs
LATEST = 1.0


def _leaves(event: events.Event) -> bool:
    return isinstance(event, events.Key) and event.key in ("ctrl+q", "ctrl+c")


class PhreshApp(OverAll):
    """The full-screen program.

    Args:
        settings: what is configured.
        prepared: a database that is ready.
        handle: who to sign in as, or None to ask.
        preferences: what the member likes; as it comes when not given.
        opening: the session of that handle, when it is being opened already; one that is there connects by itself.
        first_page: the first jobs, when they are here already.
        terminal_is_dark: None when the terminal does not say.

    Raises:
        ConfigurationError: for preferences that name what does not exist, or one key for two actions.

    """

    CSS_PATH = "phresh.tcss"
    HORIZONTAL_BREAKPOINTS = BREADTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    TITLE = "phresh"
    BINDINGS = [
        # a member's own Ctrl+C in a field copies what is selected there; everywhere else it leaves, drafts are kept
        Binding("ctrl+c", "leave", "Quit", show=False, system=True),
        *bindings(Where.PROGRAM),
    ]

    def __init__(
        self,
        settings: Settings,
        prepared: Prepared,
        handle: str | None = None,
        preferences: Preferences | None = None,
        opening: Session | Awaitable[Session] | None = None,
        terminal_is_dark: bool | None = None,
        first_page: FirstPage | None = None,
    ) -> None:
        super().__init__()
        self._no_color: LineFilter | None = None
        if self.no_color:
            from textual.filter import NoColor

            self._no_color = NoColor()
        self._opening = opening
        self._first_page = first_page
        self.preferences = preferences or Preferences()
        self.terminal_is_dark = terminal_is_dark
        for theme in OWN:
            self.register_theme(theme)
        if self.preferences.theme and self.preferences.theme not in (FOLLOW, *self.available_themes):
            raise self.preferences.error([(("theme",), f"there is no theme {self.preferences.theme}")])
        self.wear(chosen_look(self.preferences))
        self.keys_in_force = checked_keymap(self.preferences)
        check_sections(self.preferences)
        self.set_keymap(self.keys_in_force)
        self.settings = settings
        self.prepared = prepared
        self.wanted_handle = handle or prepared.handle or ""
        self.session: Session | None = None
        # counts how often what is shown was read again
        self.looks = 0
        self.messages = Messages(self)
        self.moves = Moves(self)
        self.unread = Unread(self)
        self.last_key = ""
        self._garbage = AfterKeys()
        self.held = HeldKeys()
        self.short_way = ShortWay()
        self.key_order = KeyOrder(self)
        # set when the first jobs are there
        self.settled = asyncio.Event()
        self.error_console = Console(file=LogStream(), markup=False, highlight=False)  # type: ignore[arg-type]

    def get_default_screen(self) -> Screen[None]:
        """The first screen: the open jobs when it is clear who looks at them, and an empty one until that is."""
        first: Screen[None]
        if isinstance(self._opening, Session):
            self._begin(self._opening)
            first = BrowseScreen()
        else:
            first = super().get_default_screen()
        # as with every other screen, so that another one can take its place
        first._push_result_callback(self, None)
        return first

    async def on_mount(self) -> None:
        """Signs in at once when it is clear who, and asks otherwise."""
        self.set_interval(0.5, self._count_down, name="next try")
        if self.session is not None:
            self._welcome()
            return
        message = ""
        target = self.prepared.account_of(self.wanted_handle)
        if target is not None:
            try:
                assert not isinstance(self._opening, Session)
                await self.signed_in(await (self._opening or Session.open(target, self.settings)))
            except SignInError as error:
                embedded = self.prepared.target.embedded
                message = f"There is no member @{self.wanted_handle} yet. Enter makes one." if embedded else str(error)
            except PhreshError as error:
                message = str(error)
            else:
                return
        from phresh_tui.tui.screens.sign_in import SignInScreen

        await self._to_first_screen(SignInScreen(message))

    def get_driver_class(self) -> type[Driver]:
        """The terminal's, which bears being stopped and continued from outside."""
        return terminal_driver(super().get_driver_class())

    def get_line_filters(self) -> Sequence[LineFilter]:
        """With NO_COLOR no colour leaves the program: not even the greys that Textual would turn them into."""
        return [self._no_color] if self._no_color is not None else super().get_line_filters()

    def on_resize(self, event: events.Resize) -> None:
        """A terminal that is too small for anything says so, until it grows.

        All is painted anew. Textual does nothing when the size is the same again as before, and what was painted in
        between lies where it does not belong.
        """
        for screen in self.screen_stack:
            cover(screen, event.size)
        if self.screen_stack:
            self.screen.refresh()

    def set_timer(
        self, delay: float, callback: TimerCallback | None = None, *, name: str | None = None, pause: bool = False
    ) -> Timer:
        """A timer that is late rings late. Textual would leave it out, and with it this and every later new size."""
        timer = super().set_timer(delay, callback, name=name, pause=pause)
        timer._skip = False
        return timer

    async def on_unmount(self) -> None:
        """Closes the connections."""
        if self.session is not None:
            await self.session.close()

    def _handle_exception(self, error: Exception) -> None:
        """A screen that is being left may look for a part that is gone already: nobody sees it, so it is no fault."""
        if not is_late(error.error if isinstance(error, WorkerFailed) else error):
            super()._handle_exception(error)

    async def _dispatch_message(self, message: Message) -> None:
        """The same for messages, of which the next ones have to come as well."""
        with unless_late():
            await super()._dispatch_message(message)

    def _start_widget(self, parent: Widget, widget: Widget) -> None:
        """A scroll bar of what is being taken away would never be ended, and would keep all of it in memory."""
        if not parent._pruning:
            self._unbound.copy().run(super()._start_widget, parent, widget)

    @cached_property
    def _unbound(self) -> Context:
        """A context with the program alone: what is started in another one keeps who did that until it ends.

        In it each part has its own list of what it keeps back (`prevent`). Textual would give all of them one list, and
        what one keeps back while it waits would be missing everywhere, a letter in a form as well.
        """
        context, now = Context(), copy_context()
        variables: tuple[ContextVar[Any], ...] = (active_app, active_message_pump, message_hook)
        for variable in variables:
            if variable in now:
                context.run(variable.set, now[variable])
        return context

    def _register(
        self,
        parent: DOMNode,
        *widgets: Widget,
        before: int | None = None,
        after: int | None = None,
        cache: dict[tuple[Any, ...], RulesMap] | None = None,
    ) -> list[Widget]:
        """A scroll bar of the open jobs would keep the screen or the worker which was busy when it was needed."""
        begin = partial(super()._register, parent, *widgets, before=before, after=after, cache=cache)
        return self._unbound.copy().run(begin)

    # --- who is here

    async def signed_in(self, session: Session) -> None:
        """Shows the market to a member."""
        self._begin(session)
        await self._to_first_screen(BrowseScreen())
        self._welcome()

    def _welcome(self) -> None:
        if is_new(WELCOME):
            in_background(self, partial(welcome, self), "welcome", exclusive=True)

    def _begin(self, session: Session) -> None:
        self.session = session
        session.watch_link(self._link_changed)
        self.moves.connection_is(True)
        self.unread.forget()
        in_background(self, partial(self._after_first_jobs, session))

    def take_first_page(self) -> FirstPage | None:
        """The first jobs, if they were here at the start; only once, for they grow old."""
        page, self._first_page = self._first_page, None
        return page

    async def _after_first_jobs(self, session: Session) -> None:
        """What nobody waits for: a connection, who was here, what others do, how much there is to read."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LATEST):
                await self.settled.wait()
        self.call_after_refresh(self._listen, session)

    def _listen(self, session: Session) -> None:
        session.connect()
        remember_handle(self.prepared.target.masked_url, session.handle)
        if session is self.session:
            session.on_change(self.look_again)
            self.unread.look()

    async def _to_first_screen(self, screen: Screen[None]) -> None:
        await self.to_the_first()
        await self.switch_screen(screen)

    async def to_the_first(self) -> None:
        """Takes off all that lies over the first screen, which shows the open jobs to whoever has signed in."""
        while len(self.screen_stack) > 1:
            await self.take_off()

    async def action_sign_out(self) -> None:
        """Back to the question who you are; drafts stay."""
        from phresh_tui.tui.screens.sign_in import SignInScreen

        self.moves.forget()
        self.wanted_handle = ""
        # the screens of a member need the session until they are gone, also one that is being opened just now
        await self._to_first_screen(asking := SignInScreen())
        while self.screen_stack != [asking]:
            await self._to_first_screen(asking := SignInScreen())
        session, self.session = self.session, None
        self.moves.connection_is(False)
        asking.show_link(Link.CLOSED)
        if session is not None:
            await session.close()

    def action_change_password(self) -> None:
        """Asks for a new password."""
        from phresh_tui.tui.account import change_password

        change_password(self)

    # --- the connection

    def _link_changed(self, link: Link) -> None:
        self.moves.connection_is(link is Link.CONNECTED)
        if link is Link.RECONNECTING and self.prepared.server is not None:
            in_background(self, self._start_server_again, "server", exclusive=True)
        self._show_link(link)

    def _show_link(self, link: Link) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, MarketScreen):
                screen.show_link(link)

    def _count_down(self) -> None:
        """The seconds until the next try go by."""
        if self.session is not None and self.session.link.is_lost:
            self._show_link(self.session.link)

    async def _start_server_again(self) -> None:
        """The embedded server has nobody else to look after it."""
        assert self.prepared.server is not None
        while self.session is not None and self.session.link.is_lost:
            try:
                await asyncio.to_thread(self.prepared.server.start)
            except PhreshError as error:
                logger.warning("The embedded server does not start again: %s", error)
            await asyncio.sleep(2)

    def look_again(self) -> None:
        """Reads again what the member sees, also behind a dialog; what is hidden is read when it is shown again."""
        self.looks += 1
        self.unread.look()
        for screen in reversed(self.screen_stack):
            # one that is not put together yet reads by itself
            if isinstance(screen, MarketScreen) and screen.is_mounted:
                screen.looked = self.looks
                screen.look_again()
                for panel in screen.query(SidePanel):
                    panel.look_again()
            if not screen.is_modal:
                return

    # --- from place to place

    async def take_off(self) -> None:
        """Takes the uppermost screen away, once it is put together: parts of one that is not would never be ended."""
        screen = self.screen
        await until_there(screen)
        # two may be going back at once, and the first screen stays
        if screen.is_active and len(self.screen_stack) > 1:
            await self.pop_screen()

    def go_to(self, place: MarketScreen) -> None:
        """Opens a place, or goes back to it when it is open."""
        in_background(self, partial(places.go_to, self, place), "places")

    def open_job(self, job_id: int) -> None:
        """Jumps to a job, where it can be moved."""
        in_background(self, partial(places.open_job, self, job_id), "places")

    def open_profile(self, handle: str) -> None:
        """Opens the profile of a member."""
        from phresh_tui.tui.screens.profile import ProfileScreen

        self.go_to(ProfileScreen(handle))

    # --- what several screens open

    def open_form(self, job: Cleaning | None = None, *, again: bool = False) -> None:
        """Opens the form for a new job, for one like an earlier one, or for the change of one."""
        from phresh_tui.tui.drafts import DraftFile
        from phresh_tui.tui.screens.post import PostScreen

        if self.session is not None and not isinstance(self.screen, PostScreen):
            place, number = self.prepared.target.masked_url, job.id if job else None
            file = DraftFile(place, self.session.handle, number, again=again)
            form = PostScreen(file, job, again=again)
            if places.is_open(self, form):
                # two forms of one draft would each keep something else
                self.go_to(form)
            else:
                self.push_screen(form)

    async def show_posted(self, number: int, done: str, *, is_new: bool) -> None:
        """Closes the form, selects a new job in the list of open jobs, and says that it is done."""
        await places.show_posted(self, number, is_new=is_new)
        self.tell(done)

    def fill_with_samples(self) -> None:
        """Posts sample jobs with the operator's account."""
        in_background(self, partial(fill_with_samples, self), "samples", exclusive=True)

    # --- the member's sections

    def open_section(self, section: Section) -> None:
        """Shows the list of one of the member's sections."""
        self.call_later(self._open_section, self.preferences.sections.index(section) + 1)

    async def _open_section(self, number: int) -> None:
        await self.to_the_first()
        if isinstance(self.screen, BrowseScreen):
            self.screen.show_section(number)

    # --- keys, before any screen has them

    async def on_event(self, event: events.Event) -> None:
        """Lets a key wait until those before it are obeyed."""
        waits = isinstance(event, events.Key | events.Paste) and not event.is_forwarded and self.key_order.waits(event)
        if not waits:
            await self.obey(event)

    def post_message(self, message: Message) -> bool:
        """Sees a key that comes back from what had it."""
        if isinstance(message, events.Key | events.Paste):
            self.key_order.comes_back(message)
        return super().post_message(message)

    async def obey(self, event: events.Event) -> None:
        """Remembers the key, for questions that must not be answered by the key that asked them."""
        if isinstance(event, events.Key):
            self.last_key = event.key
            self._garbage.pressed()
        if isinstance(event, events.Key | events.Paste) and is_too_small(self.size) and not _leaves(event):
            # nobody sees what it would do
            return
        if isinstance(event, events.InputEvent | events.Paste):
            if self.screen_stack:
                # one that comes right behind the key that opened a screen would look for parts that are not there yet
                await until_there(self.screen)
            if not (self.screen_stack and self.is_running):
                # the program has been left
                return
        if isinstance(event, events.MouseDown) and self._is_going(event):
            return
        if not isinstance(event, events.Key | events.Paste):
            await super().on_event(event)
            return
        if not event.is_forwarded:
            part = self.focused
            if isinstance(event, events.Key) and isinstance(part, CursorView):
                await self.held.gather(self, event)
                if await self.short_way.go(self, part, event):
                    return
            self.key_order.is_sent(event, part or self.screen)
            await super().on_event(event)
            if event.is_forwarded:
                return
            # otherwise it was obeyed before anything that has the focus
        else:
            await super().on_event(event)
        self.key_order.is_back(event)

    async def _on_key(self, event: events.Key) -> None:
        """Obeys a key as often as it was pressed, an action that can do so all at once."""
        event.prevent_default()
        self.held.begin(event)
        await super()._on_key(event)
        while self.held.once():
            await super()._on_key(event)

    def _is_going(self, event: events.MouseDown) -> bool:
        """Whether what lies under the mouse is being taken away: Textual would select its text, beside no parent."""
        with suppress(NoWidget):
            return is_going(self.get_widget_at(int(event.x), int(event.y))[0])
        return False
