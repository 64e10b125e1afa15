"""Jump mode: everything that can be gone to has a letter, and the letter goes there."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.geometry import Size
from textual.widgets import Static

from phresh_tui.tui.jumping import Spot, labels
from phresh_tui.tui.screens.dialog import Dialog
from phresh_tui.tui.styles import PLACES


class JumpScreen(Dialog[Spot]):
    """Lies over the screen that it is about; gives what was chosen, or None."""

    CSS_PATH = PLACES
    BINDINGS = [Binding("escape,ctrl+o", "leave", "Stay here")]

    def __init__(self, targets: Sequence[Spot]) -> None:
        super().__init__()
        self._targets = dict(zip(labels(len(targets)), targets, strict=True))
        self._typed = ""
        self._labelled: Size | None = None

    def on_resize(self, event: events.Resize) -> None:
        """In a terminal of another size the labels would stand beside their things."""
        if self._labelled not in (None, event.size) and self.is_current:
            self.close(None)
        self._labelled = event.size

    def compose(self) -> ComposeResult:
        """A label on each thing."""
        for label, target in self._targets.items():
            sign = Static(label, classes="jump-label", markup=False)
            sign.styles.offset = target.region.offset
            yield sign

    def on_key(self, event: events.Key) -> None:
        """A letter that begins no label is not heard."""
        if event.character is None or not event.character.isalpha():
            return
        event.stop()
        typed = self._typed + event.character.lower()
        if typed in self._targets:
            self.close(self._targets[typed])
        elif any(label.startswith(typed) for label in self._targets):
            self._typed = typed
            for label, sign in zip(self._targets, self.query(Static), strict=True):
                sign.display = label.startswith(typed)

    def action_leave(self) -> None:
        """Stays where it was."""
        self.close(None)
