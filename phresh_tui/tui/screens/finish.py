"""A claimed job is done: with the hours that were worked."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Input, Label, Static

from phresh_tui.database import cleanings
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import parse_hours
from phresh_tui.market.errors import BadInput
from phresh_tui.market.price import estimate, show_price
from phresh_tui.market.text import visible
from phresh_tui.market.words import show_hours
from phresh_tui.tui.moves import Step
from phresh_tui.tui.screens.dialog import MoveDialog

QUARTER = Decimal("0.25")


class FinishDialog(MoveDialog):
    """Hours in quarters, filled in with the estimate; says the total."""

    TITLE_TEXT = "Done"
    SENDS = "says it is done"
    BINDINGS = [
        Binding("up", "more(1)", "A quarter more", show=False, priority=True),
        Binding("down", "more(-1)", "A quarter less", show=False, priority=True),
    ]

    def fields(self) -> ComposeResult:
        """How long it took."""
        yield Static(Content.assemble("How long did ", (f"“{visible(self.job.name)}”", "bold"), " take?"))
        yield Label("Hours worked (↑ ↓ by quarters)", classes="field")
        hours = self.job.hours if self.job.hours is not None else Decimal(1)
        yield Input(f"{hours.normalize():f}", id="hours-worked", compact=True)
        yield Label("", id="sum", markup=False)

    def action_more(self, quarters: int) -> None:
        """A quarter of an hour more or less."""
        box = self.query_one("#hours-worked", Input)
        try:
            hours = parse_hours(box.value, "hours_worked") + quarters * QUARTER
        except BadInput:
            hours = QUARTER
        box.value = f"{min(max(hours, QUARTER), Decimal(24)).normalize():f}"
        box.cursor_position = len(box.value)

    @on(Input.Changed, "#hours-worked")
    def _hours_typed(self) -> None:
        text = ""
        try:
            hours = parse_hours(self.query_one("#hours-worked", Input).value, "hours_worked")
        except BadInput:
            pass
        else:
            assert self.phresh.session is not None
            currency = self.phresh.session.market.currency
            price = self.job.agreed_price if self.job.agreed_price is not None else self.job.price
            total = show_price(estimate(price, hours), currency)
            text = f"= {total}: {show_hours(hours)} at {show_price(price, currency)}"
        self.query_one("#sum", Label).update(text)

    def step(self) -> Step:
        """The move with these hours."""
        job, hours = self.job, parse_hours(self.query_one("#hours-worked", Input).value, "hours_worked")

        async def send(session: Session, request: UUID) -> None:
            await cleanings.finish(session, request, job.id, hours)

        done = f"@{job.owner} is asked to confirm “{visible(job.name)}”."
        return Step(job, "The end of the work", send, done, "Not finished")
