"""The terminal: written to without a thread between, and safe for a program that is stopped and goes on."""

from __future__ import annotations

import asyncio
import os
import select
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO, cast

if TYPE_CHECKING:
    from textual.driver import Driver
    from textual.drivers._writer_thread import WriterThread
    from textual.drivers.linux_driver import LinuxDriver
    from textual.message import Message

# bytes that a terminal may be behind before the program waits for it: some thirty full screens
MOST_BEHIND = 1 << 20


class Output:
    """Writes to a terminal at once, as much as it takes, and the rest as soon as it takes more.

    Textual gives what it paints to a thread, which has to wait until the main one rests, for Python runs one at a time:
    that is a fifth of the time from a key to what it paints. Takes the place of its `WriterThread`.

    Args:
        file: the terminal.
        loop: runs the program.

    Raises:
        OSError: when it is no terminal, or cannot be opened once more.

    """

    def __init__(self, file: TextIO, loop: asyncio.AbstractEventLoop) -> None:
        self._file = file
        self._loop = loop
        # opened once more: a flag of the one that is open would be in force for the shell and for what it starts, too
        self._terminal = os.open(os.ttyname(file.fileno()), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
        self._waiting = bytearray()
        self._is_watched = False

    def isatty(self) -> bool:
        """It is a terminal."""
        return True

    def fileno(self) -> int:
        """The descriptor that the program was given for it."""
        return self._file.fileno()

    def flush(self) -> None:
        """Nothing is held back that could be written."""

    def write(self, text: str) -> None:
        """Writes behind what still waits; waits itself only when a terminal is very far behind."""
        self._waiting += text.encode(self._file.encoding, "backslashreplace")
        if not self._is_watched:
            self._send()
        self._wait(MOST_BEHIND)

    def _send(self) -> None:
        self._send_some()
        if self._is_watched is not bool(self._waiting):
            self._is_watched = bool(self._waiting)
            if not self._is_watched:
                self._loop.remove_writer(self._terminal)
                return
            try:
                self._loop.add_writer(self._terminal, self._send)
            except OSError:
                # not every system watches a terminal
                self._is_watched = False
                self._wait(0)

    def _send_some(self) -> None:
        try:
            del self._waiting[: os.write(self._terminal, self._waiting)]
        except BlockingIOError:
            pass
        except OSError:
            # the terminal is gone, and the signal that ends the program is on its way
            self._waiting.clear()

    def _wait(self, most: int) -> None:
        """Waits until no more than so many bytes wait."""
        while len(self._waiting) > most:
            select.select([], [self._terminal], [])
            self._send_some()

    def stop(self) -> None:
        """Writes the rest, however long that takes."""
        if self._is_watched:
            self._is_watched = False
            self._loop.remove_writer(self._terminal)
        self._wait(0)
        if self._terminal >= 0:
            os.close(self._terminal)
            self._terminal = -1


def stop_group(driver: Driver) -> None:
    """Stops the program with all that the shell has started together with it, `make` for one, until the shell goes on.

    The terminal is left before: the shell takes it as soon as `make` is stopped, and whoever changes it then is stopped
    in the midst of that.
    """
    driver.suspend_application_mode()
    # what SIGCONT then finds, as after a SIGTSTP
    cast("LinuxDriver", driver)._must_signal_resume = True
    os.killpg(0, signal.SIGSTOP)


def terminal_driver(driver: type[Driver]) -> type[Driver]:
    """The driver of a real terminal, with an `Output`, and safe for a SIGCONT out of the blue; any other as it is.

    Textual starts it once more then. Two threads would read the same keyboard, split what a key sends between them, and
    one would wait for a key that never comes when the program is left. After `kill -STOP` nothing is to be started, but
    the shell may have written over the screen.
    """
    try:
        from textual.drivers.linux_driver import LinuxDriver
    except ImportError:
        # where there are no such terminals
        return driver
    if driver is not LinuxDriver:
        return driver

    class TerminalDriver(LinuxDriver):
        def start_application_mode(self) -> None:
            super().start_application_mode()  # type: ignore[no-untyped-call]
            thread = self._writer_thread
            # none when it was not allowed to start
            if thread is not None and self._file is not None:
                with suppress(OSError):
                    output = Output(self._file, asyncio.get_running_loop())
                    thread.stop()
                    self._writer_thread = cast("WriterThread", output)

        def send_message(self, message: Message) -> None:
            # Textual would make a task of it, which costs as much as to obey a key
            self._app.post_message(message)

        def _sigcont_application(self, *_: object) -> None:
            if self._must_signal_resume:
                super()._sigcont_application()
            else:
                self._app.call_later(self._app.refresh)

    return TerminalDriver
