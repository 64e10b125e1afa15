"""One line with a few names, of which one is chosen; by a click as well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.widgets import Static

from phresh_tui.tui.jumping import Spot


class TabLine(Static):
    """The chosen name stands in brackets.

    Args:
        gap: cells between two names.
        id: of the widget.

    """

    DEFAULT_CSS = "TabLine { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }"

    class Chosen(Message):
        """A name was clicked: its place in the line, from 0."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, gap: int = 0, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, markup=False)
        self._gap = gap
        self._spans: list[tuple[int, int]] = []

    def show_tabs(self, names: Sequence[str], chosen: int, *, after: str = "") -> None:
        """Draws the names, and behind them what else is to be said."""
        parts: list[tuple[str, str]] = []
        self._spans = []
        column = 0
        for number, name in enumerate(names):
            label = f"[{name}]" if number == chosen else f" {name} "
            parts += [(label, "bold $text-accent" if number == chosen else "$text-muted"), (" " * self._gap, "")]
            self._spans.append((column, column + cell_len(label)))
            column += cell_len(label) + self._gap
        self.update(Content.assemble(*parts, (after, "bold $text-warning")), layout=False)

    def show_text(self, text: Content) -> None:
        """Draws no names."""
        self._spans = []
        self.update(text, layout=False)

    def on_click(self, event: events.Click) -> None:
        """A click chooses."""
        offset = event.get_content_offset(self)
        for number, (start, end) in enumerate(self._spans):
            if offset is not None and start <= offset.x < end:
                self.post_message(self.Chosen(number))

    def jump_targets(self) -> Iterator[Spot]:
        """Each name that can be seen."""
        region = self.content_region
        for number, (start, end) in enumerate(self._spans):
            if end <= region.width:
                spot = Region(region.x + start, region.y, end - start, 1)
                yield Spot(spot, partial(self.post_message, self.Chosen(number)))
