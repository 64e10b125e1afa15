"""What can be done on a screen, and with which keys."""

from __future__ import annotations

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from phresh_tui.tui.actions import Where, actions_in

KEY_NAMES = {
    "slash": "/", "question_mark": "?", "pagedown": "PgDn", "pageup": "PgUp", "escape": "Esc", "enter": "Enter",
    "up": "↑", "down": "↓", "left": "←", "right": "→", "home": "Home", "end": "End", "space": "Space", "tab": "Tab",
}  # fmt: skip
TITLES = {
    Where.LIST: "In the list",
    Where.BROWSE: "Open jobs",
    Where.MINE: "My jobs",
    Where.POST: "The form",
    Where.SIGN_IN: "Signing in",
    Where.EVERYWHERE: "Everywhere",
}


def key_names(keys: str) -> str:
    """Keys as people name them: ``j ↓``, ``^s``."""
    return " ".join(KEY_NAMES.get(key, key.replace("ctrl+", "^")) for key in keys.split(","))


class HelpScreen(ModalScreen[None]):
    """A sheet over the screen that it is about."""

    BINDINGS = [
        Binding("escape,q,question_mark,f1,enter", "close", "Close", key_display="Esc"),
        Binding("j", "down", show=False),
        Binding("k", "up", show=False),
    ]

    def __init__(self, places: Iterable[Where]) -> None:
        super().__init__()
        self._places = (*places, Where.EVERYWHERE)

    def compose(self) -> ComposeResult:
        """One sheet."""
        with VerticalScroll(id="sheet") as sheet:
            sheet.border_title = "What you can do here"
            sheet.border_subtitle = "Esc closes"
            yield Static(self._content())

    def _content(self) -> Content:
        parts: list[tuple[str, str]] = []
        for place in self._places:
            actions = actions_in(place)
            if not actions:
                continue
            parts.append((f"{TITLES[place]}\n", "bold $text-accent"))
            for action in actions:
                parts.append((f"  {key_names(action.keys):<16} ", "bold"))
                parts.append((f"{action.help}\n", ""))
            parts.append(("\n", ""))
        parts.append(("  ^p               ", "bold"))
        parts.append(("Command palette: everything by its name", ""))
        return Content.assemble(*parts)

    def action_close(self) -> None:
        """Back to the screen."""
        self.dismiss()

    def action_down(self) -> None:
        """Scrolls."""
        self.query_one(VerticalScroll).scroll_down(animate=False)

    def action_up(self) -> None:
        """Scrolls."""
        self.query_one(VerticalScroll).scroll_up(animate=False)
