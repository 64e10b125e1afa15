"""What the open jobs are looked for with: the search line, the filter, the order, a typo put right, jumps."""

from __future__ import annotations

import asyncio
import contextlib
from abc import abstractmethod
from functools import partial
from typing import NamedTuple

from textual import on
from textual.widgets import Input

from phresh_tui.database import listings
from phresh_tui.database.listings import Listing
from phresh_tui.market.errors import BadInput, PhreshError
from phresh_tui.market.query import Problem, parse_query
from phresh_tui.market.search import Filter, Sort
from phresh_tui.market.text import visible
from phresh_tui.market.when import local_now
from phresh_tui.tui.screens.job_keys import JobKeys
from phresh_tui.tui.widgets.detail import JobDetail
from phresh_tui.tui.widgets.heading import JobHeading
from phresh_tui.tui.widgets.job_list import JobList
from phresh_tui.tui.widgets.search_box import BY_LETTERS, EXPECTED, ProblemLine, QuerySuggester, TypedLine
from phresh_tui.tui.workers import in_background

# seconds without a key before a search that finds nothing is looked at for typos: keys may wait behind each other
REST = 0.02


class Lines(NamedTuple):
    """The lines above the list that are typed into, each with the one that says what is wrong there.

    Attributes:
        search: what to look for.
        problem: below it.
        jump: where to go; stands in place of the names of the columns, so that no job moves.
        jump_problem: below it.

    """

    search: TypedLine
    problem: ProblemLine
    jump: TypedLine
    jump_problem: ProblemLine


# what may be typed into the search line, in ever fewer words
HINTS = ("words, or type: price: area: starts: by: book: free:", "words, type: price: area: starts:")


