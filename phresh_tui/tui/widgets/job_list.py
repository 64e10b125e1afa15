"""A list of jobs of any length, drawn line by line from a window of keyset pages."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from textual.message import Message
from textual.strip import Strip

from phresh_tui.database.listings import Count, Listing
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning, Status
from phresh_tui.market.errors import PhreshError
from phresh_tui.market.search import Place, Sort
from phresh_tui.tui.actions import Where, bindings
from phresh_tui.tui.job_reader import SLOW, JobReader, Way
from phresh_tui.tui.job_window import KEPT, JobWindow
from phresh_tui.tui.marks import MANY, SIGN, Marks
from phresh_tui.tui.widgets.columns import Column, shape_of
from phresh_tui.tui.widgets.cursor_view import CursorView
from phresh_tui.tui.widgets.job_lines import JobLines, Line, LineStyles
from phresh_tui.tui.widgets.mark_keys import MarkKeys
from phresh_tui.tui.workers import in_background

if TYPE_CHECKING:
    from phresh_tui.database.first_look import FirstPage
    from phresh_tui.tui.widgets.heading import JobHeading

# seconds that the cursor rests on a job before it is told, so that a held key does not draw what nobody can read: keys
# that are held come every 30 to 40 ms
REST = 0.09
# seconds for which a row shows that it has changed, from when it is seen
MARKED = 4.0
# the sign of a job that is no part of the list any more
GONE = "-"


class JobList(CursorView, MarkKeys, can_focus=True):
    """The jobs of a listing, one a line. The cursor stays on its job when the list changes.

    A key press moves the cursor at once; what is not here yet is drawn as a placeholder until it comes.
    """

    COMPONENT_CLASSES = {"jobs--cursor", "jobs--cursor-blurred", "jobs--quiet", "jobs--price", "jobs--gone"}
    DEFAULT_CSS = """
    JobList {
        overflow-x: hidden;
        background: $surface;
        & > .jobs--cursor { background: $primary; color: $text; text-style: bold; }
        & > .jobs--cursor-blurred { background: $primary 30%; }
        & > .jobs--quiet { color: $text-muted; }
        & > .jobs--price { color: $text-success; text-style: bold; }
        & > .jobs--gone { color: $text-muted; text-style: strike; }
    }
    """
    BINDINGS = bindings(Where.LIST, Where.MARKS)

    class Selected(Message):
        """The cursor rests on another job, or the selected one has changed; None in an empty list."""

        def __init__(self, control: JobList, job: Cleaning | None) -> None:
            super().__init__()
            self.jobs = control
            self.job = job

        @property
        def control(self) -> JobList:
            """The list."""
            return self.jobs

    class Loaded(Message):
        """The list was read; how many jobs there are may have changed."""

        def __init__(self, control: JobList, total: Count | None) -> None:
            super().__init__()
            self.jobs = control
            self.total = total

        @property
        def control(self) -> JobList:
            """The list."""
            return self.jobs

    class Waiting(Message):
        """Another listing was asked for, or the way to a value, and takes longer than a moment."""

        def __init__(self, control: JobList) -> None:
            super().__init__()
            self.jobs = control

        @property
        def control(self) -> JobList:
            """The list."""
            return self.jobs

    class Failed(Message):
        """The list could not be read."""

        def __init__(self, control: JobList, error: PhreshError) -> None:
            super().__init__()
            self.jobs = control
            self.error = error

    def __init__(
        self,
        session: Session,
        listing: Listing,
        marks: Marks | None = None,
        *,
        first_page: FirstPage | None = None,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self.marks = marks if marks is not None else Marks()
        self._session = session
        self._reader = JobReader(session, listing, self, first_page)
        self._shape = shape_of(listing)
        self.heading: JobHeading | None = None
        self.anchor_job: Cleaning | None = None
        self._told: Cleaning | None = None
        self._telling: asyncio.TimerHandle | None = None
        # signs of rows that have changed, and those of them that were seen
        self._marks: dict[int, str] = {}
        self._marked: set[int] = set()
        self._lines = JobLines(session, self._line_styles)
        self._jump: Way | None = None

    # --- what is shown

    @property
    def selected(self) -> Cleaning | None:
        """The job under the cursor, or None while it is not here."""
        return self._window.get(self.cursor)

    @property
    def listing(self) -> Listing:
        """What is listed."""
        return self._reader.listing

    @property
    def new_above(self) -> int:
        """New jobs above what is seen, that were not seen yet, up to `MANY_NEW`."""
        return len(self._reader.new.above)

    @property
    def _window(self) -> JobWindow:
        return self._reader.window

    @property
    def lines_known(self) -> int:
        """Lines of the whole list."""
        return self._window.length

    @property
    def is_length_known(self) -> bool:
        """Whether there are no more."""
        return self._window.is_length_known

    @property
    def is_loaded(self) -> bool:
        """Whether the list was read at all."""
        return self._window.loaded

    @property
    def is_stale(self) -> bool:
        """Whether another listing was asked for, and is not here yet."""
        return self._reader.is_stale

    @property
    def is_empty(self) -> bool:
        """Whether the list was read and holds nothing."""
        return self._window.loaded and self._window.length == 0

    @property
    def total(self) -> Count | None:
        """How many jobs there are, or None while that is counted."""
        return self._window.total

    @property
    def read(self) -> int:
        """How many jobs there are at least."""
        return self._window.first + len(self._window.rows)

    @property
    def text_width(self) -> int:
        """Cells of text in a line; the last one stays blank, before the scroll bar."""
        return (self.scrollable_content_region.width or self.size.width) - 1

    def show_listing(self, listing: Listing) -> None:
        """Shows another listing, from its top. The latest one wins: what is read for an earlier one is dropped."""
        before = self.listing
        if listing != before:
            self._shape = shape_of(listing)
            self.expect(least=0)
            self._reader.show_listing(listing)
            if (listing.place, listing.sort) != (before.place, before.sort):
                self._draw_heading()
            asyncio.get_running_loop().call_later(SLOW, self._tell_waiting, listing)

    def look_again(self) -> None:
        """Reads what is shown again, keeping the cursor on its job."""
        self._reader.look_again()

    def reveal(self, job: Cleaning, *, yields: bool = False) -> None:
        """Moves the cursor to a job, wherever it stands in the list.

        Args:
            job: as the list has it.
            yields: drop it when the person who looks goes anywhere meanwhile.

        """
        if not (yields and self.was_moved):
            self.expect(yields=yields)
            self._reader.go(self._reader.to_job(job))

    def show_new(self) -> None:
        """Goes to the nearest of the new jobs above; where the newest come first, to the top."""
        above = self._reader.new.above
        if not above or self.listing.sort is Sort.NEWEST:
            self.action_cursor_top()
        else:
            self.reveal(above[-1])

    def prepare_jump(self, text: str = "") -> None:
        """Reads what a jump will need while somebody types where to."""
        self._reader.prepare_jump(text)

    def jump_to(self, text: str) -> None:
        """Moves the cursor to the first job at or after a value of the list's order."""
        self.expect()
        self._jump = self._reader.to_value(text)
        self._reader.jump(text, self._jump)
        asyncio.get_running_loop().call_later(SLOW, self._tell_waiting, self._jump)

    def clicked(self, column: int) -> None:
        """A click on the signs of a line marks it."""
        if column < Column.SIGN.width and self.selected is not None:
            self.marks.toggle(self.selected)

    def go_on(self) -> None:
        """To the next line."""
        self.move(1)

    def opened(self) -> None:
        """A double click reads the job, as Enter does."""
        self.app.call_later(self.screen.run_action, "focus_detail")

    async def jobs_between(self, first: Cleaning, last: Cleaning) -> list[Cleaning]:
        """All jobs from one to another one, whichever comes first; none when they are too far apart."""
        return await self._reader.jobs_between(first, last, MANY)

    # --- reading

    def on_mount(self) -> None:
        """Starts the one task that reads for this list."""
        # the scroll bar takes room from the columns
        self.watch(self, "show_vertical_scrollbar", self._draw_heading, init=False)
        in_background(self, self._reader.keep_reading, "jobs")

    def on_unmount(self) -> None:
        """Nobody reads on."""
        self._reader.stop()
        if self._telling is not None:
            self._telling.cancel()

    def show_error(self, error: PhreshError) -> None:
        """The list could not be read."""
        self.post_message(self.Failed(self, error))

    def show_anew(self) -> None:
        """Another listing is here."""
        self._marks.clear()
        self._marked.clear()
        self.scroll_to(y=0, animate=False)
        self._place_cursor(self.moved)

    def arrive(self, ordinal: int, way: Way) -> None:
        """The cursor has come to where it was sent, and goes on by the keys that were pressed meanwhile."""
        self.arrived()
        self.fit_length()
        if way is self._jump:
            self.scroll_to(y=ordinal, animate=False)
        self._place_cursor(ordinal + self.moved)

    def _place_cursor(self, ordinal: int) -> None:
        self.set_cursor(ordinal)
        self.anchor_job = self._window.get(self.cursor)
        self.fit_length()
        self.fit_scroll()

    def show_window(self) -> None:
        """The window holds something else, or more is known about it."""
        window = self._window
        lines, window.rebased = window.rebased, 0
        ordinal = window.ordinal_of(self.anchor_job.id) if self.anchor_job is not None else None
        self.shift(ordinal - self.cursor if ordinal is not None else lines)
        if ordinal is None:
            self.anchor_job = window.get(self.cursor)
        self._look_at_new()
        self.refresh_changed()
        self.paint()
        self._tell()
        self.post_message(self.Loaded(self, window.total))

    def _look_at_new(self) -> None:
        """What is on the screen is not new any more, and neither is what lies above it when that is the top."""
        if self._reader.new.saw(self._window, *self.lines_on_screen):
            self.post_message(self.Loaded(self, self._window.total))

    def mark(self, signs: dict[int, str]) -> None:
        """Shows for a moment that these jobs are new, or have changed."""
        here = {job.id for job in self._window.rows}
        self._marks = {number: sign for number, sign in self._marks.items() if number in here} | signs
        self._marked -= signs.keys()

    def _sign_of(self, number: int) -> str:
        """The sign of a row that has changed, which goes when it has been seen for a moment."""
        if number not in self._marks:
            return " "
        if number not in self._marked:
            self._marked.add(number)
            self.set_timer(MARKED, partial(self._unmark, number))
        return self._marks[number]

    def _unmark(self, number: int) -> None:
        """Takes a sign away again."""
        self._marked.discard(number)
        if self._marks.pop(number, None) is not None:
            self.refresh()

    # --- telling the screen

    def _tell_soon(self) -> None:
        if self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(REST, self._rested, self.cursor)

    def _rested(self, cursor: int) -> None:
        self._telling = None
        if cursor == self.cursor:
            self._tell()
        else:
            self._tell_soon()

    def _tell(self) -> None:
        job = self._window.get(self.cursor)
        if job != self._told:
            self._told = job
            self.post_message(self.Selected(self, job))

    def _tell_waiting(self, asked: Listing | Way) -> None:
        if self._reader.waits_for(asked):
            self.post_message(self.Waiting(self))

    # --- moving

    def stay(self) -> None:
        """Goes nowhere."""
        self._reader.stay()
        self._reader.give_up()

    def make_room(self) -> int:
        """For keys that go up faster than the jobs above are read."""
        if not self._window.is_estimate:
            return 0
        self._window.first += KEPT
        return KEPT

    def watch_cursor(self, before: int, now: int) -> None:
        """The cursor was moved by a key or the mouse."""
        window = self._window
        if window.left:
            # over the others that have left, which go with it
            step = 1 if now > before else -1
            while (job := window.get(now)) is not None and job.id in window.left:
                now += step
            self.set_cursor(window.let_go(max(now, 0)))
            self.refresh()
        self.anchor_job = window.get(self.cursor)
        super().watch_cursor(before, self.cursor)
        self._tell_soon()
        self._reader.wake()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The list was scrolled: what is missing is fetched."""
        super().watch_scroll_y(old_value, new_value)
        self._look_at_new()
        self._reader.wake()

    def action_cursor_top(self) -> None:
        """First job."""
        self.expect(least=0)
        if self._window.at_top or self.is_stale:
            self._reader.stay()
        else:
            self._reader.go(JobWindow.load_top)
        self.cursor = 0
        self.scroll_to(y=0, animate=False)

    def action_cursor_end(self) -> None:
        """Last job."""
        self.expect(most=0)
        if self._window.at_end and not self.is_stale:
            self._reader.stay()
        else:
            self._reader.go(JobWindow.load_end)
        self.cursor = self._window.length - 1

    def on_resize(self) -> None:
        """Another size shows other lines, and perhaps other columns."""
        self._draw_heading()
        self._reader.wake()

    def _draw_heading(self) -> None:
        if self.heading is not None:
            self.heading.refresh()

    # --- drawing

    def notify_style_update(self) -> None:
        """Another theme."""
        self._lines.forget_styles()
        super().notify_style_update()

    def watch_has_focus(self, has_focus: bool) -> None:
        """The cursor looks different without the focus."""
        self._lines.forget_styles()
        super().watch_has_focus(has_focus)

    def _line_styles(self, kind: str) -> LineStyles:
        base = self.rich_style
        if kind == "cursor":
            name = "jobs--cursor" if self.has_focus else "jobs--cursor-blurred"
            return LineStyles.plain(base + self.get_component_rich_style(name))
        if kind == "gone":
            return LineStyles.plain(base + self.get_component_rich_style("jobs--gone", partial=True))
        if kind == "cursor gone":
            # it is no longer one to act on
            blurred = self.get_component_rich_style("jobs--cursor-blurred")
            return LineStyles.plain(base + blurred + self.get_component_rich_style("jobs--gone", partial=True))
        quiet = self.get_component_rich_style("jobs--quiet")
        price = self.get_component_rich_style("jobs--price", partial=True)
        return LineStyles(base, base + quiet, base + price)

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        return self.draw_lines(range(y, y + 1))[0]

    def draw_lines(self, lines: range) -> list[Strip]:
        """Some lines of the screen; what is the same for all of them is asked once."""
        top, cursor, height, width = self.scroll_offset.y, self.cursor, self.virtual_size.height, self.text_width + 1
        return [
            self._draw_line(top + y, width, selected=top + y == cursor)
            if top + y < height
            else self._lines.blank(width)
            for y in lines
        ]

    def _draw_line(self, ordinal: int, width: int, *, selected: bool) -> Strip:
        job = self._window.get(ordinal)
        if job is None:
            return self._lines.placeholder("cursor" if selected else "", width)
        has_left = self._has_left(job)
        kind = " ".join(("cursor",) * selected + ("gone",) * has_left)
        mark = SIGN if job.id in self.marks else GONE if has_left else self._sign_of(job.id)
        signs = ("▸" if selected else " ") + job.status.sign + mark
        return self._lines.draw(Line(job, signs, kind, self._shape, width))

    def _has_left(self, job: Cleaning) -> bool:
        """Whether a job is no part of the listing any more."""
        return job.id in self._window.left or (self.listing.place is Place.OPEN and job.status is not Status.OPEN)
