"""One of a few, over the screen that it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList

from phresh_tui.market.text import visible
from phresh_tui.tui.widgets.menu import MenuList


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a menu.

    Attributes:
        label: one or two words.
        detail: what stands beside it, cut when there is no room; text of members is shown as it is.
        value: what choosing it gives.

    """

    label: str
    detail: str
    value: str


class Menu(ModalScreen[str | None]):
    """Gives the value of the chosen line, or None."""

    BINDINGS = [Binding("escape,q", "leave", "Leave it")]

    def __init__(self, title: str, items: Sequence[Item]) -> None:
        super().__init__()
        self._title = title
        self._items = list(items)

    def compose(self) -> ComposeResult:
        """A small list."""
        with Vertical(classes="box") as box:
            box.border_title = Content(self._title)
            box.border_subtitle = "Enter chooses · Esc leaves"
            yield MenuList(*self._lines())

    def set_items(self, items: Sequence[Item]) -> None:
        """Shows other lines."""
        self._items = list(items)
        self.query_one(MenuList).clear_options().add_options(self._lines())

    def _lines(self) -> list[Content]:
        width = max((len(item.label) for item in self._items), default=0)
        return [self._line(number, item, width) for number, item in enumerate(self._items, 1)]

    @staticmethod
    def _line(number: int, item: Item, width: int) -> Content:
        return Content.assemble(
            (f"{number if number < 10 else ' '} ", ""),
            (item.label.ljust(width + 2), "bold"),
            visible(item.detail),
        ).truncate(200, ellipsis=True)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._items[event.option_index].value)

    def action_leave(self) -> None:
        """Changes nothing."""
        self.dismiss(None)
