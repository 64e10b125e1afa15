"""What is told and goes away by itself: a line above the keys, which covers nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from phresh_tui.tui.job_reader import SLOW
from phresh_tui.tui.widgets.bars import MessageLine

if TYPE_CHECKING:
    from textual.app import App

# messages that are shown at the same time
MOST = 3
SECONDS, SECONDS_FOR_ERRORS = 5, 8


class Told:
    """One message: its text as it may be shown, and whether something went wrong."""

    def __init__(self, text: str, error: bool) -> None:
        self.text = text
        self.error = error


class Messages:
    """The messages of the last seconds, on every screen that is open."""

    def __init__(self, app: App[int]) -> None:
        self._app = app
        self._told: list[Told] = []
        self._greeting: Told | None = None

    @property
    def lines(self) -> list[tuple[str, bool]]:
        """Text and whether it is an error, oldest first."""
        return [(told.text, told.error) for told in self._told]

    def tell(self, text: str, *, error: bool) -> None:
        """Shows a message for some seconds; the same one again only begins anew."""
        told = Told(text, error)
        self._told = [*(other for other in self._told if other.text != text), told][-MOST:]
        self._app.set_timer(SECONDS_FOR_ERRORS if error else SECONDS, partial(self._forget, told))
        self._show()

    def greet(self, text: str) -> None:
        """Says the keys of a screen, in place of those of another one; an empty text only takes those away."""
        if self._greeting is not None:
            self._forget(self._greeting)
            self._greeting = None
        if text:
            self.tell(text, error=False)
            self._greeting = self._told[-1]

    @contextmanager
    def meanwhile(self, text: str) -> Iterator[None]:
        """Says what is waited for, when that takes longer than a moment, until it is there."""
        told = Told(text, error=False)

        def show() -> None:
            self._told = [*self._told, told][-MOST:]
            self._show()

        timer = self._app.set_timer(SLOW, show)
        try:
            yield
        finally:
            timer.stop()
            self._forget(told)

    def clear(self) -> None:
        """Takes all of them away."""
        if self._told:
            self._told = []
            self._show()

    def _forget(self, told: Told) -> None:
        if told in self._told:
            self._told.remove(told)
            self._show()

    def _show(self) -> None:
        for screen in self._app.screen_stack:
            for line in screen.query(MessageLine):
                line.show(self.lines)
