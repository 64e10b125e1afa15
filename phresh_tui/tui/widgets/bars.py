"""The lines at the top and at the bottom of every screen."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from rich.cells import cell_len
from textual import events
from textual.app import RenderResult
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Region
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from phresh_tui.database.session import Link
from phresh_tui.tui.actions import Where, actions_in, order_in_footer
from phresh_tui.tui.jumping import Spot

LINK_SIGNS = {Link.CONNECTED: "●", Link.RECONNECTING: "◌", Link.OFFLINE: "○", Link.CLOSED: "○"}


class TopBar(Widget):
    """Who I am, on which database, and whether the connection is alive."""

    DEFAULT_CSS = """
    TopBar {
        dock: top; height: 1; padding: 0 1; background: $panel; color: $foreground;
        &.-lost { background: $warning; color: $text; text-style: bold; }
    }
    """

    who: reactive[str] = reactive("")
    """The handle, or an empty string before somebody has signed in."""
    place: reactive[str] = reactive("")
    """The database, as people name it."""
    unread: reactive[str] = reactive("")
    """How much there is to read in the inbox, in words, or an empty string."""
    link: reactive[Link] = reactive(Link.CLOSED)
    """How the connection is."""
    next_try: reactive[int | None] = reactive(None)
    """Seconds until a lost connection is tried again, or None while it is."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self._unread_at: tuple[int, int] | None = None

    def watch_link(self, link: Link) -> None:
        """A lost connection is shown by sign, word and colour."""
        self.set_class(link.is_lost, "-lost")

    def render(self) -> RenderResult:
        """Draws one line, and leaves out what does not fit: the screen and who I am go last."""
        parts = {"phresh": "phresh", "title": self._title}
        if self.link.is_lost:
            doing = "trying now" if self.next_try is None else f"next try in {self.next_try} s"
            parts |= {"link": f"{LINK_SIGNS[self.link]} {self.link.value}, {doing}", "who": f"@{self.who}"}
            droppable = ["phresh", "who", "title"]
        else:
            if self.unread:
                parts["unread"] = self.unread
            if self.who:
                parts["who"] = f"@{self.who}"
            parts["place"] = self.place
            if self.who:
                parts["link"] = f"{LINK_SIGNS[self.link]} {self.link.value}"
            droppable = ["place", "phresh", "link", "who", "title", "unread"]
        left, right = self._sides(parts)
        while cell_len(left) + cell_len(right) + 2 > self.size.width and droppable:
            parts.pop(droppable.pop(0), None)
            left, right = self._sides(parts)
        gap = max(self.size.width - cell_len(left) - cell_len(right), 1)
        start = cell_len(left) + gap
        self._unread_at = (start, start + cell_len(self.unread)) if "unread" in parts else None
        return Content.assemble((left, "bold"), " " * gap, right)

    def on_click(self, event: events.Click) -> None:
        """A click on what there is to read opens the inbox."""
        offset = event.get_content_offset(self)
        if offset is not None and self._unread_at is not None and offset.x in range(*self._unread_at):
            self._open_inbox()

    def jump_targets(self) -> Iterator[Spot]:
        """What there is to read."""
        if self._unread_at is not None:
            start, end = self._unread_at
            region = self.content_region
            yield Spot(Region(region.x + start, region.y, end - start, 1), self._open_inbox)

    def _open_inbox(self) -> None:
        self.app.call_later(self.screen.run_action, "inbox")

    @staticmethod
    def _sides(parts: dict[str, str]) -> tuple[str, str]:
        left = [parts[name] for name in ("phresh", "title") if name in parts]
        return " · ".join(left), " · ".join(text for name, text in parts.items() if name not in ("phresh", "title"))


