"""The week: what I have claimed, by day, with hours and earnings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from phresh_tui.database import agenda
from phresh_tui.market.agenda import Earned, brings, days_of_week, hours_of, monday_of, start_of, tight
from phresh_tui.market.cleaning import Cleaning, Status
from phresh_tui.market.errors import PhreshError
from phresh_tui.market.export import JOB_FIELDS, job_record
from phresh_tui.market.price import show_price
from phresh_tui.market.text import visible
from phresh_tui.tui.actions import Where, bindings
from phresh_tui.tui.exporting import Export, counted, of_records
from phresh_tui.tui.screens.base import BREADTHS, HEIGHTS
from phresh_tui.tui.screens.narrowed import Narrowed
from phresh_tui.tui.widgets.bars import KeyBar, MessageLine, TopBar
from phresh_tui.tui.widgets.columns import fit
from phresh_tui.tui.widgets.detail import JobDetail
from phresh_tui.tui.widgets.lines import Lines
from phresh_tui.tui.widgets.side_panel import SidePanel
from phresh_tui.tui.workers import read_again, read_latest

WEEK = timedelta(days=7)
# weeks before the one on the screen that are compared with it
WEEKS_BEFORE = 7
# how far ahead the file for a calendar reaches
EXPORTED = timedelta(days=366)


class AgendaScreen(Narrowed):
    """One week at a time, today first; the jobs that say no time come last."""

    HELP_PLACES = (Where.AGENDA, Where.LIST, Where.PLACES)
    BINDINGS = [*bindings(Where.AGENDA), *bindings(Where.PLACES)]
    HORIZONTAL_BREAKPOINTS = BREADTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    AUTO_FOCUS = "Lines"

    def __init__(self) -> None:
        super().__init__()
        self._monday = monday_of(date.today())
        self._jobs: dict[str, Cleaning] = {}
        self._days: list[tuple[date, list[Cleaning]]] = []
        self._loose: list[Cleaning] = []
        self._earned: list[Earned] = []
        self._next: datetime | None = None
        self._loaded = False
        self._to_today = True

    def compose(self) -> ComposeResult:
        """The week above its days, the selected job beside or below them."""
        yield TopBar("Agenda")
        yield Static(id="in-force", markup=False)
        with Container(id="panes"):
            with Vertical(id="list-pane"):
                yield self.narrow_line()
                yield Lines(id="days")
                yield Static(id="empty", markup=False)
            yield JobDetail(self.session, id="detail")
            yield SidePanel(self.session)
        yield Static(id="weeks", markup=False)
        yield MessageLine()
        yield KeyBar()

    def on_mount(self) -> None:
        """Reads this week."""
        self._draw()
        self.look_again()

    # --- reading

    def look_again(self) -> None:
        """Reads the week that is shown again."""
        read_again(self, self._read, "read")

    async def _read(self) -> None:
        session, monday = self.session, self._monday
        now = datetime.now().astimezone()
        try:
            jobs = await agenda.claimed_between(session, start_of(monday), start_of(monday + WEEK))
            loose = await agenda.claimed_without_start(session)
            earned = await agenda.earned(session, start_of(monday - WEEKS_BEFORE * WEEK))
            following = await agenda.next_start(session, now)
        except PhreshError as error:
            self.phresh.tell_error(error)
            return
        if monday != self._monday:
            return
        self._days, self._loose, self._earned, self._next = days_of_week(jobs, monday), loose, earned, following
        self._jobs = {str(job.id): job for job in (*jobs, *loose)}
        self._loaded = True
        self._draw()

    # --- drawing

    @property
    def _lines(self) -> Lines:
        return self.query_one(Lines)

    @property
    def selected(self) -> Cleaning | None:
        """The job under the cursor."""
        return self._jobs.get(self._lines.selected_id or "")

    def _draw(self) -> None:
        currency = self.session.market.currency
        sunday = self._monday + timedelta(days=6)
        jobs = [job for _, day in self._days for job in day]
        hours = sum((hours_of(job) for job in jobs), Decimal(0))
        money = sum((brings(job) for job in jobs), Decimal(0))
        this = monday_of(date.today())
        year = "" if sunday.year == date.today().year else f" {sunday.year}"
        parts = [(f"{self._monday:%d %b} – {sunday:%d %b}{year}", "bold")]
        if self._monday == this:
            parts.append((" · this week", "$text-accent"))
        if not self._loaded:
            parts.append((" · reading …", "$text-muted"))
        elif jobs:
            number = len(jobs)
            parts.append((f" · {number} job{'' if number == 1 else 's'} · {_hours(hours)} · ", ""))
            parts.append((show_price(money, currency), "$text-success bold"))
        else:
            parts.append((" · nothing claimed", "$text-muted"))
        self.query_one("#in-force", Static).update(Content.assemble(*parts))
        self._draw_days(currency)
        self._draw_weeks(currency)
        self.refresh_bindings()

    def _draw_days(self, currency: str) -> None:
        lines, empty = self._lines, self.query_one("#empty", Static)
        nothing = self._loaded and not self._jobs
        lines.display, empty.display = not nothing, nothing
        self.focus_again(lines)
        self.query_one("#panes").set_class(nothing, "-nothing")
        if nothing:
            following = (
                "" if self._next is None else f"Your next job starts {self._next.astimezone():%A %d %B, %H:%M}.\n\n"
            )
            empty.update(
                Content.assemble(
                    following or "Nothing claimed for this week.\n\n",
                    ("c", "bold"), " in the open jobs claims one. ", ("h", "bold"), " and ", ("l", "bold"),
                    " turn the weeks.",
                )
            )  # fmt: skip
            return
        today, width = date.today(), max(lines.size.width - 2, 20)
        # what a job brings is never cut
        money = max([12, *(len(show_price(brings(job), currency)) + 1 for job in self._jobs.values())])
        options: list[Option] = []
        for day, claimed in self._days:
            jobs = [job for job in claimed if self._is_wanted(job)]
            if claimed != jobs and not jobs:
                continue
            options.append(Option(_day_line(day, today, jobs, currency, width), id=f"day-{day}", disabled=not jobs))
            hurried = tight(jobs)
            options += [self._job_line(job, job in hurried, width, money, currency) for job in jobs]
        if loose := [job for job in self._loose if self._is_wanted(job)]:
            options.append(Option(Content.styled(" Any time", "bold"), id="loose", disabled=True))
            options += [self._job_line(job, False, width, money, currency) for job in loose]
        lines.show(options)
        if self._to_today and self._loaded:
            self._to_today = False
            ids = [option.id for option in options]
            # one that is narrowed away is not there
            coming = (job for day, jobs in self._days if day >= today for job in jobs)
            first = next((job for job in coming if str(job.id) in ids), None)
            at = ids.index(f"day-{today}") if f"day-{today}" in ids else None
            if first is not None:
                lines.highlighted = ids.index(str(first.id))
            elif at is not None:
                lines.highlighted = at
            if at is not None:
                # today first, as long as its next job is seen as well
                top = max(at, (lines.highlighted or 0) - lines.size.height + 1)
                self.call_after_refresh(lines.scroll_to, y=top, animate=False, immediate=True)

    def _is_wanted(self, job: Cleaning) -> bool:
        return self.is_wanted(job.name, job.area, job.description, f"@{job.owner}", job.status)

    def narrowed(self) -> None:
        """Shows only the jobs with the typed words."""
        if self._loaded:
            self._draw_days(self.session.market.currency)

    def _job_line(self, job: Cleaning, hurried: bool, width: int, money: int, currency: str) -> Option:
        if job.starts_at is None:
            when = " " * 11
        else:
            start = job.starts_at.astimezone()
            end = start + timedelta(hours=float(job.hours or 0))
            when = f"{start:%H:%M}–{end:%H:%M}" if job.hours else f"{start:%H:%M}      "
        pays = show_price(brings(job), currency) if hours_of(job) else ""
        sign = "!" if hurried else " "
        room = max(width - 3 - len(when) - 2 - money, 8)
        area = 18 if room > 40 else 0
        state = "$text-muted" if job.status is not Status.CLAIMED else ""
        return Option(
            Content.assemble(
                (f" {job.status.sign}{sign}", "$text-warning" if hurried else ""), (f"{when} ", "$text-accent"),
                (fit(visible(job.name), room - area), state),
                (fit(visible(job.area or ""), area), "$text-muted"), (fit(pays, money, right=True), "$text-success"),
            ),
            id=str(job.id),
        )  # fmt: skip

    def _draw_weeks(self, currency: str) -> None:
        """What the last weeks have brought, as small bars."""
        found = {earned.week: earned.total for earned in self._earned}
        weeks = [self._monday - number * WEEK for number in range(WEEKS_BEFORE, -1, -1)]
        most = max((found.get(week, Decimal(0)) for week in weeks), default=Decimal(0))
        bars = self.query_one("#weeks", Static)
        bars.display = most > 0
        if not most:
            return
        signs = "▁▂▃▄▅▆▇█"
        drawn = "".join(signs[int(found[week] / most * 7)] if found.get(week) else "·" for week in weeks)
        total = sum((found.get(week, Decimal(0)) for week in weeks), Decimal(0))
        bars.update(
            Content.assemble(
                (f"{WEEKS_BEFORE + 1} weeks ", "$text-muted"), (drawn, "$text-success"),
                (f" {show_price(total, currency)} finished, best {show_price(most, currency)}", "$text-muted"),
            )
        )  # fmt: skip

    @on(Lines.Widened)
    def _widened(self) -> None:
        """Another width leaves another room for the names."""
        if self._loaded:
            self._draw_days(self.session.market.currency)

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        self.query_one(JobDetail).show_job(self.selected)
        self.refresh_bindings()

    # --- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The footer tells the truth."""
        if not self.is_mounted or not self.query(Lines):
            return True
        if action == "open_job":
            return isinstance(self.focused, Lines) and self.selected is not None
        if action == "agenda":
            return False
        if action == "this_week":
            return self._monday != monday_of(date.today())
        return super().check_action(action, parameters)

    def _turn(self, monday: date) -> None:
        self._monday, self._loaded, self._to_today = monday, False, True
        self._days, self._loose, self._jobs = [], [], {}
        self._draw()
        read_latest(self, self._read, "read")

    def action_next_week(self) -> None:
        """The week after."""
        self._turn(self._monday + WEEK)

    def action_previous_week(self) -> None:
        """The week before."""
        self._turn(self._monday - WEEK)

    def action_this_week(self) -> None:
        """Back to today."""
        self._turn(monday_of(date.today()))

    @on(OptionList.OptionSelected)
    def _chosen(self) -> None:
        self.action_open_job()

    def action_open_job(self) -> None:
        """Goes to the job, where it can be moved."""
        job = self.selected
        if job is not None:
            self.phresh.open_job(job.id)

    def action_export(self) -> None:
        """Asks about the week when it was read."""
        if self._loaded:
            super().action_export()
        else:
            self.phresh.tell("The week is still being read: x in a moment.")

    def exports(self) -> list[Export]:
        """The jobs of this week; for calendar programs those of a year from then on."""
        session, monday = self.session, self._monday
        records = [job_record(job, session.market.currency) for job in self._jobs.values()]

        async def year() -> bytes:
            from phresh_tui.market.agenda import calendar

            start = start_of(monday)
            jobs = await agenda.claimed_between(session, start, start + EXPORTED)
            return calendar(jobs, session.market.currency)

        name = f"{session.handle}-{monday}"
        return [
            replace(
                of_records(name, f"{counted(len(records), 'job')} of this week", JOB_FIELDS, records), calendar=year
            )
        ]


def _hours(hours: Decimal) -> str:
    bare = f"{hours:.2f}".rstrip("0").rstrip(".")
    return f"{bare or '0'} h"


def _day_line(day: date, today: date, jobs: list[Cleaning], currency: str, width: int) -> Content:
    name = f" {day:%a %d %b}"
    if day == today:
        name += "  today"
    elif day == today + timedelta(days=1):
        name += "  tomorrow"
    style = "bold $text-accent" if day == today else "bold" if jobs else "$text-muted"
    if not jobs:
        return Content.assemble((name, style), ("  free", "$text-muted"))
    hours = _hours(sum((hours_of(job) for job in jobs), Decimal(0)))
    money = show_price(sum((brings(job) for job in jobs), Decimal(0)), currency)
    gap = max(width - cell_len(name) - cell_len(hours) - cell_len(money) - 4, 1)
    return Content.assemble((name, style), " " * gap, (f"{hours} · {money}", "$text-muted"))
