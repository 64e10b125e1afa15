"""What I have posted and what I have claimed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Static

from phresh_tui.database.cleanings import Listing
from phresh_tui.market.cleaning import Status
from phresh_tui.market.search import Place
from phresh_tui.market.text import visible
from phresh_tui.tui import job_moves
from phresh_tui.tui.actions import Where, bindings
from phresh_tui.tui.screens.base import MarketScreen
from phresh_tui.tui.screens.confirm import AskReason, Confirm
from phresh_tui.tui.widgets.bars import KeyBar, TopBar
from phresh_tui.tui.widgets.detail import JobDetail
from phresh_tui.tui.widgets.heading import JobHeading
from phresh_tui.tui.widgets.job_list import JobList

# in the first five minutes a claim is given back without a word; asked a little earlier, for the answer takes time
WITHOUT_REASON = timedelta(minutes=4, seconds=30)
EMPTY = {
    Place.POSTED: ("You have posted nothing yet.\n\n", "n", " posts a job."),
    Place.CLAIMED: (
        "You have claimed nothing yet.\n\n",
        "Esc",
        " goes back to the open jobs; c claims the selected one.",
    ),
}


class MineScreen(MarketScreen):
    """Two lists, one at a time: posted and claimed."""

    HELP_PLACES = (Where.MINE, Where.LIST)
    BINDINGS = bindings(Where.MINE)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (14, "-low"), (18, "-high")]
    AUTO_FOCUS = "#posted"

    def __init__(self) -> None:
        super().__init__()
        self._place = Place.POSTED

    def compose(self) -> ComposeResult:
        """Tabs, lists, detail."""
        yield TopBar("My jobs")
        yield Static(id="tabs", markup=False)
        with Container(id="panes"):
            with Vertical(id="list-pane"):
                for place in (Place.POSTED, Place.CLAIMED):
                    jobs = JobList(self.session, Listing(place), id=place.value)
                    with Vertical(id=f"{place.value}-pane", classes="tab"):
                        yield JobHeading(jobs)
                        yield jobs
                        yield Static(id=f"{place.value}-empty", classes="empty", markup=False)
            yield JobDetail(self.session, id="detail")
        yield KeyBar()

    @property
    def jobs(self) -> JobList:
        """The list that is shown."""
        return self.query_one(f"#{self._place.value}", JobList)

    def on_mount(self) -> None:
        """Shows the posted jobs first."""
        self._show_tab()

    def _show_tab(self) -> None:
        for place in (Place.POSTED, Place.CLAIMED):
            self.query_one(f"#{place.value}-pane").display = place is self._place
        self.query_one(JobDetail).show_job(self.jobs.selected)
        self._draw()
        self.jobs.focus()

    def _draw(self) -> None:
        parts: list[tuple[str, str]] = []
        for place in (Place.POSTED, Place.CLAIMED):
            jobs = self.query_one(f"#{place.value}", JobList)
            number = "…" if jobs.total is None else f"{jobs.total.number:,}"
            chosen = place is self._place
            label = f"{place.value.capitalize()} {number}"
            parts.append((f"[{label}]" if chosen else f" {label} ", "bold $text-accent" if chosen else "$text-muted"))
            parts.append(("  ", ""))
            empty = self.query_one(f"#{place.value}-empty", Static)
            empty.display = jobs.is_empty
            if jobs.heading is not None:
                jobs.heading.display = not jobs.is_empty
            if jobs.is_empty:
                before, key, after = EMPTY[place]
                empty.update(Content.assemble(before, (key, "bold"), after))
        self.query_one("#tabs", Static).update(Content.assemble(*parts))
        self.refresh_bindings()

    @on(JobList.Loaded)
    def _loaded(self) -> None:
        self._draw()

    @on(JobList.Failed)
    def _failed(self, event: JobList.Failed) -> None:
        self.phresh.tell_error(event.error)

    @on(JobList.Selected)
    def _selected(self, event: JobList.Selected) -> None:
        if event.jobs is self.jobs:
            self.query_one(JobDetail).show_job(event.job)
            self.refresh_bindings()

    def look_again(self) -> None:
        """Reads both lists again."""
        for jobs in self.query(JobList):
            jobs.look_again()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The footer tells the truth."""
        if not self.is_mounted or not self.query(f"#{self._place.value}"):
            return True
        job = self.jobs.selected
        if action in ("edit", "cancel_job"):
            return job is not None and self._place is Place.POSTED and job.status is Status.OPEN
        if action == "release":
            return job is not None and self._place is Place.CLAIMED and job.status is Status.CLAIMED
        if action == "undo":
            return self.phresh.moves.undo is not None
        return True

    def action_next_field(self) -> None:
        """There are no fields here: the tab key is for the tabs."""
        self.action_other_tab()

    def action_previous_field(self) -> None:
        """The same, for there are two."""
        self.action_other_tab()

    def action_other_tab(self) -> None:
        """Between posted and claimed."""
        self._place = Place.CLAIMED if self._place is Place.POSTED else Place.POSTED
        self._show_tab()

    def action_focus_detail(self) -> None:
        """Goes into the description."""
        self.query_one(JobDetail).focus()

    def action_back(self) -> None:
        """Out of the description, or back to the open jobs."""
        if isinstance(self.focused, JobDetail):
            self.jobs.focus()
        else:
            self.app.pop_screen()

    def action_refresh(self) -> None:
        """Reads both lists again now."""
        self.look_again()

    def action_post(self) -> None:
        """Opens the form."""
        self.phresh.open_form()

    def action_undo(self) -> None:
        """Takes the last move back."""
        self.phresh.moves.undo_last()

    def action_edit(self) -> None:
        """Opens the form with the selected job in it."""
        if self.jobs.selected is not None:
            self.phresh.open_form(self.jobs.selected)

    def action_cancel_job(self) -> None:
        """Asks, then takes an open job back."""
        job = self.jobs.selected
        if job is None:
            return

        question = f"Cancel “{visible(job.name)}”: why?"
        self.app.push_screen(AskReason(question, job, lambda reason: job_moves.cancel(job, reason)))

    def action_release(self) -> None:
        """Asks, then gives a claimed job back."""
        job = self.jobs.selected
        if job is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.phresh.moves.start(job_moves.release(job))

        if job.claimed_at is not None and datetime.now(UTC) - job.claimed_at > WITHOUT_REASON:
            question = f"Give “{visible(job.name)}” back to @{job.owner}: why?"
            self.app.push_screen(AskReason(question, job, lambda reason: job_moves.release(job, reason)))
            return
        self.app.push_screen(Confirm("Give “", visible(job.name), f"” back to @{job.owner}?"), answered)
