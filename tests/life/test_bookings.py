"""Nobody is in two places at once: which jobs overlap, what takes a member's time, and from when to when."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from phresh_tui.database import cleanings, offers
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning, Status
from phresh_tui.market.errors import TimeOverlaps
from tests.life.support import NOON, Town

HOUR = timedelta(hours=1)


async def is_free(town: Town, session: Session) -> bool:
    """Whether a member can take a job at noon; it is given back at once."""
    job = await town.posted(starts_at=NOON, hours="1")
    try:
        await cleanings.claim(session, uuid4(), job)
    except TimeOverlaps:
        return False
    await cleanings.release(session, uuid4(), job.id)
    return True


@pytest.mark.parametrize("who", ["cleaner", "owner"])
async def test_a_release_is_not_undone_when_the_cleaner_has_taken_another_job_at_that_time(
    town: Town, who: str
) -> None:
    job = await town.claimed(starts_at=NOON, hours="2")
    releasing = town.bob if who == "cleaner" else town.ada
    await cleanings.release(releasing, uuid4(), job.id)
    other = await town.claimed(starts_at=NOON + HOUR, hours="2")
    with pytest.raises(TimeOverlaps, match=str(other.id)):
        await cleanings.undo(releasing, uuid4(), job.id)
    assert (await town.read(job.id)).status is Status.OPEN
    assert await town.moves(job) == ["post", "claim", "release"]
    # the refused one has left nothing behind, and is judged afresh
    await cleanings.release(town.bob, uuid4(), other.id)
    await cleanings.undo(releasing, uuid4(), job.id)
    assert (await town.read(job.id)).claimed_by == "bob"


async def test_jobs_that_only_touch_do_not_overlap_and_a_quarter_of_an_hour_does(town: Town) -> None:
    await town.claimed(starts_at=NOON, hours="2")
    for starts_at, hours in ((NOON - HOUR, "1"), (NOON + 2 * HOUR, "0.25")):
        assert (await town.claimed(starts_at=starts_at, hours=hours)).status is Status.CLAIMED
    for starts_at, hours in ((NOON - HOUR, "1.25"), (NOON + HOUR, "0.25"), (NOON + 1.75 * HOUR, "1")):
        job = await town.posted(starts_at=starts_at, hours=hours)
        with pytest.raises(TimeOverlaps):
            await cleanings.claim(town.bob, uuid4(), job)
        # it is the time of one member, and not of the market
        await cleanings.claim(town.eve, uuid4(), job)
        await cleanings.release(town.eve, uuid4(), job.id)


async def test_a_job_without_a_start_or_without_hours_takes_no_time(town: Town) -> None:
    await town.claimed(starts_at=NOON, hours="2")
    for starts_at, hours in ((NOON, None), (None, "2"), (None, None)):
        assert (await town.claimed(starts_at=starts_at, hours=hours)).status is Status.CLAIMED


async def test_an_offer_of_a_member_who_has_become_busy_is_not_accepted_and_stays_live(town: Town) -> None:
    job = await town.posted(by_offer=True, starts_at=NOON, hours="2")
    for session in (town.bob, town.eve):
        await offers.make(session, uuid4(), job.id, Decimal("15.00"))
    busy = await town.claimed(starts_at=NOON + HOUR, hours="2")
    shown = await town.offers(job)
    with pytest.raises(TimeOverlaps, match=str(busy.id)):
        await offers.accept(town.ada, uuid4(), shown["bob"])
    assert {str(offer.status) for offer in (await town.offers(job)).values()} == {"live"}
    await offers.accept(town.ada, uuid4(), shown["eve"])
    await cleanings.release(town.ada, uuid4(), job.id)
    await cleanings.release(town.bob, uuid4(), busy.id)
    await offers.accept(town.ada, uuid4(), shown["bob"])


async def taken(town: Town) -> Cleaning:
    return await town.claimed(starts_at=NOON, hours="2")


async def test_a_job_takes_the_time_of_its_cleaner_until_it_is_over(town: Town) -> None:
    job = await taken(town)
    assert not await is_free(town, town.bob)
    await cleanings.finish(town.bob, uuid4(), job.id, Decimal(2))
    assert not await is_free(town, town.bob)
    await cleanings.send_back(town.ada, uuid4(), job.id, "Grey")
    await cleanings.finish(town.bob, uuid4(), job.id, Decimal(2))
    await cleanings.confirm(town.ada, uuid4(), job.id)
    assert await is_free(town, town.bob)
    cancelled = await taken(town)
    await cleanings.cancel(town.ada, uuid4(), cancelled.id, "Sold")
    assert await is_free(town, town.bob)
    done = await taken(town)
    await cleanings.finish(town.bob, uuid4(), done.id, Decimal(2))
    # nobody writes down that it counts as confirmed
    await town.later(done, 7 * 24 * 60)
    assert await is_free(town, town.bob)


async def test_the_table_itself_refuses_an_overlap(town: Town) -> None:
    job, other = await taken(town), await town.posted(starts_at=NOON, hours="1")
    with pytest.raises(Exception, match="bookings_no_overlap"):
        await town.market.psql(
            "insert into bookings select login, $2, during from bookings where cleaning_id = $1", job.id, other.id
        )
