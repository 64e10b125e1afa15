"""The lines at the top and at the bottom of every screen."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from rich.cells import cell_len
from textual import events
from textual.app import RenderResult
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Region
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget

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

    def watch_link(self, link: Link) -> None:
        """A lost connection is shown by sign, word and colour."""
        self.set_class(link.is_lost, "-lost")

    def render(self) -> RenderResult:
        """Draws one line, and leaves out what does not fit."""
        width = self.size.width
        left = ["phresh", self._title]
        right = [self.place]
        if self.who:
            right = [f"@{self.who}", *right, f"{LINK_SIGNS[self.link]} {self.link.value}"]
        if self.unread:
            # the last to go when the line is too narrow
            right.insert(0, self.unread)
        if self.link.is_lost:
            doing = "trying now" if self.next_try is None else f"next try in {self.next_try} s"
            right = [f"{LINK_SIGNS[self.link]} {self.link.value}, {doing}", f"@{self.who}"]
        while right and cell_len(" · ".join(left) + "  " + " · ".join(right)) > width:
            if len(left) > 1:
                left.pop()
            else:
                right.pop() if len(right) > 1 else left.clear()
                if not left:
                    break
        start, end = " · ".join(left), " · ".join(right)
        gap = max(width - cell_len(start) - cell_len(end), 1)
        return Content.assemble((start, "bold"), " " * gap, end)


# the keys that lead from place to place: the first to go when the line is full
ELSEWHERE = {action.keys for action in actions_in(Where.PLACES)}


class KeyBar(Widget):
    """The keys that work for what is in focus. A key that does not fit is left out, never cut."""

    DEFAULT_CSS = """
    KeyBar { dock: bottom; height: 1; background: $footer-background; color: $footer-foreground; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._spans: list[tuple[int, int, str]] = []

    def on_mount(self) -> None:
        """Follows the screen's bindings."""
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)

    def _bindings_changed(self, _: Screen[object]) -> None:
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

    def _label(self, binding: Binding, in_full: bool) -> str:
        labels = self.screen.key_labels(binding.action) if hasattr(self.screen, "key_labels") else ()
        return (labels[0] if in_full else labels[-1]) if labels else binding.description

    def render(self) -> RenderResult:
        """Draws one line."""
        room = self.size.width
        shown = self._shown_bindings() if self.screen.is_attached else []
        for in_full in (True, False):
            # of each key how it is shown, its label, and how Textual names it
            keys = [(self.app.get_key_display(key), self._label(key, in_full), key.key) for key in shown]
            # the longer labels stand when there is room for all keys but those that lead elsewhere
            needed = [cell_len(f" {display} {label} ") for display, label, _ in keys]
            if sum(cells for cells, (*_, key) in zip(needed, keys, strict=True) if key not in ELSEWHERE) <= room:
                break
        # the way to everything else is kept when not all fit, and says that there is more
        kept = list(range(len(keys)))
        if sum(needed) > room:
            keys = [(display, "more" if label == "Help" else label, key) for display, label, key in keys]
            needed = [cell_len(f" {display} {label} ") for display, label, _ in keys]
        while kept and sum(needed[index] for index in kept) > room:
            droppable = [
                index for index in kept if keys[index][1] not in ("more", "Quit", "Back, draft kept", "Browse")
            ]
            # help goes last of all
            droppable = droppable or [index for index in kept if keys[index][1] != "more"] or kept
            kept.remove(droppable[-1])
        self._spans = []
        parts: list[tuple[str, str]] = []
        column = 0
        for index in kept:
            display, label, key = keys[index]
            parts += [(f" {display}", "$footer-key-foreground bold"), (f" {label} ", "$footer-description-foreground")]
            self._spans.append((column, column + needed[index], key))
            column += needed[index]
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
