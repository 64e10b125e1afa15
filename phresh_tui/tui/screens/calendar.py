"""A month to pick a day from."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from textual import events
from textual.app import ComposeResult, RenderResult
from textual.binding import Binding
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from phresh_tui.tui.screens.dialog import Dialog
from phresh_tui.tui.widgets.box import Box

DAY_CELLS = 4
# outside of these no job can begin
FIRST, LAST = date(2000, 1, 1), date(2199, 12, 31)


class Month(Widget, can_focus=True):
    """Seven columns from Monday on. The chosen day stands in brackets; today has a dot."""

    DEFAULT_CSS = "Month { width: 28; height: 8; }"
    BINDINGS = [
        Binding("left,h", "step(-1)", "Day before", show=False),
        Binding("right,l", "step(1)", "Next day", show=False),
        Binding("up,k", "step(-7)", "Week before", show=False),
        Binding("down,j", "step(7)", "Next week", show=False),
        Binding("pageup,left_square_bracket,p", "month(-1)", "Month before", show=False),
        Binding("pagedown,right_square_bracket,n", "month(1)", "Next month", show=False),
        Binding("t,home", "today", "Today", show=False),
    ]

    day: reactive[date] = reactive(date.today)
    """The chosen day."""

    def __init__(self, day: date) -> None:
        super().__init__()
        self.set_reactive(Month.day, day)

    def validate_day(self, day: date) -> date:
        """No job begins outside of two centuries."""
        return min(max(day, FIRST), LAST)

    def action_step(self, days: int) -> None:
        """Goes some days on or back."""
        self.day = self.validate_day(self.day) + timedelta(days=days) if FIRST < self.day < LAST else self.day

    def action_month(self, months: int) -> None:
        """Goes a month on or back, to the same day or the last one of it."""
        number = self.day.year * 12 + self.day.month - 1 + months
        year, month = number // 12, number % 12 + 1
        if FIRST.year <= year <= LAST.year:
            last = calendar.monthrange(year, month)[1]
            self.day = date(year, month, min(self.day.day, last))

    def action_today(self) -> None:
        """Back to today."""
        self.day = date.today()

    def _weeks(self) -> list[list[int]]:
        return calendar.Calendar().monthdayscalendar(self.day.year, self.day.month)

    def on_click(self, event: events.Click) -> None:
        """A click chooses a day."""
        row, column = event.y - 2, event.x // DAY_CELLS
        weeks = self._weeks()
        if 0 <= row < len(weeks) and 0 <= column < 7 and weeks[row][column]:
            self.day = self.day.replace(day=weeks[row][column])

    def render(self) -> RenderResult:
        """The name of the month, those of the days, and the weeks."""
        today = date.today()
        parts: list[tuple[str, str]] = [(f"{self.day:%B %Y}".center(7 * DAY_CELLS) + "\n", "bold")]
        parts.append(
            ("".join(f" {name} " for name in ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")) + "\n", "$text-muted")
        )
        for week in self._weeks():
            for number in week:
                day = self.day.replace(day=number) if number else None
                if day is None:
                    parts.append((" " * DAY_CELLS, ""))
                elif day == self.day:
                    parts.append((f"[{number:>2}]", "bold reverse"))
                else:
                    parts.append((f" {number:>2}{'·' if day == today else ' '}", "$text-muted" if day < today else ""))
            parts.append(("\n", ""))
        return Content.assemble(*parts)


class CalendarScreen(Dialog[date]):
    """Asks for a day; gives None when it is left."""

    BINDINGS = [Binding("enter,space", "choose", "Choose"), Binding("escape,q", "leave", "Leave it")]

    def __init__(self, day: date) -> None:
        super().__init__()
        self._day = day

    def compose(self) -> ComposeResult:
        """One month."""
        with Box("Which day?", "Enter · p n month · t today", id="calendar"):
            yield Month(self._day)

    def action_choose(self) -> None:
        """Gives the day."""
        self.close(self.query_one(Month).day)

    def action_leave(self) -> None:
        """Changes nothing."""
        self.close(None)
