"""The open jobs: find one, read it, claim it."""

from __future__ import annotations

from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from phresh_tui.database.cleanings import Listing
from phresh_tui.database.preparation import Door
from phresh_tui.market.cleaning import Booking, Cleaning, Status
from phresh_tui.market.price import show_price
from phresh_tui.market.search import Filter, Sort
from phresh_tui.market.text import visible
from phresh_tui.tui.actions import Where, actions_in, bindings
from phresh_tui.tui.screens.filter import FilterScreen
from phresh_tui.tui.screens.job_keys import ABOUT_A_JOB, JobKeys
from phresh_tui.tui.widgets.bars import KeyBar, TopBar
from phresh_tui.tui.widgets.detail import JobDetail
from phresh_tui.tui.widgets.heading import JobHeading
from phresh_tui.tui.widgets.job_list import JobList


def how_many(jobs: JobList) -> str:
    """How many open jobs there are, as far as it is known."""
    if jobs.total is None:
        # counting takes longer than reading the first page
        return f"{jobs.read:,}+ open jobs"
    number = jobs.total.number
    return f"{'' if jobs.total.exact else 'about '}{number:,} open {'job' if number == 1 else 'jobs'}"


class SearchInput(Input):
    """The words to look for. Down and Enter go to the list."""

    # before the field sees the key, so that what is typed right after it goes to the list
    BINDINGS = [
        Binding("down,enter", "to_list", "To the list", priority=True),
        Binding("escape", "leave", "Clear", priority=True),
    ]

    def action_to_list(self) -> None:
        """The words stay in force."""
        self.screen.set_focus(self.screen.query_one(JobList))

    def action_leave(self) -> None:
        """The first Escape drops the words and goes back to the list."""
        self.value = ""
        self.screen.set_focus(self.screen.query_one(JobList))


