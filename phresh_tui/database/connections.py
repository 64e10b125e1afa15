"""Single connections, for what happens before and beside the member's own pool."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, TypeAlias

from phresh_tui.database.driver import driver_errors, told
from phresh_tui.database.target import Target

if TYPE_CHECKING:
    import asyncpg

# what asyncpg calls a connection that is typed by the class of its rows
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"

logger = logging.getLogger("phresh")


@asynccontextmanager
async def connected(target: Target) -> AsyncIterator[Connection]:
    """One connection, closed at the end of the block. Errors of the driver come out as errors for a person.

    Raises:
        PhreshError: also for whatever fails inside the block.

    """
    import asyncpg

    with told(target):
        connection = await asyncpg.connect(**target.asyncpg_arguments())
    try:
        with told(target, target.command_timeout):
            yield connection
    finally:
        with suppress(*driver_errors()):
            await connection.close(timeout=2)
