"""A program in a pseudo-terminal, with a screen that can be read: what a person at a terminal has."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import pexpect
import pyte

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "ctrl+c": "\x03",
    "ctrl+e": "\x05",
    "ctrl+s": "\x13",
    "ctrl+n": "\x0e",
    "ctrl+q": "\x11",
    "ctrl+z": "\x1a",
}
# seconds
QUIET = 0.8
PHRESH = (sys.executable, "-m", "phresh_tui")


class Terminal:
    """Runs a program in a terminal of its own, usually phresh.

    Args:
        arguments: handed to ``phresh``, or the whole command when ``command`` is given.
        environment: added to this process's own.
        size: columns and rows.
    """

    def __init__(
        self,
        *arguments: str,
        command: tuple[str, ...] = PHRESH,
        environment: Mapping[str, str] | None = None,
        size: tuple[int, int] = (80, 24),
        folder: Path | None = None,
    ) -> None:
        columns, rows = size
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.raw = b""
        self.started = time.perf_counter()
        self.process: pexpect.spawn[bytes] = pexpect.spawn(
            command[0],
            [*command[1:], *arguments],
            env={**os.environ, **(environment or {})},
            dimensions=(rows, columns),
            cwd=str(folder) if folder else None,
            timeout=None,
        )
        # pexpect waits 50 ms before everything that it sends, for programs that read passwords
        self.process.delaybeforesend = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.close(force=True)

    @property
    def text(self) -> str:
        """The screen as it stands."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def _read(self, seconds: float) -> bool:
        try:
            chunk = self.process.read_nonblocking(65536, timeout=seconds)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += chunk
        self._stream.feed(chunk)
        return True

    def see(self, *texts: str, seconds: float = 20.0) -> float:
        """Waits until all texts stand on the screen.

        Returns:
            Seconds since the program was started.
        """
        return self.until(lambda: all(text in self.text for text in texts), f"{texts}", seconds)

    def until(self, condition: Callable[[], bool], what: str, seconds: float = 20.0) -> float:
        """Reads until a condition holds, and fails when it does not in time."""
        deadline = time.monotonic() + seconds
        while not condition():
            alive = self._read(0.02)
            if time.monotonic() > deadline or (not alive and not condition()):
                raise AssertionError(f"waited in vain for {what}; the screen shows:\n{self.text}")
        return time.perf_counter() - self.started

    def until_quiet(self, seconds: float = 20.0) -> None:
        """Waits until nothing has been written for longer than a cursor takes to blink."""
        deadline = time.monotonic() + seconds
        written, since = len(self.raw), time.monotonic()
        while time.monotonic() < since + QUIET:
            self._read(0.02)
            if len(self.raw) != written:
                written, since = len(self.raw), time.monotonic()
            assert time.monotonic() < deadline, f"it goes on writing:\n{self.raw[-200:]!r}\n{self.text}"

    def type(self, text: str) -> None:
        """Types as a person does, every character a key."""
        self.process.send(text)

    def press(self, *keys: str) -> None:
        """Presses keys by their names, or characters."""
        for key in keys:
            self.process.send(KEYS.get(key, key))
            # an Escape and a letter sent together would be Alt and that letter
            self._read(0.15 if key == "escape" else 0.01)

    def end(self, seconds: float = 20.0) -> int:
        """Waits until the program has ended by itself.

        Returns:
            The exit code, or minus the signal that ended it.
        """
        deadline = time.monotonic() + seconds
        while self.process.isalive():
            self._read(0.02)
            assert time.monotonic() < deadline, f"it does not end:\n{self.text}"
        while self._read(0.05) and time.monotonic() < deadline:
            pass
        self.process.close()
        return self.process.exitstatus if self.process.exitstatus is not None else -(self.process.signalstatus or 0)
