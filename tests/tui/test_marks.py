"""Several jobs at once: marked, cancelled, released, copied, and taken back."""

from __future__ import annotations

import json
from uuid import uuid4

from phresh_tui.database import cleanings
from phresh_tui.database.connections import connected
from phresh_tui.tui.screens.several import OutcomeScreen
from tests.support import Market, draft, post
from tests.support_proxy import Proxy
from tests.tui.conftest import Drive
from tests.tui.test_slow import JOBS, SOME_JOBS, member_through, program


async def states(market: Market) -> dict[str, str]:
    return {row["name"]: row["status"] for row in await market.psql("select name, status from cleanings")}


async def test_marked_jobs_are_cancelled_together_and_the_refused_ones_are_named(market: Market, drive: Drive) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    for number in range(40):
        await post(bob, f"Other {number:02}")
    await post(bob, "Not mine")
    jobs = [await post(ada, f"Mine {number}") for number in range(3)]
    async with drive("ada") as driver:
        await driver.browsing()
        assert "marked" not in driver.text
        # newest first: three of one's own, then one of somebody else's; marking goes on to the next
        await driver.press("space", "space", "space", "space")
        await driver.see("4 marked", "✓Mine 2", "✓Not mine", "X Cancel 4")
        # marks are still there after scrolling, reading again and another order
        await driver.press("G", "r", "home")
        await driver.see("4 marked", "✓Mine 2", "✓Not mine")
        await driver.press("y", "2")
        await driver.until(lambda: driver.app.clipboard == "Mine 2\nMine 1\nMine 0\nNot mine", "the names")
        await driver.press("y", "4")
        await driver.until(lambda: driver.app.clipboard.startswith("["), "the JSON")
        assert [job["name"] for job in json.loads(driver.app.clipboard)] == ["Mine 2", "Mine 1", "Mine 0", "Not mine"]
        await driver.press("X")
        await driver.see("Cancel 4 jobs (“Mine 2”, “Mine 1” and 2 more): why?")
        await driver.press("enter")
        await driver.see("✗ ")
        # somebody takes one of them meanwhile: a claimed job can be cancelled too, a finished one cannot
        await cleanings.claim(bob, uuid4(), jobs[0])
        await driver.type("no longer\n")
        await driver.until(lambda: isinstance(driver.app.screen, OutcomeScreen), "what became of it")
        await driver.see("3 of 4 cancelled", "✗ Not cancelled", "Not mine")
        await driver.press("escape")
        found = await states(market)
        assert [found[f"Mine {number}"] for number in range(3)] == ["cancelled"] * 3
        assert found["Not mine"] == "open"
        # what was refused stays marked, what was done can be taken back together
        await driver.see_behind_messages("1 marked", "u Undo cancellation")
        await driver.press("u")
        await driver.see("The cancellation of 3 jobs is undone.")
        assert set((await states(market)).values()) == {"open"}
        await driver.until(lambda: len(driver.jobs._window.rows) == 44, "all of them in the list")
        # a click on the signs of a line marks it, a click on its name does not
        await driver.pilot.click(offset=(1, 7))
        await driver.see("2 marked")
        await driver.pilot.click(offset=(9, 8))
        await driver.see("2 marked")
        await driver.pilot.click(offset=(1, 7))
        await driver.see("1 marked")
        # Escape drops the marks first
        await driver.press("slash", *"Other", "enter")
        await driver.see("1 marked", "“Other”")
        await driver.press("escape")
        await driver.not_see("marked")
        assert "“Other”" in driver.text
        await driver.press("escape")
        await driver.not_see("“Other”")


