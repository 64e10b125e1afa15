"""How the values of a column are spread over the jobs, by the planner's statistics: where in a long list a job lies.

Nothing is counted. ANALYZE has drawn a sample, and keeps the most common values with their shares, and bounds between
which equally many of the others lie. Among jobs with the same value the id decides, and ids are taken to be even.
"""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from weakref import WeakKeyDictionary

from phresh_tui.database.session import Session

# seconds after which the statistics are read again
FRESH = 300.0
TYPES = {"created_at": "timestamptz", "updated_at": "timestamptz", "starts_at": "timestamptz", "price": "numeric"}


class Spread:
    """The spread of one column.

    Args:
        common: the most common values, each with its share of all jobs.
        bounds: values in order; between any two neighbours lie equally many of the other jobs.
        nulls: the share of jobs without a value.
        numbers: the lowest and the highest id.

    """

    def __init__(self, common: dict[Any, float], bounds: Sequence[Any], nulls: float, numbers: tuple[int, int]) -> None:
        self._bounds = list(bounds)
        self._nulls = nulls
        self._numbers = numbers
        others = max(1.0 - nulls - sum(common.values()), 0.0)
        self._bucket = others / (len(self._bounds) - 1) if len(self._bounds) > 1 else 0.0
        # every value that is known, with the share of jobs below it and of those that have it
        self._values = sorted({*common, *self._bounds})
        self._starts: list[float] = []
        self._ends: list[float] = []
        below_common = 0.0
        for value in self._values:
            first, last = bisect_left(self._bounds, value), bisect_right(self._bounds, value)
            start = self._below(value, first) + below_common
            share = common.get(value, 0.0)
            # a value that fills whole buckets
            self._starts.append(start)
            self._ends.append(start + share + max(last - first - 1, 0) * self._bucket)
            below_common += share
        self._known = max(1.0 - nulls, 0.0) or 1.0

    def _below(self, value: Any, first: int) -> float:  # noqa: ANN401  a value of any column
        """The share of the jobs between the bounds that are below a value; ``first`` is the place of its bound."""
        if not self._bounds or first == 0:
            return 0.0
        if first == len(self._bounds):
            return (first - 1) * self._bucket
        return (first - 1 + _between(self._bounds[first - 1], value, self._bounds[first])) * self._bucket

    def fraction_of(self, value: Any, number: int, *, descending: bool) -> float:  # noqa: ANN401  a value of any column
        """About how much of the list comes before the job with this value and id; jobs without a value come last."""
        lowest, highest = self._numbers
        among = min(max((number - lowest) / max(highest - lowest, 1), 0.0), 1.0)
        if descending:
            among = 1.0 - among
        if value is None:
            return 1.0 - self._nulls * (1.0 - among)
        place = bisect_left(self._values, value)
        if place < len(self._values) and self._values[place] == value:
            start, end = self._starts[place], self._ends[place]
        else:
            start = end = self._inside(place, value)
        before = start + among * (end - start) if not descending else self._known - end + among * (end - start)
        return min(max(before, 0.0), 1.0)

    def _inside(self, place: int, value: Any) -> float:  # noqa: ANN401  a value of any column
        if not self._values or place == 0:
            return 0.0
        if place == len(self._values):
            return self._ends[-1]
        low, high = self._ends[place - 1], self._starts[place]
        return low + _between(self._values[place - 1], value, self._values[place]) * (high - low)

    def key_at(self, fraction: float, *, descending: bool) -> tuple[Any, int]:
        """The value and the id with which about this much of the list begins; None for a job without a value."""
        lowest, highest = self._numbers
        if not self._values or fraction > self._known:
            among = (fraction - self._known) / self._nulls if self._nulls else 1.0
            return None, _number(lowest, highest, among, descending=descending)
        share = self._known - fraction if descending else fraction
        place = min(max(bisect_right(self._starts, share) - 1, 0), len(self._values) - 1)
        start, end = self._starts[place], self._ends[place]
        if share <= end or place + 1 == len(self._values):
            among = (share - start) / (end - start) if end > start else 0.0
            return self._values[place], _number(lowest, highest, among, descending=False)
        return _mixed(
            self._values[place], self._values[place + 1], (share - end) / (self._starts[place + 1] - end)
        ), lowest


def _number(lowest: int, highest: int, among: float, *, descending: bool) -> int:
    among = min(max(among, 0.0), 1.0)
    return round(lowest + (1.0 - among if descending else among) * (highest - lowest))


def _between(low: Any, value: Any, high: Any) -> float:  # noqa: ANN401  values of any column
    """How far a value lies between two others, from 0 to 1; text is taken to be in the middle."""
    if isinstance(value, (Decimal, datetime)):
        return float((value - low) / (high - low)) if high > low else 0.0
    return 0.5 if low < value < high else float(value >= high)


def _mixed(low: Any, high: Any, share: float) -> Any:  # noqa: ANN401  values of any column
    if isinstance(low, Decimal):
        return low + (high - low) * Decimal(share)
    return low + (high - low) * share if isinstance(low, datetime) else low if share < 0.5 else high


_known: WeakKeyDictionary[Session, dict[str, tuple[float, Spread]]] = WeakKeyDictionary()


async def spread_of(session: Session, column: str) -> Spread:
    """The spread of a column, at most five minutes old."""
    known = _known.setdefault(session, {})
    if column in known and time.monotonic() - known[column][0] < FRESH:
        return known[column][1]
    kind = TYPES.get(column, "text")
    rows = await session.fetch(
        f"""
        select coalesce(most_common_vals::text::{kind}[], '{{}}') as common,
            coalesce(most_common_freqs, '{{}}') as shares, coalesce(histogram_bounds::text::{kind}[], '{{}}') as bounds,
            null_frac, (select min(id) from public.cleanings) as lowest,
            (select max(id) from public.cleanings) as highest
        from pg_catalog.pg_stats where schemaname = 'public' and tablename = 'cleanings' and attname = $1
        """,  # noqa: S608  only our own words are put together
        column,
    )
    spread = Spread({}, (), 0.0, (0, 0))
    if rows:
        (row,) = rows
        common = dict(zip(row["common"], row["shares"], strict=True))
        spread = Spread(common, row["bounds"], row["null_frac"], (row["lowest"] or 0, row["highest"] or 0))
    known[column] = (time.monotonic(), spread)
    return spread
