"""One key takes the last move back, says which, and says why when it cannot."""

from __future__ import annotations

import time
from uuid import uuid4

from phresh_tui.database import cleanings
from phresh_tui.market.cleaning import Status
from phresh_tui.tui.moves import SAME_PRESS
from tests.support import Market, post
from tests.tui.conftest import Drive


async def test_undo_names_the_move_and_goes_back_one_by_one_across_screens(market: Market, drive: Drive) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    windows = await post(ada, "Windows")
    oven = await post(bob, "Oven")
    # room for the long words of all keys
    async with drive("bob", size=(170, 30)) as driver:
        await driver.browsing()
        await driver.press("j", "c", "y")
        await driver.see("u Undo claim of “Windows”")
        await driver.press("m")
        await driver.see("My jobs", "Oven")
        assert "u Undo claim of “Windows”" in driver.footer, "it survives the change of the screen"
        await driver.press("tab")
        await driver.see("X Cancel job")
        await driver.press("X")
        await driver.see("Cancel “Oven”")
        await driver.type("no oven\n")
        await driver.see("u Undo cancellation of “Oven”")
        # a double press undoes one move
        for _ in range(2):
            driver.app.simulate_key("u")
        await driver.see("“Oven” is open again", "u Undo claim of “Windows”")
        undone = time.monotonic()
        await driver.until(lambda: time.monotonic() > undone + SAME_PRESS)
        await driver.press("u")
        await driver.see("“Windows” is open again")
        await driver.not_see("u Undo")
    assert [(await cleanings.one(ada, job.id)).status for job in (windows, oven)] == [Status.OPEN] * 2  # type: ignore[union-attr]


async def test_an_undo_that_is_refused_says_why(market: Market, drive: Drive) -> None:
    ada, bob, eve = await market.session("ada"), await market.session("bob"), await market.session("eve")
    job = await post(ada, "Windows")
    async with drive("bob", size=(140, 30), refresh="60") as driver:
        await driver.browsing()
        await driver.press("c", "y")
        await driver.see("u Undo claim of “Windows”")
        await cleanings.release(bob, uuid4(), job.id)
        await cleanings.claim(eve, uuid4(), job)
        await driver.press("u")
        await driver.see("The claim of “Windows” cannot be undone. ")
        await driver.not_see("u Undo")
