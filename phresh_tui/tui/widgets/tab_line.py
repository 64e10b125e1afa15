"""One line with a few names, of which one is chosen; by a click as well."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.widgets import Static

from phresh_tui.tui.jumping import Spot


class Tabs(NamedTuple):
    """What is drawn; attributes as the arguments of `TabLine.show_tabs`."""

    names: Sequence[str]
    chosen: int
    after: str = ""
    new: Collection[int] = ()


class TabLine(Static):
    """The chosen name stands in brackets; ``‹`` and ``›`` stand for those that there is no room for.

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
        self._tabs = Tabs((), 0)
        self._spans: dict[int, tuple[int, int]] = {}

    def show_tabs(self, names: Sequence[str], chosen: int, *, after: str = "", new: Collection[int] = ()) -> None:
        """Draws the names, and behind them what else is to be said.

        Args:
            names: of the tabs.
            chosen: which of them is.
            after: in a few words.
            new: those that have something new, which is said of them also when there is no room for them.

        """
        self._tabs = Tabs(names, chosen, after, new)
        self._draw_tabs()

    def on_resize(self) -> None:
        """Another width has room for others."""
        if self._spans:
            self._draw_tabs()

    def _draw_tabs(self) -> None:
        names, chosen, after, new = self._tabs
        widths = [cell_len(name) + 2 + self._gap for name in names]
        # before the first layout nobody knows
        first, end = _shown(widths, chosen, self.content_size.width or sum(widths))
        parts: list[tuple[str, str]] = []
        self._spans = {}
        column = 0

        def add(number: int, label: str, style: str) -> None:
            nonlocal column
            parts.extend([(label, style), (" " * self._gap, "")])
            self._spans[number] = (column, column + cell_len(label))
            column += cell_len(label) + self._gap

        if first:
            add(first - 1, _more("‹", range(first), new), "$text-muted")
        for number in range(first, end):
            if number == chosen:
                add(number, f"[{names[number]}]", "bold $text-accent")
            else:
                add(number, f" {names[number]} ", "$text-muted")
        if end < len(names):
            add(end, _more("›", range(end, len(names)), new), "$text-muted")
        self.update(Content.assemble(*parts, (after, "bold $text-warning")), layout=False)

    def show_text(self, text: Content) -> None:
        """Draws no names."""
        self._spans = {}
        self.update(text, layout=False)

    def on_click(self, event: events.Click) -> None:
        """A click chooses."""
        offset = event.get_content_offset(self)
        for number, (start, end) in self._spans.items():
            if offset is not None and start <= offset.x < end:
                self.post_message(self.Chosen(number))

    def jump_targets(self) -> Iterator[Spot]:
        """Each name that can be seen."""
        region = self.content_region
        for number, (start, end) in self._spans.items():
            if end <= region.width:
                spot = Region(region.x + start, region.y, end - start, 1)
                yield Spot(spot, partial(self.post_message, self.Chosen(number)))


def _shown(widths: Sequence[int], chosen: int, room: int) -> tuple[int, int]:
    """The first name that is shown, and the one after the last: the chosen one is among them."""
    first, end = 0, len(widths)
    if sum(widths) <= room:
        return first, end
    # the signs for what is left out, with a plus
    room -= 2 * 3
    while first < chosen and sum(widths[first : chosen + 1]) > room:
        first += 1
    end = first + 1
    while end < len(widths) and sum(widths[first : end + 1]) <= room:
        end += 1
    return first, end


def _more(sign: str, hidden: Iterable[int], new: Collection[int]) -> str:
    return f"{sign}+" if any(number in new for number in hidden) else f"{sign} "
