"""The connections of a member, as the driver keeps them; imports the driver, and is imported when somebody connects."""

from __future__ import annotations

import asyncio
import logging
from contextvars import Context
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg

from phresh_tui.database.connections import Connection
from phresh_tui.database.target import Target

if TYPE_CHECKING:
    from phresh_tui.settings import Settings

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
logger = logging.getLogger("phresh")

# the part of the time for an answer that the server has for it
PATIENCE = 0.8

# the driver speaks through the program's log, never on the screen
logging.getLogger("asyncpg").addHandler(logging.NullHandler())


async def _as_it_is(_: Connection) -> None:
    """Nothing to undo: no call here listens, locks, or sets anything that lasts; it saves a round trip for each."""


async def _connect(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401  the driver's own
    """Connects in an empty context: a connection keeps that in which it is made, and with it the screen that asked."""
    made = asyncio.get_running_loop().create_task(asyncpg.connect(*arguments, **options), context=Context())
    try:
        return await made
    except asyncio.CancelledError:
        if made.done() and not made.cancelled() and made.exception() is None:
            made.result().terminate()
        raise


async def make_pool(target: Target, settings: Settings) -> Pool:
    """Connects; the driver's errors come through."""
    arguments = target.asyncpg_arguments()
    # the server gives up before the program does, which would take it for a lost connection
    arguments["server_settings"]["statement_timeout"] = str(int(PATIENCE * 1000 * target.command_timeout))
    pool: Pool = await asyncpg.create_pool(
        **arguments,
        # The pool's own upkeep would knock once a second with a traceback in the log while the server is gone.
        # No connection is closed for being idle, so those made at the start stay.
        min_size=0,
        init_size=settings.pool_min_size,
        max_size=settings.pool_max_size,
        max_inactive_connection_lifetime=0,
        # The timer that would forget a statement after five minutes keeps alive whoever asked it first: a whole screen.
        # The hundred that a connection remembers forget each other.
        max_cached_statement_lifetime=0,
        reset=_as_it_is,
        connect=_connect,
    )
    logger.info("Connected to database %s", target.masked_url)
    return pool
