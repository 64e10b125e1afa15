"""A database that lets one wait: keys are served at once, what is on its way is drawn as such, and no key is lost."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.widget import Widget
from textual.widgets import Input

from phresh_tui.database.preparation import Door, Prepared
from phresh_tui.database.target import Target
from phresh_tui.market.cleaning import Cleaning
from phresh_tui.settings import Settings
from phresh_tui.tui.app import PhreshApp
from phresh_tui.tui.screens.base import MarketScreen
from phresh_tui.tui.widgets.detail import JobDetail
from phresh_tui.tui.widgets.line_view import AHEAD
from tests.support import Market
from tests.support_proxy import Proxy
from tests.tui.support import Driver

JOBS = 12_000
SOME_JOBS = (
    # newest first and cheapest first are the same order
    "insert into cleanings (name, price, owner, created_at) select 'Job ' || n, 10 + n / 100.0, 'm_zoe', "
    f"now() - n * interval '1 minute' from generate_series(1, {JOBS}) n"
)


@asynccontextmanager
async def program(target: Target) -> AsyncIterator[Driver]:
    """The program, to which nobody rings."""
    settings = Settings(PHRESH_REFRESH_SECONDS="3600")  # type: ignore[call-arg]
    app = PhreshApp(settings, Prepared(target, Door.MEMBER))
    async with app.run_test(notifications=True) as pilot:
        yield Driver(app, pilot)


async def member_through(proxy: Proxy, market: Market) -> Target:
    return (await market.member("ada", tcp=True))._replace(port=proxy.port, sslmode="disable")


async def test_keys_pressed_while_the_database_is_slow_count_from_where_they_lead(market: Market) -> None:
    await market.psql(SOME_JOBS)
    await market.psql("analyze cleanings")
    async with Proxy(market.cluster.port) as proxy, program(await member_through(proxy, market)) as driver:
        await driver.browsing()
        await driver.see("about 12,000 open jobs")
        page = driver.jobs.size.height - 1

        async def arrives(job: int, *keys: str) -> None:
            """Presses keys; the list moves at once, and stands at the right job when the answers come."""
            proxy.hold()
            await driver.press(*keys)
            assert driver.selected is None, "nothing has come"
            assert "▸" not in driver.text
            assert "  ·" in driver.text, "a line that is on its way is drawn as such"
            proxy.let_go()
            await driver.until(lambda: driver.selected == f"Job {job}", f"job {job} after {keys}")
            await driver.see("▸")

        await arrives(JOBS - 2 * page, "end", "pageup", "pageup")
        await arrives(1 + 3 * page, "home", *["pagedown"] * 3)
        await arrives(1 + 43 * page, *["pagedown"] * 40)
        # the bottom is the bottom: what is pressed there counts for nothing, as in a list that is here
        await arrives(JOBS - page, "end", "pagedown", "pageup")
        await arrives(1 + page, "home", "pageup", "pagedown")

        # a list that is not here at all: nobody knows yet how long it is
        for order, first in (("N", JOBS), ("p", 1)):
            proxy.hold()
            await driver.press("s", order, *["pagedown"] * 20)
            proxy.let_go()
            job = first - 20 * page if first > 1 else first + 20 * page
            await driver.until(lambda job=job: driver.selected == f"Job {job}", f"job {job}")
        proxy.hold()
        await driver.press("s", "N", "end", "pageup")
        proxy.let_go()
        await driver.until(lambda: driver.selected == f"Job {1 + page}", "the page before the end")
        await driver.until(lambda: driver.jobs.virtual_size.height == JOBS, "the length to be put right")
        assert driver.jobs.cursor == JOBS - 1 - page

        # what is shown stays until the value is there
        await driver.press("s", "p")
        await driver.until(lambda: driver.selected == "Job 1")
        proxy.hold()
        await driver.press("g", *"50", "enter", "j", "j", "pagedown")
        proxy.let_go()
        await driver.until(lambda: driver.selected == f"Job {4002 + page}", "two and a page after the price")
        # the latest place wins, and one that is slow is not waited for
        proxy.hold()
        await driver.press("g", *"70", "enter", "end", "home", "pagedown")
        proxy.let_go()
        await driver.until(lambda: driver.selected == f"Job {1 + page}", "a page after the top")

        # what is read about a job that was left before that began leaves nothing behind
        (detail,) = driver.details
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            detail.read_again()
            detail.read_again()
            gc.collect()
        assert not told


async def test_whoever_goes_on_one_way_meets_no_line_that_is_on_its_way(market: Market) -> None:
    await market.psql(SOME_JOBS)
    await market.psql("analyze cleanings")
    async with Proxy(market.cluster.port) as proxy, program(await member_through(proxy, market)) as driver:
        await driver.browsing()
        await driver.see("about 12,000 open jobs")
        page = driver.jobs.size.height - 1
        few = (AHEAD - page - 1) // page
        # not as far as to the end of what is read at first
        reads = (AHEAD - 3 * page) // page

        async def goes_on(key: str, first: int, step: int) -> None:
            """A few pages are here already, whatever the database does."""
            await driver.press(*[key] * reads)
            await driver.until(lambda: driver.selected == f"Job {first + reads * step}", "where it went")
            await driver.until(
                lambda: not driver.jobs._window.lacks(*driver.jobs.lines_around_screen), "what comes next"
            )
            proxy.hold()
            for number in range(1, few + 1):
                await driver.press(key)
                assert driver.selected == f"Job {first + (reads + number) * step}"
                assert "  ·" not in driver.text
            proxy.let_go()

        await goes_on("pagedown", 1, page)
        await driver.press("end")
        await driver.until(lambda: driver.selected == f"Job {JOBS}", "the end")
        await goes_on("pageup", JOBS, -page)


async def test_a_search_reads_and_paints_what_is_seen_first_and_the_rest_after_it(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    await market.psql(SOME_JOBS)
    await market.psql("analyze cleanings")
    async with program(await market.member("ada")) as driver:
        await driver.browsing()
        told: list[str] = []
        first: dict[str | None, bool] = {}

        def paint(screen: MarketScreen, part: Widget) -> None:
            MarketScreen.paint(screen, part)
            first.setdefault(driver.selected, driver.selected not in told)

        monkeypatch.setattr(type(driver.app.screen), "paint", paint)
        monkeypatch.setattr(JobDetail, "show_job", lambda _, job: told.append(job.name if job else ""))
        await driver.press("slash", *"119")
        await driver.until(lambda: driver.selected == "Job 119", "what has these letters, newest first")
        await driver.until(lambda: told[-1:] == ["Job 119"], "beside it")
        # the lines stood there before anything was said of the job beside them
        assert first["Job 119"]
        await driver.press("enter", "end")
        await driver.until(lambda: driver.selected == "Job 11999", "the last one")
        await driver.see("132 open jobs")
        # all of them are there, each once
        seen = []
        for _ in range(132):
            assert driver.selected is not None
            seen.append(driver.selected)
            await driver.press("up")
            await driver.until(lambda: driver.selected is not None, "the one before")
        assert len(set(seen)) == 132, seen
        assert seen[-1] == driver.selected == "Job 119"
        await driver.press("escape")
        await driver.see("about 12,000 open jobs")
        # the end of a long list is the lines that are seen, until they stand there
        reads: list[int] = []
        fetch = driver.jobs._reader.window._fetch

        async def counted(limit: int, **how: object) -> list[Cleaning]:
            reads.append(limit)
            return await fetch(limit, **how)  # type: ignore[arg-type]

        monkeypatch.setattr(driver.jobs._reader.window, "_fetch", counted)
        await driver.press("end")
        await driver.until(lambda: driver.selected == f"Job {JOBS}", "the end")
        await driver.until(lambda: not driver.jobs._window.lacks(*driver.jobs.lines_around_screen), "what is around it")
        assert reads[0] < driver.jobs.size.height + 10 < reads[1]


async def test_where_a_jump_leads_is_read_while_it_is_typed(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    # however long a busy machine takes from one key to the next
    monkeypatch.setattr("phresh_tui.tui.job_ahead.FRESH", 60.0)
    await market.psql(SOME_JOBS)
    await market.psql("analyze cleanings")
    async with Proxy(market.cluster.port) as proxy, program(await member_through(proxy, market)) as driver:
        await driver.browsing()
        await driver.press("s", "p")
        await driver.until(lambda: driver.selected == "Job 1")
        ahead = driver.jobs._reader._ahead

        async def here(text: str) -> None:
            line = driver.app.screen.query_one("#jump", Input)
            while ahead.found(driver.jobs.listing, text) is None:
                # the list may have been read again meanwhile, which makes it forget
                line.value = ""
                line.value = text
                await driver.pilot.pause(0.2)

        await driver.press(*"g50")
        async with asyncio.timeout(30):
            await here("50")
        with monkeypatch.context() as still:
            # no ring just now
            still.setattr(ahead, "forget", lambda: None)
            await here("50")
            proxy.hold()
            await driver.press("enter")
            await driver.until(lambda: driver.selected == "Job 4000", "the price, though nothing answers")
            proxy.let_go()
        # what was typed and taken back is not where it leads, nor is what may have changed since
        await driver.press("g", "7", "backspace", *"60")
        assert await market.psql("update cleanings set price = 60 where name = 'Job 4999' returning id")
        driver.jobs.look_again()
        await driver.press("enter")
        await driver.until(lambda: driver.selected == "Job 4999", "the job that has this price now")
        # one that takes long is not waited for when another one is typed
        await driver.press("g", "8", "enter")
        proxy.hold()
        await driver.press("g", *"9", "0", "enter")
        proxy.let_go()
        await driver.until(lambda: driver.selected == "Job 8000", "what was typed last")
        # behind the last price there is the last job
        await driver.press("g", *"999", "enter")
        await driver.until(lambda: driver.selected == f"Job {JOBS}", "the last one")


async def test_the_last_view_comes_back_unless_the_person_has_moved_meanwhile(market: Market) -> None:
    await market.psql(SOME_JOBS)
    await market.psql("analyze cleanings")
    async with Proxy(market.cluster.port) as proxy:
        target = await member_through(proxy, market)
        async with program(target) as driver:
            await driver.browsing()
            await driver.press("s", "p")
            await driver.type("g80\n")
            await driver.until(lambda: driver.selected == "Job 7000")
        async with program(target) as driver:
            await driver.browsing()
            await driver.until(lambda: driver.selected == "Job 7000", "the job of last time")
            # where the bar of the scroll bar stands is an estimate, and a good one
            await driver.until(lambda: abs(driver.jobs.cursor - 7000) < 300, "its place")
        async with program(target) as driver:
            # while what lies around that job is read
            proxy.hold(b") < (")
            await driver.until(lambda: proxy.holds, "the question for the jobs around it")
            assert driver.selected == "Job 1"
            page = driver.jobs.size.height - 1
            await driver.press("pagedown")
            proxy.let_go()
            reader = driver.jobs._reader
            await driver.until(lambda: reader._reading is not None and reader._reading.done(), "all answers")
            assert driver.selected == f"Job {1 + page}"
            assert driver.jobs.cursor == page
