"""Many members at the same job at the same moment: one winner, and everybody is told the truth."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from phresh_tui.database import cleanings
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning, Status
from phresh_tui.market.errors import JobNotOpen, OwnJob, PhreshError, PriceChanged, RequestReused
from tests.support import Market, draft, post

MEMBERS = 40
JOBS = 30


async def tried(move: Awaitable[object]) -> PhreshError | None:
    """Why a move was refused, or None."""
    try:
        await move
    except PhreshError as refusal:
        return refusal
    return None


async def read(session: Session, jobs: list[Cleaning]) -> dict[int, Cleaning]:
    return await cleanings.by_id(session, [job.id for job in jobs])


async def crowd(market: Market, number: int) -> list[Session]:
    return await asyncio.gather(*(market.session(f"racer_{n}") for n in range(number)))


async def test_forty_members_claim_the_same_jobs_and_each_job_has_one_winner(market: Market) -> None:
    ada = await market.session("ada")
    jobs = [await post(ada, f"Job {n}") for n in range(JOBS)]
    racers = await crowd(market, MEMBERS)
    assert len(racers) == MEMBERS
    chance = random.Random(1)
    wins: dict[int, list[str]] = {job.id: [] for job in jobs}
    told: list[tuple[int, str]] = []

    async def race(racer: Session) -> None:
        # everybody meets at each job, and some arrive earlier
        for job in sorted(jobs, key=lambda job: job.id // 3 * 10 + chance.randint(0, 20)):
            refusal = await tried(cleanings.claim(racer, uuid4(), job))
            if refusal is None:
                wins[job.id].append(racer.handle)
            else:
                assert isinstance(refusal, JobNotOpen), refusal
                told.append((job.id, refusal.taken_by))

    await asyncio.gather(*(race(racer) for racer in racers))
    found = await read(ada, jobs)
    for job in jobs:
        assert [found[job.id].claimed_by] == wins[job.id]
        assert found[job.id].status is Status.CLAIMED
    # the losers learnt the winner's name, never anybody else's
    assert all(wins[number] == [handle] for number, handle in told)
    assert len(told) == MEMBERS * JOBS - JOBS
    # and what was refused has left no answer behind
    answers = await market.psql("select count(*) from requests where move = 'claim'")
    assert answers[0][0] == JOBS


async def test_a_claim_sent_several_times_at_once_by_each_of_many_is_one_claim(market: Market) -> None:
    ada = await market.session("ada")
    jobs = [await post(ada, f"Job {n}") for n in range(10)]
    racers = await crowd(market, 8)

    async def thrice(racer: Session, job: Cleaning) -> list[PhreshError | None]:
        request = uuid4()
        return await asyncio.gather(*(tried(cleanings.claim(racer, request, job)) for _ in range(3)))

    for job in jobs:
        outcomes = await asyncio.gather(*(thrice(racer, job) for racer in racers))
        winners = [racer for racer, outcome in zip(racers, outcomes, strict=True) if outcome == [None] * 3]
        assert len(winners) == 1, "each of the three answers is the same"
        assert sum(None in outcome for outcome in outcomes) == 1
        found = await cleanings.one(ada, job.id)
        assert found is not None
        assert found.claimed_by == winners[0].handle


async def test_one_request_id_for_two_jobs_at_once_moves_one_of_them(market: Market) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    for n in range(15):
        jobs = [await post(ada, f"Job {n}"), await post(ada, f"Job {n} too")]
        request = UUID(int=n)
        outcomes = await asyncio.gather(*(tried(cleanings.claim(bob, request, job)) for job in jobs))
        assert Counter(type(outcome) for outcome in outcomes) == {type(None): 1, RequestReused: 1}
        found = await read(ada, jobs)
        for job, outcome in zip(jobs, outcomes, strict=True):
            assert (found[job.id].status is Status.CLAIMED) == (outcome is None)


async def test_a_claim_and_a_cancel_at_once_end_cancelled_and_the_claim_is_before_it_or_refused(market: Market) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    seen: Counter[type] = Counter()
    for n in range(40):
        job = await post(ada, f"Job {n}")
        moves = [cleanings.claim(bob, uuid4(), job), cleanings.cancel(ada, uuid4(), job.id, "Not needed")]
        # who is asked first alternates, or one side would always win
        order = [0, 1] if n % 2 else [1, 0]
        outcomes = await asyncio.gather(*(tried(moves[place]) for place in order))
        claimed, cancelled = (outcomes[order.index(place)] for place in (0, 1))
        found = await cleanings.one(ada, job.id)
        assert found is not None
        # the owner may cancel a claimed job as well, so only the claim can come too late
        assert cancelled is None
        assert (found.status, found.claimed_by) == (Status.CANCELLED, None)
        assert claimed is None or isinstance(claimed, JobNotOpen)
        seen[type(claimed)] += 1
        record = await market.psql("select move from events where cleaning_id = $1 order by version", job.id)
        assert [row["move"] for row in record] == ["post", *(["claim"] if claimed is None else []), "cancel"]
    assert len(seen) == 2, "one side always won, so nothing was raced for"


async def test_a_claim_is_at_the_price_that_was_shown_or_not_at_all(market: Market) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    seen: Counter[type] = Counter()
    for n in range(40):
        job = await post(ada, f"Job {n}", "20.00")
        moves = [cleanings.claim(bob, uuid4(), job), cleanings.edit(ada, uuid4(), job.id, draft("Dearer", "30.00"))]
        order = [0, 1] if n % 2 else [1, 0]
        outcomes = await asyncio.gather(*(tried(moves[place]) for place in order))
        claimed, edited = (outcomes[order.index(place)] for place in (0, 1))
        seen[type(claimed)] += 1
        found = await cleanings.one(ada, job.id)
        assert found is not None
        if claimed is None:
            assert (found.status, found.price, found.name) == (Status.CLAIMED, Decimal("20.00"), f"Job {n}")
            assert isinstance(edited, JobNotOpen)
        else:
            assert isinstance(claimed, PriceChanged)
            assert claimed.price == Decimal("30.00")
            assert edited is None
            assert (found.status, found.price, found.name) == (Status.OPEN, Decimal("30.00"), "Dearer")
    assert len(seen) == 2, "one side always won, so nothing was raced for"


async def test_a_release_and_a_claim_at_once_leave_the_job_with_one_or_with_nobody(market: Market) -> None:
    ada, bob, eve = [await market.session(handle) for handle in ("ada", "bob", "eve")]
    for n in range(40):
        job = await post(ada, f"Job {n}")
        await cleanings.claim(bob, uuid4(), job)
        released, claimed = await asyncio.gather(
            tried(cleanings.release(bob, uuid4(), job.id)), tried(cleanings.claim(eve, uuid4(), job))
        )
        assert released is None
        found = await cleanings.one(ada, job.id)
        assert found is not None
        if claimed is None:
            assert (found.status, found.claimed_by) == (Status.CLAIMED, "eve")
        else:
            # taken when Eve tried, and perhaps free again when the reason was looked up
            assert isinstance(claimed, JobNotOpen)
            assert claimed.taken_by == "bob" or "has just changed" in str(claimed)
            assert (found.status, found.claimed_by) == (Status.OPEN, None)


async def test_random_moves_by_many_lose_nothing_that_was_acknowledged(market: Market) -> None:
    """What the members were told, put in the order of the database's own clock, tells the state of every job."""
    owners = await crowd(market, 10)
    jobs = [await post(owner, f"Job of {owner.handle}") for owner in owners[:5]]
    done: list[tuple[int, str, str]] = []

    async def wander(member: Session, chance: random.Random) -> None:
        for _ in range(30):
            job = chance.choice(jobs)
            # an owner may release as well, which would be taken for the cleaner's own here
            move = "claim" if job.owner == member.handle else chance.choice(["claim", "claim", "release"])
            if move == "claim":
                refusal = await tried(cleanings.claim(member, uuid4(), job))
            else:
                refusal = await tried(cleanings.release(member, uuid4(), job.id))
            if refusal is None:
                done.append((job.id, move, member.handle))
            else:
                assert isinstance(refusal, PhreshError)
                if job.owner == member.handle and move == "claim":
                    assert isinstance(refusal, OwnJob)

    await asyncio.gather(*(wander(member, random.Random(n)) for n, member in enumerate(owners)))
    found = await read(owners[0], jobs)
    assert done
    for job in jobs:
        held: Counter[str] = Counter()
        for number, move, handle in done:
            if number == job.id:
                held[handle] += 1 if move == "claim" else -1
        holders = [handle for handle, balance in held.items() if balance]
        assert all(balance in (0, 1) for balance in held.values()), "a claim or a release was lost"
        assert holders == ([found[job.id].claimed_by] if found[job.id].claimed_by else [])


FAULTS = {
    "claims whatever the state": ("c.status = 'open' and c.booking", "c.booking"),
    "claims at any price": ("and c.price = shown_price", "and shown_price is not null"),
}


@pytest.mark.parametrize(("good", "bad"), FAULTS.values(), ids=FAULTS.keys())
async def test_a_claim_with_a_planted_fault_turns_these_tests_red(market: Market, good: str, bad: str) -> None:
    [row] = await market.psql("select pg_get_functiondef('public.claim_cleaning'::regproc) as source")
    assert good in row["source"]
    await market.psql_script(row["source"].replace(good, bad))
    with pytest.raises(AssertionError):
        if "price" in good:
            await test_a_claim_is_at_the_price_that_was_shown_or_not_at_all(market)
        else:
            await test_forty_members_claim_the_same_jobs_and_each_job_has_one_winner(market)
