"""Where a jump will lead, read while somebody types it: in a very long list its jobs may lie anywhere on the disk."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from phresh_tui.database import listings
from phresh_tui.database.listings import Listing, Spot
from phresh_tui.database.session import Session
from phresh_tui.market.errors import PhreshError
from phresh_tui.market.when import local_now

# seconds that a value which has been typed over is still read for: to drop it takes about as long
PATIENCE = 0.08
# seconds for which what was read ahead is taken to be true, unless somebody says before that it has changed
FRESH = 2.0


class _Found(NamedTuple):
    """What was read, and when by the clock of the event loop."""

    spot: Spot
    at: float


class JumpsAhead:
    """Reads the page of the value that is typed: one read at a time, and what was typed last comes next.

    Args:
        session: the member who types.

    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._wanted: tuple[Listing, str] | None = None
        self._reading: asyncio.Task[_Found | None] | None = None

    def expect(self, listing: Listing, text: str, limit: int) -> None:
        """A jump is being typed; without a text, it will be."""
        if self._wanted != (listing, text):
            self._wanted = (listing, text)
            self._reading = asyncio.create_task(self._read(listing, text, limit, self._reading))

    def forget(self) -> None:
        """What was read may have changed."""
        self._wanted = None

    def stop(self) -> None:
        """Nobody jumps any more."""
        self.forget()
        if self._reading is not None:
            self._reading.cancel()

    def found(self, listing: Listing, text: str) -> Spot | None:
        """The page of a value, if it is here."""
        task = self._reading
        if task is None or self._wanted != (listing, text) or not task.done() or task.cancelled():
            return None
        return self._fresh(task.result())

    async def spot(self, listing: Listing, text: str, limit: int) -> Spot:
        """The page that begins with the first job at or after a value, read now unless it was read ahead.

        Raises:
            PhreshError: as `listings.jump`.

        """
        spot = None
        if self._reading is not None and self._wanted == (listing, text):
            spot = self._fresh(await asyncio.shield(self._reading))
        return spot or await listings.jump(self._session, listing, text, limit, local_now())

    @staticmethod
    def _fresh(found: _Found | None) -> Spot | None:
        if found is None or asyncio.get_running_loop().time() - found.at > FRESH:
            return None
        return found.spot

    async def _read(
        self, listing: Listing, text: str, limit: int, before: asyncio.Task[_Found | None] | None
    ) -> _Found | None:
        if before is not None:
            try:
                await asyncio.wait({before}, timeout=PATIENCE)
            finally:
                # nobody wants it any more
                before.cancel()
        if self._wanted != (listing, text):
            return None
        try:
            if not text.strip():
                await listings.prepare_jump(self._session, listing)
                return None
            spot = await listings.jump(self._session, listing, text, limit, local_now())
        except PhreshError:
            # it is asked again when it is wanted, and told then
            return None
        return _Found(spot, asyncio.get_running_loop().time())
