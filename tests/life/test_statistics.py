"""What a profile says of a member, from visible reviews: stars, jobs done, completion rate, no-shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from phresh_tui.database import cleanings, people
from phresh_tui.market.errors import NothingToUndo, Refused, ReviewedAlready
from tests.life.support import Town

FORTNIGHT = 14 * 24 * 60


async def released(town: Town, *, hours_before: int, minutes: int) -> int:
    """A job that Bob gives back so many minutes after he took it, so many hours before its start."""
    job = await town.claimed(starts_at=datetime.now(UTC) + timedelta(hours=hours_before), hours="1")
    await town.later(job, minutes)
    await cleanings.release(town.bob, uuid4(), job.id, "Ill")
    return job.id


async def test_stars_are_averaged_and_counted_for_each_aspect_and_the_blank_ones_left_out(town: Town) -> None:
    given = (
        {"overall": 5, "professionalism": 4, "completeness": 1},
        {"overall": 2, "professionalism": 5},
        {"overall": 5},
    )
    for stars in given:
        job = await town.confirmed()
        await people.review(town.ada, uuid4(), job.id, stars)
        # what the cleaner says of the owner is no part of the cleaner's stars
        await people.review(town.bob, uuid4(), job.id, {"overall": 1})
    bob = await people.profile(town.eve, "bob")
    assert {aspect: (stars.average, stars.counts) for aspect, stars in bob.stars.items()} == {
        "overall": (Decimal("4.00"), (0, 1, 0, 0, 2)),
        "professionalism": (Decimal("4.50"), (0, 0, 0, 1, 1)),
        "completeness": (Decimal("1.00"), (1, 0, 0, 0, 0)),
        "efficiency": (None, (0, 0, 0, 0, 0)),
    }
    assert (bob.reviews, bob.no_shows, bob.jobs_done, bob.completion_rate) == (3, 0, 3, Decimal(1))
    ada = await people.profile(town.eve, "ada")
    assert (ada.reviews, ada.stars["overall"].counts, ada.jobs_done) == (3, (3, 0, 0, 0, 0), 0)


async def test_a_no_show_counts_without_stars_when_it_is_visible(town: Town) -> None:
    good = await town.confirmed()
    await people.review(town.ada, uuid4(), good.id, {"overall": 4})
    await people.review(town.bob, uuid4(), good.id, {"overall": 5})
    late = await released(town, hours_before=23, minutes=6)
    await people.report_no_show(town.ada, uuid4(), late, "bob", "Nobody came")
    before = await people.profile(town.eve, "bob")
    assert (before.reviews, before.no_shows, before.completion_rate) == (1, 0, Decimal("0.5"))
    assert len(await people.reviews_of(town.ada, "bob")) == 2, "one's own is always visible"
    assert len(await people.reviews_of(town.eve, "bob")) == len(await people.reviews_of(town.bob, "bob")) == 1
    await town.later(await town.read(late), FORTNIGHT + 1)
    after = await people.profile(town.eve, "bob")
    assert (after.reviews, after.no_shows) == (1, 1)
    assert (after.stars["overall"].average, after.stars["overall"].counts) == (Decimal("4.00"), (0, 0, 0, 1, 0))
    [no_show] = [review for review in await people.reviews_of(town.eve, "bob") if review.no_show]
    assert (no_show.stars, no_show.headline) == ({}, "Nobody came")
    with pytest.raises(ReviewedAlready):
        await people.report_no_show(town.ada, uuid4(), late, "bob")


async def test_a_release_by_the_owner_is_a_no_show_from_the_start_on_of_whoever_had_the_job_before(town: Town) -> None:
    async def opened_again(*, minutes_since_start: int, minutes_since_claim: int) -> int:
        job = await town.claimed(starts_at=datetime.now(UTC) - timedelta(minutes=minutes_since_start), hours="1")
        await town.later(job, minutes_since_claim)
        await cleanings.release(town.ada, uuid4(), job.id, "Nobody came")
        return job.id

    for minutes_since_start, minutes_since_claim in ((-1, 60), (30, 29), (30, 4)):
        in_time = await opened_again(minutes_since_start=minutes_since_start, minutes_since_claim=minutes_since_claim)
        with pytest.raises(NothingToUndo):
            await people.report_no_show(town.ada, uuid4(), in_time, "bob")
    thought_again = await opened_again(minutes_since_start=30, minutes_since_claim=60)
    await cleanings.undo(town.ada, uuid4(), thought_again)
    with pytest.raises(NothingToUndo):
        await people.report_no_show(town.ada, uuid4(), thought_again, "bob")
    await cleanings.release(town.ada, uuid4(), thought_again, "Still nobody")
    await people.report_no_show(town.ada, uuid4(), thought_again, "bob", "Nobody came")
    for session in (town.bob, town.eve):
        with pytest.raises(Refused):
            await people.report_no_show(session, uuid4(), thought_again, "bob")
    with pytest.raises(NothingToUndo):
        await people.report_no_show(town.ada, uuid4(), thought_again, "eve")


async def test_only_a_release_by_the_cleaner_within_a_day_before_the_start_is_a_no_show(town: Town) -> None:
    in_time = await released(town, hours_before=25, minutes=6)
    at_once = await released(town, hours_before=1, minutes=4)
    thought_again = await released(town, hours_before=2, minutes=6)
    await cleanings.undo(town.bob, uuid4(), thought_again)
    by_owner = await town.claimed(starts_at=datetime.now(UTC) + timedelta(hours=4), hours="1")
    await town.later(by_owner, 6)
    await cleanings.release(town.ada, uuid4(), by_owner.id, "I found somebody else")
    for job_id in (in_time, at_once, thought_again, by_owner.id):
        with pytest.raises(NothingToUndo):
            await people.report_no_show(town.ada, uuid4(), job_id, "bob")
    # of the four, only the one in time counts: the others were thought better of, or not the cleaner's
    for _ in range(2):
        await town.confirmed()
    assert (await people.profile(town.eve, "bob")).completion_rate == Decimal("0.6667")


async def test_a_job_done_for_seven_days_is_a_job_done(town: Town) -> None:
    job = await town.done()
    assert (await people.profile(town.eve, "bob")).jobs_done == 0
    await town.later(job, 7 * 24 * 60)
    profile = await people.profile(town.eve, "bob")
    assert (profile.jobs_done, profile.completion_rate) == (1, Decimal(1))


async def test_a_review_shows_to_its_author_at_once_and_to_all_others_after_a_fortnight_or_the_other_one(
    town: Town,
) -> None:
    job = await town.confirmed()
    await people.review(town.ada, uuid4(), job.id, {"overall": 3})

    async def seen() -> list[int]:
        return [len(await people.reviews_of(session, "bob")) for session in (town.ada, town.bob, town.eve)]

    assert await seen() == [1, 0, 0]
    await town.later(job, FORTNIGHT - 1)
    assert await seen() == [1, 0, 0]
    await town.later(job, 1)
    assert await seen() == [1, 1, 1]
