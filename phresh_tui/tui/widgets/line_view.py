"""A view of many lines that paints those that look different, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from phresh_tui.tui.screens.base import MarketScreen

# lines that are here in the direction of scrolling, those on the screen included: page-downs as fast as a key repeats
# meet them in 200 ms, and a page of a very long list may take as long from a busy disk
AHEAD = 120


class LineView(ScrollView):
    """Draws lines as they are in `render_line`; knows what stands on the screen."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._painted: dict[int, Strip] = {}
        self._goes_down: bool | None = None

    @property
    def lines_on_screen(self) -> tuple[int, int]:
        """The first line on the screen, and the one after the last; as many as it has lines while this has no place."""
        top = self.scroll_offset.y
        return top, top + max(self.size.height or self.app.size.height, 1)

    @property
    def lines_around_screen(self) -> tuple[int, int]:
        """The lines on the screen, and as many before and after; where it goes, all that a key held down soon meets."""
        top, end = self.lines_on_screen
        near = end - top
        far = max(near, AHEAD - near)
        return top - (far if self._goes_down is False else near), end + (far if self._goes_down else near)

    def set_length(self, lines: int) -> None:
        """Says how many lines there are."""
        size = Size(self.size.width or self.container_size.width, lines)
        if size == self.virtual_size:
            return
        height = self.size.height or self.container_size.height
        if self.show_vertical_scrollbar and lines > height and size.width == self.virtual_size.width:
            # nothing else on the screen has to be laid out anew
            self.set_reactive(Widget.virtual_size, size)
            self.vertical_scrollbar.window_virtual_size = lines
        else:
            self.virtual_size = size
            if not self.size and height:
                # when it comes back, it comes with its scroll bar or without it, and is laid out once
                self.show_vertical_scrollbar = self.vertical_scrollbar.display = lines > height

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Scrolls; the scroll bar is painted only when that looks different."""
        self._goes_down = new_value > old_value
        bar = self.vertical_scrollbar
        if self._thumb(bar, old_value) == self._thumb(bar, new_value):
            bar.set_reactive(ScrollBar.position, new_value)
        super().watch_scroll_y(old_value, new_value)

    @staticmethod
    def _thumb(bar: ScrollBar, position: float) -> int:
        """Eighths of a line above the thumb, as Textual draws it."""
        height, lines, seen = bar.size.height, bar.window_virtual_size, bar.window_size
        if lines <= seen:
            return 0
        thumb = max(1.0, seen * height / lines)
        return int((height - thumb) * position / (lines - seen) * 8)

    def draw_lines(self, lines: range) -> list[Strip]:
        """Some lines of the screen."""
        return [self.render_line(y) for y in lines]

    def refresh_changed(self) -> None:
        """Paints the lines that look different from what stands on the screen."""
        top = self.scroll_offset.y
        for y, strip in enumerate(self.draw_lines(range(self.size.height))):
            if self._painted.get(y) != strip:
                self.refresh_line(top + y)

    def paint(self) -> None:
        """Paints what is to be painted now: what is said elsewhere on the screen can wait."""
        # what is counted for a list that was left comes late
        if self.is_attached:
            cast("MarketScreen", self.screen).paint(self)

    def refresh_line_of(self, line: int) -> None:
        """Paints a line, if it can be seen."""
        top, end = self.lines_on_screen
        if top <= line < end:
            self.refresh_line(line)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines as they are: Textual would look for borders, padding and tints on each, and there are none."""
        if self.opacity != 1 or self.styles.tint.a:
            self._painted.clear()
            return super().render_lines(crop)
        strips = self.draw_lines(crop.line_range)
        if self.show_vertical_scrollbar and not self.vertical_scrollbar.size:
            # on the first frame there is room for the bar, and no bar: Textual would paint nothing of a shorter line
            strips = [strip.adjust_cell_length(self.size.width) for strip in strips]
        in_full = crop.column_span == (0, self.size.width)
        if in_full:
            self._painted |= zip(crop.line_range, strips, strict=True)
        background = self.background_colors[1]
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        return strips if in_full else [strip.crop(*crop.column_span) for strip in strips]