async def test_a_range_is_marked_and_released_from_my_jobs(market: Market, drive: Drive) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    for number in range(5):
        await cleanings.claim(bob, uuid4(), await post(ada, f"Job {number}"))
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.press("m")
        await driver.see("[Now 5]")
        await driver.press("space")
        await driver.see("1 marked")
        # the marks belong to all three lists; a range goes from the last mark to the cursor
        await driver.press("tab", "tab")
        await driver.see("[Claimed 5]", "✓Job")
        await driver.press("escape")
        await driver.not_see("marked")
        await driver.press("home", "space", "j", "V")
        await driver.see("3 marked", "R Release 3")
        await driver.press("R")
        await driver.see("Release 3 jobs: “Job 4”, “Job 3” and 1 more?")
        await driver.press("R")
        await driver.press("y")
        await driver.see("3 jobs released.", "[Claimed 2]")
        found = await states(market)
        assert sorted(found.values()) == ["claimed", "claimed", "open", "open", "open"]
        # one of the three is taken by somebody else: it cannot be taken back, the others can
        eve = await market.session("eve")
        row = (await market.psql("select id from cleanings where status = 'open' limit 1"))[0]
        taken = await cleanings.one(eve, row["id"])
        assert taken is not None
        await cleanings.claim(eve, uuid4(), taken)
        await driver.press("u")
        await driver.see("The release of 2 jobs is undone.", "cannot be undone", taken.name)
        await driver.see("[Claimed 4]")
        await driver.press("escape")
        await driver.browsing()


async def test_a_move_of_several_jobs_is_told_when_their_list_was_left_meanwhile(market: Market, drive: Drive) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    for number in range(2):
        await cleanings.claim(bob, uuid4(), await post(ada, f"Job {number}"))
    async with drive("bob") as driver, connected(market.operator) as operator:
        browse = await driver.browsing()
        await driver.press("m", "tab", "tab")
        await driver.see("[Claimed 2]")
        await driver.press("space", "space", "R")
        await driver.see("Release 2 jobs")
        async with operator.transaction():
            await operator.execute("select from public.cleanings for update")
            await driver.press("y")
            await driver.press("escape", "escape")
            await driver.until(lambda: driver.app.screen is browse, "to be back")
            await driver.pilot.pause()
        await driver.see("2 jobs released.")
    assert set((await states(market)).values()) == {"open"}


async def test_a_range_that_is_too_long_is_not_marked_and_a_database_that_is_gone_is_told(market: Market) -> None:
    await market.psql(SOME_JOBS)
    await market.psql("analyze cleanings")
    async with Proxy(market.cluster.port) as proxy, program(await member_through(proxy, market)) as driver:
        await driver.browsing()
        await driver.press("space", "G")
        await driver.until(lambda: driver.selected == f"Job {JOBS}", "the end")
        await driver.press("V")
        await driver.see("2 marked", "The last mark is more than 1,000 jobs away")
        await driver.press("home")
        await driver.until(lambda: driver.selected == "Job 1", "the top")
        proxy.cut()
        proxy.swallow()
        await driver.press("V")
        await driver.see("2 marked", "reconnecting, ")
        proxy.pass_on()
        await driver.see("● connected")
        assert len(driver.jobs.marks) == 2


async def test_marked_jobs_are_claimed_at_the_prices_that_were_shown(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    jobs = [await post(ada, f"Job {number}") for number in range(3)]
    await market.member("bob")
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.press("space", "space", "space")
        await driver.see("3 marked", "c Claim 3")
        await cleanings.edit(ada, uuid4(), jobs[0].id, draft("Job 0", "12.50"))
        await driver.press("c")
        await driver.see("Claim 3 jobs: “Job 2”, “Job 1” and 1 more at the prices shown?")
        await driver.press("y")
        await driver.see("2 of 3 claimed", "it now costs $12.50 per hour", "“Job 2” is yours")
        await driver.press("escape")
        assert await states(market) == {"Job 0": "open", "Job 1": "claimed", "Job 2": "claimed"}
        await driver.see_behind_messages("u Undo claim")
        await driver.press("u")
        await driver.see("The claim of 2 jobs is undone.")
        assert set((await states(market)).values()) == {"open"}
