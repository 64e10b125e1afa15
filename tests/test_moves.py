"""Posting and claiming, through the functions that members call."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from uuid import uuid4

import pytest

from phresh_tui.database import cleanings
from phresh_tui.market.cleaning import Status
from phresh_tui.market.errors import JobNotOpen, NotYours, OwnJob, PriceChanged, RequestReused
from tests.support import Market, draft, post


@pytest.mark.parametrize("tcp", [False, True], ids=["socket", "tcp with scram"])
async def test_a_job_posted_by_one_member_is_claimed_by_another(market: Market, tcp: bool) -> None:
    ada, bob = await market.session("ada", tcp=tcp), await market.session("bob", tcp=tcp)
    job = await post(ada)
    await cleanings.claim(bob, uuid4(), job)
    claimed = await cleanings.one(ada, job.id)
    assert claimed is not None
    assert (claimed.status, claimed.claimed_by, claimed.owner) == (Status.CLAIMED, "bob", "ada")


async def test_nobody_claims_their_own_job(market: Market) -> None:
    ada = await market.session("ada")
    job = await post(ada)
    with pytest.raises(OwnJob):
        await cleanings.claim(ada, uuid4(), job)


async def test_the_second_to_claim_learns_who_was_faster(market: Market) -> None:
    ada, bob, eve = [await market.session(handle) for handle in ("ada", "bob", "eve")]
    job = await post(ada)
    await cleanings.claim(bob, uuid4(), job)
    with pytest.raises(JobNotOpen) as refusal:
        await cleanings.claim(eve, uuid4(), job)
    assert refusal.value.taken_by == "bob"
    assert "@bob has it now" in str(refusal.value)


async def test_a_request_sent_again_is_answered_as_the_first_time(market: Market) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    job = await post(ada)
    request = uuid4()
    await cleanings.claim(bob, request, job)
    await cleanings.release(bob, uuid4(), job.id)
    await cleanings.claim(bob, request, job)
    again = await cleanings.one(bob, job.id)
    assert again is not None
    assert again.status is Status.OPEN, "a request that was answered moves nothing a second time"
    with pytest.raises(RequestReused):
        await cleanings.release(bob, request, job.id)


async def test_the_same_post_sent_twice_at_once_makes_one_job(market: Market) -> None:
    ada = await market.session("ada")
    request = uuid4()
    numbers = await asyncio.gather(*(cleanings.post(ada, request, draft()) for _ in range(8)))
    assert len(set(numbers)) == 1
    assert (await market.psql("select count(*) from cleanings"))[0][0] == 1


async def test_only_the_owner_edits_while_the_job_is_open_and_cancels_until_it_is_done(market: Market) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    job = await post(ada)
    with pytest.raises(NotYours):
        await cleanings.edit(bob, uuid4(), job.id, draft())
    with pytest.raises(NotYours):
        await cleanings.cancel(bob, uuid4(), job.id, "Not needed")
    await cleanings.claim(bob, uuid4(), job)
    with pytest.raises(JobNotOpen) as refusal:
        await cleanings.edit(ada, uuid4(), job.id, draft())
    assert refusal.value.taken_by == "bob"
    await cleanings.cancel(ada, uuid4(), job.id, "Not needed")
    with pytest.raises(JobNotOpen, match="is cancelled"):
        await cleanings.claim(bob, uuid4(), job)
    other = await post(ada)
    await cleanings.claim(bob, uuid4(), other)
    await cleanings.finish(bob, uuid4(), other.id, Decimal(2))
    with pytest.raises(JobNotOpen, match="is done"):
        await cleanings.cancel(ada, uuid4(), other.id, "Not needed")


async def test_only_the_cleaner_and_the_owner_release_a_job(market: Market) -> None:
    ada, bob, eve = [await market.session(handle) for handle in ("ada", "bob", "eve")]
    job = await post(ada)
    with pytest.raises(JobNotOpen, match="is open"):
        await cleanings.release(bob, uuid4(), job.id)
    await cleanings.claim(bob, uuid4(), job)
    with pytest.raises(NotYours):
        await cleanings.release(eve, uuid4(), job.id)
    await cleanings.release(bob, uuid4(), job.id)
    await cleanings.claim(eve, uuid4(), job)
    await cleanings.release(ada, uuid4(), job.id)
    await cleanings.claim(eve, uuid4(), job)


async def test_a_claim_at_an_old_price_tells_the_new_one(market: Market) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    job = await post(ada, price="20.00")
    await cleanings.edit(ada, uuid4(), job.id, draft(price="30.00"))
    with pytest.raises(PriceChanged) as refusal:
        await cleanings.claim(bob, uuid4(), job)
    assert refusal.value.price == Decimal("30.00")


async def test_a_request_that_was_refused_is_judged_afresh(market: Market) -> None:
    ada, bob, eve = [await market.session(handle) for handle in ("ada", "bob", "eve")]
    job = await post(ada)
    await cleanings.claim(bob, uuid4(), job)
    request = uuid4()
    with pytest.raises(JobNotOpen):
        await cleanings.claim(eve, request, job)
    await cleanings.release(bob, uuid4(), job.id)
    await cleanings.claim(eve, request, job)


async def test_a_request_id_with_other_arguments_is_refused_and_changes_nothing(market: Market) -> None:
    ada = await market.session("ada")
    request = uuid4()
    number = await cleanings.post(ada, request, draft("First"))
    for other in (draft("Second"), draft("First", price="20.01"), draft("First", description=None)):
        with pytest.raises(RequestReused):
            await cleanings.post(ada, request, other)
    assert await cleanings.post(ada, request, draft("First")) == number
    assert [row["name"] for row in await market.psql("select name from cleanings")] == ["First"]


async def test_every_move_sent_again_changes_nothing_a_second_time(market: Market) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    job = await post(ada)
    requests = [uuid4() for _ in range(4)]
    for _ in range(2):
        await cleanings.edit(ada, requests[0], job.id, draft("Edited"))
    before = await cleanings.one(ada, job.id)
    assert before is not None
    await cleanings.edit(ada, requests[0], job.id, draft("Edited"))
    assert await cleanings.one(ada, job.id) == before
    for _ in range(2):
        await cleanings.claim(bob, requests[1], before)
    for _ in range(2):
        await cleanings.release(bob, requests[2], job.id)
    for _ in range(2):
        await cleanings.cancel(ada, requests[3], job.id, "Not needed")
    after = await cleanings.one(ada, job.id)
    assert after is not None
    assert (after.name, after.status) == ("Edited", Status.CANCELLED)
