"""An offer to do a job: made, or changed."""

from __future__ import annotations

from uuid import UUID

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Label, Static, TextArea

from phresh_tui.database import offers
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.errors import BadInput
from phresh_tui.market.price import estimate, parse_price, show_price
from phresh_tui.market.record import Offer
from phresh_tui.market.text import visible
from phresh_tui.market.words import show_hours
from phresh_tui.tui.moves import Step, Undo
from phresh_tui.tui.screens.dialog import MoveDialog


class OfferDialog(MoveDialog):
    """Price and message of an offer; the price is filled in with the job's.

    Args:
        job: booked by offer, and open.
        offer: one's live offer on it, to change it, or None.

    """

    TITLE_TEXT = "Offer"
    SENDS = "makes the offer"
    COLUMNS = {"message": "words"}

    def __init__(self, job: Cleaning, offer: Offer | None) -> None:
        super().__init__(job)
        self._offer = offer

    @property
    def _currency(self) -> str:
        assert self.phresh.session is not None
        return self.phresh.session.market.currency

    def fields(self) -> ComposeResult:
        """What it is about, the price, and what one wants to say."""
        yield Static(
            Content.assemble("Your offer to do ", (f"“{visible(self.job.name)}”", "bold"), f" for @{self.job.owner}")
        )
        asked = show_price(self.job.price, self._currency)
        yield Static(f"The job says {asked} per hour; another price may be offered.", markup=False, classes="hint")
        yield Label("Price per hour", classes="field")
        price = self._offer.price if self._offer is not None else self.job.price
        yield Input(f"{price:.2f}", id="price", compact=True)
        yield Label("", id="sum", markup=False)
        yield Label("Message, if you like", classes="field")
        message = self._offer.message if self._offer is not None else ""
        yield TextArea(message, id="words", tab_behavior="focus", compact=True)

    @on(Input.Changed, "#price")
    def _price_typed(self) -> None:
        currency = self._currency
        text = ""
        try:
            price = parse_price(self.query_one("#price", Input).value)
        except BadInput:
            pass
        else:
            text = f"= {show_price(price, currency)} per hour"
            if self.job.hours is not None:
                total = show_price(estimate(price, self.job.hours), currency)
                text += f", about {total} for {show_hours(self.job.hours)}"
        self.query_one("#sum", Label).update(text)

    def step(self) -> Step:
        """The offer as it stands in the fields."""
        job, price = self.job, parse_price(self.query_one("#price", Input).value)
        message = self.query_one(TextArea).text

        async def send(session: Session, request: UUID) -> None:
            await offers.make(session, request, job.id, price, message)

        async def withdraw(session: Session, request: UUID) -> None:
            await offers.withdraw(session, request, job.id)

        name = f"“{visible(job.name)}”"
        done = f"@{job.owner} sees your offer on {name}."
        # the one before cannot be put back, so only a first offer is undone by one key
        undo = (
            None
            if self._offer
            else Undo("offer", f"on {name}", job.id, withdraw, f"Your offer on {name} is withdrawn.")
        )
        return Step(job, "The offer", send, done, "Not offered", undo)
