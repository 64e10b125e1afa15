"""The bell: hears that somebody has changed something, and says when it is time to look again.

What is heard is a hint and never data, for anybody may ring.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress

from phresh_tui.database.connections import Connection
from phresh_tui.database.driver import driver_errors, is_lost, told
from phresh_tui.database.target import Target
from phresh_tui.market.errors import PhreshError

CHANNEL = "phresh"
# for an operator's program that writes without the functions of the members, which ring by themselves
RING = f"notify {CHANNEL}"
# Seconds after a ring until everything is looked at once more. The bell is rung once in 250 ms, and what is committed
# later in the same 250 ms rings no more; while something is changed all the time, in 500 ms, and then it says so.
ONCE_MORE = {"": 0.3, "500": 0.55}
# the least seconds between two looks, however often the bell rings
SHORTEST = 0.25
# a bell that is rung more often in one second is rung by somebody who means ill: the database rings about four times
MOST_RINGS = 50
# seconds that such a bell, or one that the server has no connection for, is left alone
PAUSE = 60.0
# seconds before the listener connects again, doubled each time, and the longest wait
FIRST_BACKOFF = 0.25
LONGEST_BACKOFF = 5.0

logger = logging.getLogger("phresh")


def backoff(wait: float) -> float:
    """Seconds to wait, spread so that programs do not come back in step."""
    return wait * random.uniform(0.5, 1.0)  # noqa: S311  spreads load, hides nothing


class Looks:
    """When to look: soon, and once more a little later, but never more often than four times a second.

    Args:
        look: what is called, in the event loop.

    """

    def __init__(self, look: Callable[[], None]) -> None:
        self._look = look
        self._last = -SHORTEST
        self._soon = False
        self._once_more: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    def soon(self) -> None:
        """Something may have changed."""
        self._soon = True
        self._plan()

    def rung(self, said: str = "") -> None:
        """The bell has rung: something has changed, and more may follow without a ring.

        Args:
            said: in the ring, for how many milliseconds that may be so; what is not known counts for nothing.

        """
        once_more = asyncio.get_running_loop().time() + ONCE_MORE.get(said, ONCE_MORE[""])
        self._once_more = max(self._once_more or 0.0, once_more)
        self.soon()

    def stop(self) -> None:
        """No look any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _plan(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        loop = asyncio.get_running_loop()
        if self._soon:
            due = loop.time()
        elif self._once_more is not None:
            due = self._once_more
        else:
            return
        self._timer = loop.call_at(max(due, self._last + SHORTEST), self._due)

    def _due(self) -> None:
        self._last = asyncio.get_running_loop().time()
        self._soon = False
        if self._once_more is not None and self._last >= self._once_more:
            self._once_more = None
        self._timer = None
        try:
            self._look()
        finally:
            self._plan()


class Bell:
    """Listens on a connection of its own, which it makes again when it breaks.

    Args:
        target: the member's account.
        heartbeat: seconds between two signs of life. A cable that is cut tells nobody, so the listener has to ask.
        looks: what is told when the bell rings, and when it is heard again.
        reachable: waits until the database is thought to be reachable.
        lost: told that it is not, with the error of the driver.

    Attributes:
        is_heard: whether a ring would be heard now.

    """

    def __init__(
        self,
        target: Target,
        heartbeat: float,
        looks: Looks,
        *,
        reachable: Callable[[], Awaitable[object]],
        lost: Callable[[BaseException], Awaitable[object]],
    ) -> None:
        self.is_heard = False
        self._target = target
        self._heartbeat = heartbeat
        self._looks = looks
        self._reachable = reachable
        self._lost = lost
        # there is reason to ask for a sign of life now
        self._doubt = asyncio.Event()
        self._wait = FIRST_BACKOFF
        # rings since the last look at the clock
        self._rings = 0
        self._counted_from = 0.0

    def doubt(self) -> None:
        """Asks for a sign of life now, and not at the next heartbeat."""
        self._doubt.set()

    async def listen(self) -> None:
        """Listens until it is cancelled."""
        while True:
            await self._reachable()
            wait = self._wait
            self._wait = min(wait * 2, LONGEST_BACKOFF)
            try:
                await self._listen()
            except PhreshError as error:
                logger.info("The bell is not heard: %s", error)
                cause = error.__cause__
                if cause is not None and is_lost(cause):
                    await self._lost(cause)
                else:
                    # there is no connection left for it, or the account is refused: the poll has to do
                    wait = PAUSE
            await asyncio.sleep(backoff(wait))

    async def _listen(self) -> None:
        """Listens on one connection until that breaks, or until somebody rings without end."""
        arguments = self._target.asyncpg_arguments()
        # operators see which connection it is
        arguments["server_settings"]["application_name"] = "phresh bell"
        import asyncpg

        with told(self._target):
            connection = await asyncpg.connect(**arguments)
        try:
            connection.add_termination_listener(self._ended)
            with told(self._target, self._target.connect_timeout):
                await connection.add_listener(CHANNEL, self._rung)
                # Behind a pool of connections that belongs to nobody, such as PgBouncer in transaction mode, rings get
                # lost: the process that answers is another one than the one that was promised.
                process = await connection.fetchval("select pg_backend_pid()", timeout=self._target.connect_timeout)
            self.is_heard = process == connection.get_server_pid()
            logger.info(
                "The bell is %s", "heard" if self.is_heard else "perhaps not heard, behind a pool of connections"
            )
            self._wait = FIRST_BACKOFF
            # what happened before, and what is committed in the same 250 or 500 ms as a ring that was not heard
            self._looks.rung("500")
            await self._keep_alive(connection)
        finally:
            self.is_heard = False
            with suppress(*driver_errors()):
                # cancelled, there is nobody to wait for an orderly end
                connection.terminate()

    async def _keep_alive(self, connection: Connection) -> None:
        """Asks for a sign of life now and then.

        Raises:
            PhreshError: when there is none, or when somebody rings without end.

        """
        seconds = self._target.connect_timeout
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._heartbeat):
                    await self._doubt.wait()
            self._doubt.clear()
            if connection.is_closed():
                return
            if self._rings > MOST_RINGS:
                raise PhreshError("the bell is rung without end", "", f"Listening again in {PAUSE:g} seconds")
            try:
                with told(self._target, seconds):
                    await connection.execute("select 1", timeout=seconds)
            except PhreshError as error:
                if connection.is_closed() and not isinstance(error.__cause__, TimeoutError):
                    # ended just now, as it may be between two questions: the next connection tells what is lost
                    return
                raise

    def _rung(self, _connection: object, _process: int, _channel: str, said: object) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._counted_from > 1:
            self._counted_from, self._rings = now, 0
        self._rings += 1
        if self._rings > MOST_RINGS:
            self.doubt()
        self._looks.rung(str(said))

    def _ended(self, _: object) -> None:
        self.doubt()
