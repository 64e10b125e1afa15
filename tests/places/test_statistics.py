"""The market at a glance, counted by hand in a small one, and estimated from a sample in a larger one."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from phresh_tui.database import statistics
from phresh_tui.market.cleaning import CleaningType
from phresh_tui.market.statistics import Prices
from tests.support import Market

MANY = """
insert into cleanings (name, cleaning_type, price, owner, area, created_at, updated_at, status, claimed_by,
    agreed_price, claimed_at)
select 'Job ' || n, (array['dust_up', 'spot_clean', 'full_clean'])[1 + n % 3], 10 + n % 40, 'm_ada',
    (array['Old Town', 'Harbour', null])[1 + n % 3], now() - n % 20 * interval '1 day', now(),
    case when n % 4 = 0 then 'claimed' else 'open' end, case when n % 4 = 0 then 'm_bob' end,
    case when n % 4 = 0 then 10 end, case when n % 4 = 0 then now() - n % 20 * interval '1 day' + interval '2 h' end
from generate_series(1, $1::integer) n
"""


@pytest.fixture
async def market_of(market: Market) -> Market:
    for handle in ("ada", "bob"):
        await market.member(handle)
    return market


async def test_an_empty_market_has_charts_of_nothing(market: Market) -> None:
    ada = await market.session("ada")
    seen = await statistics.overview(ada)
    assert seen.prices == Prices(0, Decimal(0), Decimal(0), (0,) * statistics.STEPS, None)
    assert (seen.areas, seen.waits, seen.median_wait, seen.sampled) == ((), (0,) * 6, None, None)
    assert len(seen.days) == statistics.DAYS
    assert {(day.posted, day.claimed) for day in seen.days} == {(0, 0)}
    assert all(
        after.day - before.day == timedelta(days=1) for before, after in zip(seen.days, seen.days[1:], strict=False)
    )


async def test_a_small_market_is_counted_whole(market_of: Market) -> None:
    await market_of.psql(MANY, 240)
    eve = await market_of.session("eve")
    seen = await statistics.overview(eve)
    assert seen.sampled is None
    assert seen.prices.jobs == sum(seen.prices.counts) == 180
    assert sum(day.posted for day in seen.days) == 240
    # those that were claimed two hours after they were posted just now will be so in two hours
    assert sum(day.claimed for day in seen.days) >= 48
    assert seen.waits == (0, 60, 0, 0, 0, 0)
    assert seen.median_wait == pytest.approx(2.0)
    assert {(area.name, area.jobs) for area in seen.areas} == {("Old Town", 60), ("Harbour", 60)}
    harbour = await statistics.overview(eve, CleaningType.SPOT_CLEAN, "Harbour")
    none = await statistics.overview(eve, CleaningType.DUST_UP, "Harbour")
    assert {harbour.prices.jobs, none.prices.jobs} == {60, 0}
    rows = await market_of.psql(
        "select percentile_cont(array[0.25, 0.5, 0.75]) within group (order by price) as at "
        "from cleanings where status = 'open'"
    )
    assert seen.prices.quartiles == tuple(Decimal(str(round(value, 2))) for value in rows[0]["at"])


async def test_one_price_for_all_is_one_step(market_of: Market) -> None:
    await market_of.psql(
        "insert into cleanings (name, cleaning_type, price, owner) "
        "select 'x', 'dust_up', 20, 'm_ada' from generate_series(1, 9)"
    )
    seen = (await statistics.overview(await market_of.session("eve"))).prices
    assert (seen.low, seen.high) == (Decimal(20), Decimal(20))
    assert (seen.counts[0], sum(seen.counts)) == (9, 9)
    assert seen.step_of(Decimal(99)) == 0


async def test_a_price_beyond_the_ends_lies_at_the_end() -> None:
    prices = Prices(10, Decimal(10), Decimal(20), (1,) * 10, None)
    assert [prices.step_of(Decimal(text)) for text in ("0.01", "10", "14.99", "15", "20", "99999999.99")] == [
        0,
        0,
        4,
        5,
        9,
        9,
    ]


async def test_a_large_market_is_estimated_from_a_sample(market_of: Market) -> None:
    await market_of.psql(MANY, 12_000)
    await market_of.psql("analyze cleanings")
    seen = await statistics.overview(await market_of.session("eve"), sample=2_000)
    assert seen.sampled is not None
    assert 500 < seen.sampled < 5_000
    assert seen.prices.jobs == pytest.approx(9_000, rel=0.5)
    assert sum(day.posted for day in seen.days) == pytest.approx(12_000, rel=0.5)
    assert seen.prices.quartiles is not None
    assert seen.prices.quartiles[1] == pytest.approx(Decimal("29.5"), abs=4)
