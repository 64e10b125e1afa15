"""A list of a few things to choose from, in dialogs and forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

from textual import events
from textual.geometry import Region
from textual.style import Style
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from phresh_tui.tui.actions import Where, bindings
from phresh_tui.tui.jumping import Spot

HIGHLIGHTED = "option-list--option-highlighted"


def is_stale(lines: OptionList, event: events.MouseEvent) -> bool:
    """Whether a line under the mouse is drawn, and is not in the list any more."""
    return int(event.style.meta.get("option", -1)) >= lines.option_count


class PagedList(OptionList):
    """Textual's list, which looks up lines that it has not laid out yet when a page key follows a change at once."""

    def get_visual_style(self, *component_classes: str, partial: bool = False) -> Style:
        """Without colours the line of the cursor is turned round: Textual's list knows it by its ground alone."""
        style = super().get_visual_style(*component_classes, partial=partial)
        if self.app.no_color and HIGHLIGHTED in component_classes:
            style += Style(reverse=True)
        return style

    def jump_targets(self) -> Iterator[Spot]:
        """The lines that can be seen and chosen; the first of those that take several."""
        top, region = self.scroll_offset.y, self.content_region
        for y, (index, line) in enumerate(self._lines[top : top + region.height]):
            if line == 0 and not self.get_option_at_index(index).disabled:
                yield Spot(Region(region.x, region.y + y, region.width, 1), partial(self._go_to, index))

    def _go_to(self, index: int) -> None:
        self.focus()
        self.highlighted = index

    def on_click(self, event: events.Click) -> None:
        """A click on a line that is drawn, and is not in the list any more, does nothing."""
        if is_stale(self, event):
            event.prevent_default()
            event.stop()

    def action_page_down(self) -> None:
        """One screen further, unless the lines are just being laid out."""
        with suppress(KeyError, IndexError):
            super().action_page_down()  # type: ignore[no-untyped-call]

    def action_page_up(self) -> None:
        """One screen back, unless the lines are just being laid out."""
        with suppress(KeyError, IndexError):
            super().action_page_up()  # type: ignore[no-untyped-call]


class MenuList(PagedList):
    """Textual's list, with the keys of all other lists; a digit chooses its line."""

    BINDINGS = bindings(Where.MENU)

    def __init__(self, *lines: Option, narrow: Callable[[], None] = lambda: None, id: str | None = None) -> None:  # noqa: A002
        super().__init__(*lines, id=id)
        self._narrow = narrow

    def action_narrow(self) -> None:
        """Tells the dialog at once: a message would come behind the letters that are typed ahead."""
        self._narrow()

    def on_key(self, event: events.Key) -> None:
        """A digit chooses at once."""
        if event.character and event.character.isdecimal() and 0 < int(event.character) <= self.option_count:
            event.stop()
            self.highlighted = int(event.character) - 1
            self.action_select()
