"""A list of a few things to choose from, in dialogs and forms."""

from __future__ import annotations

from textual import events
from textual.widgets import OptionList

from phresh_tui.tui.actions import Where, bindings


class MenuList(OptionList):
    """Textual's list, with the keys of all other lists; a digit chooses its line."""

    BINDINGS = bindings(Where.MENU)

    def on_key(self, event: events.Key) -> None:
        """A digit chooses at once."""
        if event.character and event.character.isdecimal() and 0 < int(event.character) <= self.option_count:
            event.stop()
            self.highlighted = int(event.character) - 1
            self.action_select()
