"""The life of a job: moves, offers, release, work, second thoughts, time, what is private, and the record."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from uuid import uuid4

import asyncpg
import pytest

from phresh_tui.database import cleanings, events, offers, people
from phresh_tui.market.cleaning import Status
from phresh_tui.market.errors import (
    BadInput,
    JobNotOpen,
    NoSuchOffer,
    NothingToUndo,
    PhreshError,
    PriceChanged,
    Refused,
    RequestReused,
    TimeOverlaps,
)
from phresh_tui.market.moves import MOVES
from phresh_tui.market.record import PrivateDetails
from tests.life.support import NOON, Town
from tests.support import draft

FIFTEEN = Decimal("15.00")


async def test_the_programs_table_of_moves_is_the_databases(town: Town) -> None:
    rows = await town.market.psql("select move, from_state, to_state, who from moves")
    assert {tuple(row) for row in rows} == {(m.name, str(m.before), str(m.after), str(m.who)) for m in MOVES}
    assert len(MOVES) == len(rows)


async def test_one_live_offer_for_each_member_is_changed_declined_and_made_again(town: Town) -> None:
    job = await town.posted(by_offer=True)
    for price in ("15.00", "14.00"):
        await offers.make(town.bob, uuid4(), job.id, Decimal(price))
    assert [offer.price for offer in (await town.offers(job)).values()] == [Decimal("14.00")]
    await offers.decline(town.ada, uuid4(), job.id, "bob")
    with pytest.raises(NoSuchOffer):
        await offers.withdraw(town.bob, uuid4(), job.id)
    await offers.make(town.bob, uuid4(), job.id, FIFTEEN)
    assert (await town.offers(job))["bob"].status == "live"


async def test_an_offer_is_accepted_at_the_price_that_was_shown_and_the_others_stand_by(town: Town) -> None:
    job = await town.posted(by_offer=True)
    for session in (town.bob, town.eve):
        await offers.make(session, uuid4(), job.id, FIFTEEN)
    shown = (await town.offers(job))["bob"]
    await offers.make(town.bob, uuid4(), job.id, Decimal("16.00"))
    with pytest.raises(PriceChanged):
        await offers.accept(town.ada, uuid4(), shown)
    await offers.accept(town.ada, uuid4(), (await town.offers(job))["bob"])
    with pytest.raises(JobNotOpen):
        await offers.accept(town.ada, uuid4(), (await town.offers(job))["eve"])
    assert {h: str(o.status) for h, o in (await town.offers(job)).items()} == {"bob": "accepted", "eve": "live"}
    assert (await town.read(job.id)).agreed_price == Decimal("16.00")
    await cleanings.release(town.bob, uuid4(), job.id)
    assert {h: str(o.status) for h, o in (await town.offers(job)).items()} == {"bob": "withdrawn", "eve": "live"}
    assert await cleanings.undo(town.bob, uuid4(), job.id) == "release"
    again = await town.read(job.id)
    assert (again.status, again.claimed_by, again.agreed_price) == (Status.CLAIMED, "bob", Decimal("16.00"))


async def test_a_release_needs_a_reason_from_five_minutes_after_the_claim(town: Town) -> None:
    job = await town.claimed()
    await town.later(job, 4)
    await cleanings.release(town.bob, uuid4(), job.id)
    await cleanings.claim(town.bob, uuid4(), job)
    await town.later(job, 5)
    with pytest.raises(BadInput, match="reason"):
        await cleanings.release(town.bob, uuid4(), job.id)
    await cleanings.release(town.bob, uuid4(), job.id, "I am ill")
    assert (await people.profile(town.ada, "bob")).completion_rate == 0


async def test_a_transaction_begun_in_time_does_not_stop_the_clock(town: Town) -> None:
    job = await town.claimed()
    connection = await asyncpg.connect(**town.bob.target.asyncpg_arguments())
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("select 1")
    await town.later(job, 5)
    with pytest.raises(asyncpg.PostgresError, match="reason is needed"):
        await connection.execute("select public.release_cleaning(gen_random_uuid(), $1)", job.id)
    await connection.close()


@pytest.mark.parametrize(
    ("hours", "price", "total"), [("1.25", "20.01", "25.01"), ("24", "99999999.99", "2399999999.76")]
)
async def test_the_total_is_hours_times_price_in_whole_cents(town: Town, hours: str, price: str, total: str) -> None:
    job = await town.claimed(price=price)
    assert await cleanings.finish(town.bob, uuid4(), job.id, Decimal(hours)) == Decimal(total)
    await cleanings.send_back(town.ada, uuid4(), job.id, "The oven is forgotten")
    sent_back = await town.read(job.id)
    assert (sent_back.status, sent_back.total, sent_back.hours_worked) == (Status.CLAIMED, None, None)


async def test_a_job_that_has_been_done_for_seven_days_counts_as_confirmed(town: Town) -> None:
    job = await town.done()
    await people.set_private_details(town.ada, uuid4(), job.id, PrivateDetails("1 High Street"))
    await town.later(job, 7 * 24 * 60 - 1)
    assert (await town.read(job.id)).status is Status.DONE
    assert await people.private_details(town.bob, job.id) is not None
    await town.later(job, 1)
    assert (await town.read(job.id)).status is Status.CONFIRMED
    assert await people.private_details(town.bob, job.id) is None
    with pytest.raises(JobNotOpen):
        await cleanings.send_back(town.ada, uuid4(), job.id, "Too late")
    await people.review(town.bob, uuid4(), job.id, {"overall": 5})


@pytest.mark.parametrize("minutes", [4, 5])
async def test_second_thoughts_last_five_minutes(town: Town, minutes: int) -> None:
    cancelled, released = await town.posted(), await town.claimed()
    declined, withdrawn = await town.posted(by_offer=True), await town.posted(by_offer=True)
    for job in (declined, withdrawn):
        await offers.make(town.bob, uuid4(), job.id, FIFTEEN)
    await cleanings.cancel(town.ada, uuid4(), cancelled.id, "Not needed")
    await cleanings.release(town.bob, uuid4(), released.id)
    await offers.decline(town.ada, uuid4(), declined.id, "bob")
    await offers.withdraw(town.bob, uuid4(), withdrawn.id)
    for session, job, handle in (
        (town.ada, cancelled, None),
        (town.bob, released, None),
        (town.ada, declined, "bob"),
        (town.bob, withdrawn, None),
    ):
        await town.later(job, minutes)
        if minutes == 5:
            with pytest.raises(NothingToUndo):
                await cleanings.undo(session, uuid4(), job.id, handle)
        else:
            await cleanings.undo(session, uuid4(), job.id, handle)
            with pytest.raises(NothingToUndo):
                await cleanings.undo(session, uuid4(), job.id, handle)


async def test_nothing_is_undone_when_somebody_else_has_acted_or_another_offer_is_meant(town: Town) -> None:
    job = await town.claimed()
    await cleanings.release(town.bob, uuid4(), job.id)
    await cleanings.claim(town.eve, uuid4(), job)
    with pytest.raises(NothingToUndo):
        await cleanings.undo(town.bob, uuid4(), job.id)
    other = await town.posted(by_offer=True)
    await offers.make(town.bob, uuid4(), other.id, FIFTEEN)
    await offers.decline(town.ada, uuid4(), other.id, "bob")
    with pytest.raises(NothingToUndo):
        await cleanings.undo(town.ada, uuid4(), other.id, "eve")


async def test_nobody_is_in_two_places_at_once_not_even_when_both_are_claimed_at_once(town: Town) -> None:
    for _ in range(8):
        jobs = [await town.posted(starts_at=NOON, hours="2") for _ in range(2)]
        answers = await asyncio.gather(
            *(cleanings.claim(town.bob, uuid4(), job) for job in jobs), return_exceptions=True
        )
        assert sorted(type(answer).__name__ for answer in answers) == ["NoneType", "TimeOverlaps"]
        [taken] = [job for job, answer in zip(jobs, answers, strict=True) if answer is None]
        by_offer = await town.posted(by_offer=True, starts_at=NOON, hours="1")
        await offers.make(town.bob, uuid4(), by_offer.id, FIFTEEN)
        with pytest.raises(TimeOverlaps):
            await offers.accept(town.ada, uuid4(), (await town.offers(by_offer))["bob"])
        await cleanings.release(town.bob, uuid4(), taken.id)


async def test_reviews_show_when_both_are_in_or_after_fourteen_days(town: Town) -> None:
    job, other = await town.confirmed(), await town.confirmed()
    await people.review(town.ada, uuid4(), job.id, {"overall": 4, "efficiency": 2})
    assert await people.reviews_of(town.bob, "bob") == []
    assert (await people.profile(town.eve, "bob")).reviews == 0
    await people.review(town.bob, uuid4(), job.id, {"overall": 5})
    assert len(await people.reviews_of(town.eve, "bob")) == 1
    await people.review(town.ada, uuid4(), other.id, {"overall": 5})
    await town.later(other, 14 * 24 * 60 + 1)
    profile = await people.profile(town.eve, "bob")
    assert profile.stars["overall"].counts == (0, 0, 0, 1, 1)
    assert profile.stars["overall"].average == Decimal("4.50")
    assert (profile.jobs_done, profile.completion_rate) == (2, Decimal(1))


async def test_a_change_of_price_tells_the_offerers_and_is_unread_until_it_is_read(town: Town) -> None:
    job = await town.posted(by_offer=True)
    await offers.make(town.bob, uuid4(), job.id, FIFTEEN)
    await cleanings.edit(
        town.ada, uuid4(), job.id, draft(price="30.00")._replace(booking=(await town.read(job.id)).booking)
    )
    [event] = await events.activity(town.bob)
    assert (event.move, event.unread, event.details["after"]["price"]) == ("edit", True, Decimal("30.00"))
    request = uuid4()
    assert [await events.mark_all_read(town.bob, request=request) for _ in range(2)] == [1, 1]
    assert await events.activity(town.bob, unread_only=True) == []
    await events.mark_read(town.bob, event, is_read=False)
    assert len(await events.activity(town.bob, unread_only=True)) == 1
    assert await events.activity(town.eve) == []


async def test_a_request_asked_twice_is_done_once_and_a_refused_one_leaves_no_record(town: Town) -> None:
    job = await town.posted(by_offer=True)
    request = uuid4()
    for _ in range(2):
        await offers.make(town.bob, request, job.id, FIFTEEN)
    with pytest.raises(RequestReused):
        await offers.make(town.bob, request, job.id, Decimal("14.00"))
    with pytest.raises(RequestReused):
        await offers.withdraw(town.bob, request, job.id)
    assert await town.moves(job) == ["post", "offer"]
    refused = uuid4()
    with pytest.raises(Refused):
        await offers.withdraw(town.eve, refused, job.id)
    assert await town.market.psql("select from requests where request_id = $1", refused) == []


async def test_only_the_operator_forgets_answers_and_ends_idle_transactions(town: Town) -> None:
    job = await town.posted()
    for call in ("clean_requests()", "reap_transactions()"):
        with pytest.raises(PhreshError, match="may not"):
            await town.market.psql(f"select {call}", user="m_ada")
    await town.market.psql("update requests set answered_at = now() - interval '31 days'")
    assert (await town.market.psql("select clean_requests()"))[0][0] >= 1
    connection = await asyncpg.connect(**town.bob.target.asyncpg_arguments())
    await connection.transaction().start()
    await connection.execute("select public.claim_cleaning(gen_random_uuid(), $1, 20)", job.id)
    assert (await town.market.psql("select reap_transactions('0 seconds')"))[0][0] == 1
    connection.terminate()
    await cleanings.claim(town.eve, uuid4(), job)
