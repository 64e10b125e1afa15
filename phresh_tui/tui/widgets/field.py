"""A line to type into."""

from __future__ import annotations

from rich.cells import cell_len
from textual.geometry import Size
from textual.reactive import Reactive
from textual.suggester import Suggester
from textual.widget import Widget
from textual.widgets import Input


def fitting(hints: tuple[str, ...], cells: int) -> str:
    """The first of some texts that has room; they are the same in ever fewer words."""
    return next((hint for hint in hints if cell_len(hint) <= cells), hints[-1] if hints else "")


class Field(Input):
    """Says in as many words as fit what may be typed.

    Args:
        value: what stands in it.
        hints: what is shown as long as it is empty, the longest first.
        id: its name on the screen.
        suggester: goes on with what is typed.

    """

    # a letter changes nothing of the screen around the field; Textual would lay all of it out anew for each
    virtual_size = Reactive(Size(0, 0))

    def __init__(
        self,
        value: str = "",
        *hints: str,
        id: str | None = None,  # noqa: A002
        suggester: Suggester | None = None,
    ) -> None:
        super().__init__(value, placeholder=hints[0] if hints else "", id=id, suggester=suggester, compact=True)
        self._hints = hints

    def on_resize(self) -> None:
        """Another width has room for other words."""
        self.hint(*self._hints)

    def hint(self, *hints: str) -> None:
        """Says something else."""
        self._hints = hints
        if self.content_size.width:
            self.placeholder = fitting(hints, self.content_size.width)


def fill(box: Widget, text: str) -> None:
    """Stands a text in a field of one line or more."""
    # the first screen has none of them
    from textual.widgets import TextArea

    if isinstance(box, Input):
        box.value = text
    elif isinstance(box, TextArea):
        box.text = text
