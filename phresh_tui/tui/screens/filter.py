"""Which jobs are listed: by type and by range of prices."""

from __future__ import annotations

from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from phresh_tui.market.cleaning import CleaningType
from phresh_tui.market.errors import BadInput
from phresh_tui.market.price import parse_price
from phresh_tui.market.search import Filter
from phresh_tui.tui.widgets.choice import Choice

TYPES: tuple[CleaningType | None, ...] = (None, *CleaningType)


class FilterScreen(ModalScreen[Filter | None]):
    """Asks for type and prices; gives the filter, or None when nothing is to change."""

    BINDINGS = [
        Binding("escape", "leave", "Leave as it is"),
        Binding("enter,ctrl+s", "apply", "Show"),
        Binding("ctrl+x", "clear", "Clear", priority=True),
    ]

    def __init__(self, wanted: Filter) -> None:
        super().__init__()
        self._wanted = wanted

    def compose(self) -> ComposeResult:
        """A small form."""
        with Vertical(id="filter") as box:
            box.border_title = "Show only"
            box.border_subtitle = "Enter shows · Ctrl+X clears · Esc leaves"
            labels = ["every type" if kind is None else kind.label for kind in TYPES]
            yield Choice(labels, TYPES.index(self._wanted.cleaning_type), id="type")
            with Horizontal(id="prices"):
                yield Label("Price per hour from")
                yield Input(self._text(self._wanted.min_price), id="min", compact=True)
                yield Label("to")
                yield Input(self._text(self._wanted.max_price), id="max", compact=True)
            yield Label("", id="message", markup=False)

    @staticmethod
    def _text(price: object) -> str:
        return "" if price is None else str(price)

    @on(Input.Submitted)
    def action_apply(self) -> None:
        """Shows what fits, or says what is wrong with a price."""
        prices = {}
        for name in ("min", "max"):
            box = self.query_one(f"#{name}", Input)
            try:
                prices[name] = parse_price(box.value) if box.value.strip() else None
            except BadInput as error:
                self._say(str(error))
                box.focus()
                return
        low, high = prices["min"], prices["max"]
        if low is not None and high is not None and low > high:
            self._say("The first price is higher than the second. Swap them.")
            return
        kind = TYPES[self.query_one(Choice).index]
        self.dismiss(replace(self._wanted, cleaning_type=kind, min_price=low, max_price=high))

    def _say(self, text: str) -> None:
        self.query_one("#message", Label).update(text)

    def action_clear(self) -> None:
        """Shows everything again; the searched words stay."""
        self.dismiss(Filter(text=self._wanted.text))

    def action_leave(self) -> None:
        """Changes nothing."""
        self.dismiss(None)
