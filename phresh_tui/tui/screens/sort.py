"""In which order the jobs are listed."""

from __future__ import annotations

from textual import events
from textual.content import Content

from phresh_tui.market.search import Sort
from phresh_tui.tui.screens.menu import Item, Menu
from phresh_tui.tui.widgets.menu import MenuList

# one letter for each; the same as a capital turns it round
LETTERS = {
    "n": Sort.NEWEST,
    "N": Sort.OLDEST,
    "s": Sort.STARTS,
    "S": Sort.STARTS_LATEST,
    "p": Sort.PRICE_UP,
    "P": Sort.PRICE_DOWN,
    "t": Sort.NAME,
    "T": Sort.NAME_DOWN,
    "a": Sort.AREA,
    "A": Sort.AREA_DOWN,
}


class SortScreen(Menu):
    """All orders, each with its letter; gives the value of the chosen one, or None."""

    HINTS = ("its letter, or Enter · Esc leaves it", "letter or Enter · Esc leaves")

    def __init__(self, sort: Sort) -> None:
        super().__init__("Sort by", [Item(sort.label, "", sort.value) for sort in LETTERS.values()])
        self._sort = sort

    def on_mount(self) -> None:
        """Begins at the order in force."""
        self.query_one(MenuList).highlighted = list(LETTERS.values()).index(self._sort)

    def line(self, number: int, item: Item, width: int) -> Content:
        """A letter instead of a number."""
        letter = next(letter for letter, sort in LETTERS.items() if sort.value == item.value)
        return Content(f"{letter}  {item.label}")

    def on_key(self, event: events.Key) -> None:
        """A letter chooses at once, unless words are typed."""
        if event.character in LETTERS and isinstance(self.focused, MenuList):
            event.stop()
            self.close(LETTERS[event.character].value)
