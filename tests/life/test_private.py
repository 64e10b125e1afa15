"""What is private, in every state of a job: details for owner and cleaner, phone and email for the other party."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest

from phresh_tui.database import cleanings, offers, people
from phresh_tui.database.session import Session
from phresh_tui.market.record import PrivateDetails
from tests.life.support import Town

HOME = PrivateDetails("1 High Street", "Ring twice", "0123")


async def seen(town: Town, job_id: int) -> tuple[set[str], set[str]]:
    """Who reads the details of a job, and which of those who look read each other's email: ``looks>whose``."""
    sessions: dict[str, Session] = {"ada": town.ada, "bob": town.bob, "eve": town.eve, "mallory": town.mallory}
    details = {name for name, session in sessions.items() if await people.private_details(session, job_id) == HOME}
    emails = {
        f"{name}>{whose}"
        for name, session in sessions.items()
        for whose in sessions
        if name != whose and (await people.profile(session, whose)).email is not None
    }
    return details, emails


@pytest.fixture
async def known(town: Town) -> Town:
    """Everybody has a phone and an email."""
    for session in (town.ada, town.bob, town.eve, town.mallory):
        await people.set_profile(session, uuid4(), phone="0123", email="a@example.org")
    return town


OWNER, BOTH, NOBODY, EACH_OTHER = {"ada"}, {"ada", "bob"}, set[str](), {"ada>bob", "bob>ada"}


async def test_details_are_read_while_a_job_is_claimed_or_done_and_profiles_while_it_is_claimed(known: Town) -> None:
    town = known
    job = await town.posted()
    await people.set_private_details(town.ada, uuid4(), job.id, HOME)
    assert await seen(town, job.id) == (OWNER, NOBODY)
    await cleanings.claim(town.bob, uuid4(), job)
    assert await seen(town, job.id) == (BOTH, EACH_OTHER)
    await cleanings.finish(town.bob, uuid4(), job.id, Decimal(2))
    assert await seen(town, job.id) == (BOTH, NOBODY)
    await cleanings.send_back(town.ada, uuid4(), job.id, "Grey")
    assert await seen(town, job.id) == (BOTH, EACH_OTHER)
    await cleanings.finish(town.bob, uuid4(), job.id, Decimal(2))
    await cleanings.confirm(town.ada, uuid4(), job.id)
    assert await seen(town, job.id) == (OWNER, NOBODY)


async def test_nothing_is_read_after_a_release_or_a_cancellation_nor_by_an_offerer_who_stands_by(known: Town) -> None:
    town = known
    job = await town.posted(by_offer=True)
    await people.set_private_details(town.ada, uuid4(), job.id, HOME)
    for session in (town.bob, town.eve):
        await offers.make(session, uuid4(), job.id, Decimal("15.00"))
    assert await seen(town, job.id) == (OWNER, NOBODY)
    await offers.accept(town.ada, uuid4(), (await town.offers(job))["bob"])
    assert await seen(town, job.id) == (BOTH, EACH_OTHER)
    await cleanings.release(town.bob, uuid4(), job.id)
    assert await seen(town, job.id) == (OWNER, NOBODY)
    await cleanings.undo(town.bob, uuid4(), job.id)
    assert await seen(town, job.id) == (BOTH, EACH_OTHER)
    await cleanings.cancel(town.ada, uuid4(), job.id, "Sold")
    assert await seen(town, job.id) == (OWNER, NOBODY)


async def test_no_event_holds_what_is_private(known: Town) -> None:
    job = await known.claimed()
    await people.set_private_details(known.ada, uuid4(), job.id, HOME)
    await cleanings.release(known.bob, uuid4(), job.id)
    [row] = await known.market.psql("select string_agg(e::text, ' ') as record from events e")
    assert "High Street" not in row["record"]
    assert "example.org" not in row["record"]
