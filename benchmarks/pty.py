"""A program in a pseudo-terminal, timed: little stands between its bytes and the clock, as no screen is kept."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import pyte

# milliseconds without a byte after which a repaint counts as done; they are not part of what is measured
QUIET = 30.0
LONGEST = 60.0
# milliseconds in which something must be drawn after a key
PATIENCE = 5_000.0
# a line of the list that is still on its way, and what stands above a list that takes longer than a moment
PLACEHOLDER, SEARCHING = "  ·  ", "searching …"
# what a program may ask before it draws, and what a dark terminal says: its background and what it is (OSC 11, DA1)
QUESTION, ANSWER = b"\x1b[c", b"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\\x1b[?62;22c"
DOWN, PAGE_DOWN, HOME, END, LEAVE = b"\x1b[B", b"\x1b[6~", b"\x1b[H", b"\x1b[F", b"\x11"


class TimedTerminal:
    """Runs a command in a terminal of 80 by 24.

    Args:
        command: what to run.
        environment: the whole of it, or this process's own.
        leave: the keys that end it.

    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str] | None = None, *, leave: bytes = LEAVE
    ) -> None:
        mine, its = pty.openpty()
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self._descriptor = mine
        self._leave = leave
        self._pressed = 0.0
        self._unseen: list[bytes] = []
        self._screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self._screen)
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            list(command), stdin=its, stdout=its, stderr=its, env=environment, start_new_session=True
        )
        os.close(its)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    def leave(self) -> None:
        """Asks the program to end, and ends it when it does not."""
        if self.process.poll() is None:
            os.write(self._descriptor, self._leave)
        end = time.perf_counter() + 5
        while self.process.poll() is None and time.perf_counter() < end:
            self._read(20)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _read(self, milliseconds: float) -> bytes:
        ready, _, _ = select.select([self._descriptor], [], [], milliseconds / 1000)
        if not ready:
            return b""
        try:
            chunk = os.read(self._descriptor, 1 << 20)
        except OSError:
            return b""
        self._unseen.append(chunk)
        if QUESTION in chunk:
            # as every terminal does, at once
            os.write(self._descriptor, ANSWER)
        return chunk

    def until(self, *texts: str) -> float:
        """Reads until one of the texts was written. Texts in which the cursor moves are not found.

        Returns:
            Milliseconds since the start of the program.

        Raises:
            TimeoutError: showing the screen.

        """
        wanted = [text.encode() for text in texts]
        buffer = b""
        while time.perf_counter() - self.began < LONGEST and self.process.poll() is None:
            buffer += self._read(100)
            if any(text in buffer for text in wanted):
                return (time.perf_counter() - self.began) * 1000
        raise TimeoutError(f"waited in vain for {texts}:\n{self.screen()}")

    def settle(self, quiet: float = 300) -> None:
        """Reads until nothing has come for so many milliseconds."""
        while self._read(quiet):
            pass

    def press(self, keys: bytes, quiet: float = QUIET) -> float:
        """Milliseconds from the keys to the last byte of the repaint.

        Raises:
            TimeoutError: when nothing is drawn.

        """
        return self._answers(keys, quiet)[-1][0]

    def press_for_lines(self, keys: bytes, quiet: float = QUIET) -> float:
        """Milliseconds from the keys until the lines of the list stand as they stay, without what is drawn elsewhere.

        What is written is looked at afterwards: a terminal that keeps a screen would take its time meanwhile.

        Raises:
            TimeoutError: when nothing is drawn.

        """
        before = self.lines()
        answers = self._answers(keys, quiet)
        shown: list[tuple[float, list[str]]] = []
        while answers:
            self._unseen.clear()
            for milliseconds, chunk in answers:
                self._stream.feed(chunk)
                shown.append((milliseconds, self._lines()))
            # a list that waits is not what was asked for
            answers = self._more(PATIENCE, quiet) if self._waits else []
        stands = shown[-1][1]
        earlier = [number for number, (_, lines) in enumerate(shown) if lines != stands]
        if stands == before and not earlier:
            return shown[-1][0]
        return shown[earlier[-1] + 1 if earlier else 0][0]

    def _answers(self, keys: bytes, quiet: float) -> list[tuple[float, bytes]]:
        """What is written after the keys, each with the milliseconds since then."""
        self._pressed = time.perf_counter()
        os.write(self._descriptor, keys)
        answers = self._more(PATIENCE, quiet)
        if not answers:
            raise TimeoutError(f"nothing is drawn after {keys!r}:\n{self.screen()}")
        return answers

    def _more(self, patience: float, quiet: float) -> list[tuple[float, bytes]]:
        answers: list[tuple[float, bytes]] = []
        while chunk := self._read(quiet if answers else patience):
            answers.append(((time.perf_counter() - self._pressed) * 1000, chunk))
        return answers

    def screen(self) -> str:
        """What stands on the screen; costs time, so between what is measured."""
        for chunk in self._unseen:
            self._stream.feed(chunk)
        self._unseen.clear()
        return "\n".join(self._text(range(24), 80))

    def lines(self) -> list[str]:
        """The lines of the list, without their ages."""
        self.screen()
        return self._lines()

    def _lines(self) -> list[str]:
        return self._text(range(3, 12), 60)

    @property
    def _waits(self) -> bool:
        return any(PLACEHOLDER in line for line in self._lines()) or SEARCHING in self._text(range(1, 2), 60)[0]

    def _text(self, lines: range, width: int) -> list[str]:
        """What stands in some lines; pyte's own way fails for a wide character of which half is overwritten."""
        buffer = self._screen.buffer
        return ["".join(buffer[line][column].data for column in range(width)).rstrip() for line in lines]

    def memory(self) -> float:
        """Megabytes that the program holds (resident, as the kernel counts them)."""
        with open(f"/proc/{self.process.pid}/status") as status:  # noqa: PTH123
            line = next(line for line in status if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
