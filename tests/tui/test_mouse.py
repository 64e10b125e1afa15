"""The mouse: a click selects in every list, a double click opens, what is one of a few is chosen by a click."""

from __future__ import annotations

from uuid import uuid4

from phresh_tui.database import cleanings
from phresh_tui.tui.screens.agenda import AgendaScreen
from phresh_tui.tui.screens.inbox import InboxScreen
from phresh_tui.tui.screens.jump import JumpScreen
from phresh_tui.tui.screens.mine import MineScreen
from phresh_tui.tui.widgets.detail import JobDetail
from phresh_tui.tui.widgets.now_list import NowList
from tests.support import Market, post
from tests.tui.conftest import Drive
from tests.tui.support import Driver


async def click(driver: Driver, text: str, *, times: int = 1, right: int = 0) -> None:
    """Clicks where a text stands on the screen, or so many cells to the right of there."""
    await driver.see(text)
    row, line = next((row, line) for row, line in enumerate(driver.lines) if text in line)
    await driver.pilot.click(offset=(line.index(text) + right, row), times=times)


async def test_a_click_selects_and_a_double_click_opens(market: Market, drive: Drive) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    for name in ("Windows", "Kitchen"):
        await cleanings.claim(bob, uuid4(), await post(ada, name))
        await cleanings.claim(ada, uuid4(), await post(bob, f"{name} of mine"))
    await post(ada, "Oven")
    await post(ada, "Stairs")
    async with drive("bob") as driver:
        await driver.browsing()
        await click(driver, "Oven")
        await driver.until(lambda: driver.selected == "Oven", "the job that was clicked")
        assert driver.app.focused is driver.jobs
        await click(driver, "Stairs", times=2)
        await driver.until(
            lambda: driver.selected == "Stairs" and isinstance(driver.app.focused, JobDetail), "its text"
        )
        await driver.press("escape")
        # what is under way is a list like the others
        await driver.press("m")
        await driver.see("Kitchen", "Windows")
        now = driver.app.screen.query_one(NowList)
        for name in ("Kitchen  ", "Windows  "):
            await click(driver, name)
            await driver.until(lambda name=name: now.selected is not None and now.selected.name == name.strip(), name)
            assert now.has_focus, "one click opens nothing"
        await click(driver, "●  Kitchen")
        await driver.see("1 marked", "●✓ Kitchen")
        await driver.press("escape")
        await click(driver, "Kitchen  ", times=2)
        await driver.until(lambda: isinstance(driver.app.focused, JobDetail), "the text of the job")
        await click(driver, " Claimed 2", right=2)
        await driver.see("[Claimed 2]")
        await driver.press("escape", "escape")
        # the counter at the top leads to the inbox
        await click(driver, "2 unread")
        await driver.until(lambda: isinstance(driver.app.screen, InboxScreen), "the inbox")
        await click(driver, "Windows of mine")
        await driver.see("posted by you")
        assert isinstance(driver.app.screen, InboxScreen)
        await click(driver, "Windows of mine", times=2)
        await driver.until(lambda: isinstance(driver.app.screen, MineScreen), "the job")
        await driver.press("escape", "escape", "A")
        await click(driver, "Kitchen")
        await driver.see("posted by @ada")
        assert isinstance(driver.app.screen, AgendaScreen)
        # the lines of short lists can be jumped to as well
        selected = driver.app.screen.selected
        assert selected is not None
        assert selected.name == "Kitchen"
        row = next(row for row, line in enumerate(driver.lines) if "Windows" in line)
        await driver.press("ctrl+o")
        assert isinstance(driver.app.screen, JumpScreen)
        await driver.until(lambda: driver.app.screen.query(".jump-label"), "the labels")
        await driver.press(*driver.lines[row][:2].strip())
        await driver.see("posted by @ada")
        screen = driver.app.screen
        assert isinstance(screen, AgendaScreen)
        await driver.until(lambda: screen.selected is not None and screen.selected.name == "Windows", "the line")


async def test_charts_are_chosen_by_a_click(market: Market, drive: Drive) -> None:
    await market.session("ada")
    async with drive("ada") as driver:
        await driver.browsing()
        await driver.press("M")
        await driver.see("[1 Prices]")
        await click(driver, "3 Days")
        await driver.see("[3 Days]", "Each day")
