"""A key that is held may come faster than it can be obeyed: what waits of it is obeyed at once.

Each key goes through the queues of the program, the focused part and all that it lies in, and then the list scrolls:
half a millisecond. Two hundred of them, as they come behind a slow line, go together as one move by as many lines.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from textual import events
from textual.message_pump import MessagePumpClosed

if TYPE_CHECKING:
    from phresh_tui.tui.app import PhreshApp

# keys that are no letters, and that no field takes for itself
HELD = frozenset({"up", "down", "pageup", "pagedown"})


class HeldKeys:
    """How often each key on its way was pressed."""

    def __init__(self) -> None:
        self._presses: WeakKeyDictionary[events.Key, int] = WeakKeyDictionary()
        self._left = 0

    async def gather(self, app: PhreshApp, event: events.Key) -> None:
        """Takes what waits of the same key behind one that was just pressed, up to the first of anything else.

        A key comes by twice, from the terminal and then from the part that had it. What comes back is left alone: other
        keys may still be on their way that were pressed between it and this one.
        """
        if event.key not in HELD:
            return
        presses = 1
        while app.key_order.take_next(event.key):
            presses += 1
        with suppress(MessagePumpClosed):
            while (
                not app.key_order.is_any_waiting
                and isinstance(other := app._peek_message(), events.Key)
                and other.key == event.key
                and not other.is_forwarded
            ):
                await app._get_message()
                presses += 1
        if presses > 1:
            self._presses[event] = presses

    def begin(self, event: events.Key) -> None:
        """A key is about to be obeyed, as often as it was pressed."""
        self._left = self._presses.get(event, 1)

    def take(self) -> int:
        """How many presses an action is to obey, which then are obeyed by nothing else; one outside of a key."""
        taken, self._left = max(self._left, 1), 0
        return taken

    def once(self) -> bool:
        """One press is obeyed by an action that knows only one; whether there is one more."""
        self._left -= 1
        return self._left > 0
