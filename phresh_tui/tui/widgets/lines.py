"""A short list of lines with a cursor, moved by the same keys as the list of jobs."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.widgets.option_list import Option

from phresh_tui.tui.actions import Where, bindings
from phresh_tui.tui.widgets.menu import PagedList, is_stale


class Lines(PagedList):
    """Lines of any kind; the cursor stays on its line when the list is read again."""

    DEFAULT_CSS = """
    Lines { border: none; padding: 0; background: $surface; height: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
    Lines:focus { border: none; background-tint: $foreground 0%; }
    Lines > .option-list--option { padding: 0; }
    """
    BINDINGS = bindings(Where.LIST)

    class Widened(Message):
        """The lines have another width now: whoever fills them draws them anew."""

        def __init__(self, control: Lines) -> None:
            super().__init__()
            self.lines = control

        @property
        def control(self) -> Lines:
            """The list."""
            return self.lines

    def on_resize(self) -> None:
        """Tells the screen."""
        self.post_message(self.Widened(self))

    def on_click(self, event: events.Click) -> None:
        """A click selects a line, and a double click opens it: Textual's list would open it at once."""
        event.prevent_default()
        index = event.style.meta.get("option")
        offset = event.get_content_offset(self)
        if index is None or offset is None or is_stale(self, event) or self.get_option_at_index(index).disabled:
            return
        self.highlighted = index
        if event.chain > 1:
            self.action_select()
        else:
            self.clicked(offset.x)

    def clicked(self, column: int) -> None:
        """The line under the cursor was clicked, in a column of the screen."""

    def show(self, options: list[Option]) -> None:
        """Shows other lines. The cursor stays on the line of the same id, or else where it is."""
        index = self.highlighted
        option = None if index is None or index >= self.option_count else self.get_option_at_index(index)
        top = self.scroll_offset.y
        self.clear_options()
        self.add_options(options)
        if not options:
            return
        ids = [one.id for one in options]
        if option is not None and option.id in ids:
            self.highlighted = ids.index(option.id)
        elif index is not None:
            self.highlighted = min(index, len(options) - 1)
        else:
            self.highlighted = next((number for number, one in enumerate(options) if not one.disabled), None)
        self.scroll_to(y=top, animate=False, immediate=True)

    @property
    def selected_id(self) -> str | None:
        """The id of the line under the cursor."""
        if self.highlighted is None or self.highlighted >= self.option_count:
            return None
        return self.get_option_at_index(self.highlighted).id

    def action_cursor_page_down(self) -> None:
        """One screen further."""
        self.action_page_down()

    def action_cursor_page_up(self) -> None:
        """One screen back."""
        self.action_page_up()

    def action_cursor_top(self) -> None:
        """First line."""
        self.action_first()

    def action_cursor_end(self) -> None:
        """Last line."""
        self.action_last()
