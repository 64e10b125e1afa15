"""Ctrl+C, SIGTERM and a terminal that goes away: the program ends in order, wherever it is."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from types import FrameType

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """A signal came while nothing had to be put in order."""


class Signals:
    """Turns the first signal into a cancelled task, and keeps those that follow from breaking off the tidying up.

    Before the event loop runs, and while a person is asked something, a signal raises `Interrupted` where it comes.

    Attributes:
        received: the number of the signal that came first, or None.

    """

    def __init__(self) -> None:
        self.received: int | None = None
        self._stop: Callable[[], None] | None = None

    @property
    def exit_code(self) -> int:
        """What a shell expects of a program that a signal has ended."""
        return 128 + (self.received or 0)

    def install(self) -> None:
        """Listens, except for what whoever started the program has switched off, as ``nohup`` does."""
        if threading.current_thread() is not threading.main_thread():
            return
        for number in NUMBERS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._handle)

    def run(self, main: Coroutine[None, None, int]) -> int:
        """Runs a coroutine to its end, which the first signal brings about by cancelling it."""
        # 25 ms, which the help does not need
        import asyncio

        return asyncio.run(self._stoppable(main))

    @contextlib.contextmanager
    def raising(self) -> Iterator[None]:
        """For a block that waits for a person and not for the event loop."""
        stop, self._stop = self._stop, None
        try:
            yield
        finally:
            self._stop = stop

    @contextlib.contextmanager
    def leaving(self, leave: Callable[[int], object]) -> Iterator[None]:
        """For a block that ends in order when it is asked to, by SIGTERM or a terminal that goes away.

        Args:
            leave: called in the event loop, with the exit code.

        """
        import asyncio

        loop, stop = asyncio.get_running_loop(), self._stop

        def ask() -> None:
            if self.received == signal.SIGINT and stop is not None:
                stop()
            else:
                loop.call_soon_threadsafe(leave, self.exit_code)

        self._stop = ask
        try:
            yield
        finally:
            self._stop = stop

    async def _stoppable(self, main: Coroutine[None, None, int]) -> int:
        import asyncio

        loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        assert task is not None

        def cancel() -> None:
            loop.call_soon_threadsafe(task.cancel)

        self._stop = cancel
        try:
            return await main
        finally:
            # what follows is the end of the process
            self._stop = lambda: None

    def _handle(self, number: int, _: FrameType | None) -> None:
        if self.received is not None:
            return
        self.received = number
        if self._stop is None:
            raise Interrupted
        self._stop()
