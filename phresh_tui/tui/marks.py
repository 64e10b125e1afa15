"""Jobs that are marked, so that one key moves, copies or exports all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from phresh_tui.market.cleaning import Cleaning

# what a marked job is drawn with
SIGN = "✓"
# jobs that one press marks at the most
MANY = 1_000


class Marks:
    """The marked jobs of one screen, whichever list they stand in, in the order in which they were marked."""

    def __init__(self) -> None:
        self._jobs: dict[int, Cleaning] = {}
        self.last: Cleaning | None = None
        """What was marked last: where a range begins."""
        self.changed: Callable[[], None] = lambda: None
        """Called after every change."""

    def __contains__(self, number: int) -> bool:
        return number in self._jobs

    def __len__(self) -> int:
        return len(self._jobs)

    @property
    def jobs(self) -> list[Cleaning]:
        """The marked jobs, as they were when they were marked."""
        return list(self._jobs.values())

    @property
    def words(self) -> str:
        """How many there are, or an empty string."""
        return f"{len(self._jobs):,} marked" if self._jobs else ""

    def toggle(self, job: Cleaning) -> None:
        """Marks a job, or takes its mark away."""
        if self._jobs.pop(job.id, None) is None:
            self._jobs[job.id] = job
            self.last = job
        elif self.last is not None and self.last.id == job.id:
            self.last = None
        self.changed()

    def add(self, jobs: Iterable[Cleaning]) -> None:
        """Marks jobs."""
        for job in jobs:
            self._jobs[job.id] = job
            self.last = job
        self.changed()

    def drop(self, numbers: Iterable[int]) -> None:
        """Takes marks away."""
        for number in numbers:
            self._jobs.pop(number, None)
        self.changed()

    def clear(self) -> None:
        """Takes all marks away."""
        self._jobs.clear()
        self.last = None
        self.changed()


def named(jobs: list[Cleaning], shown: Callable[[Cleaning], str], most: int = 2) -> str:
    """How many jobs, and the names of the first: ``3 jobs (“Windows”, “Oven” and 1 more)``."""
    names = [f"“{shown(job)}”" for job in jobs[:most]]
    more = len(jobs) - len(names)
    rest = f" and {more:,} more" if more else ""
    listed = ", ".join(names) if more or len(names) < 2 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{len(jobs):,} job{'' if len(jobs) == 1 else 's'} ({listed}{rest})"
