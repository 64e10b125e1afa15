"""Keys that move the cursor of a list are obeyed at once.

Textual sends a key to the focused part, from there through everything that it lies in, each with a queue of its own,
and back to the program, which looks up what it is bound to; what that changes comes to be painted by more queues. When
no part on the way wants the key, the outcome is known before: it takes a fifth less from a press to what it paints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from textual import events
from textual.widget import Widget

from phresh_tui.tui.screens.base import MarketScreen
from phresh_tui.tui.widgets.cursor_view import CursorView

if TYPE_CHECKING:
    from phresh_tui.tui.app import PhreshApp

# what moves the cursor, and opens or asks nothing
MOTIONS = frozenset({"cursor_down", "cursor_up", "cursor_page_down", "cursor_page_up", "cursor_top", "cursor_end"})


class ShortWay:
    """Which keys can take it: those of each list."""

    def __init__(self) -> None:
        self._actions: WeakKeyDictionary[CursorView, dict[str, str]] = WeakKeyDictionary()

    async def go(self, app: PhreshApp, view: CursorView, event: events.Key) -> bool:
        """Obeys a key as often as it was pressed; whether it did, or the key has to take the long way."""
        screen = app.screen
        if not (app.app_focus and not view.loading and isinstance(screen, MarketScreen)):
            return False
        if view not in self._actions:
            self._actions[view] = _bound(screen, view)
        action = self._actions[view].get(event.key)
        if action is None:
            return False
        screen._clear_tooltip()
        app.held.begin(event)
        if not await app.run_action(action, view):
            return False
        while app.held.once():
            await app.run_action(action, view)
        screen.paint(view)
        return True


def _bound(screen: MarketScreen, view: CursorView) -> dict[str, str]:
    """The keys that nothing but a list itself wants, and their actions."""
    chain = [bindings.key_to_bindings for _, bindings in screen._binding_chain]
    before = {key for bound in chain for key, bindings in bound.items() if any(one.priority for one in bindings)}
    own = {
        key: bindings[0].action
        for key, bindings in chain[0].items()
        # a member's own key is there once for each that it takes the place of
        if len({one.action for one in bindings}) == 1 and bindings[0].action in MOTIONS and key not in before
    }
    # methods of a part that want a key before what it is bound to
    wanting = {"on_key", "_on_key", *(f"key_{key}" for key in own)}
    kinds = {kind for part in view.ancestors_with_self if part is not screen.app for kind in type(part).__mro__}
    return {} if any(wanting & vars(kind).keys() for kind in kinds - {Widget}) else own
