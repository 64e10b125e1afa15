"""What the market is like, from all of its jobs while there are few, and from a sample of them above."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import CleaningType
from phresh_tui.market.statistics import WAITS, Area, Day, Overview, Prices

# jobs looked at: 20,000 of 10 million take 60 ms, and give a median price to about one percent
SAMPLE = 20_000
STEPS = 24
DAYS = 28

# One pass over the sample. Whole pages of the table are taken at random, the same ones every time for the same size,
# so that the charts do not jump from one look to the next.
_OVERVIEW = """
with sample as materialized (
    select status, cleaning_type, area, price, created_at, claimed_at
    from public.cleanings tablesample system ($1) repeatable (1)
),
open as (
    select area, price from sample
    where status = 'open' and ($2::text is null or cleaning_type = $2) and ($3::text is null or area = $3)
),
bounds as (
    select pg_catalog.count(*) as jobs,
        pg_catalog.percentile_cont(array[0.02, 0.25, 0.5, 0.75, 0.98]) within group (order by price) as at from open
),
steps as (
    select greatest(1, least($4, case when at[5] > at[1]
        then pg_catalog.width_bucket(price::double precision, at[1], at[5], $4) else 1 end)) as step
    from open, bounds
),
moments as (
    select created_at as moment, 1 as posted, 0 as claimed from sample where created_at >= $5
    union all
    select claimed_at, 0, 1 from sample where claimed_at >= $5
),
waits as (
    select extract(epoch from claimed_at - created_at)::double precision / 3600 as hours
    from sample where claimed_at is not null
)
select (select pg_catalog.count(*) from sample)::integer as seen,
    (select jobs from bounds)::integer as open_seen,
    (select at from bounds) as at,
    array(select pg_catalog.count(step)::integer from pg_catalog.generate_series(1, $4) n left join steps on step = n
        group by n order by n) as steps,
    (select pg_catalog.json_agg(found order by found.jobs desc, found.area) from (
        select area, pg_catalog.count(*) as jobs,
            pg_catalog.percentile_cont(0.5) within group (order by price)::numeric(10, 2)::text as median
        from sample where status = 'open' and area is not null and ($2::text is null or cleaning_type = $2)
        group by area order by 2 desc, 1 limit 40
    ) found) as areas,
    (select pg_catalog.json_agg(found order by found.day) from (
        select (moment at time zone $6::interval)::date as day, pg_catalog.sum(posted) as posted,
            pg_catalog.sum(claimed) as claimed
        from moments group by 1
    ) found) as days,
    (select pg_catalog.json_object_agg(step, jobs) from (
        select pg_catalog.width_bucket(hours, $7::double precision[]) as step, pg_catalog.count(*) as jobs
        from waits group by 1
    ) found) as waits,
    (select pg_catalog.percentile_cont(0.5) within group (order by hours) from waits) as median_wait
"""


# open jobs of a type that one price is compared with
NEAR = 400
_NEAR = """
select pg_catalog.count(*)::integer as jobs,
    pg_catalog.percentile_cont(array[0.25, 0.5, 0.75]) within group (order by price) as at
from (
    select price from public.cleanings where status = 'open' and cleaning_type = $1 {area} limit $2
) near
"""


@dataclass(frozen=True, slots=True)
class Near:
    """What open jobs of one type cost per hour.

    Attributes:
        jobs: how many were looked at.
        quartiles: a quarter, half and three quarters of them cost less; None when there are none.
        in_area: whether only those of the area were looked at.
        capped: whether there may be more of them.

    """

    jobs: int
    quartiles: tuple[Decimal, Decimal, Decimal] | None
    in_area: bool
    capped: bool


async def prices_near(session: Session, cleaning_type: CleaningType, area: str | None) -> Near:
    """What open jobs of a type cost in an area, or anywhere when no area is named; of at most `NEAR` of them."""
    arguments: list[object] = [cleaning_type.value, NEAR]
    if area is not None:
        arguments.append(area)
    row = (await session.fetch(_NEAR.format(area="" if area is None else "and area = $3"), *arguments))[0]
    at = row["at"]
    quartiles = None if not row["jobs"] else tuple(Decimal(str(price)).quantize(Decimal("0.01")) for price in at)
    return Near(row["jobs"], quartiles, area is not None, row["jobs"] == NEAR)  # type: ignore[arg-type]


async def overview(
    session: Session, cleaning_type: CleaningType | None = None, area: str | None = None, *, sample: int = SAMPLE
) -> Overview:
    """The market at a glance.

    Args:
        session: the member who looks.
        cleaning_type: whose prices and areas are shown, or None for all.
        area: whose prices are shown, or None for all.
        sample: jobs to look at; of up to twice as many all are.

    """
    plan = await session.fetch_value("explain (format json) select from public.cleanings")
    estimate = int(json.loads(plan)[0]["Plan"]["Plan Rows"])
    percent = min(100.0, 100.0 * sample / max(estimate, 1)) if estimate > 2 * sample else 100.0
    now = datetime.now(UTC).astimezone()
    offset = now.utcoffset() or timedelta()
    first = now.date() - timedelta(days=DAYS - 1)
    since = datetime(first.year, first.month, first.day, tzinfo=now.tzinfo)
    type_text = None if cleaning_type is None else str(cleaning_type)
    rows = await session.fetch(
        _OVERVIEW, percent, type_text, area, STEPS, since, offset, [float(hours) for hours in WAITS]
    )
    row, scale = rows[0], 100.0 / percent
    days = {date.fromisoformat(found["day"]): found for found in json.loads(row["days"] or "[]")}
    waits = json.loads(row["waits"] or "{}")
    return Overview(
        sampled=None if percent >= 100 else row["seen"],
        prices=_prices(row, scale),
        areas=tuple(
            Area(found["area"], _scaled(found["jobs"], scale), Decimal(found["median"]))
            for found in json.loads(row["areas"] or "[]")
        ),
        days=tuple(
            Day(day, _scaled(found.get("posted", 0), scale), _scaled(found.get("claimed", 0), scale))
            for day in (first + timedelta(days=number) for number in range(DAYS))
            for found in (days.get(day, {}),)
        ),
        waits=tuple(_scaled(waits.get(str(step), 0), scale) for step in range(len(WAITS) + 1)),
        median_wait=row["median_wait"],
    )


def _scaled(number: int, scale: float) -> int:
    return round(number * scale)


def _prices(row: Any, scale: float) -> Prices:  # noqa: ANN401  asyncpg's record
    counts = tuple(_scaled(number, scale) for number in row["steps"])
    if not row["open_seen"]:
        return Prices(0, Decimal(0), Decimal(0), counts, None)
    low, first, median, third, high = (Decimal(str(round(value, 2))) for value in row["at"])
    return Prices(_scaled(row["open_seen"], scale), low, high, counts, (first, median, third))
