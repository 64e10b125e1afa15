"""The market at a glance: what is paid where, what happens each day, how fast it goes, what I have earned."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from phresh_tui.database import agenda, statistics
from phresh_tui.market.agenda import Earned, monday_of, start_of
from phresh_tui.market.cleaning import Cleaning, CleaningType
from phresh_tui.market.errors import PhreshError
from phresh_tui.market.price import show_price
from phresh_tui.market.statistics import WAIT_LABELS, Overview
from phresh_tui.market.text import visible
from phresh_tui.tui.actions import Where, bindings
from phresh_tui.tui.exporting import Export, of_records
from phresh_tui.tui.screens.narrowed import Narrowed
from phresh_tui.tui.widgets.bars import KeyBar, MessageLine, TopBar
from phresh_tui.tui.widgets.chart import Chart, short_price
from phresh_tui.tui.widgets.columns import fit, shortened
from phresh_tui.tui.widgets.lines import Lines
from phresh_tui.tui.widgets.tab_line import TabLine
from phresh_tui.tui.workers import read_latest

# weeks of the member's own earnings
WEEKS = 12
ALL_AREAS = "all"
# cells from which a title has room for more than the most important
ROOMY = 56
# cells of a name that one can still tell from others, and of what may go into the next line
LEAST_NAME, LONGEST_WORD = 12, 16
PANELS = (
    ("prices", "Prices"),
    ("areas", "Areas"),
    ("days", "Days"),
    ("waits", "Time to claim"),
    ("earned", "My earnings"),
)


class MarketOverviewScreen(Narrowed):
    """Five panels: all of them on a large terminal, one at a time on a small one.

    Args:
        job: whose price is marked, or None.

    """

    HELP_PLACES = (Where.MARKET, Where.LIST, Where.PLACES)
    BINDINGS = [
        *bindings(Where.MARKET),
        *bindings(Where.PLACES),
        *(Binding(str(number), f"panel({number})", title, show=False) for number, (_, title) in enumerate(PANELS, 1)),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (14, "-low"), (30, "-high")]
    AUTO_FOCUS = "Lines"

    def __init__(self, job: Cleaning | None = None) -> None:
        super().__init__()
        self._job = job
        self._type: CleaningType | None = None
        self._area: str | None = None
        self._panel = "prices"
        self._seen: Overview | None = None
        self._is_due = True
        self._is_reading = False
        self._earned: list[Earned] = []

    def compose(self) -> ComposeResult:
        """The panels."""
        yield TopBar("Market")
        yield TabLine(id="tabs")
        yield self.narrow_line()
        with Container(id="charts"):
            for panel, title in PANELS:
                with Vertical(id=f"{panel}-panel", classes="panel"):
                    yield Static(title, id=f"{panel}-title", classes="title", markup=False)
                    yield Lines(id="areas") if panel == "areas" else Chart(id=f"{panel}-chart")
        yield MessageLine()
        yield KeyBar()

    def on_mount(self) -> None:
        """Reads it."""
        self._show_panel()
        self.look_again()
        self.app.theme_changed_signal.subscribe(self, lambda _: self._draw())

    def on_unmount(self) -> None:
        """Is gone, also for the app."""
        self.app.theme_changed_signal.unsubscribe(self)

    def look_again(self) -> None:
        """Reads the figures, unless they are here or on their way: those of a market change slowly."""
        if self._is_due:
            self.action_refresh()

    def action_refresh(self) -> None:
        """Reads the figures again, and says so until they are here."""
        self._is_due, self._is_reading = False, True
        self._draw_tabs()
        for panel, title in PANELS:
            self._title(panel, (f"{title} ", "bold"), ("reading …", "$text-muted"))
        read_latest(self, self._read, "read")

    async def _read(self) -> None:
        since = start_of(monday_of(date.today()) - (WEEKS - 1) * timedelta(days=7))
        try:
            self._seen = await statistics.overview(self.session, self._type, self._area)
            self._earned = await agenda.earned(self.session, since)
        except PhreshError as error:
            self.phresh.tell_error(error)
            self._is_due, self._is_reading = True, False
            for panel, title in PANELS:
                self._title(panel, (f"{title} ", "bold"), ("could not be read, r tries again", "$text-muted"))
            self._draw_tabs()
            return
        self._is_reading = False
        self._draw()

    def narrowed(self) -> None:
        """Shows only the areas with the typed words."""
        if self._seen is not None:
            self._draw_areas(self._seen)

    def action_narrow(self) -> None:
        """Opens the line, above the areas."""
        if self.has_class("-narrow"):
            self._panel = "areas"
            self._show_panel()
        super().action_narrow()

    def exports(self) -> list[Export]:
        """What the charts are drawn from."""
        currency, seen = self.session.market.currency, self._seen
        earned = [
            {
                "week": str(week.week),
                "jobs": week.jobs,
                "hours": str(week.hours),
                "total": f"{week.total:.2f}",
                "currency": currency,
            }
            for week in self._earned
        ]
        found = [
            of_records("earnings", "your earnings by week", ("week", "jobs", "hours", "total", "currency"), earned)
        ]
        if seen is not None:
            areas = [
                {"area": a.name, "jobs": a.jobs, "median": f"{a.median:.2f}", "currency": currency} for a in seen.areas
            ]
            days = [{"day": str(day.day), "posted": day.posted, "claimed": day.claimed} for day in seen.days]
            found.append(
                of_records("areas", "open jobs and prices by area", ("area", "jobs", "median", "currency"), areas)
            )
            found.append(of_records("days", "posted and claimed each day", ("day", "posted", "claimed"), days))
        return found

    # --- drawing

    def _draw(self) -> None:
        self._draw_tabs()
        seen = self._seen
        if seen is None or self._is_reading or not self.is_mounted:
            return
        self._draw_prices(seen)
        self._draw_areas(seen)
        self._draw_days(seen)
        self._draw_waits(seen)
        self._draw_earned()

    def _draw_tabs(self) -> None:
        tabs = self.query_one(TabLine)
        if self.has_class("-narrow"):
            labels = [f"{number} {title}" for number, (_, title) in enumerate(PANELS, 1)]
            chosen = [panel for panel, _ in PANELS].index(self._panel)
            if sum(len(label) + 2 for label in labels) > self.size.width - 2:
                # where there is no room for all names, the numbers of the others say enough
                labels = [label if number == chosen else str(number + 1) for number, label in enumerate(labels)]
            tabs.show_tabs(labels, chosen)
            return
        kind = "all types" if self._type is None else self._type.label
        parts = [(f"{kind} · {self._area or 'all areas'}", "bold")]
        if self._is_reading:
            parts.append((" · reading …", "$text-muted"))
        elif self._seen is not None and self._seen.sampled is not None:
            parts.append((f" · estimated from {self._seen.sampled:,} jobs", "$text-muted"))
        tabs.show_text(Content.assemble(*parts))

    def _title(self, panel: str, *parts: tuple[str, str]) -> None:
        self.query_one(f"#{panel}-title", Static).update(Content.assemble(*parts))

    def _draw_prices(self, seen: Overview) -> None:
        prices, currency = seen.prices, self.session.market.currency
        chart = self.query_one("#prices-chart", Chart)
        plot = chart.begin()
        kind = "" if self._type is None else f"{self._type.label}, "
        about = "about " if seen.sampled is not None else ""
        words = [("Prices per hour ", "bold"), (f"{kind}{self._area or 'all areas'}: ", "$text-muted")]
        if prices.quartiles is None:
            self._title("prices", *words, ("no open jobs", "$text-muted"))
            chart.refresh()
            return
        low, middle, high = (show_price(price, currency) for price in prices.quartiles)
        width = self.query_one("#prices-title").content_size.width or self.size.width - 2
        half = f"half of them {low} to {high}, " if width >= ROOMY else ""
        words.append((f"{about}{prices.jobs:,} open, {half}median {middle}", ""))
        steps = len(prices.counts)
        breadth = float(prices.high - prices.low) / steps
        centres = [float(prices.low) + breadth * (number + 0.5) for number in range(steps)]
        job, mine = self._job, None
        if job is not None:
            mine = prices.step_of(job.price)
            words.append((f" · ▲ {show_price(job.price, currency)}", "$text-warning"))
            # in two lines, of which the first ends where a word does
            room = 2 * width - sum(cell_len(text) for text, _ in words) - LONGEST_WORD
            if room >= LEAST_NAME:
                words.append((f" “{shortened(visible(job.name), min(room, 3 * LEAST_NAME))}”", "$text-warning"))
        if breadth == 0:
            breadth = 1.0
            centres = [float(prices.low) + number for number in range(steps)]
        others = [0 if number == mine else count for number, count in enumerate(prices.counts)]
        plot.bar(centres, others, color=chart.colour("primary"), width=1, minimum=0)
        ticks = {centres[number]: short_price(centres[number], currency, breadth) for number in range(0, steps, 4)}
        marked = None
        if job is not None and mine is not None:
            plot.bar([centres[mine]], [prices.counts[mine]], color=chart.colour("warning"), width=breadth, minimum=0)
            # colour alone would not do
            marked = centres[mine], f"▲{short_price(float(job.price), currency, 1.0)}"
        # room for the label of the last step
        plot.xlim(centres[0] - 1.5 * breadth, centres[-1] + 1.5 * breadth)
        chart.label(ticks, marked)
        chart.count_ticks(max(prices.counts))
        self._title("prices", *words)
        chart.refresh()

    def _draw_areas(self, seen: Overview) -> None:
        lines = self.query_one(Lines)
        width, currency = max(lines.size.width - 2, 24), self.session.market.currency
        most = max((area.jobs for area in seen.areas), default=1)
        options = [
            self._area_line(ALL_AREAS, "all areas", seen.prices.jobs if self._area is None else None, "", 0, width)
        ]
        options += [
            self._area_line(
                f"area {area.name}", area.name, area.jobs, show_price(area.median, currency), area.jobs / most, width
            )
            for area in seen.areas
            if self.is_wanted(area.name)
        ]
        lines.show(options)
        self._title("areas", ("Areas ", "bold"), ("open jobs, median price · Enter shows one", "$text-muted"))

    def _area_line(self, key: str, name: str, jobs: int | None, price: str, share: float, width: int) -> Option:
        chosen = (self._area or ALL_AREAS) == (name if key != ALL_AREAS else ALL_AREAS)
        bar = 10 if width >= 50 else 0
        room = max(width - 2 - 9 - 11 - bar, 8)
        filled = round(share * bar)
        return Option(
            Content.assemble(
                ("● " if chosen else "  ", "$text-accent"), (fit(visible(name), room), "bold" if chosen else ""),
                ("█" * filled + " " * (bar - filled), "$text-primary"),
                (fit("" if jobs is None else f"{jobs:,}", 9, right=True), ""),
                (fit(price, 11, right=True), "$text-success"),
            ),
            id=key,
        )  # fmt: skip

    def _draw_days(self, seen: Overview) -> None:
        chart = self.query_one("#days-chart", Chart)
        plot = chart.begin()
        numbers = [float(number) for number in range(len(seen.days))]
        posted, claimed = [day.posted for day in seen.days], [day.claimed for day in seen.days]
        # a line and a ground below it, in signs that every font has, are told apart without colours
        plot.plot(numbers, claimed, label="claimed", color=chart.colour("success"), marker="▒", fillx=True)
        plot.plot(numbers, posted, label="posted", color=chart.colour("primary"), marker="hd")
        chart.label(dict(zip(numbers[::7], [f"{day.day:%d %b}" for day in seen.days[::7]], strict=True)))
        chart.count_ticks(max(*posted, *claimed))
        self._title(
            "days", ("Each day ", "bold"),
            (f"for four weeks: {sum(posted):,} posted, {sum(claimed):,} claimed", "$text-muted"),
        )  # fmt: skip
        chart.refresh()

    def _draw_waits(self, seen: Overview) -> None:
        chart = self.query_one("#waits-chart", Chart)
        plot = chart.begin()
        plot.bar(list(WAIT_LABELS), list(seen.waits), color=chart.colour("secondary"), width=0.7, minimum=0)
        chart.count_ticks(max(seen.waits))
        half = (
            "nothing was claimed yet"
            if seen.median_wait is None
            else f"half of them within {_waiting(seen.median_wait)}"
        )
        self._title("waits", ("Time to claim ", "bold"), (half, "$text-muted"))
        chart.refresh()

    def _draw_earned(self) -> None:
        chart, currency = self.query_one("#earned-chart", Chart), self.session.market.currency
        plot = chart.begin()
        found = {earned.week: earned for earned in self._earned}
        this = monday_of(date.today())
        weeks = [this - number * timedelta(days=7) for number in range(WEEKS - 1, -1, -1)]
        totals = [float(found[week].total) if week in found else 0.0 for week in weeks]
        places = [float(number) for number in range(1, len(weeks) + 1)]
        plot.bar(places, totals, color=chart.colour("success"), width=0.7, minimum=0)
        chart.label(dict(zip(places, [f"{week:%d.%m}" for week in weeks], strict=True)))
        chart.count_ticks(max(totals))
        total = sum((earned.total for earned in self._earned), Decimal(0))
        words = f"{show_price(total, currency)} in {WEEKS} weeks" if total else f"nothing finished in {WEEKS} weeks"
        self._title("earned", ("My earnings ", "bold"), (words, "$text-muted"))
        chart.refresh()

    # --- panels

    def _show_panel(self) -> None:
        narrow = self.has_class("-narrow")
        for panel, _ in PANELS:
            self.query_one(f"#{panel}-panel").display = not narrow or panel == self._panel
        if not narrow or self._panel == "areas":
            self.set_focus(self.query_one(Lines))
        else:
            # what is hidden takes no keys
            self.set_focus(None)
        self._draw_tabs()

    def on_resize(self) -> None:
        """Another size shows other panels."""
        self.call_after_refresh(self._resized)

    @on(Lines.Widened)
    def _widened(self) -> None:
        if self._seen is not None:
            self._draw_areas(self._seen)

    def _resized(self) -> None:
        self._show_panel()
        self._draw()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The footer tells the truth."""
        if action in ("next_panel", "previous_panel", "panel"):
            return self.has_class("-narrow")
        # one is there already
        return action != "market" and super().check_action(action, parameters)

    def _step(self, by: int) -> None:
        names = [panel for panel, _ in PANELS]
        self._panel = names[(names.index(self._panel) + by) % len(names)]
        self._show_panel()
        self._draw()

    def action_next_panel(self) -> None:
        """The chart to the right."""
        self._step(1)

    def action_previous_panel(self) -> None:
        """The chart to the left."""
        self._step(-1)

    def action_panel(self, number: int) -> None:
        """One of them by its number, from 1."""
        self._step(number - 1 - [panel for panel, _ in PANELS].index(self._panel))

    @on(TabLine.Chosen)
    def _tab_clicked(self, event: TabLine.Chosen) -> None:
        self.action_panel(event.number + 1)

    def action_next_type(self) -> None:
        """All types, or one of them."""
        types: list[CleaningType | None] = [None, *CleaningType]
        self._type = types[(types.index(self._type) + 1) % len(types)]
        self.action_refresh()

    @on(OptionList.OptionSelected)
    def _area_chosen(self, event: OptionList.OptionSelected) -> None:
        key = event.option.id or ALL_AREAS
        self._area = None if key == ALL_AREAS else key.removeprefix("area ")
        if self.has_class("-narrow"):
            self._panel = "prices"
            self._show_panel()
        self.action_refresh()


def _waiting(hours: float) -> str:
    if hours < 1:
        return f"{hours * 60:.0f} minutes"
    return f"{hours:.1f} hours" if hours < 48 else f"{hours / 24:.1f} days"
