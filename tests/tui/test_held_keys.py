"""Keys that come faster than they are obeyed: what waits of one key is one move, and leads where single keys lead."""

from __future__ import annotations

import asyncio
import random

import pytest
from textual import events

from phresh_tui.paths import config_file
from tests.support import Market
from tests.tui.conftest import Drive
from tests.tui.support import Driver

JOBS = 400
FILL = (
    "insert into cleanings (name, price, owner, created_at) select 'Job ' || n, 10, 'm_zoe', "
    f"now() - n * interval '1 minute' from generate_series(1, {JOBS}) n"
)


def press_at_once(driver: Driver, *keys: str) -> None:
    """As a terminal gives them that has waited for a slow line."""
    for key in keys:
        driver.app.post_message(events.Key(key, {"space": " "}.get(key)))


@pytest.fixture
def moves(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """By how many lines the cursor was moved."""
    from phresh_tui.tui.widgets.cursor_view import CursorView

    moved: list[int] = []
    move = CursorView.move

    def told(self: CursorView, lines: int) -> None:
        moved.append(lines)
        move(self, lines)

    monkeypatch.setattr(CursorView, "move", told)
    return moved


async def test_many_presses_are_one_move(market: Market, drive: Drive, moves: list[int]) -> None:
    await market.session("ada")
    await market.psql(FILL)
    async with drive("ada") as driver:
        await driver.until(lambda: driver.selected == "Job 1")
        page = driver.jobs.size.height - 1
        press_at_once(driver, *["pagedown"] * 20, "up", "up", "up", "pageup", "down", "down")
        await driver.until(lambda: driver.selected == f"Job {1 + 19 * page - 1}")
        assert moves == [20 * page, -3, -page, 2]


@pytest.mark.parametrize("seed", range(4))
async def test_they_lead_where_single_keys_lead(market: Market, drive: Drive, seed: int) -> None:
    await market.session("ada")
    await market.psql(FILL)
    chance = random.Random(seed)
    async with drive("ada") as driver:
        await driver.until(lambda: driver.selected == "Job 1")
        page = driver.jobs.size.height - 1
        steps = {"down": 1, "up": -1, "pagedown": page, "pageup": -page, "j": 1, "home": -JOBS, "end": JOBS}
        stands = 0
        for _ in range(6):
            keys: list[str] = []
            for key in chance.choices(list(steps), k=12):
                keys += [key] * chance.choice((1, 2, 30))
            for key in keys:
                stands = max(0, min(stands + steps[key], JOBS - 1))
            for key in keys:
                press_at_once(driver, key)
                # some of them come back from the list while others are still on their way to it
                for _ in range(chance.choice((0, 0, 0, 1, 3, 9))):
                    await asyncio.sleep(0)
            await driver.until(
                lambda stand=stands: driver.selected == f"Job {stand + 1}" and driver.jobs.cursor == stand,
                f"job {stands + 1} after {keys}",
            )


async def test_an_action_that_knows_one_press_has_each(market: Market, drive: Drive) -> None:
    config_file().parent.mkdir(parents=True)
    config_file().write_text('[keys]\n"marks.toggle-mark" = "pagedown"\n"list.cursor-page-down" = "ctrl+f"\n')
    await market.session("ada")
    await market.psql(FILL)
    async with drive("ada") as driver:
        await driver.until(lambda: driver.selected == "Job 1")
        press_at_once(driver, *["pagedown"] * 5)
        await driver.until(lambda: driver.selected == "Job 6")
        assert len(driver.jobs.marks) == 5


async def test_what_a_key_opens_has_those_behind_it(market: Market, drive: Drive) -> None:
    await market.session("ada")
    await market.psql(FILL)
    async with drive("ada") as driver:
        await driver.until(lambda: driver.selected == "Job 1")
        press_at_once(driver, "down", "down", "slash", "J", "o", "b", "space", "4", "0", "enter", "down", "down")
        await driver.until(lambda: driver.selected == "Job 400" and driver.jobs.cursor == 1)
