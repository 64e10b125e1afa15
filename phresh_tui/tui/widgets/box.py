"""The frame of a dialog."""

from __future__ import annotations

from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size

from phresh_tui.tui.widgets.columns import shortened
from phresh_tui.tui.widgets.field import fitting

# cells of the frame on both sides of what stands in it
FRAME = 6


class Box(VerticalScroll):
    """Scrolls when the terminal is lower than what it holds; its keys stand in the frame, in as many words as fit.

    Args:
        title: what stands in the frame above, cut with an ellipsis when there is no room.
        hints: the keys, in words; the first one that fits is shown, so the longest comes first.

    """

    def __init__(self, title: str, *hints: str, id: str | None = None, classes: str = "box") -> None:  # noqa: A002
        super().__init__(id=id, classes=classes, can_focus=False)
        self._title = title
        self._hints = hints

    def on_resize(self) -> None:
        """Another width has room for other words; what is in focus stays in sight."""
        room = self.outer_size.width - FRAME
        self.border_title = Content(shortened(self._title, room))
        self.border_subtitle = fitting(self._hints, room)
        self.call_after_refresh(self._show_focused)

    def _show_focused(self) -> None:
        focused = self.screen.focused
        if focused is not None and focused.parent is self:
            self.scroll_to_widget(focused, animate=False, immediate=True)

    def watch_virtual_size(self, before: Size, after: Size) -> None:
        """More or less stands in it than before."""
        if before != after:
            self.call_after_refresh(self._show_focused)
