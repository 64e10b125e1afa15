"""A member who is signed in: their pool, and whether it reaches the database."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar

import asyncpg

from phresh_tui.database.accounts import MarketSettings, read_market_settings
from phresh_tui.database.connections import Connection
from phresh_tui.database.errors import for_person, is_lost, told
from phresh_tui.database.target import Target
from phresh_tui.market.member import handle_of
from phresh_tui.settings import Settings

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Result = TypeVar("Result")
logger = logging.getLogger("phresh")

# seconds before the connection is tried again, doubled each time, and the longest wait
FIRST_BACKOFF = 0.25
LONGEST_BACKOFF = 5.0


class Link(StrEnum):
    """How the connection is, in words for the header."""

    CONNECTED = "connected"
    RECONNECTING = "reconnecting"
    CLOSED = "closed"


class Session:
    """A pool of connections as one member.

    Reads may be cancelled at any time. Writes are not: they carry a request id, so that one whose answer was lost can
    be sent again and is answered as the first time.

    Attributes:
        target: the member's account.
        link: how the connection is.
        market: the operator's settings, read when the session was opened.

    """

    def __init__(self, target: Target, pool: Pool, market: MarketSettings) -> None:
        self.target = target
        self.market = market
        self.link = Link.CONNECTED
        self._pool = pool
        self._on_link: Callable[[Link], None] = lambda _: None
        self._recovery: asyncio.Task[None] | None = None

    @property
    def handle(self) -> str:
        """The member's handle."""
        return handle_of(self.target.user)

    @classmethod
    async def open(cls, target: Target, settings: Settings) -> Session:
        """Connects as a member.

        Raises:
            SignInError: when the account or its password is refused.
            DatabaseUnavailable: when there is no answer.

        """
        with told(target):
            pool: Pool = await asyncpg.create_pool(
                **target.asyncpg_arguments(),
                min_size=settings.pool_min_size,
                max_size=settings.pool_max_size,
                max_inactive_connection_lifetime=0,
            )
            logger.info("Connected to database %s", target.masked_url)
            try:
                async with pool.acquire() as connection:
                    market = await read_market_settings(connection)
            except BaseException:
                pool.terminate()
                raise
        return cls(target, pool, market)

    async def close(self) -> None:
        """Closes the pool, and cuts what does not close within two seconds."""
        if self._recovery is not None:
            self._recovery.cancel()
        if self.link is Link.CLOSED:
            return
        self._change_link(Link.CLOSED)
        try:
            await asyncio.wait_for(self._pool.close(), timeout=2)
        except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            self._pool.terminate()
        logger.info("Closed the connections to database %s", self.target.masked_url)

    def watch_link(self, callback: Callable[[Link], None]) -> None:
        """Calls back whenever the connection is lost or there again."""
        self._on_link = callback

    async def fetch(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """The rows of a read.

        Raises:
            DatabaseUnavailable: when there is no answer; the session then tries to come back by itself.

        """

        async def read(connection: Connection) -> list[asyncpg.Record]:
            return await connection.fetch(query, *arguments)

        rows: list[asyncpg.Record] = await self._use(read)
        return rows

    async def fetch_value(self, query: str, *arguments: object) -> Any:  # noqa: ANN401  whatever the query selects
        """The first column of the first row, or None.

        Raises:
            DatabaseUnavailable: as `fetch`.

        """
        rows = await self.fetch(query, *arguments)
        return rows[0][0] if rows else None

    async def move(self, query: str, *arguments: object) -> Any:  # noqa: ANN401  whatever the function answers
        """Calls one of the functions that change something; goes on when the caller is cancelled.

        Raises:
            Refused: when the market says no.
            DatabaseUnavailable: when the answer was lost; ask again with the same request id.

        """
        return await asyncio.shield(asyncio.ensure_future(self.fetch_value(query, *arguments)))

    async def _use(self, work: Callable[[Connection], Any]) -> Any:  # noqa: ANN401
        try:
            async with self._pool.acquire(timeout=self.target.connect_timeout) as connection:
                result = await work(connection)
        except asyncio.CancelledError:
            raise
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, UnicodeEncodeError) as error:
            if is_lost(error):
                logger.warning("Lost the connection to database %s: %s", self.target.masked_url, error)
                self._recover()
            raise for_person(error, self.target) from error
        if self.link is Link.RECONNECTING:
            self._change_link(Link.CONNECTED)
        return result

    def _change_link(self, link: Link) -> None:
        if link is not self.link:
            self.link = link
            self._on_link(link)

    def _recover(self) -> None:
        if self.link is Link.CLOSED:
            return
        self._change_link(Link.RECONNECTING)
        if self._recovery is None or self._recovery.done():
            self._recovery = asyncio.ensure_future(self._try_again())

    async def _try_again(self) -> None:
        """Asks until there is an answer, less often each time and never in step with other programs."""
        with contextlib.suppress(asyncpg.InterfaceError):
            await self._pool.expire_connections()
        wait = FIRST_BACKOFF
        while self.link is Link.RECONNECTING:
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))  # noqa: S311  spreads load, hides nothing
            wait = min(wait * 2, LONGEST_BACKOFF)
            try:
                async with self._pool.acquire(timeout=self.target.connect_timeout) as connection:
                    await connection.fetchval("select 1")
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                logger.info("Still no connection to database %s: %s", self.target.masked_url, error)
            else:
                logger.info("Connected again to database %s", self.target.masked_url)
                self._change_link(Link.CONNECTED)

    async def ping(self) -> None:
        """Asks for a sign of life.

        Raises:
            DatabaseUnavailable: when there is none.

        """
        await self.fetch_value("select 1")
