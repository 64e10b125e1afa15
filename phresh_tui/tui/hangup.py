"""A terminal that goes away without a word: the program ends as if it had been told.

A closed window sends SIGHUP, which may be ignored or never come (`nohup`, a terminal that does not control the
session). Textual then reads the end of the input without a pause, and waits for ever to write.
"""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import sys
from collections.abc import Callable

# seconds between two looks
PAUSE = 0.5


async def watch_terminal(leave: Callable[[int], object]) -> None:
    """Calls back once, with the exit code of a hang-up, when the terminal on standard input is gone.

    Does nothing when there is none, as in a browser.
    """
    try:
        import termios
    except ImportError:
        return
    if not sys.stdin.isatty():
        return
    stream = sys.stdin.fileno()
    while True:
        try:
            termios.tcgetattr(stream)
        except termios.error:
            _write_nowhere()
            leave(128 + signal.SIGHUP)
            return
        await asyncio.sleep(PAUSE)


def _write_nowhere() -> None:
    """What is still written to a terminal that is gone fails; at the end of Python the exit code would be 120."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        # a file that somebody has put in place of it stays
        if stat.S_ISCHR(os.fstat(descriptor).st_mode):
            os.dup2(nowhere, descriptor)
