"""One key takes the last move back, says which, and says why when it cannot."""

from __future__ import annotations

import asyncio
import time
from uuid import UUID, uuid4

from phresh_tui.database import cleanings
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Status
from phresh_tui.tui.moves import SAME_PRESS, UNDO_SECONDS, Step, Undo
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


async def test_the_time_for_an_undo_runs_from_when_the_move_was_sent(market: Market, drive: Drive) -> None:
    job = await post(await market.session("ada"), "Windows")
    await market.session("bob")

    async def claim(session: Session, request: UUID) -> None:
        await cleanings.claim(session, request, job)
        # the database counts already
        await asyncio.sleep(0.5)

    async def release(session: Session, request: UUID) -> None:
        await cleanings.release(session, request, job.id)

    undo = Undo("claim", "of “Windows”", job.id, release, "It is open again.")
    async with drive("bob") as driver:
        await driver.browsing()
        moves, begun = driver.app.moves, time.monotonic()
        await moves.run(Step(job, "The claim", claim, "Claimed.", "Not claimed", undo))
        assert moves.undo is not None
        assert moves.undo.until < begun + UNDO_SECONDS + 0.4


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
