"""What comes from the terminal before the program hears it: keys are obeyed, and what it answers is no key.

A slash of a late answer would open the search.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from functools import partial

from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver
from textual.message import Message

from phresh_tui.tui.background import Background

# the background (OSC 11), ended in one of two ways, and what the terminal is (DA1), which comes last
BACKGROUND, LAST = re.compile("\x1b]11;[^\x07\x1b]*(?:\x07|\x1b\\\\)"), re.compile(r"\x1b\[\?[\d;]*c")
# the beginning of one of them: they come in pieces over a slow line
BEGUN = re.compile("\x1b(?:](?:1(?:1(?:;[^\x07\x1b]{0,40}\x1b?)?)?)?|\\[\\?[\\d;]*)$")
# seconds after it listens in which the program reads what was typed before: of Enter the terminal has made a line's end
QUEUED = 0.1


class LateAnswerParser(XTermParser):
    """Textual's, without the answers to what was asked before it.

    Args:
        debug: Textual's own.
        background: what was asked, and what came of it.

    """

    def __init__(self, debug: bool = False, *, background: Background) -> None:
        super().__init__(debug)
        self._typed = background.typed.decode(errors="ignore")
        self._is_due = background.is_awaited
        self._begun = ""
        self._queued_until = time.monotonic() + QUEUED

    def tick(self) -> Iterable[Message]:
        """What was typed before anybody listened, and what Textual waits for."""
        if self._typed:
            yield from self.feed("")
        yield from super().tick()

    def feed(self, data: str) -> Iterable[Message]:
        """Keys and all else but the answers, up to the last of those; without data the end of all input."""
        if data or self._typed:
            if time.monotonic() < self._queued_until:
                data = data.replace("\n", "\r")
            data, self._typed = self._begun + self._typed + data, ""
            if self._is_due:
                data, found = LAST.subn("", BACKGROUND.sub("", data), count=1)
                self._is_due = not found
            begun = BEGUN.search(data) if self._is_due else None
            self._begun = begun[0] if begun else ""
            data = data.removesuffix(self._begun)
            if not data:
                return ()
        return super().feed(data)


def hear(background: Background) -> None:
    """From now on, for a program that is not on the screen yet."""
    linux_driver.XTermParser = partial(LateAnswerParser, background=background)  # type: ignore[attr-defined, assignment]
