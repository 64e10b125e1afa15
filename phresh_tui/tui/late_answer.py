"""Leaves out what a terminal answers too late, which would be taken for keys: a slash of it opens the search."""

from __future__ import annotations

import re
from collections.abc import Iterable

from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver
from textual.message import Message

# the background (OSC 11), ended in one of two ways, and what the terminal is (DA1), which comes last
BACKGROUND, LAST = re.compile("\x1b]11;[^\x07\x1b]*(?:\x07|\x1b\\\\)"), re.compile(r"\x1b\[\?[\d;]*c")
# the beginning of one of them: they come in pieces over a slow line
BEGUN = re.compile("\x1b(?:](?:1(?:1(?:;[^\x07\x1b]{0,40}\x1b?)?)?)?|\\[\\?[\\d;]*)$")


class LateAnswerParser(XTermParser):
    """Textual's, without the answers to what was asked before it."""

    _begun = ""
    _is_due = True

    def feed(self, data: str) -> Iterable[Message]:
        """Keys and all else but the answers, up to the last of those."""
        if self._is_due and data:
            data = BACKGROUND.sub("", self._begun + data)
            data, found = LAST.subn("", data, count=1)
            self._is_due = not found
            begun = BEGUN.search(data) if self._is_due else None
            self._begun = begun[0] if begun else ""
            data = data.removesuffix(self._begun)
            if not data:
                # which would be the end of all input
                return ()
        return super().feed(data)


def leave_out_late_answers() -> None:
    """From now on, for a program that is not on the screen yet."""
    linux_driver.XTermParser = LateAnswerParser  # type: ignore[attr-defined]
