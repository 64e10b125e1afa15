"""The floor of the start: the smallest Textual app that draws something."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Minimal(App[None]):
    """One line of text."""

    def compose(self) -> ComposeResult:
        """Draws it."""
        yield Static("first frame")


if __name__ == "__main__":
    Minimal().run()
