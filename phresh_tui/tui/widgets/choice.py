"""One of a few, on one line where it is wide enough: the arrow keys choose at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from rich.cells import cell_len
from textual import events
from textual.app import RenderResult
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from phresh_tui.tui.jumping import Spot


class Choice(Widget, can_focus=True):
    """Draws ``( ) dust up  (●) spot clean``; the chosen one is marked by a sign, not by colour alone."""

    DEFAULT_CSS = """
    Choice { height: auto; width: 100%; background: $boost; padding: 0 1; }
    Choice:focus { background: $primary 20%; }
    """
    BINDINGS = [
        Binding("right,l,space", "step(1)", "Next", show=False),
        Binding("left,h", "step(-1)", "Previous", show=False),
    ]

    index: reactive[int] = reactive(0)
    """Which one is chosen, from 0."""

    class Changed(Message):
        """Another one was chosen."""

        def __init__(self, control: Choice) -> None:
            super().__init__()
            self.choice = control

        @property
        def control(self) -> Choice:
            """The line."""
            return self.choice

    def __init__(self, labels: Sequence[str], index: int = 0, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._labels = list(labels)
        self.set_reactive(Choice.index, index)

    def validate_index(self, index: int) -> int:
        """Goes round at both ends."""
        return index % len(self._labels)

    def watch_index(self) -> None:
        """Tells the form."""
        self.post_message(self.Changed(self))

    def action_step(self, by: int) -> None:
        """To the right or to the left."""
        self.index += by

    def _parts(self) -> list[str]:
        return [f"{'(●)' if index == self.index else '( )'} {label}  " for index, label in enumerate(self._labels)]

    def _rows(self, width: int) -> list[list[int]]:
        """Which of the few stand on which line; none is cut in two."""
        rows: list[list[int]] = [[]]
        column = 0
        for index, part in enumerate(self._parts()):
            if column and column + cell_len(part.rstrip()) > width:
                rows.append([])
                column = 0
            rows[-1].append(index)
            column += cell_len(part)
        return rows

    def _regions(self) -> Iterator[tuple[int, Region]]:
        """Each of the few, and where it stands in what is drawn."""
        parts = self._parts()
        for y, row in enumerate(self._rows(self.content_region.width)):
            x = 0
            for index in row:
                yield index, Region(x, y, cell_len(parts[index]), 1)
                x += cell_len(parts[index])

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as they need."""
        return len(self._rows(width))

    def jump_targets(self) -> Iterator[Spot]:
        """Each of the few, on the line that it is drawn on."""
        for index, region in self._regions():
            yield Spot(region.translate(self.content_region.offset), partial(self._go_to, index))

    def _go_to(self, index: int) -> None:
        self.focus()
        self.index = index

    def on_click(self, event: events.Click) -> None:
        """A click chooses."""
        at = event.offset - (self.content_region.offset - self.region.offset)
        for index, region in self._regions():
            if region.contains(*at):
                self.index = index

    def render(self) -> RenderResult:
        """Draws them."""
        parts = self._parts()
        lines = [
            Content.assemble(*((parts[index], "bold" if index == self.index else "") for index in row))
            for row in self._rows(self.content_region.width)
        ]
        return Content("\n").join(lines)
