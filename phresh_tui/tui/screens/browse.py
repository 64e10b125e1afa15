"""The open jobs: find one, read it, claim it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.widgets import Input, Static

from phresh_tui.database import cleanings
from phresh_tui.database.preparation import Door
from phresh_tui.market.cleaning import Cleaning, Status
from phresh_tui.market.errors import PhreshError
from phresh_tui.market.query import parse_query
from phresh_tui.market.search import Sort
from phresh_tui.market.when import local_now
from phresh_tui.tui import job_moves
from phresh_tui.tui.actions import Where, actions_in, bindings
from phresh_tui.tui.memory import View, ViewFile
from phresh_tui.tui.screens.base import BREADTHS, BROAD, HEIGHTS
from phresh_tui.tui.screens.in_force import in_force, nothing_there
from phresh_tui.tui.screens.job_keys import ABOUT_A_JOB
from phresh_tui.tui.screens.searching import Searching
from phresh_tui.tui.widgets.bars import KeyBar, MessageLine, TopBar
from phresh_tui.tui.widgets.detail import JobDetail
from phresh_tui.tui.widgets.heading import JobHeading
from phresh_tui.tui.widgets.job_list import JobList
from phresh_tui.tui.widgets.section_tabs import SectionTabs
from phresh_tui.tui.widgets.side_panel import SidePanel
from phresh_tui.tui.workers import in_background

if TYPE_CHECKING:
    from phresh_tui.tui.exporting import Export


# seconds after which everything is there, whatever has come
LATEST = 0.3
# seconds after which what is looked at is kept, for a program that has no orderly end
KEPT_AFTER = 5


class BrowseScreen(Searching):
    """The list of open jobs, with the selected one in full beside or below it."""

    # the styles of the other places wait until one of them opens
    CSS_PATH: ClassVar[Path | None] = None
    HELP_PLACES = (Where.BROWSE, Where.LIST, Where.MARKS, Where.PLACES)
    BINDINGS = [*bindings(Where.BROWSE), *bindings(Where.PLACES)]
    HORIZONTAL_BREAKPOINTS = BREADTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    AUTO_FOCUS = "JobList"

    def __init__(self) -> None:
        super().__init__()
        # asked for by every key that is shown, so it is not looked for among the widgets
        self._list: JobList | None = None
        self._tabs: SectionTabs | None = None
        self._kept_view: View | None = None
        self._seen_view: View | None = None
        self._claim_due = False
        # chosen by hand: for all jobs, and for sections that have none of their own
        self._own_sort = Sort.NEWEST
        self._is_whole = False
        self._drawn: tuple[str, bool, bool] | None = None

    def compose(self) -> ComposeResult:
        """List and detail, with what is in force above them."""
        self._file = ViewFile(self.phresh.prepared.target.masked_url, self.session.handle)
        view = self._view = self._file.load()
        if view.query != self._query_of(view.section):
            # what is there again is no section, or no longer that one
            view = self._view = view._replace(section=0)
        jobs = JobList(self.session, view.listing, self.marks, first_page=self.phresh.take_first_page(), id="jobs")
        self._list = jobs
        self._job_due = view.job
        if self._sort_of(view.section) is None:
            self._own_sort = view.listing.sort
        yield TopBar("Browse")
        if sections := self.phresh.preferences.sections:
            self._tabs = SectionTabs(self.session, sections, view.seen, id="sections")
            yield self._tabs
        yield Static(id="in-force", markup=False)
        lines = self.make_lines(view.query) if view.query else None
        if lines is not None:
            yield from (lines.search, lines.problem)
        with Container(id="panes"):
            with Vertical(id="list-pane"):
                if lines is not None:
                    yield from (lines.jump, lines.jump_problem)
                yield JobHeading(jobs)
                yield jobs
                yield Static(id="empty", markup=False)
            yield JobDetail(self.session, id="detail")
            if self.app.size.width >= BROAD:
                yield SidePanel(self.session)
        yield KeyBar()

    @property
    def jobs(self) -> JobList:
        """The list."""
        assert self._list is not None
        return self._list

    @property
    def shown_job(self) -> Cleaning | None:
        """The job under the cursor."""
        return self._list.selected if self._list is not None else None

    def on_mount(self) -> None:
        """Says that it loads, until it has loaded."""
        if self._view.query:
            self.lines.problem.show(parse_query(self._view.query, local_now()).problems)
        if self._tabs is not None:
            self._tabs.choose(self._view.section)
        # also when nothing comes
        self.set_timer(LATEST, self._mount_the_rest)
        self.draw_in_force()

    # --- what is in force

    def draw_in_force(self, *, waiting: bool = False) -> None:
        """Says what is listed, when that has changed."""
        jobs, listing = self.jobs, self.jobs.listing
        currency = self.session.market.currency
        waiting = waiting or self.is_correcting
        width = self.app.size.width - 2
        content = in_force(jobs, currency, width, instead_of=self.instead_of, waiting=waiting)
        drawn = (content.plain, jobs.is_stale, jobs.is_empty)
        if drawn == self._drawn:
            return
        self._drawn = drawn
        # one line high whatever stands in it, so nothing is laid out anew
        self.query_one("#in-force", Static).update(content, layout=False)
        if not jobs.is_stale and not self.is_correcting:
            empty = self.query_one("#empty", Static)
            empty.display = jobs.is_empty
            jobs.display = not jobs.is_empty
            self.focus_again(jobs)
            self.show_heading()
            if jobs.is_empty:
                may_fill = self.phresh.prepared.door is Door.OPERATOR
                empty.update(nothing_there(listing.wanted, currency, may_fill=may_fill))
        self.refresh_bindings()

    def on_resize(self) -> None:
        """Another width has room for other words."""
        if self.is_mounted and not self.jobs.is_stale:
            self.draw_in_force()

    @on(JobList.Waiting)
    def _waiting(self) -> None:
        self.draw_in_force(waiting=True)

    @on(JobList.Loaded)
    def _loaded(self) -> None:
        self.phresh.settled.set()
        if not self._is_whole:
            self.call_after_refresh(self._mount_the_rest)
        self.correct_when_empty()
        self.draw_in_force()
        if self._job_due:
            in_background(self, partial(self._back_to, self._job_due), "view")
            self._job_due = 0
        if self._claim_due and not self.jobs.is_stale:
            self._claim_due = False
            if self.check_action("claim", ()):
                self.action_claim()

    def _mount_the_rest(self) -> None:
        """What is not seen on the first frame, and would hold it up."""
        if self._is_whole or not self.is_attached:
            return
        self._is_whole = True
        assert self.lines
        self.set_interval(KEPT_AFTER, self._keep_view_when_quiet)
        self.mount(MessageLine(), before=self.query_one(KeyBar))
        if not self.query(SidePanel):
            self.query_one("#panes").mount(SidePanel(self.session))

    @on(JobList.Failed)
    def _failed(self, event: JobList.Failed) -> None:
        self._mount_the_rest()
        # a way that failed is not waited for any more
        self.draw_in_force(waiting=self.jobs.is_stale)
        self.phresh.tell_error(event.error)

    @on(JobList.Selected)
    def _selected(self, event: JobList.Selected) -> None:
        self.query_one(JobDetail).show_job(event.job)
        self.refresh_bindings()

    def marks_changed(self) -> None:
        """Other jobs are marked."""
        super().marks_changed()
        self.draw_in_force()

    def look_again(self) -> None:
        """Reads the list again; a screen that is still being put together will read it anyway."""
        super().look_again()
        for part in self.query("JobList, SectionTabs"):
            assert isinstance(part, (JobList, SectionTabs))
            part.look_again()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The footer tells the truth: a key that would do nothing now is not there."""
        if not self.is_mounted:
            return True
        typing = isinstance(self.focused, Input)
        if typing and action != "clear" and any(action == known.method for known in actions_in(Where.BROWSE)):
            # a letter, which belongs into the field
            return False
        if action == "claim":
            if not typing and self.jobs.is_stale:
                return True
            return not typing and self.can_now("claim")
        if action in ABOUT_A_JOB:
            return not typing and self.can_now(action)
        if action == "section":
            return bool(self.phresh.preferences.sections)
        if action == "show_new":
            return self.jobs.new_above > 0
        if action == "undo":
            return not typing and self.phresh.moves.undo is not None
        if action == "samples":
            jobs = self.jobs
            return jobs.is_empty and jobs.listing.wanted.is_empty and self.phresh.prepared.door is Door.OPERATOR
        return super().check_action(action, parameters)

    def on_descendant_focus(self) -> None:
        """Another focus, other keys."""
        self.refresh_bindings()

    # --- sections, and the last view

    @on(SectionTabs.Chosen)
    def _section_clicked(self, event: SectionTabs.Chosen) -> None:
        self.show_section(event.number)

    def action_section(self) -> None:
        """Shows the section with the number that was pressed."""
        self.show_section(int(self.phresh.last_key))

    def show_section(self, number: int) -> None:
        """Shows a section by its number; 0 shows all jobs."""
        sections = self.phresh.preferences.sections
        if number > len(sections):
            return
        section = sections[number - 1] if number else None
        if self._tabs is not None:
            self._tabs.choose(number)
        self._view = self._view._replace(section=number)
        self.show_query(section.query if section is not None else "", self._sort_of(number) or self._own_sort)

    def query_changed(self, text: str) -> None:
        """Something else than the section is looked for: it is left; for all jobs its order is as well."""
        if self._view.section and text != self._query_of(self._view.section):
            self._view = self._view._replace(section=0)
            if self._tabs is not None:
                self._tabs.choose(0)
            if not text:
                self.jobs.show_listing(self.jobs.listing._replace(sort=self._own_sort))

    def _query_of(self, number: int) -> str:
        """The query of a section; that of none is empty."""
        sections = self.phresh.preferences.sections
        return sections[number - 1].query if 0 < number <= len(sections) else ""

    def _sort_of(self, number: int) -> Sort | None:
        """The order of a section, when it has one of its own."""
        sections = self.phresh.preferences.sections
        sort = sections[number - 1].sort if 0 < number <= len(sections) else None
        return Sort(sort) if sort else None

    def _show_in_order(self, chosen: str | None) -> None:
        if chosen is not None:
            self._own_sort = Sort(chosen)
        super()._show_in_order(chosen)

    async def _back_to(self, number: int) -> None:
        """Selects the job that was selected last time, when it is still open."""
        try:
            job = await cleanings.one(self.session, number)
        except PhreshError:
            return
        if job is not None and job.status is Status.OPEN:
            self.jobs.reveal(job, yields=True)

    def on_unmount(self) -> None:
        """Keeps what was looked at for the next start."""
        if self._list is not None:
            self._keep_view()

    def _keep_view_when_quiet(self) -> None:
        """Not while somebody goes from job to job: a key would wait for the disk."""
        seen, self._seen_view = self._seen_view, self._what_is_shown()
        if seen == self._seen_view:
            self._keep_view()

    def _what_is_shown(self) -> View:
        selected, sort = self.jobs.selected, self.jobs.listing.sort.value
        view = self._view._replace(query=self.typed, sort=sort, job=selected.id if selected is not None else 0)
        return view if self._tabs is None else view._replace(seen=self._tabs.seen)

    def _keep_view(self) -> None:
        if (view := self._what_is_shown()) != self._kept_view:
            self._kept_view = view
            self._file.save(view)

    # --- going somewhere

    def action_show_new(self) -> None:
        """Goes to the new jobs above."""
        self.jobs.show_new()

    def action_refresh(self) -> None:
        """Reads the list again now."""
        self.look_again()

    def action_focus_detail(self) -> None:
        """Goes into the description."""
        self.query_one(JobDetail).focus()

    def exports(self) -> list[Export]:
        """The marked jobs, or all that fit."""
        from phresh_tui.tui.exporting import of_listing

        if self.marks:
            return super().exports()
        return [of_listing(self.session, self.jobs.listing, "jobs", self.jobs.total)]

    # --- other places

    def action_post(self) -> None:
        """Opens the form."""
        self.phresh.open_form()

    def action_mine(self) -> None:
        """Opens what I posted and claimed."""
        from phresh_tui.tui.screens.mine import MineScreen

        self.app.push_screen(MineScreen())

    def reveal(self, job: Cleaning) -> None:
        """Selects a job that was just posted, also when the filter would hide it."""
        wanted = self.jobs.listing.wanted
        if not wanted.is_empty:
            self.action_clear()
        self.jobs.reveal(job)

    def action_samples(self) -> None:
        """Fills an empty market."""
        self.phresh.fill_with_samples()

    # --- claiming

    def action_claim(self) -> None:
        """Asks in one line, then claims, or claims all that are marked."""
        if self.marks:
            from phresh_tui.tui.screens.several import ask_all

            ask_all(
                self.phresh, self.marks, "Claim", "claimed", lambda job, _: job_moves.claim(job),
                why=False, after=" at the prices shown?",
            )  # fmt: skip
            return
        if self.jobs.is_stale:
            # what is on the screen is not what was asked for: the question waits until it is
            self._claim_due = True
            return
        job = self.jobs.selected
        if job is None:
            return
        self.ask_claim(job)