class BrowseScreen(JobKeys):
    """The list of open jobs, with the selected one in full beside or below it."""

    HELP_PLACES = (Where.BROWSE, Where.LIST, Where.PLACES)
    BINDINGS = [*bindings(Where.BROWSE), *bindings(Where.PLACES)]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (14, "-low"), (18, "-high")]
    AUTO_FOCUS = "JobList"

    def __init__(self) -> None:
        super().__init__()
        self._claim_due = False
        self._drawn: tuple[str, bool, bool] | None = None

    def compose(self) -> ComposeResult:
        """List and detail, with what is in force above them."""
        jobs = JobList(self.session, Listing(), id="jobs")
        yield TopBar("Browse")
        yield Static(id="in-force", markup=False)
        yield SearchInput(placeholder="words in name or description", id="search", compact=True)
        with Container(id="panes"):
            with Vertical(id="list-pane"):
                yield JobHeading(jobs)
                yield jobs
                yield Static(id="empty", markup=False)
            yield JobDetail(self.session, id="detail")
        yield KeyBar()

    @property
    def selected_job(self) -> Cleaning | None:
        """The job under the cursor."""
        return self.jobs.selected

    @property
    def jobs(self) -> JobList:
        """The list."""
        return self.query_one(JobList)

    @property
    def shown_job(self) -> Cleaning | None:
        """The job under the cursor."""
        return next((jobs.selected for jobs in self.query(JobList)), None)

    def on_mount(self) -> None:
        """Says that it loads, until it has loaded."""
        self.query_one("#search").display = False
        self._draw_in_force()

    # --- what is in force

    def _draw_in_force(self, *, waiting: bool = False) -> None:
        jobs, listing = self.jobs, self.jobs.listing
        parts: list[tuple[str, str]] = []
        if not jobs.is_loaded:
            parts.append(("Looking for jobs …", "$text-muted"))
        elif waiting:
            parts.append(("searching …", "bold $text-warning"))
        else:
            parts.append((how_many(jobs), "bold"))
        parts.append((f" · {listing.sort.label}", ""))
        parts += [(f" · {text}", "$text-accent") for text in self._filter_words(listing.wanted)]
        content = Content.assemble(*parts)
        drawn = (content.plain, jobs.is_stale, jobs.is_empty)
        if drawn == self._drawn:
            return
        self._drawn = drawn
        # one line high whatever stands in it, so nothing is laid out anew
        self.query_one("#in-force", Static).update(content, layout=False)
        if not jobs.is_stale:
            empty = self.query_one("#empty", Static)
            empty.display = jobs.is_empty
            jobs.display = not jobs.is_empty
            if jobs.display and self.focused is None and self.is_current:
                # the focus was lost while there was nothing to see
                jobs.focus()
            self.query_one(JobHeading).display = jobs.display
            if jobs.is_empty:
                empty.update(self._empty_text(listing.wanted))
        self.refresh_bindings()

    def _filter_words(self, wanted: Filter) -> list[str]:
        currency = self.session.market.currency
        words = []
        if wanted.text.strip():
            words.append(f"“{visible(wanted.text.strip())}”")
        if wanted.cleaning_type is not None:
            words.append(wanted.cleaning_type.label)
        if wanted.min_price is not None:
            words.append(f"from {show_price(wanted.min_price, currency)}")
        if wanted.max_price is not None:
            words.append(f"up to {show_price(wanted.max_price, currency)}")
        return words

    def _empty_text(self, wanted: Filter) -> Content:
        if not wanted.is_empty:
            return Content.assemble(
                "Nothing fits ", (", ".join(self._filter_words(wanted)), "bold"), ".\n\n",
                ("Esc", "bold"), " drops what is in force, ", ("/", "bold"), " searches for something else.",
            )  # fmt: skip
        samples = "" if self.phresh.prepared.door is not Door.OPERATOR else " or fill the market with samples: "
        return Content.assemble(
            "No open jobs yet.\n\n", ("n", "bold"), " posts the first one", "," if samples else ".", samples,
            ("S" if samples else "", "bold"),
        )  # fmt: skip

    @on(JobList.Waiting)
    def _waiting(self) -> None:
        self._draw_in_force(waiting=True)

    @on(JobList.Loaded)
    def _loaded(self) -> None:
        self.phresh.settled.set()
        self._draw_in_force()
        if self._claim_due and not self.jobs.is_stale:
            self._claim_due = False
            if self.check_action("claim", ()):
                self.action_claim()

    @on(JobList.Failed)
    def _failed(self, event: JobList.Failed) -> None:
        self.phresh.tell_error(event.error)

    @on(JobList.Selected)
    def _selected(self, event: JobList.Selected) -> None:
        self.query_one(JobDetail).show_job(event.job)
        self.refresh_bindings()

    def look_again(self) -> None:
        """Reads the list again; a screen that is still being put together will read it anyway."""
        super().look_again()
        for jobs in self.query(JobList):
            jobs.look_again()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The footer tells the truth: a key that would do nothing now is not there."""
        if not self.is_mounted:
            return True
        typing = isinstance(self.focused, Input)
        if typing and action != "clear" and any(action == known.method for known in actions_in(Where.BROWSE)):
            # a letter, which belongs into the field
            return False
        if action == "claim":
            if not typing and self.query(JobList) and self.jobs.is_stale:
                return True
            job = self.jobs.selected if self.query(JobList) else None
            return not typing and job is not None and self._may_claim(job)
        if action in ABOUT_A_JOB:
            job = self.shown_job
            return not typing and job is not None and self.can(action, job)
        if action == "undo":
            return not typing and self.phresh.moves.undo is not None
        if action == "clear":
            return isinstance(self.focused, JobDetail) or not self.jobs.listing.wanted.is_empty
        if action == "samples":
            jobs = self.jobs
            return jobs.is_empty and jobs.listing.wanted.is_empty and self.phresh.prepared.door is Door.OPERATOR
        return True

    def _may_claim(self, job: Cleaning) -> bool:
        mine = job.owner == self.session.handle
        return job.status is Status.OPEN and job.booking is Booking.INSTANTLY and not mine

    def on_descendant_focus(self) -> None:
        """Another focus, other keys."""
        self.refresh_bindings()

    # --- search, filter, sort

    def action_search(self) -> None:
        """Opens the search line."""
        search = self.query_one("#search", SearchInput)
        search.display = True
        # at once: what is typed right after the key belongs into the field
        self.set_focus(search)

    @on(Input.Changed, "#search")
    def _search_changed(self, event: Input.Changed) -> None:
        self._want(replace(self.jobs.listing.wanted, text=event.value))

    @on(SearchInput.Blurred, "#search")
    def _search_left(self) -> None:
        search = self.query_one("#search", Input)
        search.display = bool(search.value)

    def _want(self, wanted: Filter) -> None:
        self.jobs.show_listing(replace(self.jobs.listing, wanted=wanted))
        self._draw_in_force()

    def action_clear(self) -> None:
        """Goes back to the list, or drops search and filter."""
        if isinstance(self.focused, JobDetail):
            self.jobs.focus()
            return
        search = self.query_one("#search", SearchInput)
        with self.prevent(Input.Changed):
            search.value = ""
        search.display = False
        self._want(Filter())
        self.jobs.focus()

    def action_filter(self) -> None:
        """Asks for type and prices."""

        def chosen(wanted: Filter | None) -> None:
            if wanted is not None:
                self._want(replace(wanted, text=self.jobs.listing.wanted.text))

        self.app.push_screen(FilterScreen(self.jobs.listing.wanted), chosen)

    def action_sort(self) -> None:
        """The next order."""
        orders = list(Sort)
        following = orders[(orders.index(self.jobs.listing.sort) + 1) % len(orders)]
        self.jobs.show_listing(replace(self.jobs.listing, sort=following))
        self._draw_in_force()

    def action_refresh(self) -> None:
        """Reads the list again now."""
        self.look_again()

    def action_focus_detail(self) -> None:
        """Goes into the description."""
        self.query_one(JobDetail).focus()

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
        """Asks in one line, then claims."""
        if self.jobs.is_stale:
            # what is on the screen is not what was asked for: the question waits until it is
            self._claim_due = True
            return
        job = self.jobs.selected
        if job is None:
            return
        self.ask_claim(job)
