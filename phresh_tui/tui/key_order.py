"""Keys are obeyed one after the other, however fast they come.

Textual sends each key to the part that has the focus when it comes in, and learns what it means when it is back. Of
keys that come together, typed ahead on a slow line, those behind one that opens, closes or leaves something would go
where the focus was before: lost there, or with another meaning.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING

from textual import events
from textual.widget import Widget

if TYPE_CHECKING:
    from phresh_tui.tui.app import PhreshApp

# rounds of the loop in which a key is back as a rule, and seconds between two looks after those
ROUNDS, PAUSE = 50, 0.005
# seconds after which one that is not back is lost with what had it
LATEST = 0.5


class KeyOrder:
    """Which key is on its way, and which wait behind it.

    Args:
        app: the program.

    """

    def __init__(self, app: PhreshApp) -> None:
        self._app = app
        self._sent: events.Key | events.Paste | None = None
        self._is_obeyed = False
        self._comes_back = False
        self._to: Widget | None = None
        self._until = 0.0
        self._waiting: deque[events.Key | events.Paste] = deque()
        self._is_watched = False

    def waits(self, event: events.Key | events.Paste) -> bool:
        """Whether something that comes in has to wait; it is obeyed when its turn comes."""
        if not (self._waiting or self._is_one_on_its_way()):
            return False
        self._waiting.append(event)
        self._watch()
        return True

    def take_next(self, key: str) -> bool:
        """Takes the first that waits, if it is this key."""
        first = self._waiting[0] if self._waiting else None
        if not isinstance(first, events.Key) or first.key != key:
            return False
        self._waiting.popleft()
        return True

    @property
    def is_any_waiting(self) -> bool:
        """Whether any wait."""
        return bool(self._waiting)

    def is_sent(self, event: events.Key | events.Paste, part: Widget) -> None:
        """A key goes to the part that has the focus."""
        self._sent, self._to = event, part
        self._is_obeyed = self._comes_back = False
        self._until = time.monotonic() + LATEST

    def comes_back(self, event: events.Key | events.Paste) -> None:
        """What had a key has sent it up to the program; its turn there comes."""
        self._comes_back |= self._sent is event

    def is_back(self, event: events.Key | events.Paste) -> None:
        """A key was obeyed."""
        self._is_obeyed |= self._sent is event

    def _is_one_on_its_way(self) -> bool:
        """Or something that the last one has led to is still to be told."""
        if self._sent is not None and self._is_over(self._sent, self._to or self._app.screen):
            self._sent = None
        return self._sent is not None

    def _is_over(self, sent: events.Key | events.Paste, to: Widget) -> bool:
        # One that has closed what had it does not come back, nor does one that was stopped on its way; the screen stops
        # all, but those that it sends up.
        if not to.is_attached or to.screen is not self._app.screen or time.monotonic() > self._until:
            return True
        told = all(part._message_queue.empty() for part in to.ancestors_with_self if part is not self._app)
        return told and (self._is_obeyed or (sent._stop_propagation and not self._comes_back))

    def _watch(self) -> None:
        if not self._is_watched:
            self._is_watched = True
            asyncio.get_running_loop().call_soon(self._look, 0)

    def _look(self, rounds: int) -> None:
        loop = asyncio.get_running_loop()
        if not self._is_one_on_its_way():
            self._is_watched = False
            self._app.call_later(self._go_on)
        elif rounds < ROUNDS:
            loop.call_soon(self._look, rounds + 1)
        else:
            loop.call_later(PAUSE, self._look, rounds)

    async def _go_on(self) -> None:
        while self._waiting and not self._is_one_on_its_way():
            await self._app.obey(self._waiting.popleft())
        if self._waiting:
            self._watch()
