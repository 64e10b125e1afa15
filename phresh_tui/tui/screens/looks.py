"""The themes, worn while one chooses."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import on
from textual.widgets import OptionList

from phresh_tui.tui.screens.menu import Item, Line, Menu
from phresh_tui.tui.themes import CONTRAST, FOLLOW, OWN, theme_for

if TYPE_CHECKING:
    from phresh_tui.tui.app import PhreshApp

SAID = {
    FOLLOW: "light or dark as your terminal is",
    OWN[0].name: "made for this program",
    OWN[1].name: "made for this program",
    CONTRAST.name: "black, white and plain colours",
    OWN[3].name: "blue and orange instead of green and red",
}


class ThemeMenu(Menu):
    """Shows each theme as soon as the cursor is on it; Escape goes back to the one before."""

    def __init__(self, look: str, title: str = "Theme") -> None:
        own = [FOLLOW, *(theme.name for theme in OWN)]
        self._look = look
        self._looks = own
        super().__init__(title, [])

    @property
    def phresh(self) -> PhreshApp:
        """The app, with its type."""
        return cast("PhreshApp", self.app)

    def on_mount(self) -> None:
        """Our own first, then Textual's."""
        self._looks += sorted(set(self.app.available_themes) - set(self._looks))
        self.set_items([Item(look, SAID.get(look, ""), look) for look in self._looks])
        if self._look in self._looks:
            self.query_one(OptionList).highlighted = self._looks.index(self._look)

    @on(OptionList.OptionHighlighted)
    def _shown(self, event: OptionList.OptionHighlighted) -> None:
        if isinstance(event.option, Line):
            self.app.theme = theme_for(event.option.value, self.phresh.terminal_is_dark)

    def action_leave(self) -> None:
        """As it was."""
        super().action_leave()
        if not self.is_current:
            self.app.theme = theme_for(self._look, self.phresh.terminal_is_dark)
