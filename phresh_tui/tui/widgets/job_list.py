"""A list of jobs of any length, drawn line by line from a window of keyset pages."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from phresh_tui.database import cleanings, listings
from phresh_tui.database.listings import Count, Listing
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning, Status
from phresh_tui.market.errors import PhreshError
from phresh_tui.market.search import Place
from phresh_tui.market.when import local_now
from phresh_tui.tui.actions import Where, bindings
from phresh_tui.tui.job_window import PAGE, JobWindow
from phresh_tui.tui.jumping import Spot
from phresh_tui.tui.marks import MANY, SIGN, Marks
from phresh_tui.tui.widgets.job_lines import JobLines, Line, LineStyles
from phresh_tui.tui.widgets.mark_keys import MarkKeys

if TYPE_CHECKING:
    from phresh_tui.tui.widgets.heading import JobHeading

# seconds that the cursor rests on a job before it is told, so that a held key does not draw what nobody can read
REST = 0.04
# seconds of reading after which the screen says so
SLOW = 0.08
# seconds for which a row shows that it has changed
MARKED = 4.0
# new jobs above the screen are counted up to here
MANY_NEW = 100


class JobList(ScrollView, MarkKeys, can_focus=True):
    """The jobs of a listing, one a line. The cursor stays on its job when the list changes.

    A key press moves the cursor at once; what is not here yet is drawn as a placeholder until it comes.
    """

    COMPONENT_CLASSES = {"jobs--cursor", "jobs--cursor-blurred", "jobs--quiet", "jobs--price", "jobs--gone"}
    DEFAULT_CSS = """
    JobList {
        overflow-x: hidden;
        background: $surface;
        & > .jobs--cursor { background: $primary; color: $text; text-style: bold; }
        & > .jobs--cursor-blurred { background: $primary 40%; }
        & > .jobs--quiet { color: $text-muted; }
        & > .jobs--price { color: $text-success; text-style: bold; }
        & > .jobs--gone { color: $text-muted; text-style: strike; }
    }
    """
    BINDINGS = bindings(Where.LIST, Where.MARKS)

    cursor: reactive[int] = reactive(0)
    """The ordinal of the selected line."""

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
        """Another listing was asked for, and takes longer than a moment."""

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
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self.marks = marks if marks is not None else Marks()
        self._session = session
        self.listing = listing
        self.heading: JobHeading | None = None
        self.new_above = 0
        self._window = self._new_window()
        self._anchor: Cleaning | None = None
        self._newest: Cleaning | None = None
        self._told: Cleaning | None = None
        self._telling: asyncio.TimerHandle | None = None
        self._marks: dict[int, str] = {}
        self._lines = JobLines(session, self._line_styles)
        self._wakeup = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None
        self._counting: asyncio.Task[None] | None = None
        self._reload_due = True
        self._reading_anew = False
        self._refresh_due = False
        self._reveal_due: Cleaning | None = None
        self._end_due = False
        self._jump_due: str | None = None

    # --- what is shown

    @property
    def selected(self) -> Cleaning | None:
        """The job under the cursor, or None while it is not here."""
        return self._window.get(self.cursor)

    @property
    def is_loaded(self) -> bool:
        """Whether the list was read at all."""
        return self._window.loaded

    @property
    def is_stale(self) -> bool:
        """Whether another listing was asked for, and is not here yet."""
        return self._reload_due or self._reading_anew

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
        if listing != self.listing:
            self.listing = listing
            self._reload_due = True
            if self._reading is not None:
                self._reading.cancel()
            self._wakeup.set()
            asyncio.get_running_loop().call_later(SLOW, self._tell_waiting, listing)

    def look_again(self) -> None:
        """Reads what is shown again, keeping the cursor on its job."""
        self._refresh_due = True
        self._wakeup.set()

    def reveal(self, job: Cleaning) -> None:
        """Moves the cursor to a job, wherever it stands in the list."""
        self._reveal_due = job
        self._wakeup.set()

    def jump_to(self, text: str) -> None:
        """Moves the cursor to the first job at or after a value of the list's order."""
        self._jump_due = text
        self._wakeup.set()

    async def jobs_between(self, first: Cleaning, last: Cleaning) -> list[Cleaning]:
        """All jobs from one to another one, whichever comes first; none when they are too far apart."""
        rows = self._window.rows
        ends = [number for number, job in enumerate(rows) if job.id in (first.id, last.id)]
        if len(ends) == 2:
            return rows[ends[0] : ends[1] + 1]
        for begin, end in ((first, last), (last, first)):
            page = await listings.page(self._session, self.listing, MANY, after=begin)
            numbers = [job.id for job in page]
            if end.id in numbers:
                return [begin, *page[: numbers.index(end.id) + 1]]
        return []

    def update_job(self, job: Cleaning) -> None:
        """Shows a job as it is now, where it is."""
        self._window.replace(job)
        self.refresh()
        self._tell()

    # --- reading

    def on_mount(self) -> None:
        """Starts the one task that reads for this list."""
        # the scroll bar takes room from the columns
        self.watch(self, "show_vertical_scrollbar", self._draw_heading, init=False)
        self.run_worker(self._keep_reading(), name="jobs", group="jobs", exit_on_error=False)

    def on_unmount(self) -> None:
        """Nobody reads on."""
        for task in (self._counting, self._telling):
            if task is not None:
                task.cancel()

    def _new_window(self) -> JobWindow:
        session, listing = self._session, self.listing
        return JobWindow(
            partial(listings.page, session, listing),
            partial(listings.count, session, listing),
            partial(listings.page_at, session, listing),
        )

    async def _keep_reading(self) -> None:
        # one read at a time, and what came meanwhile is served by the next: a held key floods nobody
        while True:
            self._wakeup.clear()
            self._reading = asyncio.create_task(self._read())
            try:
                await asyncio.wait({self._reading})
            finally:
                self._reading.cancel()
            error = None if self._reading.cancelled() else self._reading.exception()
            if isinstance(error, PhreshError):
                self.post_message(self.Failed(self, error))
            elif error is not None:
                raise error
            await self._wakeup.wait()

    async def _read(self) -> None:
        while True:
            if self._reload_due:
                await self._reload()
            elif self._reveal_due is not None:
                job, self._reveal_due = self._reveal_due, None
                await self._window.load_around(job)
                self._place_cursor(self._window.ordinal_of(job.id) or 0)
            elif self._jump_due is not None:
                text, self._jump_due = self._jump_due, None
                spot = await listings.jump(self._session, self.listing, text, PAGE, local_now())
                self._place_cursor(self._window.load_spot(spot))
                self.scroll_to(y=self.cursor, animate=False)
            elif self._end_due:
                self._end_due = False
                await self._window.load_end()
                self._place_cursor(max(self._window.length - 1, 0))
            elif self._refresh_due:
                self._refresh_due = False
                await self._refresh()
            elif self._window.lacks(*self._around_screen()):
                await self._window.ensure(*self._around_screen())
            else:
                return
            self._show_window()

    async def _reload(self) -> None:
        self._reload_due = False
        self._reading_anew = True
        window = self._new_window()
        try:
            await window.load_top()
        except PhreshError:
            self._reload_due = True
            raise
        finally:
            self._reading_anew = False
        self._window = window
        self._marks.clear()
        self._place_cursor(0)
        self.scroll_to(y=0, animate=False)
        self._count()

    def _on_screen(self) -> tuple[int, int]:
        top = self.scroll_offset.y
        return top, top + max(self.size.height, 1)

    def _around_screen(self) -> tuple[int, int]:
        """The lines on the screen, and as many before and after."""
        top, end = self._on_screen()
        return top - (end - top), end + (end - top)

    async def _refresh(self) -> None:
        window, before = self._window, self._window.run
        fresh = await window.read_again(*self._on_screen())
        here = {job.id for job in fresh.rows}
        # which job the cursor is on counts now, for it may have moved while the answer was under way
        job, gone = self._anchor, None
        if job is not None and job.id not in here and fresh.first <= self.cursor <= fresh.first + len(fresh.rows):
            gone = await cleanings.one(self._session, job.id)
        window.show(fresh)
        window.left = None
        if gone is not None and self._anchor is job:
            # it has left the list: it stays where it is, as it is now, until the cursor leaves it
            ids = [other.id for other in before.rows]
            window.keep(gone, ids[: ids.index(gone.id)] if gone.id in ids else [])
        self._mark(window.changes(before))
        if self._newest is not None:
            ordinal = window.ordinal_of(self._newest.id) if window.at_top else None
            if ordinal is None:
                ordinal = len(await listings.page(self._session, self.listing, MANY_NEW, before=self._newest))
            self.new_above = ordinal
        self._count()

    def _count(self) -> None:
        # beside the reading, for it may take longer
        if self._counting is None or self._counting.done():
            self._counting = asyncio.create_task(self._keep_counting())

    async def _keep_counting(self) -> None:
        counted = None
        try:
            while counted is not self._window:
                counted = self._window
                await counted.recount()
        except PhreshError as error:
            self.post_message(self.Failed(self, error))
        else:
            self._show_window()

    def _mark(self, marks: dict[int, str]) -> None:
        if marks:
            self._marks |= marks
            self.set_timer(MARKED, partial(self._unmark, marks))

    def _unmark(self, marks: dict[int, str]) -> None:
        """Takes signs away again, from rows that could be seen."""
        top, end = self._on_screen()
        shown = {job.id for job in map(self._window.get, range(top, end)) if job is not None}
        here = {job.id for job in self._window.rows}
        for number in marks:
            if number in shown or number not in here:
                self._marks.pop(number, None)
        self.refresh()
        rest = {number: mark for number, mark in marks.items() if number in self._marks}
        if rest:
            self.set_timer(MARKED, partial(self._unmark, rest))

    def _shift(self, lines: int) -> None:
        """Moves the cursor with its job, and the job stays on its line of the screen."""
        self.set_reactive(JobList.cursor, self.cursor + lines)
        self._set_length()
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False)

    def _place_cursor(self, ordinal: int) -> None:
        self.set_reactive(JobList.cursor, ordinal)
        self._anchor = self._window.get(ordinal)
        self._set_length()
        self._fit_scroll()

    def _show_window(self) -> None:
        window = self._window
        self._set_length()
        ordinal = window.ordinal_of(self._anchor.id) if self._anchor is not None else None
        if ordinal is not None and ordinal != self.cursor:
            self._shift(ordinal - self.cursor)
        if self.cursor > max(window.length - 1, 0):
            self._place_cursor(max(window.length - 1, 0))
        if ordinal is None:
            self._anchor = window.get(self.cursor)
        self._look_at_top()
        self.refresh()
        self._tell()
        self.post_message(self.Loaded(self, window.total))

    def _look_at_top(self) -> None:
        if self._window.at_top and self.scroll_offset.y == 0:
            self.new_above = 0
            self._newest = self._window.get(0)

    def _set_length(self) -> None:
        size = Size(self.size.width, self._window.length)
        height = self.size.height
        if size == self.virtual_size:
            return
        if self.show_vertical_scrollbar and size.height > height and size.width == self.virtual_size.width:
            # nothing else on the screen has to be laid out anew
            self.set_reactive(Widget.virtual_size, size)
            self.vertical_scrollbar.window_virtual_size = size.height
        else:
            self.virtual_size = size

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

    def _tell_waiting(self, listing: Listing) -> None:
        if self.is_stale and listing is self.listing:
            self.post_message(self.Waiting(self))

    # --- moving

    def watch_cursor(self, before: int, now: int) -> None:
        """The cursor was moved by a key or the mouse."""
        window = self._window
        self._anchor = window.get(now)
        if window.left is not None and (self._anchor is None or self._anchor.id != window.left):
            ordinal = window.let_go()
            if ordinal is not None:
                self.set_reactive(JobList.cursor, now - (ordinal < now))
                self._set_length()
                self.refresh()
        self._fit_scroll()
        self._refresh_line(before)
        self._refresh_line(now)
        self._tell_soon()
        self._wakeup.set()

    def validate_cursor(self, cursor: int) -> int:
        """Keeps the cursor inside the list."""
        return max(0, min(cursor, self._window.length - 1))

    def _refresh_line(self, ordinal: int) -> None:
        top, end = self._on_screen()
        if top <= ordinal < end:
            self.refresh_line(ordinal)

    def _fit_scroll(self) -> None:
        top, end = self._on_screen()
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= end:
            self.scroll_to(y=self.cursor - (end - top) + 1, animate=False)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The list was scrolled: what is missing is fetched."""
        super().watch_scroll_y(old_value, new_value)
        self._look_at_top()
        self._wakeup.set()

    def action_cursor_down(self) -> None:
        """Next job."""
        self.cursor += 1

    def action_cursor_up(self) -> None:
        """Previous job."""
        self.cursor -= 1

    def action_cursor_page_down(self) -> None:
        """One screen further."""
        self.cursor += max(self.size.height - 1, 1)

    def action_cursor_page_up(self) -> None:
        """One screen back."""
        self.cursor -= max(self.size.height - 1, 1)

    def action_cursor_top(self) -> None:
        """First job."""
        if not self._window.at_top:
            self._reload_due = True
            self._wakeup.set()
        self.cursor = 0
        self.scroll_to(y=0, animate=False)

    def action_cursor_end(self) -> None:
        """Last job."""
        if not self._window.at_end:
            self._end_due = True
        self.cursor = self._window.length - 1
        self._wakeup.set()

    def on_click(self, event: events.Click) -> None:
        """Selects the job that was clicked."""
        offset = event.get_content_offset(self)
        if offset is not None:
            self.cursor = self.scroll_offset.y + offset.y

    def jump_targets(self) -> Iterator[Spot]:
        """The lines that can be seen."""
        top, region = self.scroll_offset.y, self.region
        for y in range(min(region.height, self._window.length - top)):
            yield Spot(Region(region.x, region.y + y, region.width, 1), partial(self._go_to, top + y))

    def _go_to(self, ordinal: int) -> None:
        self.focus()
        self.cursor = ordinal

    def _draw_heading(self) -> None:
        if self.heading is not None:
            self.heading.refresh()

    def on_resize(self) -> None:
        """Another size shows other lines."""
        self._draw_heading()
        self._set_length()
        self._fit_scroll()
        self._wakeup.set()

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
        quiet = self.get_component_rich_style("jobs--quiet")
        price = self.get_component_rich_style("jobs--price", partial=True)
        return LineStyles(base, base + quiet, base + price)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines as they are: Textual would look for borders, padding and tints on each, and there are none."""
        if self.opacity != 1 or self.styles.tint.a:
            return super().render_lines(crop)
        strips = [self.render_line(y) for y in crop.line_range]
        background = self.background_colors[1]
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        return (
            strips if crop.column_span == (0, self.size.width) else [strip.crop(*crop.column_span) for strip in strips]
        )

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        ordinal = self.scroll_offset.y + y
        width = self.text_width + 1
        if ordinal >= self._window.length:
            return self._lines.blank(width)
        selected = ordinal == self.cursor
        job = self._window.get(ordinal)
        if job is None:
            return self._lines.placeholder("cursor" if selected else "", width)
        kind = "cursor" if selected else "gone" if self._has_left(job) else ""
        mark = SIGN if job.id in self.marks else self._marks.get(job.id, " ")
        signs = ("▸" if selected else " ") + job.status.sign + mark
        return self._lines.draw(Line(job, signs, kind, self.listing.place, width))

    def _has_left(self, job: Cleaning) -> bool:
        """Whether a job is no part of the listing any more."""
        return job.id == self._window.left or (self.listing.place is Place.OPEN and job.status is not Status.OPEN)
