"""One of a few, over the screen that it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from phresh_tui.market.text import has_words, visible
from phresh_tui.tui.screens.dialog import Dialog
from phresh_tui.tui.styles import PLACES
from phresh_tui.tui.widgets.box import Box
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


class Line(Option):
    """A line as it was drawn for an item, whatever the menu shows when somebody hears that it was chosen."""

    def __init__(self, drawn: Content, item: Item) -> None:
        super().__init__(drawn)
        self.value = item.value


class Menu(Dialog[str | None]):
    """Gives the value of the chosen line, or None."""

    CSS_PATH = PLACES
    BINDINGS = [Binding("escape,q", "leave", "Leave it"), Binding("down", "to_list", show=False)]
    AUTO_FOCUS = "MenuList"
    # the keys in the frame, the longest words first
    HINTS: ClassVar[tuple[str, ...]] = ("Enter chooses · Esc leaves",)

    def __init__(self, title: str, items: Sequence[Item]) -> None:
        super().__init__()
        self._title = title
        self._items = list(items)
        self.shown = self._items
        """The lines that are left when some are typed away."""

    def compose(self) -> ComposeResult:
        """A small list."""
        with Box(self._title, *self.HINTS):
            words = Input(id="words", placeholder="words", compact=True)
            words.display = False
            yield words
            yield MenuList(*self._lines(), narrow=self._ask_words)

    def set_items(self, items: Sequence[Item]) -> None:
        """Shows other lines."""
        self._items = list(items)
        self._show()

    def _show(self) -> None:
        wanted = self.query_one("#words", Input).value
        self.shown = [item for item in self._items if has_words(f"{item.label} {item.detail}", wanted)]
        menu = self.query_one(MenuList)
        menu.clear_options().add_options(self._lines())
        if self.shown and wanted:
            menu.highlighted = 0

    def _ask_words(self) -> None:
        words = self.query_one("#words", Input)
        words.display = True
        self.set_focus(words)

    @on(Input.Changed, "#words")
    def _narrowed(self) -> None:
        self._show()

    @on(Input.Submitted, "#words")
    def _found(self) -> None:
        if len(self.shown) == 1:
            # there is nothing left to choose from
            self.query_one(MenuList).action_select()
        else:
            self.set_focus(self.query_one(MenuList))

    def _lines(self) -> list[Line]:
        width = max((len(item.label) for item in self.shown), default=0)
        return [Line(self.line(number, item, width), item) for number, item in enumerate(self.shown, 1)]

    def line(self, number: int, item: Item, width: int) -> Content:
        """How a line is drawn, with its number from 1 and the width of the labels."""
        return Content.assemble(
            (f"{number if number < 10 else ' '} ", ""),
            (item.label.ljust(width + 2), "bold"),
            visible(item.detail),
        ).truncate(200, ellipsis=True)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        if isinstance(event.option, Line):
            self.close(event.option.value)

    def action_leave(self) -> None:
        """Shows all lines again, or changes nothing."""
        words = self.query_one("#words", Input)
        if words.display:
            words.value = ""
            words.display = False
            self.set_focus(self.query_one(MenuList))
        else:
            self.close(None)

    def action_to_list(self) -> None:
        """From the words to the lines."""
        self.set_focus(self.query_one(MenuList))