class MessageLine(Static):
    """What is told and goes away by itself, above the keys. It takes the room that it needs and covers nothing."""

    DEFAULT_CSS = """
    MessageLine {
        display: none; height: auto; max-height: 6; padding: 0 1; background: $panel; color: $foreground;
    }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)

    def on_mount(self) -> None:
        """Also what was told before this screen was there."""
        self.show(self.app.messages.lines)  # type: ignore[attr-defined]

    def show(self, lines: list[tuple[str, bool]]) -> None:
        """Shows messages, oldest first; an error begins with a sign."""
        self.display = bool(lines)
        parts = [("✗ " + text if error else text, "$text-error" if error else "") for text, error in lines]
        self.update(Content("\n").join(Content.styled(text, style) for text, style in parts))


# the keys that lead from place to place: the first to go when the line is full
ELSEWHERE = {action.keys for action in actions_in(Where.PLACES)}


# those that stay when the line is full, the last to go first
STAYING = {"help": 0, "back": 2, "quit": 3, "leave": 4}


class _Shown(NamedTuple):
    """A key in the line: how it is shown, as Textual names it, and when it is left out."""

    display: str
    label: str
    key: str
    drop: int
    cells: int


class KeyBar(Widget):
    """The keys that work for what is in focus. A key that does not fit is left out, never cut."""

    DEFAULT_CSS = """
    KeyBar { dock: bottom; height: 1; background: $footer-background; color: $footer-foreground; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._spans: list[tuple[int, int, str]] = []
        self._drawn: list[_Shown] = []
        self._is_due = False

    def on_mount(self) -> None:
        """Follows the screen's bindings."""
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)

    def _bindings_changed(self, _: Screen[object]) -> None:
        # which is told several times for one key
        if not self._is_due:
            self._is_due = True
            self.call_later(self._draw_what_changed)

    def _draw_what_changed(self) -> None:
        self._is_due = False
        # a line that has no room yet is drawn when it has
        if self.is_attached and self.size.width and self._fitting() != self._drawn:
            self.refresh()

    def _shown_bindings(self) -> list[Binding]:
        """Those of the keys that are shown, from the left."""
        found = []
        seen: set[str] = set()
        for active in self.screen.active_bindings.values():
            binding = active.binding
            # the screen's own way to quit comes before the program's
            if not (binding.show and active.enabled) or {binding.action, binding.description} & seen:
                continue
            seen |= {binding.action, binding.description}
            found.append(binding)
        return sorted(found, key=lambda binding: order_in_footer(binding.id))

    def _drop(self, binding: Binding, place: int) -> int:
        """When a key is left out: the highest number first, 0 last of all."""
        if self._label(binding, in_full=False) == "Back":
            return STAYING["back"]
        if binding.action in STAYING:
            # the way to everything else is kept when not all fit, then what is done first, and the way back
            return STAYING[binding.action]
        return 1 if place == 0 else 10 + place + (100 if binding.key in ELSEWHERE else 0)

    def _label(self, binding: Binding, in_full: bool) -> str:
        labels = self.screen.key_labels(binding.action) if hasattr(self.screen, "key_labels") else ()
        return (labels[0] if in_full else labels[-1]) if labels else binding.description

    def _shown(self, binding: Binding, drop: int, label: str) -> _Shown:
        display = self.app.get_key_display(binding)
        return _Shown(display, label, binding.key, drop, cell_len(f" {display} {label} "))

    def _fitting(self) -> list[_Shown]:
        """The keys that stand in the line."""
        room = self.size.width
        shown = self._shown_bindings() if self.screen.is_attached else []
        drops = [self._drop(binding, place) for place, binding in enumerate(shown)]
        keys: list[_Shown] = []
        for in_full in (True, False):
            # the longer labels stand when there is room for all keys but those that lead elsewhere
            keys = [
                self._shown(binding, drop, self._label(binding, in_full))
                for binding, drop in zip(shown, drops, strict=True)
            ]
            if sum(key.cells for key in keys if key.key not in ELSEWHERE) <= room:
                break
        if sum(key.cells for key in keys) > room:
            # which says that there is more
            keys = [
                self._shown(binding, key.drop, "more") if key.drop == STAYING["help"] else key
                for binding, key in zip(shown, keys, strict=True)
            ]
        taken = sum(key.cells for key in keys)
        while keys and taken > room:
            last = max(keys, key=lambda key: key.drop)
            keys.remove(last)
            taken -= last.cells
        return keys

    def render(self) -> RenderResult:
        """Draws one line."""
        keys = self._drawn = self._fitting()
        self._spans = []
        parts: list[tuple[str, str]] = []
        column = 0
        for key in keys:
            parts.append((f" {key.display}", "$footer-key-foreground bold"))
            parts.append((f" {key.label} ", "$footer-description-foreground"))
            self._spans.append((column, column + key.cells, key.key))
            column += key.cells
        return Content.assemble(*parts)

    def jump_targets(self) -> Iterator[Spot]:
        """Each key."""
        for start, end, key in self._spans:
            yield Spot(Region(self.region.x + start, self.region.y, end - start, 1), partial(self._press, key))

    def _press(self, key: str) -> None:
        self.app.simulate_key(key)

    def on_click(self, event: events.Click) -> None:
        """A click on a key is a press of it."""
        for start, end, key in self._spans:
            if start <= event.x < end:
                self.app.simulate_key(key)
