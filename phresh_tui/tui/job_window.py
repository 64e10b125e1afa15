"""The jobs around those on the screen: a window over a list of any length, filled by keyset pages.

Knows neither Textual nor a widget. A job's ordinal is its line in the whole list, from 0. It is exact as long as the
window was reached from the top or from the end; after a jump it is an estimate, put right as soon as an end is reached.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol

from phresh_tui.database.listings import Count, Spot
from phresh_tui.market.cleaning import Cleaning

# rows fetched at once: two tall screens
PAGE = 120
# rows kept: beyond, the far end is forgotten
KEPT = 6 * PAGE
# rows that are counted off for a jump; further away the place is estimated
NEAR = 20_000
# rows beyond the screen that are read again with it
MARGIN = 40


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


class Run(NamedTuple):
    """Jobs that follow one another, and where they lie in the list; attributes as those of `JobWindow`."""

    rows: list[Cleaning]
    first: int
    at_top: bool
    at_end: bool


class JobWindow:
    """A contiguous run of jobs, and where it lies in the list.

    Attributes:
        rows: the jobs, in the list's order.
        first: the ordinal of the first of them.
        at_top: whether nothing comes before them.
        at_end: whether nothing comes after them.
        total: how many jobs the list has, or None before that was asked.
        left: the number of a job that is no part of the list any more and is kept all the same, or None.

    """

    def __init__(
        self,
        fetch: FetchPage,
        count: Callable[[], Awaitable[Count]],
        fetch_at: Callable[[float, int], Awaitable[Spot]],
    ) -> None:
        self._fetch = fetch
        self._count = count
        self._fetch_at = fetch_at
        self.rows: list[Cleaning] = []
        self.first = 0
        self.at_top = False
        self.at_end = False
        self.total: Count | None = None
        self.left: int | None = None
        self.loaded = False

    @property
    def run(self) -> Run:
        """What it holds."""
        return Run(self.rows, self.first, self.at_top, self.at_end)

    @property
    def length(self) -> int:
        """Lines of the whole list, as far as is known."""
        end = self.first + len(self.rows)
        if self.at_end:
            return end
        return max(self.total.number if self.total else 0, end + self.loaded)

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

    def show(self, run: Run) -> None:
        """From now on the window holds these jobs."""
        self.rows, self.at_top, self.at_end = run.rows, run.at_top, run.at_end
        self.first = 0 if run.at_top else run.first
        self.loaded = True
        if run.at_top and run.at_end:
            self.total = Count(len(run.rows), exact=True)

    def _show(self, rows: list[Cleaning], first: int, *, at_top: bool, at_end: bool) -> None:
        self.show(Run(rows, first, at_top, at_end))

    async def load_top(self) -> None:
        """The first page."""
        rows = await self._fetch(PAGE)
        self._show(rows, 0, at_top=True, at_end=len(rows) < PAGE)

    async def load_end(self) -> None:
        """The last page."""
        rows = await self._fetch(PAGE, from_end=True)
        length = max(self.total.number if self.total else 0, len(rows))
        self._show(rows, length - len(rows), at_top=len(rows) < PAGE, at_end=True)

    async def load_around(self, job: Cleaning) -> None:
        """A job with a page before and a page after it."""
        above = await self._fetch(PAGE, before=job)
        below = await self._fetch(PAGE, after=job)
        await self.recount()
        rows = [*above, job, *below]
        total = self.total.number if self.total else 0
        at_top, at_end = len(above) < PAGE, len(below) < PAGE
        # in between it is unknown, so the middle; whichever end is reached first puts it right
        first = total - len(rows) if at_end else total // 2 - len(above)
        self._show(rows, max(first, 1), at_top=at_top, at_end=at_end)

    def load_spot(self, spot: Spot) -> int:
        """A page in the middle; gives the estimated ordinal of its first job."""
        length = max(self.total.number if self.total else 0, self.length, len(spot.jobs))
        self._jumped(spot.jobs, min(round(spot.fraction * length), length - len(spot.jobs)))
        return self.first

    async def ensure(self, start: int, end: int) -> None:
        """Fetches what is missing of the lines between two ordinals, the second excluded."""
        if not self.loaded:
            await self.load_top()
        start, end = max(start, 0), min(end, self.length)
        if not self.lacks(start, end):
            return
        here_end = self.first + len(self.rows)
        if not self.rows or end < self.first - PAGE or start > here_end + PAGE:
            await self._jump(start)
        elif end > here_end:
            await self._extend_down()
        else:
            await self._extend_up()

    async def _jump(self, start: int) -> None:
        """Shows the lines around an ordinal far away, counted from the nearest place that is known."""
        first = max(min(start - PAGE // 3, self.length - PAGE), 0)
        last = first + PAGE
        here_end = self.first + len(self.rows)
        ways = [first, self.length - last, *(abs(way) for way in (first - here_end, self.first - last) if self.rows)]
        if first == 0:
            await self.load_top()
        elif last >= self.length:
            await self.load_end()
        elif min(ways) > NEAR:
            self._jumped((await self._fetch_at(first / self.length, PAGE)).jobs, first)
        elif self.rows and 0 <= first - here_end < first:
            self._jumped(await self._fetch(PAGE, after=self.rows[-1], offset=first - here_end), first)
        elif self.rows and 0 <= self.first - last < min(first, self.length - last):
            self._jumped(await self._fetch(PAGE, before=self.rows[0], offset=self.first - last), first)
        elif first <= self.length - last:
            self._jumped(await self._fetch(PAGE, offset=first), first)
        else:
            self._jumped(await self._fetch(PAGE, from_end=True, offset=self.length - last), first)
        if not self.rows:
            # the list is shorter than it was estimated
            await self.load_end()

    def _jumped(self, rows: list[Cleaning], first: int) -> None:
        self._show(rows, max(first, 1), at_top=False, at_end=False)

    async def _extend_down(self) -> None:
        more = await self._fetch(PAGE, after=self.rows[-1])
        here = {job.id for job in self.rows}
        rows = self.rows + [job for job in more if job.id not in here]
        drop = max(len(rows) - KEPT, 0)
        self._show(rows[drop:], self.first + drop, at_top=self.at_top and not drop, at_end=len(more) < PAGE)

    async def _extend_up(self) -> None:
        more = await self._fetch(PAGE, before=self.rows[0])
        here = {job.id for job in self.rows}
        fresh = [job for job in more if job.id not in here]
        rows = fresh + self.rows
        # at the top the estimate is over; elsewhere it must leave room for what still comes
        first = max(self.first - len(fresh), 1)
        at_end = self.at_end and len(rows) <= KEPT
        self._show(rows[:KEPT], first, at_top=len(more) < PAGE, at_end=at_end)

    async def read_again(self, start: int, end: int) -> Run:
        """Reads again what is on the screen and a little around it, in one page; shows nothing yet.

        Args:
            start: the first ordinal on the screen.
            end: the one after the last.

        """
        limit = max(PAGE, end - start + 2 * MARGIN)
        if self.rows and not self.at_top and start <= self.first:
            await self._extend_up()
        index = start - MARGIN - 1 - self.first
        if not self.rows or (self.at_top and index < MARGIN):
            rows = await self._fetch(limit)
            return Run(rows, 0, True, len(rows) < limit)
        index = max(min(index, len(self.rows) - 1), 0)
        first = self.first + index + 1
        rows = await self._fetch(limit, after=self.rows[index])
        return Run(rows, first, False, len(rows) < limit)

    async def recount(self) -> None:
        """Asks how many jobs there are."""
        total = await self._count()
        self.total = total
        if self.at_top and self.at_end:
            self.first = 0

    def changes(self, before: Run) -> dict[int, str]:
        """The signs of what has changed since, by job: ``+`` for a new one, ``~`` for one that was changed."""
        old = {job.id: job for job in before.rows}
        known = [index for index, job in enumerate(self.rows) if job.id in old]
        if not known:
            return {}
        # beyond those that were here a job may be an old one that was read now
        start = 0 if before.at_top and self.at_top else known[0]
        end = len(self.rows) if before.at_end and self.at_end else known[-1] + 1
        signs = {job.id: "+" for job in self.rows[start:end] if job.id not in old}
        return signs | {job.id: "~" for job in self.rows if job.id in old and old[job.id] != job}

    def keep(self, job: Cleaning, previous: list[int]) -> None:
        """Puts a job that has left the list back where it was, so that it does not vanish under the cursor.

        Args:
            job: as it is now.
            previous: numbers of the jobs that stood before it, nearest last.

        """
        here = {other.id: index for index, other in enumerate(self.rows)}
        self.left = job.id
        for number in reversed(previous):
            if number in here:
                self.rows.insert(here[number] + 1, job)
                return
        self.rows.insert(0, job)

    def let_go(self) -> int | None:
        """Drops the job that has left the list and was kept; gives the line where it stood."""
        ordinal = self.ordinal_of(self.left) if self.left is not None else None
        self.left = None
        if ordinal is not None:
            del self.rows[ordinal - self.first]
        return ordinal

    def replace(self, job: Cleaning) -> None:
        """Shows a job as it is now, on the line where it is."""
        for index, other in enumerate(self.rows):
            if other.id == job.id:
                self.rows[index] = job
