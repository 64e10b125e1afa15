"""Posting and claiming, through the functions that members call."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from phresh_tui.database import cleanings
from phresh_tui.market.cleaning import Status
from phresh_tui.market.errors import JobNotOpen, OwnJob, RequestReused
from tests.support import Market, post


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
    assert "@bob was faster" in str(refusal.value)


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
    from tests.support import draft

    ada = await market.session("ada")
    request = uuid4()
    numbers = await asyncio.gather(*(cleanings.post(ada, request, draft()) for _ in range(8)))
    assert len(set(numbers)) == 1
    assert (await market.psql("select count(*) from cleanings"))[0][0] == 1
