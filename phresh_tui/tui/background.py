"""Whether the terminal is dark or light, asked before the program draws anything.

Textual does not ask. This module knows no Textual, so that the question can be under way while that is imported.
"""

from __future__ import annotations

import os
import re
import select
import sys
import time
from typing import NamedTuple

# what is the background (OSC 11), and then what every terminal answers (DA1): so nobody waits for one that knows
# the second and not the first
QUESTION = b"\x1b]11;?\x1b\\\x1b[c"
# seconds; over a network the answer takes its time
PATIENCE, PATIENCE_FAR = 0.25, 1.0
ANSWER = re.compile(
    rb"\x1b\]11;rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})(?:/[0-9a-fA-F]{1,4})?(?:\x07|\x1b\\)"
)
END = re.compile(rb"\x1b\[\?[\d;]*c")


class Background(NamedTuple):
    """What is known of the terminal's background.

    Attributes:
        is_dark: None when there is no terminal, or it does not say.
        is_awaited: whether the terminal may still answer: what comes then is not typed by anybody.
        typed: what was typed meanwhile, and perhaps the beginning of an answer.

    """

    is_dark: bool | None
    is_awaited: bool = False
    typed: bytes = b""


def ask_terminal() -> Background:
    """Asks the terminal on standard input and output."""
    if os.environ.get("TERM", "dumb") in ("dumb", "linux") or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return Background(_from_environment())
    try:
        import termios
        import tty
    except ImportError:
        return Background(_from_environment())
    stream = sys.stdin.fileno()
    try:
        before = termios.tcgetattr(stream)
        try:
            # no echo of the answer; Ctrl+C goes on working
            tty.setcbreak(stream, termios.TCSANOW)
            os.write(sys.stdout.fileno(), QUESTION)
            answer = _read(stream, PATIENCE_FAR if "SSH_CONNECTION" in os.environ else PATIENCE)
        finally:
            termios.tcsetattr(stream, termios.TCSANOW, before)
    except (OSError, termios.error):
        return Background(_from_environment())
    dark = is_dark(answer)
    # as the program will hear it, for which the terminal turns no Enter into the end of a line
    typed = END.sub(b"", ANSWER.sub(b"", answer)).replace(b"\n", b"\r")
    return Background(_from_environment() if dark is None else dark, not END.search(answer), typed)


def is_dark(answer: bytes) -> bool | None:
    """What an answer says; None when it says nothing."""
    found = ANSWER.search(answer)
    if found is None:
        return None
    red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in found.groups())
    return bool(0.299 * red + 0.587 * green + 0.114 * blue < 0.5)


def _read(stream: int, patience: float) -> bytes:
    answer = b""
    until = time.monotonic() + patience
    while not END.search(answer) and (left := until - time.monotonic()) > 0:
        if not select.select([stream], [], [], left)[0]:
            break
        chunk = os.read(stream, 256)
        if not chunk:
            break
        answer += chunk
    return answer


def _from_environment() -> bool | None:
    """Some terminals say it in COLORFGBG, as ``15;0``: the last number is the background's."""
    last = os.environ.get("COLORFGBG", "").rpartition(";")[2]
    return None if not last.isdecimal() else int(last) not in (7, 15)
