"""Any keys on the screens of a job's life, in any order and at any size, break nothing. Seeded: it can be repeated."""

from __future__ import annotations

import random
from decimal import Decimal
from uuid import uuid4

from phresh_tui.database import cleanings, offers
from phresh_tui.market.cleaning import Booking
from phresh_tui.tui.screens.confirm import AskReason
from tests.support import Market, draft
from tests.tui.conftest import Drive

KEYS = (
    *"moadyncfvtuxRbweA15jkhlgGsrp",
    *("tab", "shift+tab", "escape", "enter", "up", "down", "left", "right", "home", "space", "slash", "question_mark"),
    *("ctrl+s", "ctrl+l", "ctrl+g", "ctrl+k", "ctrl+t"),
)
SIZES = ((80, 24), (40, 12), (20, 5), (120, 40))


async def test_any_keys_on_jobs_in_every_state_break_nothing(market: Market, drive: Drive) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    for number in range(4):
        for one, other in ((ada, bob), (bob, ada)):
            booking = Booking.BY_OFFER if number == 1 else Booking.INSTANTLY
            job_id = await cleanings.post(one, uuid4(), draft(f"Job {number}")._replace(booking=booking))
            job = await cleanings.one(one, job_id)
            assert job is not None
            if number == 1:
                await offers.make(other, uuid4(), job_id, Decimal(10))
            if number > 1:
                await cleanings.claim(other, uuid4(), job)
            if number == 3:
                await cleanings.finish(other, uuid4(), job_id, Decimal(1))
    chance = random.Random(2)
    async with drive("bob", size=(80, 24)) as driver:
        await driver.browsing()
        for number in range(300):
            if number % 60 == 59:
                await driver.pilot.resize_terminal(*chance.choice(SIZES))
            driver.app.simulate_key(chance.choice(KEYS))
            # sometimes two keys come at once
            if chance.random() < 0.6:
                await driver.pilot.pause()
        assert driver.app.is_running


async def test_what_is_typed_right_behind_the_key_that_asks_is_not_lost(market: Market, drive: Drive) -> None:
    bob = await market.session("bob")
    await cleanings.post(bob, uuid4(), draft("Oven"))
    async with drive("bob", refresh="60") as driver:
        browse = await driver.browsing()
        await driver.until(lambda: driver.details[0].is_settled, "which keys there are")
        browse.action_cancel_job()
        # the question is not drawn yet, and has no field
        assert isinstance(driver.app.screen, AskReason)
        for key in "sold-already":
            driver.app.simulate_key(key)
        await driver.see("Cancel “Oven”: why?", "sold-already")
        await driver.press("enter")
        await driver.see("0 open jobs")
        (row,) = await market.psql("select reason from events where move = 'cancel'")
        assert row["reason"] == "sold-already"
