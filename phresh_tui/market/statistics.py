"""What the market is like: prices, areas, how much is posted and claimed, and how fast."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

# the upper bounds of the waiting times that are counted together, in hours; what waits longer is the last group
WAITS = (1, 6, 24, 72, 168)
WAIT_LABELS = ("<1h", "<6h", "<1d", "<3d", "<1w", "longer")


@dataclass(frozen=True, slots=True)
class Prices:
    """How the open jobs are paid.

    Attributes:
        jobs: how many are open, an estimate when the market was sampled.
        low: lower end of the histogram, per hour: 2 of 100 jobs are cheaper.
        high: its upper end: 2 of 100 jobs are dearer.
        counts: jobs in each of the equal steps from low to high; those beyond an end are in the step there.
        quartiles: the prices that a quarter, a half and three quarters of the jobs do not exceed; None without jobs.

    """

    jobs: int
    low: Decimal
    high: Decimal
    counts: tuple[int, ...]
    quartiles: tuple[Decimal, Decimal, Decimal] | None

    def step_of(self, price: Decimal) -> int:
        """The step of the histogram that a price falls into, from 0."""
        if self.high <= self.low:
            return 0
        position = (price - self.low) / (self.high - self.low) * len(self.counts)
        return max(0, min(int(position), len(self.counts) - 1))


@dataclass(frozen=True, slots=True)
class Area:
    """An area and what is open there.

    Attributes:
        name: as members write it.
        jobs: open ones, an estimate when the market was sampled.
        median: price per hour.

    """

    name: str
    jobs: int
    median: Decimal


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on a local day; estimates when the market was sampled."""

    day: date
    posted: int
    claimed: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The market at a glance.

    Attributes:
        sampled: how many jobs were looked at when the market is too large to look at all of them, else None.
        prices: of the open jobs that were asked for.
        areas: those with the most open jobs first.
        days: the last four weeks, oldest first, without a gap.
        waits: claimed jobs by how long they had been open, in the groups of `WAIT_LABELS`.
        median_wait: hours until half of the claimed jobs were claimed, or None when none was.

    """

    sampled: int | None
    prices: Prices
    areas: tuple[Area, ...]
    days: tuple[Day, ...]
    waits: tuple[int, ...]
    median_wait: float | None
