"""Two at the same moment: the races that the system before this one lost, each by name."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import asyncpg

from phresh_tui.database import accounts, cleanings, offers
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Booking, Cleaning, Status
from phresh_tui.market.errors import (
    HandleTaken,
    JobNotOpen,
    NoSuchOffer,
    PhreshError,
    TimeOverlaps,
    WrongBooking,
)
from phresh_tui.market.record import Offer, OfferStatus
from tests.support import Market, draft

ROUNDS = 15


async def tried(move: Awaitable[object]) -> PhreshError | None:
    """Why a move was refused, or None. Any other error fails the test."""
    try:
        await move
    except PhreshError as refusal:
        return refusal
    return None


async def by_offer(owner: Session, name: str, *, starts_at: datetime | None = None) -> Cleaning:
    wanted = draft(name)._replace(
        booking=Booking.BY_OFFER, starts_at=starts_at, hours=Decimal(2) if starts_at else None
    )
    found = await cleanings.one(owner, await cleanings.post(owner, uuid4(), wanted))
    assert found is not None
    return found


async def offered(member: Session, job: Cleaning, price: str) -> Offer:
    await offers.make(member, uuid4(), job.id, Decimal(price))
    [offer] = await offers.on_job(member, job.id)
    return offer


async def state(member: Session, job: Cleaning) -> Cleaning:
    found = await cleanings.one(member, job.id)
    assert found is not None
    return found


async def test_of_two_accepts_at_once_exactly_one_wins_and_the_other_is_told_who_has_the_job(market: Market) -> None:
    ada, bob, eve = [await market.session(handle) for handle in ("ada", "bob", "eve")]
    # the same owner in two programs
    ada_too = await market.open(ada.target)
    for n in range(ROUNDS):
        job = await by_offer(ada, f"Job {n}")
        of_bob, of_eve = await offered(bob, job, "18.00"), await offered(eve, job, "19.00")
        outcomes = await asyncio.gather(
            tried(offers.accept(ada, uuid4(), of_bob)), tried(offers.accept(ada_too, uuid4(), of_eve))
        )
        assert Counter(type(outcome) for outcome in outcomes) == {type(None): 1, JobNotOpen: 1}
        winner, price = ("bob", Decimal("18.00")) if outcomes[0] is None else ("eve", Decimal("19.00"))
        [refusal] = [outcome for outcome in outcomes if isinstance(outcome, JobNotOpen)]
        assert refusal.taken_by == winner
        found = await state(ada, job)
        assert (found.status, found.claimed_by, found.agreed_price) == (Status.CLAIMED, winner, price)
        standing = {offer.handle: offer.status for offer in await offers.on_job(ada, job.id)}
        loser = "eve" if winner == "bob" else "bob"
        assert standing == {winner: OfferStatus.ACCEPTED, loser: OfferStatus.LIVE}


async def test_of_an_accept_and_a_withdrawal_at_once_one_wins_and_the_other_is_refused(market: Market) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    for n in range(ROUNDS):
        job = await by_offer(ada, f"Job {n}")
        offer = await offered(bob, job, "18.00")
        moves = [offers.accept(ada, uuid4(), offer), offers.withdraw(bob, uuid4(), job.id)]
        # who is asked first alternates
        order = [0, 1] if n % 2 else [1, 0]
        outcomes = await asyncio.gather(*(tried(moves[place]) for place in order))
        accepted, withdrawn = (outcomes[order.index(place)] for place in (0, 1))
        found = await state(ada, job)
        [left] = await offers.on_job(ada, job.id)
        if accepted is None:
            assert isinstance(withdrawn, JobNotOpen)
            assert (found.status, found.claimed_by, left.status) == (Status.CLAIMED, "bob", OfferStatus.ACCEPTED)
        else:
            assert isinstance(accepted, NoSuchOffer)
            assert withdrawn is None
            assert (found.status, found.claimed_by, left.status) == (Status.OPEN, None, OfferStatus.WITHDRAWN)


async def test_of_several_sign_ups_for_one_handle_at_once_one_gets_it(market: Market) -> None:
    for n in range(ROUNDS):
        outcomes = await asyncio.gather(
            *(tried(accounts.sign_up(market.operator, f"newcomer_{n}", None)) for _ in range(4))
        )
        assert Counter(type(outcome) for outcome in outcomes) == {type(None): 1, HandleTaken: 3}
    [row] = await market.psql("select count(*) as number from members where login like 'm\\_newcomer%'")
    assert row["number"] == ROUNDS


async def test_a_member_who_offers_twice_at_once_has_one_offer(market: Market) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    for n in range(ROUNDS):
        job = await by_offer(ada, f"Job {n}")
        prices = [Decimal("18.00"), Decimal("19.00")]
        outcomes = await asyncio.gather(*(tried(offers.make(bob, uuid4(), job.id, price)) for price in prices))
        # the second changes the first
        assert outcomes == [None, None]
        [offer] = await offers.on_job(ada, job.id)
        assert offer.price in prices
        assert offer.status is OfferStatus.LIVE
        record = await market.psql(
            "select details from events where cleaning_id = $1 and move = 'offer' order by version", job.id
        )
        assert len(record) == 2


async def test_after_a_release_the_owner_accepts_or_another_claims_and_never_both(market: Market) -> None:
    ada, bob, eve = [await market.session(handle) for handle in ("ada", "bob", "eve")]
    for n in range(ROUNDS):
        job = await by_offer(ada, f"Job {n}")
        of_bob, of_eve = await offered(bob, job, "18.00"), await offered(eve, job, "19.00")
        await offers.accept(ada, uuid4(), of_bob)
        released, accepted, claimed = await asyncio.gather(
            tried(cleanings.release(bob, uuid4(), job.id)),
            tried(offers.accept(ada, uuid4(), of_eve)),
            tried(cleanings.claim(eve, uuid4(), job)),
        )
        assert released is None
        # a job by offer is claimed by nobody, whatever its state
        assert isinstance(claimed, (JobNotOpen, WrongBooking))
        found = await state(ada, job)
        if accepted is None:
            assert (found.status, found.claimed_by) == (Status.CLAIMED, "eve")
        else:
            assert isinstance(accepted, JobNotOpen)
            assert (found.status, found.claimed_by) == (Status.OPEN, None)


async def test_a_member_who_claims_two_overlapping_jobs_at_once_gets_one(market: Market) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    bob_too = await market.open(bob.target)
    starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    for n in range(ROUNDS):
        starts_at += timedelta(days=1)
        wanted = [
            draft(f"Job {n}, {part}")._replace(starts_at=starts_at + timedelta(hours=part), hours=Decimal(2))
            for part in (0, 1)
        ]
        jobs = [await cleanings.one(ada, await cleanings.post(ada, uuid4(), one)) for one in wanted]
        assert jobs[0] is not None
        assert jobs[1] is not None
        outcomes = await asyncio.gather(
            tried(cleanings.claim(bob, uuid4(), jobs[0])), tried(cleanings.claim(bob_too, uuid4(), jobs[1]))
        )
        assert Counter(type(outcome) for outcome in outcomes) == {type(None): 1, TimeOverlaps: 1}
        found = [await state(ada, job) for job in jobs if job is not None]
        assert [one.claimed_by for one in found] == ["bob" if outcome is None else None for outcome in outcomes]


async def test_the_table_itself_refuses_a_second_accepted_offer(market: Market) -> None:
    ada, bob, eve = [await market.session(handle) for handle in ("ada", "bob", "eve")]
    job = await by_offer(ada, "Wash the windows")
    for member in (bob, eve):
        await offered(member, job, "18.00")
    try:
        await market.psql_script("update public.offers set status = 'accepted'")
    except PhreshError as error:
        assert isinstance(error.__cause__, asyncpg.UniqueViolationError)
    else:
        raise AssertionError("two offers are accepted at once")
