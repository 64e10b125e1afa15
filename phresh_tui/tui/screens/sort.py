"""In which order the jobs are listed."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets.option_list import Option

from phresh_tui.market.search import Sort
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


class SortScreen(ModalScreen[Sort | None]):
    """All orders, each with its letter; gives the chosen one, or None."""

    BINDINGS = [Binding("escape,q", "leave", "Leave it")]

    def __init__(self, sort: Sort) -> None:
        super().__init__()
        self._sort = sort

    def compose(self) -> ComposeResult:
        """A short list."""
        with Vertical(id="sort", classes="box") as box:
            box.border_title = "Sort by"
            box.border_subtitle = "its letter, or Enter · Esc leaves it"
            yield MenuList(*(Option(f"{letter}  {sort.label}") for letter, sort in LETTERS.items()))

    def on_mount(self) -> None:
        """Begins at the order in force."""
        self.query_one(MenuList).highlighted = list(LETTERS.values()).index(self._sort)

    def on_key(self, event: events.Key) -> None:
        """A letter chooses at once."""
        if event.character in LETTERS:
            event.stop()
            self.dismiss(LETTERS[event.character])

    @on(MenuList.OptionSelected)
    def _chosen(self, event: MenuList.OptionSelected) -> None:
        self.dismiss(list(LETTERS.values())[event.option_index])

    def action_leave(self) -> None:
        """Changes nothing."""
        self.dismiss(None)
