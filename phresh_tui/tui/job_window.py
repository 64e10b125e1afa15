"""The jobs around those on the screen: a window over a list of any length, filled by keyset pages.

Knows neither Textual nor a widget. A job's ordinal is its line in the whole list, from 0. It is exact as long as the
window was reached from the top or from the end; after a jump it is an estimate, put right as soon as an end is reached.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol

from phresh_tui.database.listings import Count, Spot
from phresh_tui.market.cleaning import Cleaning

# lines that a list is taken to have while it is counted, and its end or its middle is shown already
UNCOUNTED = 1_000_000
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

    def reaches(self, ordinal: int) -> bool:
        """Whether a job that was on this line would be among them."""
        return self.first <= ordinal and (self.at_end or ordinal <= self.first + len(self.rows))


class JobWindow:
    """A contiguous run of jobs, and where it lies in the list.

    Attributes:
        rows: the jobs, in the list's order.
        first: the ordinal of the first of them.
        at_top: whether nothing comes before them.
        at_end: whether nothing comes after them.
        total: how many jobs the list has, or None before that was asked.
        is_estimate: whether the ordinals are one.
        rebased: lines by which an estimate was put right since this was last set to 0.
        left: the numbers of jobs that are no part of the list any more and are kept all the same.
        at_once: rows that the first and the last page have at the most: those that are seen at once, when that counts.

    """

    def __init__(
        self,
        fetch: FetchPage,
        count: Callable[[], Awaitable[Count]],
        fetch_at: Callable[[float, int], Awaitable[Spot]],
        place_of: Callable[[Cleaning], Awaitable[float]],
    ) -> None:
        self._fetch = fetch
        self._count = count
        self._fetch_at = fetch_at
        self._place_of = place_of
        self.rows: list[Cleaning] = []
        self.first = 0
        self.at_top = False
        self.at_end = False
        self.total: Count | None = None
        self.is_estimate = False
        self.rebased = 0
        self.left: set[int] = set()
        self.loaded = False
        self.at_once = PAGE

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
        counted = self.total.number if self.total else UNCOUNTED if self.is_estimate else 0
        return max(counted, end + self.loaded)

    @property
    def is_length_known(self) -> bool:
        """Whether there is nothing beyond that length."""
        return self.at_end or (self.total is not None and self.total.exact)

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
        start = max(start, 0)
        if start < self.length or self.is_length_known:
            end = min(end, self.length)
        return not self.loaded or (start < end and (start < self.first or end > self.first + len(self.rows)))

    def show(self, run: Run) -> None:
        """From now on the window holds these jobs."""
        self.rows, self.at_top, self.at_end = run.rows, run.at_top, run.at_end
        self.first = 0 if run.at_top else run.first
        self.loaded = True
        if self.left:
            self.left &= {job.id for job in run.rows}
        if run.at_top:
            self.is_estimate = False
        if run.at_top and run.at_end:
            self.total = Count(len(run.rows), exact=True)

    def _show(self, rows: list[Cleaning], first: int, *, at_top: bool, at_end: bool) -> None:
        self.show(Run(rows, first, at_top, at_end))

    def rebase(self, first: int) -> None:
        """Puts right where the rows lie in the list."""
        self.rebased += first - self.first
        self.first = first

    @property
    def _whole(self) -> int:
        """Lines of the list for a page at an estimated place: a guess while nobody has counted them."""
        return max(self.length, 0 if self.total else UNCOUNTED)

    async def load_top(self) -> int:
        """The first page; gives the ordinal of the first job, as the next three do for what they look for."""
        limit = self.at_once
        self.show_top(await self._fetch(limit), limit)
        return 0

    def show_top(self, rows: list[Cleaning], limit: int = PAGE) -> None:
        """The first page, of so many rows at the most, when it is here already."""
        self._show(rows, 0, at_top=True, at_end=len(rows) < limit)

    async def load_end(self) -> int:
        """The last page, and the last job."""
        limit = self.at_once
        rows = await self._fetch(limit, from_end=True)
        self.is_estimate = self.total is None or not self.total.exact
        length = max(self.total.number if self.total is not None and self.total.exact else self._whole, len(rows))
        self._show(rows, length - len(rows), at_top=len(rows) < limit, at_end=True)
        return max(self.length - 1, 0)

    async def load_around(self, job: Cleaning) -> int:
        """A job with a page before and a page after it."""
        run = await self.around(job)
        self.is_estimate = True
        self.show(run)
        return self.first + run.rows.index(job)

    async def around(self, job: Cleaning) -> Run:
        """The same, without showing it yet."""
        above = await self._fetch(PAGE, before=job)
        below = await self._fetch(PAGE, after=job)
        at_top, at_end = len(above) < PAGE, len(below) < PAGE
        rows = [*above, job, *below]
        # whichever end is reached first puts it right
        place = 1.0 if at_top or at_end else await self._place_of(job)
        # now, for the jobs may have been counted meanwhile
        length = max(self.total.number if self.total is not None else self._whole, len(rows))
        first = round(length * place) - len(above)
        return Run(rows, max(min(first, length - len(rows)), 1), at_top, at_end)

    def load_spot(self, spot: Spot) -> int:
        """A page in the middle, and its first job; of one behind the end the last."""
        length = max(self._whole, len(spot.jobs))
        self.is_estimate = True
        self._jumped(spot.jobs, min(round(spot.fraction * length), length - len(spot.jobs)))
        return self.first + (max(len(spot.jobs) - 1, 0) if spot.is_behind else 0)

    async def ensure(self, start: int, end: int) -> None:
        """Fetches what is missing of the lines between two ordinals, the second excluded."""
        if not self.loaded:
            await self.load_top()
        if not self.lacks(start, end):
            return
        start = max(start, 0)
        here_end = self.first + len(self.rows)
        if not self.rows or end < self.first - PAGE or start > here_end + PAGE:
            await self._jump(start)
        elif end > here_end and not self.at_end:
            await self._extend_down()
        else:
            await self._extend_up()

    async def _jump(self, start: int) -> None:
        """Shows the lines around an ordinal far away, counted from the nearest place that is known."""
        first = max(min(start - PAGE // 3, self.length - PAGE), 0)
        last = first + PAGE
        here_end = self.first + len(self.rows)
        ways = [first, self.length - last, *(abs(way) for way in (first - here_end, self.first - last) if self.rows)]
        if start >= self.length and self.rows and start - here_end <= NEAR:
            # there may be more than was estimated
            skipped = max(start - PAGE // 3 - here_end, 0)
            self._jumped(await self._fetch(PAGE, after=self.rows[-1], offset=skipped), here_end + skipped)
        elif first == 0:
            await self.load_top()
        elif last >= self.length:
            await self.load_end()
        elif min(ways) > NEAR:
            self.is_estimate = True
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
        at_top = len(more) < PAGE
        first = 0 if at_top else max(self.first - len(fresh), 1)
        self.rebase(first + len(fresh))
        at_end = self.at_end and len(rows) <= KEPT
        self._show(rows[:KEPT], first, at_top=at_top, at_end=at_end)

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
        if self.at_top and self.at_end and not total.exact:
            # a count that took too long, of a list that is here from its top to its end
            total = Count(len(self.rows), exact=True)
        guessed, self.total = self.total is None and self.is_estimate, total
        if guessed:
            # the same part of the list is above, of its true length
            above = total.number - len(self.rows) if self.at_end else round(self.first / UNCOUNTED * total.number)
            self.rebase(max(above, 1))

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
        """Puts a job that has left the list back where it was, so that nothing moves under the cursor.

        Args:
            job: as it is now.
            previous: numbers of the jobs that stood before it, nearest last.

        """
        here = {other.id: index for index, other in enumerate(self.rows)}
        self.left.add(job.id)
        for number in reversed(previous):
            if number in here:
                self.rows.insert(here[number] + 1, job)
                return
        self.rows.insert(0, job)

    def let_go(self, ordinal: int) -> int:
        """Drops the jobs that have left the list and were kept; gives the line that another one has then."""
        lines = [self.first + index for index, job in enumerate(self.rows) if job.id in self.left]
        self.rows = [job for job in self.rows if job.id not in self.left]
        self.left = set()
        return ordinal - sum(line < ordinal for line in lines)

    def hold(self, before: Run, job: Cleaning, lines: int) -> None:
        """Keeps jobs that have left the list above another one, when it would not stay in its line without them.

        Args:
            before: what was here before it was read again.
            job: which has so many lines above it on the screen.
            lines: and would move up with fewer.

        """
        ids = [other.id for other in before.rows]
        here = self.ordinal_of(job.id)
        if not self.at_top or here is None or job.id not in ids:
            return
        index, there = ids.index(job.id), {other.id for other in self.rows}
        for place in range(index - 1, max(index - 1 - lines, -1), -1):
            if here >= lines:
                return
            if ids[place] not in there:
                self.keep(before.rows[place], ids[:place])
                here += 1
