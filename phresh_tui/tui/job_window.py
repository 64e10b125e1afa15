"""The jobs around those on the screen: a window over a list of any length, filled by keyset pages.

Knows neither Textual nor a widget. A job's ordinal is its line in the whole list, from 0. It is exact as long as the
window was reached from the top or from the end; after a jump it is an estimate, put right as soon as an end is reached.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from phresh_tui.database.cleanings import Count
from phresh_tui.market.cleaning import Cleaning

# rows fetched at once: two tall screens
PAGE = 120
# rows kept: beyond, the far end is forgotten
KEPT = 6 * PAGE


class FetchPage(Protocol):
    """Reads one page of a listing, as `phresh_tui.database.cleanings.page` does."""

    def __call__(
        self,
        limit: int,
        *,
        after: Cleaning | None = None,
        before: Cleaning | None = None,
        from_end: bool = False,
        offset: int = 0,
    ) -> Awaitable[list[Cleaning]]:
        """At most ``limit`` jobs; fewer mean that the list ends there."""
        ...


class JobWindow:
    """A contiguous run of jobs, and where it lies in the list.

    Attributes:
        rows: the jobs, in the list's order.
        first: the ordinal of the first of them.
        at_top: whether nothing comes before them.
        at_end: whether nothing comes after them.
        total: how many jobs the list has, or None before that was asked.

    """

    def __init__(self, fetch: FetchPage, count: Callable[[], Awaitable[Count]]) -> None:
        self._fetch = fetch
        self._count = count
        self.rows: list[Cleaning] = []
        self.first = 0
        self.at_top = False
        self.at_end = False
        self.total: Count | None = None
        self.loaded = False

    @property
    def length(self) -> int:
        """Lines of the whole list, as far as is known."""
        end = self.first + len(self.rows)
        if self.at_end:
            return end
        return max(self.total.number if self.total else 0, end + (1 if self.loaded else 0))

    def get(self, ordinal: int) -> Cleaning | None:
        """The job on a line, or None while it is not here."""
        index = ordinal - self.first
        return self.rows[index] if 0 <= index < len(self.rows) else None

    def ordinal_of(self, job_id: int) -> int | None:
        """The line of a job, or None when it is not here."""
        for index, job in enumerate(self.rows):
            if job.id == job_id:
                return self.first + index
        return None

    def lacks(self, start: int, end: int) -> bool:
        """Whether lines that exist between two ordinals, the second excluded, are not here."""
        start, end = max(start, 0), min(end, self.length)
        return not self.loaded or (start < end and (start < self.first or end > self.first + len(self.rows)))

    async def load_top(self) -> None:
        """The first page and the count."""
        rows = await self._fetch(PAGE)
        self.rows, self.first, self.at_top, self.at_end = rows, 0, True, len(rows) < PAGE
        self.loaded = True
        await self.recount()

    async def load_end(self) -> None:
        """The last page."""
        rows = await self._fetch(PAGE, from_end=True)
        self.rows, self.at_end, self.at_top = rows, True, len(rows) < PAGE
        length = len(rows) if self.at_top or self.total is None else max(self.total.number, len(rows))
        self.first = length - len(rows)
        self.loaded = True

    async def load_around(self, job: Cleaning) -> None:
        """A job with a page before and a page after it."""
        above = await self._fetch(PAGE, before=job)
        below = await self._fetch(PAGE, after=job)
        self.rows = [*above, job, *below]
        self.at_top, self.at_end = len(above) < PAGE, len(below) < PAGE
        await self.recount()
        if self.at_top:
            self.first = 0
        elif self.at_end and self.total is not None:
            self.first = max(self.total.number - len(self.rows), 1)
        else:
            # unknown, so the middle; whichever end is reached first puts it right
            self.first = max((self.total.number if self.total else 0) // 2 - len(above), 1)
        self.loaded = True

    async def ensure(self, start: int, end: int) -> None:
        """Fetches what is missing of the lines between two ordinals, the second excluded."""
        if not self.loaded:
            await self.load_top()
        start, end = max(start, 0), min(end, self.length)
        if not self.lacks(start, end):
            return
        here_start, here_end = self.first, self.first + len(self.rows)
        if not self.rows or end < here_start - PAGE or start > here_end + PAGE:
            await self._jump(start, end)
        elif end > here_end:
            await self._extend_down()
        else:
            await self._extend_up()

    async def _jump(self, start: int, end: int) -> None:
        if end >= self.length - PAGE:
            await self.load_end()
        elif start < PAGE:
            await self.load_top()
        else:
            offset = max(start - PAGE // 2, 0)
            rows = await self._fetch(2 * PAGE, offset=offset)
            if not rows:
                await self.load_end()
                return
            self.rows, self.first = rows, offset
            self.at_top, self.at_end = False, len(rows) < 2 * PAGE

    async def _extend_down(self) -> None:
        more = await self._fetch(PAGE, after=self.rows[-1])
        self.at_end = len(more) < PAGE
        here = {job.id for job in self.rows}
        self.rows += [job for job in more if job.id not in here]
        if len(self.rows) > KEPT:
            drop = len(self.rows) - KEPT
            del self.rows[:drop]
            self.first += drop
            self.at_top = False

    async def _extend_up(self) -> None:
        more = await self._fetch(PAGE, before=self.rows[0])
        self.at_top = len(more) < PAGE
        here = {job.id for job in self.rows}
        fresh = [job for job in more if job.id not in here]
        self.rows = fresh + self.rows
        # at the top the estimate is over; elsewhere it must leave room for what still comes
        self.first = 0 if self.at_top else max(self.first - len(fresh), 1)
        if len(self.rows) > KEPT:
            del self.rows[KEPT:]
            self.at_end = False

    async def refresh(self, around: int) -> None:
        """Reads again what is here, in one page: what other members did becomes visible.

        Args:
            around: an ordinal on the screen; rows far from it are let go instead of being read again.

        """
        if not self.loaded or (self.at_top and around < 2 * PAGE) or not self.rows:
            limit = max(PAGE, min(len(self.rows) + 1, 3 * PAGE))
            rows = await self._fetch(limit)
            self.rows, self.first, self.at_top, self.at_end = rows, 0, True, len(rows) < limit
            self.loaded = True
        else:
            start = max(min(around - self.first - PAGE, len(self.rows) - 1), 0)
            anchor = self.rows[start]
            rows = await self._fetch(3 * PAGE, after=anchor)
            self.at_top = self.at_top and start == 0
            self.first += start
            self.rows, self.at_end = [anchor, *rows], len(rows) < 3 * PAGE
        await self.recount()

    async def recount(self) -> None:
        """Asks how many jobs there are."""
        self.total = await self._count()
        if self.at_top and self.at_end:
            self.first = 0

    def keep(self, job: Cleaning, previous: list[int]) -> None:
        """Puts a job that has left the list back where it was, so that it does not vanish under the cursor.

        Args:
            job: as it is now.
            previous: numbers of the jobs that stood before it, nearest last.

        """
        here = {other.id: index for index, other in enumerate(self.rows)}
        if job.id in here:
            return
        for number in reversed(previous):
            if number in here:
                self.rows.insert(here[number] + 1, job)
                return
        self.rows.insert(0, job)

    def replace(self, job: Cleaning) -> None:
        """Shows a job as it is now, on the line where it is."""
        for index, other in enumerate(self.rows):
            if other.id == job.id:
                self.rows[index] = job
