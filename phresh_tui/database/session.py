"""A member who is signed in: their pool, and whether it reaches the database."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from phresh_tui.database.bell import FIRST_BACKOFF, LONGEST_BACKOFF, PAUSE, Bell, Looks, backoff
from phresh_tui.database.connections import Connection
from phresh_tui.database.driver import driver_errors, for_person, load_driver, told
from phresh_tui.database.market_settings import MarketSettings, read_market_settings
from phresh_tui.database.target import Target
from phresh_tui.market.errors import DatabaseUnavailable, PhreshError, SchemaError, SignInError
from phresh_tui.market.member import handle_of

if TYPE_CHECKING:
    import asyncpg

    from phresh_tui.database.pool import Pool
    from phresh_tui.settings import Settings

Result = TypeVar("Result")
logger = logging.getLogger("phresh")

# seconds without an answer after which the database is called offline; it is tried all the same
OFFLINE_AFTER = 15.0
# polls that a bell that is heard makes needless, for each that is made
POLLS_SPARED = 5
# as an error gives its SQLSTATE
TOO_MANY_CONNECTIONS = "53300"
# seconds that closing waits for what is under way
CLOSE_TIMEOUT = 2.0


def _is_full(error: BaseException) -> bool:
    """Whether the server has no connection left."""
    return getattr(error, "sqlstate", None) == TOO_MANY_CONNECTIONS


class Link(StrEnum):
    """How the connection is, in words for the header."""

    CONNECTED = "connected"
    RECONNECTING = "reconnecting"
    OFFLINE = "offline"
    CLOSED = "closed"

    @property
    def is_lost(self) -> bool:
        """Whether the database does not answer, and is tried again and again."""
        return self in (Link.RECONNECTING, Link.OFFLINE)


class Session:
    """A pool of connections as one member: opened by `open`, or made from what is known and told to `connect` later.

    Reads may be cancelled at any time. Writes are not: they carry a request id, so that one whose answer was lost can
    be sent again and is answered as the first time.

    Whoever gets a `DatabaseUnavailable` finds `link` off ``CONNECTED``, and is called back when it is there again.

    Attributes:
        target: the member's account.
        link: how the connection is.
        trouble: why the database cannot be reached, while it cannot.
        market: the operator's settings, read when the session was opened.

    """

    def __init__(self, target: Target, market: MarketSettings, settings: Settings, pool: Pool | None = None) -> None:
        self.target = target
        self.market = market
        self._settings = settings
        self.link = Link.CONNECTED
        self.trouble: PhreshError | None = None
        self._pool = pool
        self._making: asyncio.Task[Pool] | None = None
        self._may_connect = asyncio.Event()
        # whoever waits for a connection waits here, so that a time-out of the pool means the network, not a queue
        self._size = settings.pool_max_size
        self._turns = asyncio.Semaphore(self._size)
        self._on_link: Callable[[Link], None] = lambda _: None
        self._recovery: asyncio.Task[None] | None = None
        self._next_try: float | None = None
        self._reachable = asyncio.Event()
        self._reachable.set()
        self._watchers: list[asyncio.Task[None]] = []
        self._looks: Looks | None = None
        self._bell: Bell | None = None
        # the event loop itself holds tasks by weak references only
        self._tasks: set[asyncio.Task[Any]] = set()

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
        await load_driver()
        from phresh_tui.database.pool import make_pool

        with told(target):
            pool = await make_pool(target, settings)
        try:
            with told(target, target.command_timeout):
                async with pool.acquire() as connection:
                    market = await read_market_settings(connection)
        except BaseException:
            pool.terminate()
            raise
        return cls(target, market, settings, pool)

    def connect(self) -> None:
        """Lets a session connect that was made and not opened; whoever asks it something before that waits."""
        self._may_connect.set()

    async def close(self) -> None:
        """Closes the pool: what is under way has two seconds to end, then it is cut off."""
        if self.link is Link.CLOSED:
            return
        # without a connection nothing can end in order
        timeout = CLOSE_TIMEOUT if self.link is Link.CONNECTED else 0
        self._change_link(Link.CLOSED)
        for task in (self._recovery, *self._watchers):
            if task is not None:
                task.cancel()
        if self._looks is not None:
            self._looks.stop()
        if self._making is not None:
            self._making.cancel()
        if self._pool is not None:
            try:
                await asyncio.wait_for(self._pool.close(), timeout)
            except driver_errors():
                pass
            finally:
                with contextlib.suppress(*driver_errors()):
                    self._pool.terminate()
        rest = [task for task in (self._recovery, *self._watchers, *self._tasks) if task is not None]
        if rest:
            # their connections are gone, so they end now; each error is for whoever waits for it
            await asyncio.wait(rest, timeout=CLOSE_TIMEOUT)
        logger.info("Closed the connections to database %s", self.target.masked_url)

    def watch_link(self, callback: Callable[[Link], None]) -> None:
        """Calls back whenever the connection is lost or there again."""
        self._on_link = callback

    def on_change(self, callback: Callable[[], None]) -> None:
        """Calls back, in the event loop, when it is time to read again what is shown; at most four times a second.

        That is when the bell has rung and 300 or 550 ms after it, when the connection is back, and now and then: every
        `Settings.refresh_seconds`, or five times as long while the bell is heard. To be called once.
        """
        assert self._looks is None
        self._looks = Looks(callback)
        self._bell = Bell(
            self.target,
            self._settings.heartbeat_seconds,
            self._looks,
            reachable=self._can_listen,
            lost=lambda error: self._refused(error, self.target.connect_timeout),
        )
        self._watchers = [asyncio.ensure_future(self._bell.listen()), asyncio.ensure_future(self._poll())]

    async def _can_listen(self) -> None:
        """Waits for the database; where it gives one connection only, that is not the bell's."""
        while self._pool is None and self.link is not Link.CLOSED:
            try:
                await self._the_pool()
            except driver_errors():
                await asyncio.sleep(FIRST_BACKOFF)
        await self._reachable.wait()

    @property
    def is_bell_heard(self) -> bool:
        """Whether changes are told, and not only found by the poll."""
        return self._bell is not None and self._bell.is_heard

    @property
    def seconds_to_next_try(self) -> int | None:
        """Seconds until a lost connection is tried again, or None while it is being tried, or not lost."""
        if self._next_try is None or not self.link.is_lost:
            return None
        return max(math.ceil(self._next_try - asyncio.get_running_loop().time()), 1)

    async def _poll(self) -> None:
        """For what no ring has told: the bell is a hint, and may be lost."""
        spared = 0
        while True:
            await asyncio.sleep(self._settings.refresh_seconds)
            spared += 1
            if (
                self._looks is not None
                and self._reachable.is_set()
                and (spared >= POLLS_SPARED or not self.is_bell_heard)
            ):
                spared = 0
                self._looks.soon()

    async def fetch(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """The rows of a read.

        Raises:
            DatabaseUnavailable: when there is no answer; the session then tries to come back by itself.

        """

        async def read(connection: Connection) -> list[asyncpg.Record]:
            return await connection.fetch(query, *arguments)

        rows: list[asyncpg.Record] = await self.use(read)
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
        task = asyncio.ensure_future(self._move(query, *arguments))
        self._keep(task)
        return await asyncio.shield(task)

    async def _move(self, query: str, *arguments: object) -> Any:  # noqa: ANN401
        try:
            return await self.fetch_value(query, *arguments)
        except DatabaseUnavailable as error:
            # one connection may have broken alone; whoever did not answer in time will not do so now
            if isinstance(error.__cause__, TimeoutError) or self.link is Link.CLOSED:
                raise
            return await self.fetch_value(query, *arguments)

    def _keep(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def use(self, work: Callable[[Connection], Any]) -> Any:  # noqa: ANN401  whatever the work gives
        """Reads something with one connection.

        Raises:
            DatabaseUnavailable: as `fetch`.

        """
        connection = await self._connection()
        answered = False
        try:
            result = await work(connection)
            answered = True
        except driver_errors() as error:
            raise await self._refused(error, self.target.command_timeout) from error
        finally:
            giving_back = asyncio.ensure_future(self._give_back(connection))
            self._keep(giving_back)
            if answered:
                # no waiting as a rule; otherwise the driver first settles what was cancelled
                await asyncio.shield(giving_back)
        self._reached()
        return result

    async def _connection(self) -> Connection:
        """A connection of the pool, and a turn that `_give_back` ends."""
        while True:
            if self.link is Link.CLOSED:
                raise DatabaseUnavailable("this session is closed", "", "Sign in again")
            await self._take_turn()
            try:
                pool = await self._the_pool()
                return await pool.acquire(timeout=self.target.connect_timeout)
            except driver_errors() as error:
                if not _is_full(error) or self._pool is None or self._pool.get_size() == 0:
                    self._turns.release()
                    raise await self._refused(error, self.target.connect_timeout) from error
                # make do with those that there are: this turn is not given back, unless it is the last one
                logger.info("The server gives %s no more connections: %s", self.target.user, error)
                if self._size > 1:
                    self._size -= 1
                else:
                    self._turns.release()
                    await asyncio.sleep(FIRST_BACKOFF)
            except BaseException:
                self._turns.release()
                raise

    async def _the_pool(self) -> Pool:
        """The pool, made when it is asked for the first time, if `open` has not made it."""
        if self._pool is None:
            if self._making is None or self._making.done():
                self._making = asyncio.ensure_future(self._make_later())
            self._pool = await asyncio.shield(self._making)
        return self._pool

    async def _make_later(self) -> Pool:
        await self._may_connect.wait()
        await load_driver()
        from phresh_tui.database.pool import make_pool

        return await make_pool(self.target, self._settings)

    async def _take_turn(self) -> None:
        try:
            async with asyncio.timeout(self.target.command_timeout):
                await self._turns.acquire()
        except TimeoutError:
            if self.trouble is not None:
                raise self.trouble from None
            raise PhreshError(
                "the database is busy", "earlier questions still wait for their answers", "Try again in a moment"
            ) from None

    async def _give_back(self, connection: Connection) -> None:
        try:
            with contextlib.suppress(*driver_errors()):
                assert self._pool is not None
                await self._pool.release(connection)  # type: ignore[arg-type]  # the pool gives out proxies only
        finally:
            self._turns.release()

    def _reached(self) -> None:
        self.trouble = None
        if self.link.is_lost:
            logger.info("Connected again to database %s", self.target.masked_url)
            self._change_link(Link.CONNECTED)
            if self._looks is not None:
                self._looks.soon()

    def _change_link(self, link: Link) -> None:
        if link is self.link:
            return
        self.link = link
        if link is Link.CONNECTED:
            self._reachable.set()
        else:
            self._reachable.clear()
            if self._bell is not None:
                self._bell.doubt()
        self._on_link(link)

    async def _refused(self, error: BaseException, seconds: float) -> PhreshError:
        """What to tell for an error; begins to reconnect when a connection is lost or an account refused."""
        reason = for_person(error, self.target, seconds)
        if isinstance(reason, DatabaseUnavailable | SignInError) and self.link is not Link.CLOSED:
            logger.warning("Lost the connection to database %s: %s", self.target.masked_url, reason)
            self.trouble = reason
            await self._drop_idle()
            if self.link is Link.CONNECTED:
                self._change_link(Link.OFFLINE if isinstance(reason, SignInError) else Link.RECONNECTING)
            if self._recovery is None or self._recovery.done():
                self._recovery = asyncio.ensure_future(self._try_again())
        return reason

    async def _drop_idle(self) -> None:
        """What lies idle came the same way as what was lost: asking it would cost a time-out each."""
        pool = self._pool
        if pool is None:
            return
        for _ in range(pool.get_idle_size()):
            # the pool may give one that it makes only now, which fails as well
            with contextlib.suppress(*driver_errors()):
                connection = await pool.acquire(timeout=self.target.connect_timeout)
                connection.terminate()

    async def _try_again(self) -> None:
        """Asks until there is an answer, less often each time and never in step with other programs."""
        loop = asyncio.get_running_loop()
        wait, lost = FIRST_BACKOFF, loop.time()
        while self.link.is_lost:
            pause = backoff(wait)
            self._next_try = loop.time() + pause
            await asyncio.sleep(pause)
            self._next_try = None
            if not self.link.is_lost:
                return
            wait = min(wait * 2, LONGEST_BACKOFF)
            try:
                pool = await self._the_pool()
                async with pool.acquire(timeout=self.target.connect_timeout) as connection:
                    await connection.fetchval("select 1", timeout=self.target.connect_timeout)
            except driver_errors() as error:
                self.trouble = for_person(error, self.target)
                logger.info("Still no connection to database %s: %s", self.target.masked_url, self.trouble)
                refused = isinstance(self.trouble, (SignInError, SchemaError))
                if refused:
                    # only an operator can change that
                    wait = PAUSE
                if refused or loop.time() - lost > OFFLINE_AFTER:
                    self._change_link(Link.OFFLINE)
            else:
                self._reached()
