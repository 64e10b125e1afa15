"""A view of lines with a cursor that obeys at once, also beyond what is known."""

from __future__ import annotations

import sys
from abc import abstractmethod
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from textual import events
from textual.geometry import Region
from textual.reactive import reactive

from phresh_tui.tui.jumping import Spot
from phresh_tui.tui.widgets.line_view import LineView

if TYPE_CHECKING:
    from phresh_tui.tui.app import PhreshApp


class CursorView(LineView):
    """A cursor among lines that are read while it moves.

    It may stand beyond everything that is known, and goes back to the last line when that is found. While it is on its
    way somewhere (`expect`), keys that are pressed count from where it will arrive.
    """

    cursor: reactive[int] = reactive(0)
    """The ordinal of the selected line."""

    was_moved = False
    """Whether the person who looks has gone anywhere yet."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        # lines that keys have moved the cursor since it was sent somewhere, and their bounds: nothing is above the top
        self.moved = 0
        self._least, self._most = 0, sys.maxsize
        self._yields = False

    # --- what the list of lines says

    @property
    @abstractmethod
    def lines_known(self) -> int:
        """How many lines there are, as far as is known."""

    @property
    @abstractmethod
    def is_length_known(self) -> bool:
        """Whether there are no more."""

    @abstractmethod
    def make_room(self) -> int:
        """Lines that all others move down, when there is more above the first one than was estimated."""

    @abstractmethod
    def stay(self) -> None:
        """Goes nowhere: what was on its way is dropped."""

    # --- moving

    def expect(self, *, least: int = -sys.maxsize, most: int = sys.maxsize, yields: bool = False) -> None:
        """The cursor is sent somewhere: keys that are pressed from now on count from there.

        Args:
            least: lines that there are above it, as a negative number.
            most: lines that there are below it.
            yields: drop it when a key is pressed.

        """
        self.moved, self._least, self._most, self._yields = 0, least, most, yields
        self.was_moved |= not yields

    def arrived(self) -> None:
        """It is there."""
        self._yields = False

    def move(self, lines: int) -> None:
        """Moves the cursor by so many lines."""
        if self._yields:
            self.expect()
            self.stay()
        self.was_moved = True
        self.moved = max(self._least, min(self.moved + lines, self._most))
        while self.cursor + lines < 0 and (room := self.make_room()):
            self.shift(room)
        self.cursor += lines

    def set_cursor(self, line: int) -> None:
        """Moves the cursor without all that follows a key."""
        self.set_reactive(CursorView.cursor, self.validate_cursor(line))

    def shift(self, lines: int) -> None:
        """Moves the cursor with its line, which stays where it is on the screen."""
        top, cursor = self.scroll_offset.y, self.cursor + lines
        self.set_cursor(cursor)
        self.fit_length()
        if lines or top > self.max_scroll_y:
            # also when there was no need to scroll until now
            self.scroll_to(y=top + lines, animate=False, force=True)
        if self.cursor != cursor:
            # the list is shorter than it seemed
            self.fit_scroll()

    def validate_cursor(self, cursor: int) -> int:
        """Keeps the cursor inside the list, as far as that is known."""
        return max(min(cursor, self.lines_known - 1) if self.is_length_known else cursor, 0)

    def watch_cursor(self, before: int, now: int) -> None:
        """Two lines look different, or all of them when that scrolls."""
        top = self.scroll_offset.y
        self.fit_length()
        self.fit_scroll()
        if self.scroll_offset.y == top:
            for line in (before, now):
                self.refresh_line_of(line)

    def fit_length(self) -> None:
        """There is room for the cursor wherever it stands."""
        beyond = self.cursor + 1 if self.cursor and not self.is_length_known else 0
        self.set_length(max(self.lines_known, beyond))

    def fit_scroll(self) -> None:
        """Scrolls as far as it takes to see the cursor."""
        top, end = self.lines_on_screen
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= end:
            self.scroll_to(y=self.cursor - (end - top) + 1, animate=False)

    def on_resize(self) -> None:
        """Another size shows other lines."""
        self.fit_length()
        self.fit_scroll()

    @property
    def _presses(self) -> int:
        """How often the key was pressed that is being obeyed."""
        return cast("PhreshApp", self.app).held.take()

    def action_cursor_down(self) -> None:
        """Next line."""
        self.move(self._presses)

    def action_cursor_up(self) -> None:
        """Previous line."""
        self.move(-self._presses)

    def action_cursor_page_down(self) -> None:
        """One screen further."""
        self.move(max(self.size.height - 1, 1) * self._presses)

    def action_cursor_page_up(self) -> None:
        """One screen back."""
        self.move(-max(self.size.height - 1, 1) * self._presses)

    def on_click(self, event: events.Click) -> None:
        """A click selects a line, and a double click opens it."""
        offset = event.get_content_offset(self)
        if offset is not None:
            self.move(self.scroll_offset.y + offset.y - self.cursor)
            if event.chain > 1:
                self.opened()
            else:
                self.clicked(offset.x)

    def clicked(self, column: int) -> None:
        """The line under the cursor was clicked, in a column of the screen."""

    def opened(self) -> None:
        """The line under the cursor was clicked twice."""

    def jump_targets(self) -> Iterator[Spot]:
        """The lines that can be seen."""
        top, region = self.scroll_offset.y, self.region
        for y in range(min(region.height, self.lines_known - top)):
            yield Spot(Region(region.x, region.y + y, region.width, 1), partial(self._go_to, top + y))

    def _go_to(self, line: int) -> None:
        self.focus()
        self.move(line - self.cursor)
