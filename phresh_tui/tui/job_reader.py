"""Reads for a list of jobs: one read at a time, and what was asked for meanwhile is served by the next.

Knows no widget. A way to somewhere in the list (its top, its end, a value, a job) is a read that gives the ordinal at
which it arrives. Only the latest way counts, and one that takes long is dropped for a newer one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Protocol, TypeAlias

from phresh_tui.database import cleanings, counts, listings
from phresh_tui.database.bell import FIRST_BACKOFF, LONGEST_BACKOFF
from phresh_tui.database.first_look import FirstPage
from phresh_tui.database.listings import Listing
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.errors import PhreshError
from phresh_tui.tui.job_ahead import JumpsAhead
from phresh_tui.tui.job_window import KEPT, PAGE, JobWindow
from phresh_tui.tui.new_jobs import NewJobs

# seconds of reading after which the screen says so, and a read may be dropped for another one
SLOW = 0.08
# seconds after which the jobs of a search are counted, and more of them are read than can be seen: whoever types on
# wants the rows of the next letter first
COUNT_AFTER = 0.15
# seconds after which more is read than can be seen where a way has led: what can be seen is painted first
PAINTED = 0.03
# seconds after a key before more is read than can be seen, if all of that is here: it is painted by then, and the
# answer comes before the next key of one that is held down
KEY_PAINTED = 0.012
# jobs that are read at once besides those on the screen
SPARE = 8

Way: TypeAlias = Callable[[JobWindow], Awaitable[int]]


class View(Protocol):
    """What shows the jobs."""

    cursor: int
    anchor_job: Cleaning | None
    """The job under the cursor, as far as it is here."""

    @property
    def lines_on_screen(self) -> tuple[int, int]:
        """The first line on the screen, and the one after the last."""
        ...

    @property
    def lines_around_screen(self) -> tuple[int, int]:
        """The same with what is read ahead."""
        ...

    def show_anew(self) -> None:
        """Another listing is here, from its top."""
        ...

    def arrive(self, ordinal: int, way: Way) -> None:
        """A way has led to a line."""
        ...

    def mark(self, signs: dict[int, str]) -> None:
        """These jobs are new, or have changed."""
        ...

    def show_window(self) -> None:
        """The window holds something else, or more is known about it."""
        ...

    def show_error(self, error: PhreshError) -> None:
        """The list could not be read."""
        ...


class JobReader:
    """The one that reads for a list.

    Args:
        session: the member who looks.
        listing: what is listed.
        view: what shows it.
        first_page: the first jobs of this listing, or of another one, when they are here already.

    Attributes:
        window: the jobs that are here.
        new: those that are new above what is seen.

    """

    def __init__(self, session: Session, listing: Listing, view: View, first_page: FirstPage | None = None) -> None:
        self.listing = listing
        self._session = session
        self._view = view
        self._first_page = first_page
        self.window = self._new_window()
        self.new = NewJobs(session)
        self._ahead = JumpsAhead(session)
        self._is_jump_likely = False
        self._wakeup = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None
        self._counting: asyncio.Task[None] | None = None
        self._count_due = False
        self._reload_due = True
        self._reading_anew = False
        self._refresh_due = False
        self._way: Way | None = None
        self._following: Way | None = None
        # before this moment of the loop's clock nothing is read that cannot be seen
        self._seen_first_until = 0.0

    @property
    def is_stale(self) -> bool:
        """Whether another listing was asked for, and is not here yet."""
        return self._reload_due or self._reading_anew

    def waits_for(self, asked: Listing | Way) -> bool:
        """Whether a listing or a way that was asked for is still wanted, and not here yet."""
        return asked is self._way or (asked is self.listing and self.is_stale)

    # --- what is asked for

    def show_listing(self, listing: Listing) -> None:
        """Reads another listing, from its top. The latest one wins: what is read for an earlier one is dropped."""
        # whoever chooses an order may go to a value of it next
        self._is_jump_likely |= listing.sort is not self.listing.sort
        self.listing = listing
        self._way = None
        self._reload_due = True
        self.give_up()
        self.stop()
        self.wake()

    def go(self, way: Way) -> None:
        """Goes somewhere, instead of where the way before would have led."""
        self._way = way
        self.wake()
        if self._reading is not None:
            asyncio.get_running_loop().call_later(SLOW, self._give_up_for, self._reading, way)

    def stay(self) -> None:
        """Goes nowhere: what was on its way is dropped."""
        self._way = None

    def give_up(self) -> None:
        """Drops what is being read."""
        if self._reading is not None:
            self._reading.cancel()

    def _give_up_for(self, reading: asyncio.Task[None], way: Way) -> None:
        if way is self._way is not self._following:
            reading.cancel()

    def look_again(self) -> None:
        """Reads what is shown again."""
        self._refresh_due = True
        self._ahead.forget()
        self.wake()

    def wake(self) -> None:
        """There may be something to read."""
        self._wakeup.set()

    def stop(self) -> None:
        """Nobody counts on, or jumps."""
        self._ahead.stop()
        if self._counting is not None:
            self._counting.cancel()
            self._counting = None

    def to_job(self, job: Cleaning) -> Way:
        """The way to a job, wherever it stands."""
        return lambda window: window.load_around(job)

    def prepare_jump(self, text: str) -> None:
        """Reads where a jump to a value leads, which somebody is typing."""
        self._ahead.expect(self.listing, text, self._most_seen)

    def to_value(self, text: str) -> Way:
        """The way to the first job at or after a value of the list's order."""

        async def jump(window: JobWindow) -> int:
            return window.load_spot(await self._ahead.spot(self.listing, text, self._most_seen))

        return jump

    def jump(self, text: str, way: Way) -> None:
        """Goes the way to a value, and is there at once when it was read while it was typed."""
        self.go(way)
        spot = self._ahead.found(self.listing, text)
        if spot is not None and not self.is_stale and self._reading is not None and self._reading.done():
            self.stay()
            self._view.arrive(self.window.load_spot(spot), way)
            self._view.show_window()

    @property
    def _most_seen(self) -> int:
        # only what is seen at once: in a very long list each job may lie elsewhere on the disk
        top, end = self._view.lines_on_screen
        return end - top + SPARE

    async def jobs_between(self, first: Cleaning, last: Cleaning, many: int) -> list[Cleaning]:
        """All jobs from one to another one, whichever comes first; none when more than so many lie after the first."""
        rows = self.window.rows
        ends = [number for number, job in enumerate(rows) if job.id in (first.id, last.id)]
        if len(ends) == 2:
            return rows[ends[0] : ends[1] + 1]
        for begin, end in ((first, last), (last, first)):
            page = await listings.page(self._session, self.listing, many, after=begin)
            numbers = [job.id for job in page]
            if end.id in numbers:
                return [begin, *page[: numbers.index(end.id) + 1]]
        return []

    # --- reading

    def _new_window(self) -> JobWindow:
        session, listing = self._session, self.listing
        return JobWindow(
            partial(listings.page, session, listing),
            partial(listings.count, session, listing),
            partial(listings.page_at, session, listing),
            partial(listings.place_of, session, listing),
        )

    async def keep_reading(self) -> None:
        """Reads until it is cancelled."""
        wait = FIRST_BACKOFF
        while True:
            self._wakeup.clear()
            self._reading = asyncio.create_task(self._read())
            try:
                await asyncio.wait({self._reading})
            finally:
                self._reading.cancel()
            error = None if self._reading.cancelled() else self._reading.exception()
            if isinstance(error, PhreshError):
                self._view.show_error(error)
            elif error is not None:
                raise error
            # a list that could not be read is tried again, ever less often; a lost connection tells when it is back
            tries = self.is_stale and not self._session.link.is_lost
            wait = min(wait * 2, LONGEST_BACKOFF) if tries else FIRST_BACKOFF
            with suppress(TimeoutError):
                async with asyncio.timeout(wait if tries else None):
                    await self._wakeup.wait()

    async def _read(self) -> None:
        while True:
            if self._reload_due:
                await self._reload()
            elif self._way is not None:
                await self._follow(self._way)
            elif self._refresh_due:
                await self._refresh()
            elif self.window.lacks(*self._view.lines_around_screen):
                if self._shows_first():
                    return
                if await self._let_paint() or not await self._read_ahead():
                    continue
            else:
                return
            self._view.show_window()

    async def _let_paint(self) -> bool:
        """Leaves the moment after a key to the painting, if nothing is missing there; whether more was asked for."""
        loop = asyncio.get_running_loop()
        until = loop.time() + KEY_PAINTED
        while not self.window.lacks(*self._view.lines_on_screen) and loop.time() < until:
            self._wakeup.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(until):
                    await self._wakeup.wait()
            if self._reload_due or self._way is not None or self._refresh_due:
                return True
        return False

    def _shows_first(self) -> bool:
        """Whether what can be seen is here, and is to be painted before more is read."""
        loop = asyncio.get_running_loop()
        rest = self._seen_first_until - loop.time()
        if rest <= 0 or self.window.lacks(*self._view.lines_on_screen):
            return False
        loop.call_later(rest, self.wake)
        return True

    def _see_first(self, window: JobWindow, seconds: float) -> None:
        """What is read now is what can be seen at once, and the rest after so many seconds."""
        window.at_once = min(self._most_seen, PAGE)
        self._seen_first_until = asyncio.get_running_loop().time() + seconds

    async def _read_ahead(self) -> bool:
        """Reads what is missing around the screen; whether anything looks different then."""
        window = self.window
        first, end, length = window.first, window.first + len(window.rows), window.length
        await window.ensure(*self._view.lines_around_screen)
        top, below = self._view.lines_on_screen
        was_here = first <= top and min(below, length) <= end
        return not was_here or bool(window.rebased) or window.length != length

    async def _follow(self, way: Way) -> None:
        self._following = way
        if self.window.length > KEPT:
            self._see_first(self.window, PAINTED)
        try:
            ordinal = await way(self.window)
        except PhreshError:
            self.stay()
            raise
        if self._way is way:
            self.stay()
            self._view.arrive(ordinal, way)

    async def _reload(self) -> None:
        self._reload_due = False
        self._reading_anew = True
        window = self._new_window()
        first_page, self._first_page = self._first_page, None
        try:
            if first_page is not None and first_page.listing == self.listing:
                window.show_top(first_page.jobs)
            else:
                self._session.connect()
                if self.listing.wanted.text:
                    self._see_first(window, COUNT_AFTER)
                await window.load_top()
        except (PhreshError, asyncio.CancelledError):
            self._reload_due = True
            raise
        finally:
            self._reading_anew = False
        self.window = window
        self.new.begin()
        self._view.show_anew()
        self._count()
        if self._is_jump_likely:
            self._is_jump_likely = False
            self.prepare_jump("")

    async def _refresh(self) -> None:
        self._refresh_due = False
        window, view, before = self.window, self._view, self.window.run
        try:
            fresh = await window.read_again(*view.lines_on_screen)
            here = {job.id for job in fresh.rows}
            # which job the cursor is on counts now, for it may have moved while the answer was under way
            job, gone, elsewhere = view.anchor_job, None, None
            if job is not None and job.id not in here and fresh.reaches(view.cursor):
                gone = await cleanings.one(self._session, job.id)
            if gone is not None and await counts.has(self._session, self.listing, gone):
                await window.recount()
                elsewhere = await window.around(gone)
        except asyncio.CancelledError:
            self._refresh_due = True
            raise
        if elsewhere is not None and view.anchor_job is job:
            # the list goes where it stands now
            window.is_estimate, window.left = True, set()
            window.show(elsewhere)
            view.mark(window.changes(before))
            view.show_window()
            await self.new.look(self.listing, self.window.get(view.lines_on_screen[0]))
            self._count()
            return
        window.show(fresh)
        window.left = set()
        if gone is not None and elsewhere is None and view.anchor_job is job:
            # it has left the list: it stays where it is, as it is now, until the cursor leaves it
            ids = [other.id for other in before.rows]
            window.keep(gone, ids[: ids.index(gone.id)] if gone.id in ids else [])
        if view.anchor_job is not None:
            window.hold(before, view.anchor_job, view.cursor - view.lines_on_screen[0])
        view.mark(window.changes(before))
        await self.new.look(self.listing, self.window.get(view.lines_on_screen[0]))
        self._count()

    def _count(self) -> None:
        # beside the reading, for it may take longer; what is being counted now may be of before
        self._count_due = True
        if self._counting is None or self._counting.done():
            self._counting = asyncio.create_task(self._keep_counting())

    async def _keep_counting(self) -> None:
        try:
            while self._count_due:
                self._count_due = False
                counted = self.window
                await self.new.set_clock()
                if self.listing.wanted.text and counted.total is None:
                    await asyncio.sleep(COUNT_AFTER)
                await counted.recount()
        except PhreshError as error:
            self._view.show_error(error)
        else:
            self._view.show_window()
