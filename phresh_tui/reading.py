"""Reads in a second process what the start needs, while this one imports the screens.

Imports cannot share two cores within one process. So a fork does a part of the work, and hands over in a pipe what it
has found; then it waits until it may end. Nothing is kept from one start to the next. When it fails, for whatever
reason, this process does the work itself, and tells what is wrong.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from phresh_tui.settings import Settings

# milliseconds that a process which has answered stays at most; its pipe is closed before that, or with the program
LONGEST = 60_000


class ReadSettings:
    """The values of `Settings` by the same names, without pydantic."""

    is_embedded: bool

    def __init__(self, values: dict[str, Any]) -> None:
        vars(self).update(values)


class Secret:
    """A value that no log and no traceback shows by accident; stands for pydantic's SecretStr."""

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "Secret('********')"

    def get_secret_value(self) -> str:
        """The value itself."""
        return self._value


class Reading:
    """A second process that reads.

    Args:
        process: its number.
        pipe: where its answers come from.

    """

    def __init__(self, process: int, pipe: int) -> None:
        self._process = process
        self._answers = open(pipe, "rb")  # noqa: SIM115  a descriptor has no path

    def next(self) -> Any:  # noqa: ANN401  whatever it was told to read
        """Waits for the next answer; None when there is none, and this process has to find out itself."""
        if self._answers.closed:
            return None
        try:
            return pickle.load(self._answers)  # noqa: S301  our own words, from our own fork
        except Exception:  # noqa: BLE001  half an answer is none, however it ends
            self.end()
            return None

    def end(self) -> None:
        """Nobody waits for more. Takes as long as the other process needs to end.

        To take down a process with all its memory takes a core some milliseconds, and the kernel likes to wake whoever
        waits for an answer on the core where it was given. So the other process stays until this is called, which may
        be when there is nothing better to do.
        """
        if not self._answers.closed:
            self._answers.close()
            os.waitpid(self._process, 0)


def is_worth_it() -> bool:
    """Whether there is a second core; on a single one it would be slower than to read here."""
    return (len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1) > 1


def read_ahead(read: Callable[[], Iterator[object]]) -> Reading | None:
    """Begins to read; None when there can be no second process. To be called before any thread is started.

    Args:
        read: gives one answer after the other, in the second process.

    """
    mine, its = os.pipe()
    try:
        process = os.fork()
    except OSError:
        os.close(mine)
        os.close(its)
        return None
    if process:
        os.close(its)
        return Reading(process, mine)
    try:
        # its own end would hide that nobody reads
        os.close(mine)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)
        with os.fdopen(its, "wb") as answers:
            for answer in read():
                pickle.dump(answer, answers)
                answers.flush()
            _until_closed(its)
    finally:
        # without a word, and without the tidying up of the process that it was copied from
        os._exit(0)


def _until_closed(pipe: int) -> None:
    """Waits until nobody reads any more. An error on a pipe is told without being asked for."""
    waiting = select.poll()
    waiting.register(pipe, 0)
    waiting.poll(LONGEST)


def plain_values(settings: Settings) -> ReadSettings:
    """The settings in a form that another process can read without pydantic."""
    values = {name: _plain(getattr(settings, name)) for name in type(settings).model_fields}
    return ReadSettings(values | {"is_embedded": settings.is_embedded})


def _plain(value: object) -> object:
    from pydantic import SecretStr

    if isinstance(value, SecretStr):
        return Secret(value.get_secret_value())
    assert value is None or isinstance(value, (str, int, float, Path))
    return value
