"""My jobs: what is under way, what I have posted, what I have claimed."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Static

from phresh_tui.database.cleanings import Listing
from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.export import JOB_FIELDS, job_record
from phresh_tui.market.query import parse_query
from phresh_tui.market.search import Place
from phresh_tui.market.when import local_now
from phresh_tui.tui.actions import Where, bindings
from phresh_tui.tui.exporting import Export, counted, of_listing, of_records
from phresh_tui.tui.screens.base import BREADTHS, HEIGHTS
from phresh_tui.tui.screens.job_keys import ABOUT_A_JOB, JobKeys
from phresh_tui.tui.screens.narrowed import Narrowed
from phresh_tui.tui.widgets.bars import KeyBar, MessageLine, TopBar
from phresh_tui.tui.widgets.detail import JobDetail
from phresh_tui.tui.widgets.heading import JobHeading
from phresh_tui.tui.widgets.job_list import JobList
from phresh_tui.tui.widgets.now_list import NowList
from phresh_tui.tui.widgets.search_box import ProblemLine, TypedLine
from phresh_tui.tui.widgets.side_panel import SidePanel
from phresh_tui.tui.widgets.tab_line import TabLine

NOW = "now"
TABS = (NOW, Place.POSTED.value, Place.CLAIMED.value)
EMPTY = {
    NOW: ("Nothing is under way. What is over stands under Posted and Claimed.\n\n", "n", " posts a job."),
    "posted": ("You have posted nothing yet.\n\n", "n", " posts a job."),
    "claimed": ("You have claimed nothing yet.\n\n", "Esc", " goes back to the open jobs; c claims the selected one."),
}

LOOKING = ("Looking for your jobs …", "", "")
NOTHING_FITS = ("Nothing here fits what is typed above.\n\n", "Esc", " shows everything again.")


class MineScreen(JobKeys, Narrowed):
    """Three lists, one at a time: what is under way, what I have posted, what I have claimed."""

    HELP_PLACES = (Where.MINE, Where.LIST, Where.MARKS, Where.PLACES)
    BINDINGS = [*bindings(Where.MINE), *bindings(Where.PLACES)]
    HORIZONTAL_BREAKPOINTS = BREADTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    AUTO_FOCUS = "#now"
    NARROW_HINT = "words, or type: price: area: starts:"

    def __init__(self) -> None:
        super().__init__()
        self._tab = NOW

    def compose(self) -> ComposeResult:
        """Tabs, lists, detail."""
        yield TopBar("My jobs")
        yield TabLine(gap=2, id="tabs")
        yield self.narrow_line()
        yield ProblemLine(id="problem", markup=False)
        with Container(id="panes"):
            with Vertical(id="list-pane"):
                with Vertical(id="now-pane", classes="tab"):
                    yield NowList(self.session, self.marks, id=NOW)
                    yield Static(id="now-empty", classes="empty", markup=False)
                for place in (Place.POSTED, Place.CLAIMED):
                    jobs = JobList(self.session, Listing(place), self.marks, id=place.value)
                    with Vertical(id=f"{place.value}-pane", classes="tab"):
                        yield JobHeading(jobs)
                        yield jobs
                        yield Static(id=f"{place.value}-empty", classes="empty", markup=False)
            yield JobDetail(self.session, id="detail")
            yield SidePanel(self.session)
        yield MessageLine()
        yield KeyBar()

    @property
    def jobs(self) -> JobList | NowList:
        """The list that is shown."""
        if self._tab == NOW:
            return self.query_one(NowList)
        return self.query_one(f"#{self._tab}", JobList)

    @property
    def shown_job(self) -> Cleaning | None:
        """The job under the cursor."""
        return self.jobs.selected if self.query(f"#{self._tab}") else None

    def on_mount(self) -> None:
        """Shows first what is under way."""
        self._show_tab()

    def reveal(self, job: Cleaning, place: Place) -> None:
        """Selects a job in one of the lists."""
        self._tab = place.value
        self._show_tab()
        self.query_one(f"#{self._tab}", JobList).reveal(job)

    def _show_tab(self) -> None:
        for tab in TABS:
            self.query_one(f"#{tab}-pane").display = tab == self._tab
        self.query_one(JobDetail).show_job(self.jobs.selected)
        self._draw()
        self.jobs.focus()

    def _draw(self) -> None:
        labels = []
        for tab in TABS:
            number, is_empty, is_read = self._count(tab)
            labels.append(f"{tab.capitalize()} {number}")
            empty = self.query_one(f"#{tab}-empty", Static)
            empty.display = is_empty or not is_read
            self.query_one(f"#{tab}").display = not is_empty or tab != NOW
            if empty.display:
                before, key, after = (
                    LOOKING if not is_read else NOTHING_FITS if self.narrow_text else EMPTY[tab]
                )  # fmt: skip
                empty.update(Content.assemble(before, (key, "bold"), after))
        self.focus_again(self.jobs)
        self.query_one(TabLine).show_tabs(labels, TABS.index(self._tab), after=self.marks.words)
        self.refresh_bindings()

    def _count(self, tab: str) -> tuple[str, bool, bool]:
        """How many jobs a tab has, whether it has none, and whether it was read at all."""
        if tab == NOW:
            items = self.query_one(NowList).shown
            return ("…" if items is None else str(len(items))), items == [], items is not None
        jobs = self.query_one(f"#{tab}", JobList)
        if jobs.heading is not None:
            jobs.heading.display = not jobs.is_empty
        total = jobs.total
        number = "…" if total is None else f"{'' if total.exact else '~'}{total.number:,}"
        return number, jobs.is_empty, jobs.is_loaded

    @on(JobList.Loaded)
    def _loaded(self) -> None:
        self._draw()

    @on(NowList.Loaded)
    def _now_loaded(self) -> None:
        self._draw()
        self._now_selected()

    @on(NowList.OptionHighlighted)
    def _now_selected(self) -> None:
        if self._tab == NOW:
            self.query_one(JobDetail).show_job(self.jobs.selected)
            self.refresh_bindings()

    @on(NowList.OptionSelected)
    def _read_job(self) -> None:
        self.action_focus_detail()

    @on(JobList.Failed)
    @on(NowList.Failed)
    def _failed(self, event: JobList.Failed | NowList.Failed) -> None:
        self.phresh.tell_error(event.error)

    @on(JobList.Selected)
    def _selected(self, event: JobList.Selected) -> None:
        if event.jobs is self.jobs:
            self.query_one(JobDetail).show_job(event.job)
            self.refresh_bindings()

    def narrowed(self) -> None:
        """Shows only the jobs that fit what is typed, in the language of the search of the open jobs."""
        query = parse_query(self.query_one("#narrow", TypedLine).value, local_now())
        self.query_one(ProblemLine).show(query.problems)
        for jobs in self.query(JobList):
            jobs.show_listing(jobs.listing._replace(wanted=query.filter))
        self.query_one(NowList).show_wanted(query.filter)
        self._draw()
        # a list that is empty tells of no other line
        self._now_selected()

    def marks_changed(self) -> None:
        """Other jobs are marked."""
        super().marks_changed()
        self._draw()

    def look_again(self) -> None:
        """Reads all lists again."""
        super().look_again()
        for jobs in self.query(JobList):
            jobs.look_again()
        for now in self.query(NowList):
            now.look_again()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The footer tells the truth: only what is possible with the job under the cursor."""
        if not self.is_mounted or not self.query(f"#{self._tab}"):
            return True
        if action in ABOUT_A_JOB:
            return self.can_now(action)
        if action == "undo":
            return self.phresh.moves.undo is not None
        return super().check_action(action, parameters)

    def exports(self) -> list[Export]:
        """The marked jobs, or those of the tab."""
        if self.marks:
            return super().exports()
        if self._tab == NOW:
            jobs = {item.job.id: item.job for item in self.query_one(NowList).items or ()}
            records = [job_record(job, self.session.market.currency) for job in jobs.values()]
            return [of_records("under-way", f"{counted(len(records), 'job')} under way", JOB_FIELDS, records)]
        listed = self.query_one(f"#{self._tab}", JobList)
        return [of_listing(self.session, listed.listing, self._tab, listed.total)]

    def action_next_field(self) -> None:
        """There are no fields here: the tab key is for the tabs."""
        if isinstance(self.focused, TypedLine):
            self.focused.accept()
        else:
            self.action_other_tab()

    def action_previous_field(self) -> None:
        """The other way round."""
        self.action_tab_before()

    def _to_list(self) -> None:
        self.jobs.focus()

    @on(TabLine.Chosen)
    def _tab_clicked(self, event: TabLine.Chosen) -> None:
        self._tab = TABS[event.number]
        self._show_tab()

    def action_other_tab(self) -> None:
        """To the right, and round."""
        self._tab = TABS[(TABS.index(self._tab) + 1) % len(TABS)]
        self._show_tab()

    def action_tab_before(self) -> None:
        """To the left, and round."""
        self._tab = TABS[(TABS.index(self._tab) - 1) % len(TABS)]
        self._show_tab()

    def action_focus_detail(self) -> None:
        """Goes into the description."""
        self.query_one(JobDetail).focus()

    def action_back(self) -> None:
        """Out of the description, or drops the marks, or back to the open jobs."""
        if isinstance(self.focused, JobDetail):
            self.jobs.focus()
        elif self.marks and self.phresh.last_key == "escape":
            self.marks.clear()
        else:
            super().action_back()

    def action_refresh(self) -> None:
        """Reads both lists again now."""
        self.look_again()

    def action_post(self) -> None:
        """Opens the form."""
        self.phresh.open_form()
