"""Which jobs are new since a list was read, and lie above what is seen of it; knows no widget."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from phresh_tui.database import listings
from phresh_tui.database.listings import Listing
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning
from phresh_tui.tui.job_window import JobWindow

# new jobs above the screen are counted up to here
MANY_NEW = 100


class NewJobs:
    """Counts what was posted since the list was read, by the clock of the database, until it was on the screen.

    Args:
        session: the member who looks.

    Attributes:
        above: the new jobs above what is seen, in the list's order, up to `MANY_NEW`.

    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.above: list[Cleaning] = []
        self._seen: set[int] = set()
        self._clock: timedelta | None = None
        self._since: datetime | None = None

    def begin(self) -> None:
        """A list was read: nothing of it is new."""
        self._since = self._now()
        self._seen.clear()
        self.above = []

    async def set_clock(self) -> None:
        """Asks the database what time it is, once."""
        if self._clock is None:
            self._clock = await listings.clock(self._session) - datetime.now(UTC)
            self._since = self._now()

    def saw(self, window: JobWindow, top: int, end: int) -> bool:
        """These lines are on the screen; whether fewer jobs are new above it than before."""
        if self._since is None:
            return False
        before = len(self.above)
        for line in range(top, end):
            job = window.get(line)
            if job is not None and job.created_at > self._since:
                self._seen.add(job.id)
        if top == 0 and window.at_top:
            self.above = []
        elif self.above:
            self.above = [job for job in self.above if job.id not in self._seen]
        return len(self.above) < before

    async def look(self, listing: Listing, first: Cleaning | None) -> None:
        """Finds what is new above a job, the first one on the screen."""
        if self._since is not None and first is not None:
            new = listing._replace(wanted=listing.wanted._replace(posted_after=self._since))
            above = await listings.page(self._session, new, MANY_NEW, before=first)
            self.above = [job for job in above if job.id not in self._seen]

    def _now(self) -> datetime | None:
        """The time at the database, when it was asked."""
        return datetime.now(UTC) + self._clock if self._clock is not None else None