class Searching(JobKeys):
    """The part of the screen of open jobs that says what is listed."""

    instead_of = ""
    """The words that nothing has, while something like them is shown."""
    _kept = ""
    # what found nothing and was looked at for typos, and while that goes on
    _corrected: Listing | None = None
    _correcting: Listing | None = None
    _lines: Lines | None = None

    @property
    def jobs(self) -> JobList:
        """The list."""
        return self.query_one(JobList)

    def make_lines(self, query: str) -> Lines:
        """The lines, to be mounted.

        Args:
            query: what stands in the search line.

        """
        suggester = QuerySuggester(self.session)
        search = TypedLine(query, *HINTS, id="search", suggester=suggester)
        search.leads_to = "JobList"
        jump = TypedLine(id="jump")
        search.display, jump.display = bool(query), False
        problem, jump_problem = (ProblemLine(id=name, markup=False) for name in ("problem", "jump-problem"))
        self._lines = Lines(search, problem, jump, jump_problem)
        return self._lines

    @property
    def lines(self) -> Lines:
        """The lines, mounted when they are needed for the first time: the first frame does without."""
        if self._lines is None:
            lines = self.make_lines("")
            self.mount(lines.search, lines.problem, after="#in-force")
            self.query_one("#list-pane").mount(lines.jump, lines.jump_problem, before=0)
        assert self._lines is not None
        return self._lines

    @property
    def typed(self) -> str:
        """What stands in the search line."""
        return self._lines.search.value if self._lines is not None else ""

    @abstractmethod
    def draw_in_force(self, *, waiting: bool = False) -> None:
        """Says what is listed."""

    def query_changed(self, text: str) -> None:
        """Something else stands in the search line."""

    def _draw_when_there(self) -> None:
        """Says what is listed together with its jobs, or when they take longer than a moment: in one frame, not two."""
        if not self.jobs.is_stale:
            self.draw_in_force()

    def action_search(self) -> None:
        """Opens the search line."""
        self._open_line(self.lines.search)

    def _open_line(self, line: TypedLine) -> None:
        line.display = True
        # at once: what is typed right after the key belongs into the field
        self.set_focus(line)

    @on(Input.Changed, "#search")
    def _search_changed(self, event: Input.Changed) -> None:
        self.query_changed(event.value)
        query = parse_query(event.value, local_now())
        self.lines.problem.show(query.problems)
        self._want(query.filter)

    @on(TypedLine.Blurred, "#search")
    def _search_left(self) -> None:
        search = self.lines.search
        search.display = bool(search.value)

    @on(TypedLine.Done, "#search")
    def _line_done(self) -> None:
        self.set_focus(self.jobs)

    @on(TypedLine.Left, "#search")
    def _search_dropped(self, event: TypedLine.Left) -> None:
        event.line.value = ""
        self.set_focus(self.jobs)

    def action_next_field(self) -> None:
        """Takes what is suggested in a line that is typed into."""
        if isinstance(self.focused, TypedLine):
            self.focused.accept()
        else:
            super().action_next_field()

    def _want(self, wanted: Filter) -> None:
        self._forget_likes()
        self.jobs.show_listing(self.jobs.listing._replace(wanted=wanted))
        self._draw_when_there()

    def show_query(self, text: str, sort: Sort | None = None) -> None:
        """Shows what a query means, and stands it in the search line."""
        self.query_changed(text)
        self._forget_likes()
        search = self.lines.search
        with self.prevent(Input.Changed):
            search.value = text
        search.display = bool(text)
        query = parse_query(text, local_now())
        self.lines.problem.show(query.problems)
        listing = self.jobs.listing
        self.jobs.show_listing(listing._replace(wanted=query.filter, sort=sort or listing.sort))
        self._draw_when_there()

    def action_clear(self) -> None:
        """Goes back to the list, or drops the marks, or search and filter."""
        if not isinstance(self.focused, JobDetail):
            if self.marks:
                self.marks.clear()
            else:
                self.show_query("")
        self.jobs.focus()

    def action_filter(self) -> None:
        """Asks for everything that the search line can say."""
        from phresh_tui.tui.screens.filter import FilterScreen

        def chosen(query: str | None) -> None:
            if query is not None:
                self.show_query(query)

        self.app.push_screen(FilterScreen(self.session, self.typed), chosen)

    def action_sort(self) -> None:
        """Asks for the order."""
        from phresh_tui.tui.screens.sort import SortScreen

        self.app.push_screen(SortScreen(self.jobs.listing.sort), self._show_in_order)

    @on(JobHeading.Chosen)
    def _head_chosen(self, event: JobHeading.Chosen) -> None:
        self._show_in_order(event.sort)

    def _show_in_order(self, chosen: str | None) -> None:
        if chosen is not None:
            sort = Sort(chosen)
            self.jobs.show_listing(self.jobs.listing._replace(sort=sort))
            self._draw_when_there()

    def key_labels(self, action: str) -> tuple[str, ...]:
        """From a job that is read, Escape goes back to the list."""
        if action == "clear" and isinstance(self.focused, JobDetail):
            return ("Back",)
        return super().key_labels(action)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The footer tells the truth."""
        if action == "go_to":
            return isinstance(self.focused, JobList)
        if action == "as_typed":
            return bool(self.instead_of)
        if action == "clear":
            dropped = bool(self.marks) or bool(self.instead_of) or not self.jobs.listing.wanted.is_empty
            return isinstance(self.focused, JobDetail) or dropped
        return super().check_action(action, parameters)

    # --- a typo

    @property
    def is_correcting(self) -> bool:
        """Whether nothing was found, and something like it is being looked for."""
        return self._correcting is not None and self._correcting == self.jobs.listing

    def _forget_likes(self) -> None:
        self.instead_of = ""
        self._corrected = self._correcting = None

    def correct_when_empty(self) -> None:
        """Looks for something like the words when nothing has them, once."""
        jobs, listing = self.jobs, self.jobs.listing
        text = listing.wanted.text
        if jobs.is_empty and not jobs.is_stale and text and text != self._kept and listing != self._corrected:
            self._corrected = self._correcting = listing
            in_background(self, partial(self._correct, listing), "correct", exclusive=True)

    async def _correct(self, listing: Listing) -> None:
        better = None
        await asyncio.sleep(REST)
        if self.is_correcting:
            # in vain: it stays empty, which is what was asked for
            with contextlib.suppress(PhreshError):
                better = await listings.corrected(self.session, listing.wanted)
        if self._correcting != listing:
            return
        self._correcting = None
        if self.jobs.listing == listing and self.jobs.is_empty:
            if better is not None:
                self.instead_of = visible(listing.wanted.text.strip())
                self.jobs.show_listing(listing._replace(wanted=better))
            self._draw_when_there()

    def action_as_typed(self) -> None:
        """Shows what was typed, though nothing has it."""
        wanted = parse_query(self.typed, local_now()).filter
        self._kept = wanted.text
        self._want(wanted)

    # --- going somewhere

    def action_go_to(self) -> None:
        """Asks for a value of the order: a day, a price, a letter."""
        line, sort = self.lines.jump, self.jobs.listing.sort
        expected = EXPECTED[sort]
        hint = f"go to {expected} · g the top"
        line.hint(f"{hint}{', G the letter' if sort in BY_LETTERS else ''}", hint, expected)
        self._open_line(line)
        self.show_heading()
        self.jobs.prepare_jump()

    def show_heading(self) -> None:
        """Shows the names of the columns, unless there are none or something else stands there."""
        is_taken = self._lines is not None and self._lines.jump.display
        self.query_one(JobHeading).display = self.jobs.display and not is_taken

    @on(Input.Changed, "#jump")
    def _jump_typed(self, event: Input.Changed) -> None:
        self.lines.jump_problem.show(())
        if event.value == "g":
            # as in vi; a capital G is the letter, for small and capital ones are the same where letters are looked for
            self._close_jump()
            self.jobs.action_cursor_top()
        else:
            self.jobs.prepare_jump(event.value)

    @on(TypedLine.Done, "#jump")
    def _jump_done(self, event: TypedLine.Done) -> None:
        text = event.line.value
        try:
            if text.strip():
                listings.jump_value(self.jobs.listing, text, local_now())
        except BadInput as error:
            # what was typed stays, to be mended
            self.lines.jump_problem.show((Problem(0, len(text), str(error)),))
            return
        if text.strip():
            self.jobs.jump_to(text)
        self._close_jump()
        # at once, with the jobs that are there: the line would ask for it after they were painted in the old place
        self.refresh(self.query_one("#list-pane").region, layout=True)

    @on(TypedLine.Blurred, "#jump")
    def _jump_left(self) -> None:
        # it may have the focus again by the time that this is told
        if self.focused is not self.lines.jump:
            self._close_jump()

    @on(TypedLine.Left, "#jump")
    def _close_jump(self) -> None:
        line = self.lines.jump
        self.lines.jump_problem.show(())
        with self.prevent(Input.Changed, TypedLine.Blurred):
            line.value = ""
            line.display = False
            self.show_heading()
            if self.focused in (line, None):
                self.set_focus(self.jobs)
