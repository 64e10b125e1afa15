"""What a terminal shows that is too small for anything else."""

from __future__ import annotations

from typing import Any

from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Static

# columns and rows: every screen can be used at this size
LEAST = Size(40, 12)


class TooSmall(Static):
    """Lies over a screen, which stays as it is below."""

    DEFAULT_CSS = """
    TooSmall {
        overlay: screen; position: absolute; width: 100vw; height: 100vh; content-align: center middle;
        text-align: center; background: $background; color: $foreground;
    }
    """


def is_too_small(size: Size) -> bool:
    """Whether a terminal of this size, in columns and rows, shows nothing else."""
    return size.width < LEAST.width or size.height < LEAST.height


def cover(screen: Screen[Any], size: Size) -> None:
    """Lays what is needed over a screen, or takes it away when there is room again."""
    covers = screen.query(TooSmall)
    if not is_too_small(size):
        if covers:
            covers.remove()
        return
    text = f"phresh needs {LEAST.width} x {LEAST.height}, this is {size.width} x {size.height}"
    if covers:
        covers.first().update(text)
    elif screen.is_attached:
        screen.mount(TooSmall(text))
