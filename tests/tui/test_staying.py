"""The selected job stays selected, whatever becomes of the list around it."""

from __future__ import annotations

from uuid import uuid4

from phresh_tui.database import cleanings
from tests.support import Market, draft, post
from tests.tui.conftest import Drive


async def test_the_last_one_that_leaves_a_search_stays_under_the_cursor(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    jobs = [await post(ada, f"Job {number}") for number in range(2)]
    await market.member("bob")
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.press("slash", *"price:20")
        await driver.see("2 open jobs", "$20.00 to $20.00")
        await driver.press("enter", "j")
        await driver.until(lambda: driver.selected == "Job 0")
        await cleanings.edit(ada, uuid4(), jobs[1].id, draft("Job 1", "21"))
        await driver.see(" ○-Job 1", "1 open job ")
        await cleanings.edit(ada, uuid4(), jobs[0].id, draft("Job 0", "22"))
        await driver.see("▸○-Job 0", "0 open jobs")
        assert driver.selected == "Job 0"
        # and it is one of them again
        await cleanings.edit(ada, uuid4(), jobs[0].id, draft("Job 0", "20"))
        await driver.see("1 open job ")
        await driver.not_see("-Job 0")
        assert driver.selected == "Job 0"


async def test_one_that_stands_elsewhere_now_is_followed(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    chosen = await post(ada, "The chosen one", price="5")
    await market.psql(
        "insert into cleanings (name, price, owner) select 'Job ' || n, 10 + n / 10, 'm_zoe' "
        "from generate_series(1, 800) n"
    )
    await market.member("bob")
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.press("s", "p")
        await driver.until(lambda: driver.selected == "The chosen one")
        await cleanings.edit(ada, uuid4(), chosen.id, draft("The chosen one", "50"))
        await driver.see("$50.00", "Job 400")
        assert driver.selected == "The chosen one"
        assert "-The chosen one" not in driver.text, "it is no less open, and fits as before"
        assert "▸○~The chosen one" in driver.text


async def test_many_new_ones_above_are_counted_and_move_nothing(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    for number in range(5):
        await post(ada, f"Job {number}")
    await market.member("bob")
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.press("j", "j")
        await driver.until(lambda: driver.selected == "Job 2")
        await market.psql(
            "insert into cleanings (name, price, owner, created_at) select 'New ' || n, 10, 'm_zoe', "
            "clock_timestamp() from generate_series(1, 400) n"
        )
        await driver.see("405 open jobs", "new: .")
        assert driver.selected == "Job 2"
        await driver.see("▸○ Job 2")
        await driver.press("home")
        await driver.until(lambda: driver.selected == "New 400")
