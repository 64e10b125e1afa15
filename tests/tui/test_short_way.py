"""Keys that move the cursor of a list are obeyed without the way through all queues, and mean what they mean there."""

from __future__ import annotations

import pytest
from textual import events

from phresh_tui.paths import config_file
from phresh_tui.tui.widgets.job_list import JobList
from tests.support import Market
from tests.tui.conftest import JOBS, Drive, long_list
from tests.tui.support import Driver


async def pressed(driver: Driver, key: str, leads_to: str) -> bool:
    """Whether the key was obeyed without being sent around."""
    event = events.Key(key, key if len(key) == 1 else None)
    driver.app.post_message(event)
    await driver.until(lambda: driver.selected == leads_to, f"{leads_to} after {key}")
    return not event.is_forwarded


async def test_motions_take_the_short_way(market: Market, drive: Drive) -> None:
    async with long_list(market, drive) as driver:
        page = driver.jobs.size.height - 1
        assert await pressed(driver, "down", "Job 2")
        assert await pressed(driver, "j", "Job 3")
        assert await pressed(driver, "k", "Job 2")
        assert await pressed(driver, "pagedown", f"Job {2 + page}")
        assert await pressed(driver, "end", f"Job {JOBS}")
        assert await pressed(driver, "home", "Job 1")


async def test_it_is_painted_before_anything_else_is_done(
    market: Market, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with long_list(market, drive) as driver:
        jobs = driver.jobs
        painted: list[int] = []
        with monkeypatch.context() as patch:
            patch.setattr(type(driver.app), "_display", lambda *_: painted.append(jobs.cursor))
            await driver.app.on_event(events.Key("down", None))
        assert painted == [1]


async def test_the_members_own_keys_do(market: Market, drive: Drive) -> None:
    config_file().parent.mkdir(parents=True)
    config_file().write_text('[keys]\n"marks.toggle-mark" = "pagedown"\n"list.cursor-page-down" = "ctrl+f"\n')
    async with long_list(market, drive) as driver:
        page = driver.jobs.size.height - 1
        assert await pressed(driver, "ctrl+f", f"Job {1 + page}")
        assert not await pressed(driver, "pagedown", f"Job {2 + page}"), "it marks"
        assert driver.jobs.marks


async def test_a_part_that_wants_keys_has_them_first(
    market: Market, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted: list[str] = []
    monkeypatch.setattr(JobList, "on_key", lambda _, event: wanted.append(event.key), raising=False)
    async with long_list(market, drive) as driver:
        assert not await pressed(driver, "down", "Job 2")
        assert wanted == ["down"]


async def test_a_key_does_not_overtake_one_that_is_on_its_way(market: Market, drive: Drive) -> None:
    async with long_list(market, drive) as driver:
        # marks the job and goes on
        mark, down = events.Key("space", " "), events.Key("down", None)
        driver.app.post_message(mark)
        driver.app.post_message(down)
        await driver.until(lambda: driver.selected == "Job 3")
        assert mark.is_forwarded
        assert not down.is_forwarded, "it has waited, and was obeyed at once then"
        assert [job.name for job in driver.jobs.marks.jobs] == ["Job 1"]
        assert await pressed(driver, "down", "Job 4"), "the way is free again"
