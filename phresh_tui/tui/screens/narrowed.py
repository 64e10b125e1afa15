"""A list that `/` narrows to the lines with the typed words: the same keys as in the search of the open jobs."""

from __future__ import annotations

from abc import abstractmethod

from textual import on
from textual.widgets import Input

from phresh_tui.market.text import has_words
from phresh_tui.tui.screens.base import MarketScreen
from phresh_tui.tui.widgets.search_box import TypedLine


class Narrowed(MarketScreen):
    """Enter and Down go from the line to the list, Escape drops what is typed; from the list it does so first."""

    NARROW_HINT = "words"
    # what has the focus when nothing is typed
    LIST = "Lines"

    @property
    def narrow_text(self) -> str:
        """What is typed, or an empty string."""
        return next((line.value.strip() for line in self.query("#narrow").results(TypedLine)), "")

    def narrow_line(self) -> TypedLine:
        """The line, above the list; out of sight until it is asked for."""
        line = TypedLine("", self.NARROW_HINT, id="narrow")
        line.display = False
        return line

    @abstractmethod
    def narrowed(self) -> None:
        """Draws the list with what is left of it."""

    def is_wanted(self, *texts: str | None) -> bool:
        """Whether the texts of a line hold all words that are typed."""
        wanted = self.narrow_text
        return not wanted or has_words(" ".join(text for text in texts if text), wanted)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In a line that is typed into, the key is a letter."""
        if action == "narrow":
            return not isinstance(self.focused, Input)
        return super().check_action(action, parameters)

    def action_narrow(self) -> None:
        """Opens the line."""
        line = self.query_one("#narrow", TypedLine)
        line.display = True
        # at once: what is typed right after the key belongs into the field
        self.set_focus(line)

    def drop_narrow(self) -> bool:
        """Shows everything again; whether there was something typed."""
        line = self.query_one("#narrow", TypedLine)
        if not (line.value or line.display):
            return False
        line.value = ""
        line.display = False
        self._to_list()
        return True

    def _to_list(self) -> None:
        for target in self.query(self.LIST):
            if target.focusable:
                self.set_focus(target)
                return

    @on(Input.Changed, "#narrow")
    def _narrow_typed(self) -> None:
        self.narrowed()

    @on(TypedLine.Done, "#narrow")
    def _narrow_done(self) -> None:
        self._to_list()

    @on(TypedLine.Blurred, "#narrow")
    def _narrow_left(self) -> None:
        line = self.query_one("#narrow", TypedLine)
        line.display = bool(line.value)

    @on(TypedLine.Left, "#narrow")
    def _narrow_dropped(self) -> None:
        self.drop_narrow()

    def action_next_field(self) -> None:
        """From the line on to the list."""
        if isinstance(self.focused, TypedLine):
            self._to_list()
        else:
            super().action_next_field()

    def action_back(self) -> None:
        """Drops what is typed, or goes back to where one was."""
        if not self.drop_narrow() and self.app.screen is self:
            super().action_back()
