"""Reads the settings in a second process, while this one imports the screens.

pydantic-settings costs half as much at import as the whole of Textual, and imports cannot share two cores within one
process. So a fork reads and checks the settings, as `load_settings` always does, and hands the values over in a pipe.
Nothing is kept from one start to the next. When it fails, for whatever reason, this process reads them itself, and
tells what is wrong.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from phresh_tui.settings import Settings


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
    """A second process that reads the settings.

    Args:
        process: its number.
        pipe: where its answer comes from.

    """

    def __init__(self, process: int, pipe: int) -> None:
        self._process = process
        self._pipe = pipe

    def result(self) -> Settings | None:
        """Waits for the settings; None when they have to be read here, and an error told."""
        with open(self._pipe, "rb") as answer:  # noqa: PTH123  a descriptor has no path
            content = answer.read()
        _, status = os.waitpid(self._process, 0)
        if status != 0:
            return None
        return cast("Settings", ReadSettings(pickle.loads(content)))  # noqa: S301  our own words, from our own fork


def is_worth_it() -> bool:
    """Whether there is a second core; on a single one it would be slower than to read them here."""
    return (len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1) > 1


def read_ahead() -> Reading | None:
    """Begins to read; None when there can be no second process. To be called before any thread is started."""
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
    status = 1
    try:
        _read_for(its)
        status = 0
    finally:
        # without a word, and without the tidying up of the process that it was copied from
        os._exit(status)


def _read_for(pipe: int) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    from phresh_tui.settings import load_settings

    settings = load_settings()
    values = {name: _plain(getattr(settings, name)) for name in type(settings).model_fields}
    with open(pipe, "wb") as answer:
        answer.write(pickle.dumps(values | {"is_embedded": settings.is_embedded}))


def _plain(value: object) -> object:
    from pydantic import SecretStr

    if isinstance(value, SecretStr):
        return Secret(value.get_secret_value())
    assert value is None or isinstance(value, (str, int, float, Path))
    return value
