"""What all screens of a signed-in member share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

from phresh_tui.database.session import Link, Session
from phresh_tui.market.cleaning import Cleaning
from phresh_tui.tui.actions import Where, bindings
from phresh_tui.tui.compositor import Compositor
from phresh_tui.tui.first_steps import greet
from phresh_tui.tui.leaving import Leavable
from phresh_tui.tui.marks import Marks
from phresh_tui.tui.styles import PLACES
from phresh_tui.tui.widgets.bars import TopBar
from phresh_tui.tui.widgets.detail import JobDetail
from phresh_tui.tui.widgets.reading import Reading
from phresh_tui.tui.widgets.side_panel import SidePanel
from phresh_tui.tui.widgets.too_small import cover

if TYPE_CHECKING:
    from phresh_tui.tui.app import PhreshApp
    from phresh_tui.tui.exporting import Export
    from phresh_tui.tui.screens.menu import Item


# columns and rows from which a list is laid out in another way: what lies beside what is said by phresh.tcss
BROAD = 160
BREADTHS = [(0, "-narrow"), (110, "-wide"), (BROAD, "-broad")]
HEIGHTS = [(0, "-flat"), (14, "-low"), (18, "-high"), (36, "-tall")]


class MarketScreen(Leavable, Screen[None]):
    """A screen with the lines at top and bottom; knows its app, and the session once there is one."""

    CSS_PATH: ClassVar[Path | None] = PLACES
    HELP_PLACES: tuple[Where, ...] = ()
    looked: int | None = None
    """The app's count of looks when this screen was read last; None before it was shown."""
    BINDINGS = bindings(Where.EVERYWHERE)
    key = ""
    """What tells two screens of one kind apart: whose profile it is, which draft."""
    # what gets the focus and what loses it are painted anyway; Textual would paint everything else as well
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def __init__(self) -> None:
        super().__init__()
        self._compositor = Compositor()

    def paint(self, part: Widget) -> None:
        """Paints a part now, unless something has to be laid out before it.

        Textual would first hand round all messages that wait, then wait for its clock: half of what a search takes.
        """
        waits = self._layout_required or self._scroll_required or self._repaint_required or self.app._batch_count
        is_fitted = self._compositor.size == self.app.size and self.app._resize_event is None
        if not waits and is_fitted and self.app.screen is self and part in self._compositor.visible_widgets:
            # with what else is to be painted, for that is forgotten with it
            self._compositor.update_widgets({part, *self._dirty_widgets})
            self._compositor_refresh()

    @property
    def phresh(self) -> PhreshApp:
        """The app, with its type."""
        return cast("PhreshApp", self.app)

    @property
    def session(self) -> Session:
        """The session of the member who is signed in."""
        session = self.phresh.session
        assert session is not None
        return session

    def wear_size(self) -> None:
        """Takes the classes of its size before anything is styled, which Textual would style once more for them."""
        for size, points in zip(self.app.size, (self.HORIZONTAL_BREAKPOINTS, self.VERTICAL_BREAKPOINTS), strict=True):
            for least, name in sorted(points or (), reverse=True):
                if size >= least:
                    self.add_class(name, update=False)
                    break

    def on_compose(self) -> None:
        """Is laid out for its size from the first frame on."""
        self.wear_size()

    @on(events.DescendantFocus)
    def _read_alone(self, event: events.DescendantFocus) -> None:
        """A job that is read takes the place of the list where there is no room for both."""
        for panes in self.query("#panes"):
            panes.set_class(isinstance(event.widget, Reading), "-reading")

    def focus_again(self, part: Widget) -> None:
        """Gives a list the focus that it lost while there was nothing to see in it."""
        if part.display and self.focused is None and self.is_current:
            part.focus()

    def show_link(self, link: Link) -> None:
        """Tells the top line how the connection is."""
        for bar in self.query(TopBar):
            bar.place = self.phresh.prepared.target.place
            bar.who = self.phresh.session.handle if self.phresh.session else ""
            bar.next_try = self.phresh.session.seconds_to_next_try if self.phresh.session else None
            bar.link = link
            bar.unread = self.phresh.unread.label

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Comes back with the truth in the top line, and with what has changed behind another screen."""
        if not self.stack_updates:
            # everything was styled when it was made, a moment ago
            event.refresh_styles = False
        self.show_link(self.phresh.session.link if self.phresh.session else Link.CLOSED)
        cover(self, self.app.size)
        greet(self.phresh, self)
        if self.looked not in (None, self.phresh.looks):
            self.look_again()
        self.looked = self.phresh.looks

    def on_job_detail_known(self) -> None:
        """What is known of the selected job is told beside it, too."""
        for panel in self.query(SidePanel):
            panel.show_about(next((detail.about for detail in self.query(JobDetail)), None))

    def look_again(self) -> None:
        """Reads again what is shown; called when the bell rings, now and then besides, and after every move."""

    def key_labels(self, action: str) -> tuple[str, ...]:
        """What an action does just now, when that is more than its label says: longest first."""
        return self.phresh.moves.undo_labels if action == "undo" else ()

    def action_next_field(self) -> None:
        """Moves the focus on."""
        self.focus_next()

    def action_previous_field(self) -> None:
        """Moves the focus back."""
        self.focus_previous()

    # --- from place to place

    def action_back(self) -> None:
        """Back to where one was; a second key that was on its way already does not lead further."""
        if self.is_active:
            self.app.pop_screen()

    def action_refresh(self) -> None:
        """Looks again now."""
        self.look_again()

    def action_agenda(self) -> None:
        """The week."""
        from phresh_tui.tui.screens.agenda import AgendaScreen

        self.phresh.go_to(AgendaScreen())

    def action_inbox(self) -> None:
        """What others did."""
        from phresh_tui.tui.screens.inbox import InboxScreen

        self.phresh.go_to(InboxScreen())

    def action_profile(self) -> None:
        """One's own profile."""
        self.phresh.open_profile(self.session.handle)

    def action_market(self) -> None:
        """The market at a glance, with the price of the selected job marked."""
        from phresh_tui.tui.screens.market import MarketOverviewScreen

        job = getattr(self, "shown_job", None)
        self.phresh.go_to(MarketOverviewScreen(job if isinstance(job, Cleaning) else None))

    def action_help(self) -> None:
        """Says what can be done here."""
        from phresh_tui.tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(self, self.HELP_PLACES))

    def copyable(self) -> list[Item]:
        """What can be copied just now; a screen that is about something else than a list of jobs says so itself."""
        from phresh_tui.tui.copying import copies_of, copies_of_all
        from phresh_tui.tui.widgets.detail import JobDetail
        from phresh_tui.tui.widgets.job_list import JobList

        marks = getattr(self, "marks", None)
        if isinstance(marks, Marks) and marks:
            return copies_of_all(marks.jobs, self.session.market.currency)
        for jobs in self.query(JobList):
            if jobs.region.area and jobs.selected is not None:
                return copies_of(jobs.selected, self.session.market.currency)
        # the other lists show the job that the line under the cursor is about
        shown = next((detail.job for detail in self.query(JobDetail)), None)
        return [] if shown is None else copies_of(shown, self.session.market.currency)

    def action_copy(self) -> None:
        """Asks what of it, then copies."""
        from phresh_tui.tui.screens.menu import Menu

        if items := self.copyable():
            self.app.push_screen(Menu("Copy", items), self.phresh.copy)
        else:
            self.phresh.tell("There is nothing here to copy.")

    def exports(self) -> list[Export]:
        """What can be written into a file just now; a screen that lists something says so."""
        return []

    def action_export(self) -> None:
        """Asks what of it, in which form and where, then writes."""
        from phresh_tui.tui.screens.export import ask_export

        if found := self.exports():
            ask_export(self.phresh, found)
        else:
            self.phresh.tell("There is nothing here to export.")

    def keep_typed(self) -> None:
        """Keeps what was typed, when the program ends."""

    def action_quit(self) -> None:
        """Leaves the program."""
        self.app.exit(0)
