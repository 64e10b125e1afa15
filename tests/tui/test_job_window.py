"""The window over a list: whatever is scrolled to, it shows what the list holds."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from phresh_tui.database import cleanings, listings
from phresh_tui.database.cleanings import Listing
from phresh_tui.database.counts import Count
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.search import Sort
from phresh_tui.tui.job_window import KEPT, PAGE, JobWindow
from tests.support import Market
from tests.tui.conftest import Drive


def window_of(session: Session, listing: Listing) -> JobWindow:
    async def fetch(
        limit: int,
        *,
        after: Cleaning | None = None,
        before: Cleaning | None = None,
        from_end: bool = False,
        offset: int = 0,
    ) -> list[Cleaning]:
        return await cleanings.page(
            session, listing, limit, after=after, before=before, from_end=from_end, offset=offset
        )

    return JobWindow(
        fetch,
        lambda: cleanings.count(session, listing),
        partial(listings.page_at, session, listing),
        partial(listings.place_of, session, listing),
    )


async def fill(market: Market, number: int) -> None:
    # few prices and few names, so that the order hangs on the id
    await market.psql(
        "insert into cleanings (name, price, owner, created_at) select 'Job ' || n % 7, 10 + n % 5, 'm_zoe', "
        f"now() - n % 11 * interval '1 minute' from generate_series(1, {number}) n"
    )


@pytest.mark.parametrize("sort", list(Sort))
async def test_every_line_shows_the_job_that_the_list_has_there(market: Market, sort: Sort) -> None:
    session = await market.session("ada")
    await fill(market, 3000)
    listing = Listing(sort=sort)
    everything = [job.id for job in await cleanings.page(session, listing, 5000)]
    window = window_of(session, listing)
    randomly = random.Random(7)
    await window.ensure(0, 30)
    await window.recount()
    top = 0
    for _ in range(150):
        step = randomly.choice([1, 30, -1, -30, 200, -200, 0])
        top = randomly.randrange(3000) if step == 0 else max(0, min(top + step, 2970))
        while window.lacks(top, top + 30):
            await window.ensure(top, top + 30)
        shown = [window.get(line) for line in range(top, top + 30)]
        assert [job.id if job else None for job in shown] == everything[top : top + 30]
        assert len(window.rows) <= KEPT + PAGE
    await window.load_end()
    assert [job.id for job in window.rows] == everything[-PAGE:]
    assert window.length == 3000


async def test_an_estimated_place_is_put_right_at_the_ends(market: Market) -> None:
    session = await market.session("ada")
    await fill(market, 1000)
    listing = Listing(sort=Sort.PRICE_UP)
    everything = await cleanings.page(session, listing, 2000)
    window = window_of(session, listing)
    await window.load_around(everything[500])
    for _ in range(20):
        if window.at_top:
            break
        await window.ensure(window.first - 1, window.first)
    assert window.at_top
    assert window.first == 0
    assert window.get(0) == everything[0]
    assert window.get(500) == everything[500]


async def test_an_estimated_place_is_one_in_what_was_counted_while_it_was_read(market: Market) -> None:
    session = await market.session("ada")
    await fill(market, 1000)
    await market.psql("analyze cleanings")
    listing = Listing(sort=Sort.PRICE_UP)
    everything = await cleanings.page(session, listing, 2000)
    window = window_of(session, listing)
    place_of = window._place_of

    async def counted_meanwhile(job: Cleaning) -> float:
        place = await place_of(job)
        await window.recount()
        return place

    window._place_of = counted_meanwhile
    assert abs(await window.load_around(everything[500]) - 500) < 50
    assert window.length == 1000


@pytest.mark.parametrize("from_end", range(0, 60, 4))
async def test_a_place_near_the_end_is_read_and_then_nobody_reads_on(market: Market, from_end: int) -> None:
    session = await market.session("ada")
    await fill(market, 500)
    listing = Listing(sort=Sort.PRICE_UP)
    everything = await cleanings.page(session, listing, 1000)
    window = window_of(session, listing)
    await window.recount()
    place = len(everything) - from_end - 1
    window.load_spot(listings.Spot(everything[place : place + 30], place / len(everything)))
    screen = 20

    def around() -> tuple[int, int]:
        at = window.ordinal_of(everything[place].id)
        assert at is not None
        return at - screen, at + 2 * screen

    asked = 0
    while window.lacks(*around()):
        await window.ensure(*around())
        asked += 1
        assert asked <= 3, "the same is read again and again"
    shown = [window.get(line) for line in range(*around())]
    beyond = [None] * max(place + 2 * screen - len(everything), 0)
    assert shown == [*everything[place - screen : place + 2 * screen], *beyond]


async def test_a_refresh_sees_new_jobs_and_those_that_left(market: Market) -> None:
    session = await market.session("ada")
    await fill(market, 400)
    listing = Listing()
    window = window_of(session, listing)
    await window.ensure(0, 40)
    await window.ensure(100, 240)
    gone = window.rows[5].id
    await market.psql("update cleanings set status = 'cancelled' where id = $1", gone)
    await market.psql(
        "insert into cleanings (name, price, owner, created_at) values ('New', 9, 'm_zoe', now() + interval '1 hour')"
    )
    before = window.run
    window.show(await window.read_again(0, 40))
    await window.recount()
    assert window.changes(before) == {window.rows[0].id: "+"}
    assert window.get(0) is not None
    assert window.rows[0].name == "New"
    assert gone not in {job.id for job in window.rows}
    assert [job.id for job in window.rows] == [
        job.id for job in await cleanings.page(session, listing, len(window.rows))
    ]
    assert window.total is not None
    assert window.total.number == 400


async def test_a_count_that_gave_up_says_nothing_of_a_list_that_is_all_here(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await market.session("ada")
    await fill(market, 3)
    monkeypatch.setattr("phresh_tui.database.counts.PATIENCE", 0.0)
    window = window_of(session, Listing())
    await window.load_top()
    assert not (await cleanings.count(session, Listing())).exact
    await window.recount()
    assert (window.total, window.length) == (Count(3, exact=True), 3)


async def test_more_above_than_was_estimated_is_reached_by_keys_that_come_at_once(market: Market, drive: Drive) -> None:
    await market.session("zoe")
    await market.session("ada")
    begin = datetime(2026, 1, 1, 12, tzinfo=UTC)
    fill = (
        "insert into cleanings (name, price, owner, created_at) "
        "select $1 || n, 10, 'm_zoe', $2::timestamptz + n * interval '1 minute' from generate_series(1, $3::integer) n"
    )
    await market.psql(fill, "Old ", begin, 400)
    # the planner knows of nothing newer
    await market.psql("analyze cleanings")
    await market.psql(fill, "New ", begin + timedelta(days=1), 2500)
    async with drive("ada") as driver:
        await driver.until(lambda: driver.selected == "New 2500")
        await driver.press("g")
        await driver.type("2026-01-01")
        await driver.press("enter")
        await driver.until(lambda: (driver.selected or "").startswith("Old "), "the old jobs")
        assert driver.jobs.cursor < 2000, "the place was to be taken for one further up"
        await driver.press(*["pageup"] * 400)
        await driver.until(lambda: driver.selected == "New 2500", "the newest job")
        assert driver.jobs.cursor == 0
