"""What the system that this project grew from got wrong: each fault by name, and that it is gone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sized
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from phresh_tui.database import accounts, cleanings, events, offers, people
from phresh_tui.database.session import Session
from phresh_tui.market.errors import (
    BadInput,
    HandleInvalid,
    JobNotOpen,
    NoSuchJob,
    NothingToUndo,
    PhreshError,
    ReviewedAlready,
)
from tests.life.support import Town
from tests.support import draft

FIFTEEN = Decimal("15.00")


async def refused_with(town: Town, sql: str, *arguments: object, user: str = "m_ada") -> str:
    """The SQLSTATE that a statement of any client ends with."""
    with pytest.raises(PhreshError) as refusal:
        await town.market.psql(sql, *arguments, user=user)
    cause = refusal.value.__cause__
    assert isinstance(cause, asyncpg.PostgresError)
    return str(cause.sqlstate)


async def test_nobody_offers_on_a_job_that_is_taken_done_confirmed_or_cancelled(town: Town) -> None:
    cancelled = await town.posted()
    await cleanings.cancel(town.ada, uuid4(), cancelled.id, "Not needed")
    for job in (await town.claimed(), await town.done(), await town.confirmed(), cancelled):
        with pytest.raises(JobNotOpen):
            await offers.make(town.eve, uuid4(), job.id, FIFTEEN)


async def test_a_finished_job_is_neither_claimed_nor_reviewed_again(town: Town) -> None:
    job = await town.confirmed()
    await people.review(town.ada, uuid4(), job.id, {"overall": 5})
    with pytest.raises(ReviewedAlready):
        await people.review(town.ada, uuid4(), job.id, {"overall": 1})
    with pytest.raises(JobNotOpen):
        await cleanings.claim(town.eve, uuid4(), job)


async def test_the_price_does_not_change_after_an_offer_is_accepted(town: Town) -> None:
    job = await town.posted(by_offer=True)
    await offers.make(town.bob, uuid4(), job.id, FIFTEEN)
    await offers.accept(town.ada, uuid4(), (await town.offers(job))["bob"])
    with pytest.raises(JobNotOpen):
        await cleanings.edit(town.ada, uuid4(), job.id, draft(price="1.00"))
    with pytest.raises(JobNotOpen):
        await offers.make(town.bob, uuid4(), job.id, Decimal("99.00"))
    assert await cleanings.finish(town.bob, uuid4(), job.id, Decimal(2)) == Decimal("30.00")


async def test_a_claimed_or_reviewed_job_is_never_deleted_and_neither_are_its_offers(town: Town) -> None:
    job = await town.posted(by_offer=True)
    await offers.make(town.bob, uuid4(), job.id, FIFTEEN)
    await offers.accept(town.ada, uuid4(), (await town.offers(job))["bob"])
    for table in ("cleanings", "offers", "reviews", "events"):
        assert await refused_with(town, f"delete from public.{table}") == "42501"
    await cleanings.cancel(town.ada, uuid4(), job.id, "Not needed")
    assert set(await town.offers(job)) == {"bob"}


async def test_a_cleaner_who_withdrew_offers_again(town: Town) -> None:
    job = await town.posted(by_offer=True)
    await offers.make(town.bob, uuid4(), job.id, FIFTEEN)
    await offers.withdraw(town.bob, uuid4(), job.id)
    await offers.make(town.bob, uuid4(), job.id, Decimal("14.00"))
    assert (await town.offers(job))["bob"].status == "live"


async def test_an_owner_undoes_an_acceptance(town: Town) -> None:
    job = await town.posted(by_offer=True)
    for session in (town.bob, town.eve):
        await offers.make(session, uuid4(), job.id, FIFTEEN)
    await offers.accept(town.ada, uuid4(), (await town.offers(job))["bob"])
    await cleanings.release(town.ada, uuid4(), job.id)
    assert {offer.status for offer in (await town.offers(job)).values()} == {"live"}


async def test_a_no_show_has_no_stars(town: Town) -> None:
    job = await town.claimed(starts_at=datetime.now(UTC) + timedelta(hours=3), hours="2")
    await town.later(job, 10)
    await cleanings.release(town.bob, uuid4(), job.id, "I overslept")
    await people.report_no_show(town.ada, uuid4(), job.id, "bob", "Nobody came")
    assert await refused_with(town, "update reviews set overall = 5", user="postgres") == "23514"
    with pytest.raises(JobNotOpen):
        await people.review(town.ada, uuid4(), job.id, {"overall": 5})


async def test_an_unrated_member_has_statistics(town: Town) -> None:
    profile = await people.profile(town.ada, "eve")
    assert (profile.jobs_done, profile.reviews, profile.no_shows, profile.completion_rate) == (0, 0, 0, None)
    assert {(stars.average, stars.counts) for stars in profile.stars.values()} == {(None, (0, 0, 0, 0, 0))}


@pytest.mark.parametrize("field", ["name", "price"])
async def test_name_and_price_are_never_null(town: Town, field: str) -> None:
    job = await town.posted()
    name, price = ("null", "20") if field == "name" else ("'x'", "null")
    call = f"select edit_cleaning(gen_random_uuid(), {job.id}, {name}, null, 'dust_up', {price})"
    assert await refused_with(town, call) == "PH001"


@pytest.mark.parametrize("price", ["1e9", "'NaN'", "'Infinity'", "-5", "0", "0.001"])
async def test_a_price_that_is_none_is_refused_wherever_there_is_a_price(town: Town, price: str) -> None:
    job, by_offer = await town.posted(), await town.posted(by_offer=True)
    for call in (
        f"post_cleaning(gen_random_uuid(), 'x', null, 'dust_up', {price})",
        f"edit_cleaning(gen_random_uuid(), {job.id}, 'x', null, 'dust_up', {price})",
    ):
        assert await refused_with(town, f"select {call}") == "PH001"
    offer = f"select make_offer(gen_random_uuid(), {by_offer.id}, {price})"
    assert await refused_with(town, offer, user="m_bob") == "PH001"


async def test_nul_in_a_text_is_bad_input_and_no_fault(town: Town) -> None:
    job = await town.posted(by_offer=True)
    with pytest.raises(BadInput):
        await offers.make(town.bob, uuid4(), job.id, FIFTEEN, "a\0b")
    with pytest.raises(BadInput):
        await people.set_profile(town.bob, uuid4(), bio="a\0b")


@pytest.mark.parametrize("number", [2**31, 2**63 - 1, -1])
async def test_a_number_beyond_the_column_is_no_job_and_no_fault(town: Town, number: int) -> None:
    assert await cleanings.one(town.ada, number) is None
    assert await events.history(town.ada, number) == []
    with pytest.raises(NoSuchJob):
        await cleanings.confirm(town.ada, uuid4(), number)
    with pytest.raises(NoSuchJob):
        await offers.make(town.ada, uuid4(), number, FIFTEEN)


@pytest.mark.parametrize(
    "name",
    ["", "   ", "\u2800", "x" * 100_000, "a trailing newline\n"],
    ids=["empty", "blanks", "braille blank", "long", "newline"],
)
async def test_a_name_is_short_and_has_something_to_read_in_one_line(town: Town, name: str) -> None:
    with pytest.raises(BadInput):
        await cleanings.post(town.ada, uuid4(), draft(name))
    call = "select post_cleaning(gen_random_uuid(), $1, null, 'dust_up', 5)"
    assert await refused_with(town, call, name) == "PH001"


@pytest.mark.parametrize("handle", ["Ada", "ADA", "aDa", "ada ", "ada\n"])
async def test_no_two_accounts_differ_only_by_case_or_blanks(town: Town, handle: str) -> None:
    with pytest.raises(HandleInvalid):
        await accounts.sign_up(town.market.operator, handle, None)


async def test_email_and_phone_are_not_for_everybody(town: Town) -> None:
    await people.set_profile(town.bob, uuid4(), phone="0123", email="bob@example.org")
    for session in (town.ada, town.eve):
        seen = await people.profile(session, "bob")
        assert (seen.phone, seen.email) == (None, None)
    await town.claimed()
    assert (await people.profile(town.ada, "bob")).email == "bob@example.org"
    assert (await people.profile(town.eve, "bob")).email is None


async def test_the_feed_loses_and_repeats_no_job_with_equal_timestamps(town: Town) -> None:
    posted = [(await town.posted()).id for _ in range(25)]
    await town.market.psql("update events set happened_at = '2026-01-01'")
    seen: list[int] = []
    page = await events.feed(town.eve, 4)
    while page:
        seen += [event.cleaning_id for event in page]
        page = await events.feed(town.eve, 4, after=page[-1])
    assert seen == posted[::-1]


async def test_a_page_of_anything_is_at_most_two_queries(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        job = await town.posted(by_offer=True)
        for session in (town.bob, town.eve):
            await offers.make(session, uuid4(), job.id, FIFTEEN)
        reviewed = await town.confirmed()
        await people.review(town.ada, uuid4(), reviewed.id, {"overall": 4})
        await people.review(town.bob, uuid4(), reviewed.id, {"overall": 5})
    asked: list[str] = []
    fetch = Session.fetch

    async def counted(self: Session, query: str, *arguments: object) -> list[Any]:
        asked.append(query)
        return await fetch(self, query, *arguments)

    monkeypatch.setattr(Session, "fetch", counted)
    pages: dict[str, Callable[[], Awaitable[Sized]]] = {
        "open jobs": lambda: cleanings.page(town.eve, cleanings.Listing(), 50),
        "feed": lambda: events.feed(town.eve, 50),
        "history": lambda: events.history(town.ada, reviewed.id),
        "activity": lambda: events.activity(town.ada, 50),
        "offers on a job": lambda: offers.on_job(town.ada, job.id),
        "own offers": lambda: offers.of_member(town.bob),
        "reviews": lambda: people.reviews_of(town.eve, "bob"),
    }
    for name, page in pages.items():
        asked.clear()
        assert len(await page()) >= 2, name
        assert len(asked) <= 2, name
    asked.clear()
    assert (await people.profile(town.eve, "bob")).reviews == 5
    assert len(asked) <= 2


async def test_whoever_asks_for_what_he_may_not_is_told_and_nothing_breaks(town: Town) -> None:
    job = await town.posted()
    with pytest.raises(NothingToUndo):
        await cleanings.undo(town.mallory, uuid4(), job.id)
    with pytest.raises(PhreshError):
        await people.review(town.mallory, uuid4(), job.id, {"overall": 1})
