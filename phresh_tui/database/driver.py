"""asyncpg when it is needed, and no earlier: the first screen is drawn before (`phresh_tui.cli.ahead`).

Importing it, and with it the ssl of the standard library, takes a sixth of a start. So only this module and
`phresh_tui.database.errors`, which it imports as late, name it for anything but types at import.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from phresh_tui.market.errors import PhreshError

if TYPE_CHECKING:
    from phresh_tui.database.target import Target


async def load_driver() -> None:
    """Imports asyncpg in a thread, so that keys are answered meanwhile."""
    await asyncio.to_thread(importlib.import_module, "phresh_tui.database.errors")


def driver_errors() -> tuple[type[BaseException], ...]:
    """Whatever asyncpg and the event loop raise for a connection or a query."""
    from phresh_tui.database.errors import DRIVER_ERRORS

    return DRIVER_ERRORS


def is_lost(error: BaseException) -> bool:
    """Whether an error means that the database cannot be reached, and that the same call may succeed later."""
    from phresh_tui.database import errors

    return errors.is_lost(error)


def for_person(error: BaseException, target: Target, seconds: float | None = None) -> PhreshError:
    """The error that a person is told for one of the driver."""
    from phresh_tui.database import errors

    return errors.for_person(error, target, seconds)


@contextmanager
def told(target: Target, seconds: float | None = None) -> Iterator[None]:
    """Turns whatever the driver raises in its block into an error for a person.

    Args:
        target: where the block connects to.
        seconds: that were waited for an answer, when they were not those for a connection.

    """
    try:
        yield
    except (PhreshError, asyncio.CancelledError):
        raise
    except driver_errors() as error:
        raise for_person(error, target, seconds) from error
