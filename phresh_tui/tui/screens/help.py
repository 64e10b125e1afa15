"""What can be done here, and with which keys: what is in focus first."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.dom import DOMNode
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Input, Static, TextArea

from phresh_tui.tui.actions import Where, actions_in
from phresh_tui.tui.keymap import key_names, keys_of
from phresh_tui.tui.screens.dialog import Dialog
from phresh_tui.tui.styles import PLACES
from phresh_tui.tui.widgets.reading import Reading

TITLES = {
    Where.LIST: "In the list",
    Where.MARKS: "Several jobs at once",
    Where.MENU: "In the short list",
    Where.READ: "In the text",
    Where.BROWSE: "Open jobs",
    Where.MINE: "My jobs",
    Where.POST: "The form",
    Where.OFFERS: "Offers on a job",
    Where.HISTORY: "History of a job",
    Where.REVIEW: "A review",
    Where.PLACES: "From place to place",
    Where.AGENDA: "Agenda",
    Where.INBOX: "Inbox",
    Where.PROFILE: "Profile",
    Where.MARKET: "Market",
    Where.SIGN_IN: "Signing in",
    Where.EVERYWHERE: "On every screen",
    Where.PROGRAM: "Everywhere",
}
KEYS_WIDTH = 20
# cells: on a sheet that is narrower, what a key does stands below it
NARROW = 60


class HelpScreen(Dialog[None]):
    """A sheet over the screen that it is about; ``/`` narrows it to lines with the typed words."""

    CSS_PATH = PLACES
    BINDINGS = [
        Binding("escape", "close", "Close"),
        Binding("q,question_mark,f1,enter", "close(True)", "Close", show=False),
        Binding("slash", "search", "Search"),
    ]
    AUTO_FOCUS = "#sheet"

    def __init__(self, about: Screen[Any], places: Iterable[Where] = ()) -> None:
        super().__init__()
        self._places = tuple(dict.fromkeys((*_places_in_focus(about), *places, Where.EVERYWHERE, Where.PROGRAM)))
        self._wanted = ""
        self._field = about.focused if isinstance(about.focused, (Input, TextArea)) else None

    def compose(self) -> ComposeResult:
        """One sheet."""
        with Vertical(id="help") as box:
            box.border_title = "What you can do here"
            box.border_subtitle = "/ searches · Esc closes"
            yield Input(id="words", placeholder="words of what you want to do", compact=True)
            with Reading(id="sheet"):
                yield Sheet(self._lines)

    def on_mount(self) -> None:
        """Everything, until something is looked for."""
        self.query_one("#words").display = False

    def _blocks(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        keymap = getattr(self.app, "keys_in_force", {})
        for place in self._places:
            lines = [(key_names(keys_of(action, keymap)), action.help) for action in actions_in(place)]
            yield TITLES[place], lines
            if self._field is not None and place in (Where.POST, Where.SIGN_IN):
                yield "In a text field", _field_keys(self._field)

    def _lines(self, width: int) -> Content:
        """What is looked for, for a sheet of so many cells."""
        wanted = self._wanted
        words = wanted.casefold().split()
        before = KEYS_WIDTH + 3 if width >= NARROW else 0
        parts: list[tuple[str, str]] = []
        for title, lines in self._blocks():
            fitting = [
                (keys, text) for keys, text in lines if all(word in f"{keys} {text}".casefold() for word in words)
            ]
            if not fitting:
                continue
            parts.append((f"{title}\n", "bold $text-accent"))
            for keys, text in fitting:
                parts += [
                    (f"  {keys:<{max(before - 3, 0)}}{' ' if before else ''}", "bold"),
                    (f"{_hung(text, before, width)}\n", ""),
                ]
            parts.append(("\n", ""))
        if not parts:
            parts.append((f"Nothing here says “{wanted}”. Esc shows everything again.\n", ""))
        return Content.assemble(*parts)

    @on(Input.Changed, "#words")
    def _narrowed(self, event: Input.Changed) -> None:
        self._wanted = event.value
        self.query_one(Sheet).draw_again()

    @on(Input.Submitted, "#words")
    def _found(self) -> None:
        self.query_one("#sheet").focus()

    def action_search(self) -> None:
        """Asks for words."""
        field = self.query_one("#words", Input)
        field.display = True
        field.focus()

    def action_close(self, at_once: bool = False) -> None:
        """Back to the screen; Escape first drops the words."""
        field = self.query_one("#words", Input)
        if field.display and not at_once:
            field.value = ""
            field.display = False
            self.query_one("#sheet").focus()
        else:
            self.close(None)


class Sheet(Static):
    """Lines that are broken for the width that there is, on the first frame as well.

    Args:
        lines: gives them for a width in cells.

    """

    def __init__(self, lines: Callable[[int], Content]) -> None:
        super().__init__()
        self._lines = lines
        self._broken_for = 0

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Breaks them before they are counted."""
        if width != self._broken_for:
            self._broken_for = width
            self.update(self._lines(width), layout=False)
        return super().get_content_height(container, viewport, width)

    def draw_again(self) -> None:
        """Others are looked for."""
        self.update(self._lines(self._broken_for))


def _hung(text: str, before: int, width: int) -> str:
    """A text beside keys that take so many cells, or below them; every further line begins where the first one does."""
    gap = " " * (before or 6)
    lines = textwrap.wrap(text, max(width - len(gap), 10))
    return ("" if before else "\n" + gap) + f"\n{gap}".join(lines)


def _places_in_focus(screen: Screen[Any]) -> Iterator[Where]:
    """The places of the table whose keys work for what is in focus, nearest first."""
    nodes: Iterable[DOMNode] = screen.focused.ancestors_with_self if screen.focused is not None else [screen]
    for node in nodes:
        for _, binding in node._bindings:
            name = (binding.id or "").partition(".")[0].upper()
            if name in Where.__members__ and Where[name] not in (Where.EVERYWHERE, Where.PROGRAM):
                yield Where[name]


def _field_keys(field: Input | TextArea) -> list[tuple[str, str]]:
    """Textual's own keys of a field."""
    found = [binding for binding in type(field).BINDINGS if isinstance(binding, Binding) and binding.description]
    return [(key_names(binding.key), binding.description.capitalize()) for binding in found]
