"""A list of jobs of any length, drawn line by line from a window of keyset pages."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from phresh_tui.database import cleanings
from phresh_tui.database.cleanings import Count, Listing
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.errors import PhreshError
from phresh_tui.tui.actions import Where, bindings
from phresh_tui.tui.job_window import JobWindow
from phresh_tui.tui.jumping import Spot
from phresh_tui.tui.widgets.columns import Column, columns, fit

if TYPE_CHECKING:
    from phresh_tui.tui.widgets.heading import JobHeading


class JobList(ScrollView, can_focus=True):
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
    BINDINGS = bindings(Where.LIST)

    cursor: reactive[int] = reactive(0)
    """The ordinal of the selected line."""

    class Selected(Message):
        """Another job is selected, or the selected one has changed; None in an empty list."""

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

    class Failed(Message):
        """The list could not be read."""

        def __init__(self, control: JobList, error: PhreshError) -> None:
            super().__init__()
            self.jobs = control
            self.error = error

    def __init__(self, session: Session, listing: Listing, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._session = session
        self.listing = listing
        self.heading: JobHeading | None = None
        self._window = self._new_window()
        self._selected: Cleaning | None = None
        self._wakeup = asyncio.Event()
        self._reload_due = True
        self._reading_anew = False
        self._refresh_due = False
        self._reveal_due: Cleaning | None = None
        self._end_due = False

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
        """How many jobs there are."""
        return self._window.total

    @property
    def text_width(self) -> int:
        """Cells of text in a line; the last one stays blank, before the scroll bar."""
        return (self.scrollable_content_region.width or self.size.width) - 1

    def show_listing(self, listing: Listing) -> None:
        """Shows another listing, from its top."""
        if listing != self.listing:
            self.listing = listing
            self._reload_due = True
            self._wakeup.set()

    def look_again(self) -> None:
        """Reads what is shown again, keeping the cursor on its job."""
        self._refresh_due = True
        self._wakeup.set()

    def reveal(self, job: Cleaning) -> None:
        """Moves the cursor to a job, wherever it stands in the list."""
        self._reveal_due = job
        self._wakeup.set()

    def update_job(self, job: Cleaning) -> None:
        """Shows a job as it is now, where it is."""
        self._window.replace(job)
        self.refresh()
        self._tell_selected()

    # --- reading

    def on_mount(self) -> None:
        """Starts the one task that reads for this list."""
        # the scroll bar takes room from the columns
        self.watch(self, "show_vertical_scrollbar", self._draw_heading, init=False)
        self.run_worker(self._keep_reading(), name="jobs", group="jobs", exit_on_error=False)

    def _new_window(self) -> JobWindow:
        session, listing = self._session, self.listing
        return JobWindow(partial(cleanings.page, session, listing), partial(cleanings.count, session, listing))

    async def _keep_reading(self) -> None:
        # one read at a time, and what came meanwhile is served by the next: a held key floods nobody
        while True:
            try:
                await self._read()
            except PhreshError as error:
                self.post_message(self.Failed(self, error))
            await self._wakeup.wait()
            self._wakeup.clear()

    async def _read(self) -> None:
        while True:
            if self._reload_due:
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
                self._place_cursor(0)
                self.scroll_to(y=0, animate=False, immediate=True)
            elif self._reveal_due is not None:
                job, self._reveal_due = self._reveal_due, None
                await self._window.load_around(job)
                self._place_cursor(self._window.ordinal_of(job.id) or 0)
                self._fit_scroll()
            elif self._end_due:
                self._end_due = False
                await self._window.load_end()
                self._place_cursor(max(self._window.length - 1, 0))
                self._fit_scroll()
            elif self._refresh_due:
                self._refresh_due = False
                await self._refresh_window()
            elif self._window.lacks(*self._on_screen()):
                await self._fetch_missing()
            else:
                return
            self._show_window()

    def _on_screen(self) -> tuple[int, int]:
        top = self.scroll_offset.y
        return top - 2, top + max(self.size.height, 1) + 2

    async def _fetch_missing(self) -> None:
        window, seen = self._window, self._window.get(self.cursor)
        before = self.cursor
        await window.ensure(*self._on_screen())
        # an end that was reached puts the ordinals right; the cursor may have moved meanwhile, and moves along
        after = window.ordinal_of(seen.id) if seen is not None else None
        if after is not None and after != before:
            self._shift(after - before)

    async def _refresh_window(self) -> None:
        window = self._window
        fresh = self._new_window()
        fresh.rows, fresh.first, fresh.at_top, fresh.at_end = window.rows, window.first, window.at_top, window.at_end
        fresh.loaded = window.loaded
        await fresh.refresh(self.cursor)
        # which job the cursor is on counts now, for it may have moved while the answer was under way
        job = window.get(self.cursor)
        if job is not None and fresh.ordinal_of(job.id) is None:
            # it has left the list: it stays where it is, as it is now, until the cursor leaves it
            now = await cleanings.one(self._session, job.id)
            if now is not None and window.get(self.cursor) is job:
                fresh.keep(now, [other.id for other in window.rows[: max(self.cursor - window.first, 0)]])
        job = window.get(self.cursor)
        self._window = fresh
        if job is not None:
            self._follow(job.id)

    def _follow(self, job_id: int) -> None:
        """Keeps the cursor on a job."""
        ordinal = self._window.ordinal_of(job_id)
        if ordinal is not None and ordinal != self.cursor:
            self._shift(ordinal - self.cursor)

    def _shift(self, lines: int) -> None:
        """Moves the cursor with its job, and the job stays on its line of the screen.

        At the top of the list it is the job that moves, so that new ones come into view above it.
        """
        at_top = self.scroll_offset.y == 0
        self._place_cursor(self.cursor + lines)
        self._set_length()
        if not at_top:
            self.scroll_to(y=self.scroll_offset.y + lines, animate=False, immediate=True)
        elif self.cursor >= self.size.height:
            self._fit_scroll()

    def _gone(self, job: Cleaning) -> bool:
        """Whether a job is no part of the listing any more."""
        return self.listing.place.value == "open" and job.status.value != "open"

    def _show_window(self) -> None:
        self._set_length()
        last = max(self._window.length - 1, 0)
        if self.cursor > last:
            self._place_cursor(last)
        self.refresh()
        self._tell_selected()
        self.post_message(self.Loaded(self, self._window.total))

    def _set_length(self) -> None:
        size = Size(self.size.width, self._window.length)
        if size != self.virtual_size:
            self.virtual_size = size

    def _place_cursor(self, ordinal: int) -> None:
        self.set_reactive(JobList.cursor, ordinal)
        self._tell_selected()

    def _tell_selected(self) -> None:
        job = self._window.get(self.cursor)
        if job != self._selected:
            self._selected = job
            self.post_message(self.Selected(self, job))

    # --- moving

    def watch_cursor(self) -> None:
        """The cursor was moved by a key or the mouse."""
        self._fit_scroll()
        self.refresh()
        self._tell_selected()
        self._wakeup.set()

    def validate_cursor(self, cursor: int) -> int:
        """Keeps the cursor inside the list."""
        return max(0, min(cursor, self._window.length - 1))

    def _fit_scroll(self) -> None:
        self._set_length()
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, immediate=True, x_axis=False)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The list was scrolled: what is missing is fetched."""
        super().watch_scroll_y(old_value, new_value)
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

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        ordinal = self.scroll_offset.y + y
        width = self.text_width + 1
        base = self.rich_style
        if ordinal >= self._window.length:
            return Strip.blank(width, base)
        selected = ordinal == self.cursor
        if selected:
            base += self.get_component_rich_style("jobs--cursor" if self.has_focus else "jobs--cursor-blurred")
        job = self._window.get(ordinal)
        quiet = base if selected else base + self.get_component_rich_style("jobs--quiet")
        if job is None:
            return Strip([Segment("  ·" + " " * max(width - 3, 0), quiet)], width).adjust_cell_length(width, base)
        segments = self._segments(job, base, quiet, selected, width)
        return Strip(segments).extend_cell_length(width, base)

    def _segments(self, job: Cleaning, base: Style, quiet: Style, selected: bool, width: int) -> list[Segment]:
        now = datetime.now(UTC)
        gone = self._gone(job)
        segments = []
        for column, cells in columns(self.listing.place, width - 1):
            if column is Column.SIGN:
                text, style = ("▸" if selected else " ") + job.status.sign + " ", base
            else:
                text = column.text(job, self._session, now)
                style = base if column is Column.NAME else quiet
                if column is Column.PRICE and not selected:
                    style = base + self.get_component_rich_style("jobs--price", partial=True)
                if gone and not selected:
                    style = base + self.get_component_rich_style("jobs--gone", partial=True)
            segments.append(Segment(fit(text, cells, column.right), style))
        return segments
