"""The feed, the activity and the history: in pages, with equal timestamps, read and unread, and rebuilt into jobs."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import asyncpg

from phresh_tui.database import cleanings, events, offers
from phresh_tui.market.cleaning import Booking
from phresh_tui.market.record import Event
from tests.life.support import NOON, Town, unexplained
from tests.support import draft

FIFTEEN = Decimal("15.00")


def number(event: Event) -> tuple[int, int]:
    return event.cleaning_id, event.version


async def test_ones_activity_is_paged_with_equal_timestamps_and_read_events_leave_the_unread_ones(town: Town) -> None:
    expected = []
    for _ in range(9):
        job = await town.posted(by_offer=True)
        await offers.make(town.bob, uuid4(), job.id, FIFTEEN)
        await offers.withdraw(town.bob, uuid4(), job.id)
        expected += [(job.id, 2), (job.id, 3)]
    await town.market.psql("update events set happened_at = '2026-01-01'")
    expected.sort(reverse=True)

    async def walked(*, unread_only: bool) -> list[Event]:
        seen: list[Event] = []
        while page := await events.activity(town.ada, 4, after=seen[-1] if seen else None, unread_only=unread_only):
            seen += page
        return seen

    everything = await walked(unread_only=False)
    assert [number(event) for event in everything] == expected
    assert all(event.unread for event in everything)
    for event in everything[::3]:
        await events.mark_read(town.ada, event)
    left = [key for place, key in enumerate(expected) if place % 3]
    assert [number(event) for event in await walked(unread_only=True)] == left
    again = await walked(unread_only=False)
    assert [number(event) for event in again if event.unread] == left
    # what one has read is nobody else's business
    assert len(await events.activity(town.bob, unread_only=True)) == 0
    assert await events.mark_all_read(town.ada) == len(left)
    assert await walked(unread_only=True) == []


async def test_the_feed_shows_edits_beside_posts_once_each_whatever_happens_between_two_pages(town: Town) -> None:
    posted = [(await town.posted()).id for _ in range(9)]
    for job_id in posted[::2]:
        await cleanings.edit(town.ada, uuid4(), job_id, draft(price="30.00"))
    rows = await town.market.psql("select cleaning_id, version from events")
    await town.market.psql("update events set happened_at = '2026-01-01'")
    seen: list[Event] = []
    while page := await events.feed(town.eve, 4, after=seen[-1] if seen else None):
        seen += page
        # what is new comes before the first page, and moves that are no posts never show
        await town.claimed()
    assert sorted(number(event) for event in seen) == sorted((row["cleaning_id"], row["version"]) for row in rows)
    assert len({number(event) for event in seen}) == len(seen)


async def test_a_post_tells_what_was_posted_and_an_edit_what_changed(town: Town) -> None:
    job = await town.posted(starts_at=NOON, hours="2")
    await cleanings.edit(town.ada, uuid4(), job.id, draft("Sweep", "30.00")._replace(booking=Booking.BY_OFFER))
    await offers.make(town.bob, uuid4(), job.id, FIFTEEN, "I live next door")
    post, edit, offer = await events.history(town.ada, job.id)
    assert post.details["after"] == edit.details["before"]
    assert (post.details["after"]["name"], post.details["after"]["price"]) == (job.name, Decimal("20.00"))
    assert (edit.details["after"]["booking"], edit.details["after"]["starts_at"]) == ("by_offer", None)
    assert offer.details == {"price": FIFTEEN, "message": "I live next door"}
    # the offer is between the two, the terms are for everybody
    assert [event.move for event in await events.history(town.eve, job.id)] == ["post", "edit"]


MOVES = (
    ("ada", "post_cleaning(gen_random_uuid(), 'Scrub', null, 'dust_up', 20, booking => 'by_offer')"),
    ("ada", "edit_cleaning(gen_random_uuid(), {job}, 'Scrub', null, 'dust_up', 21, booking => 'by_offer')"),
    ("bob", "make_offer(gen_random_uuid(), {job}, 15)"),
    ("bob", "withdraw_offer(gen_random_uuid(), {job})"),
    ("bob", "undo_move(gen_random_uuid(), {job})"),
    ("ada", "decline_offer(gen_random_uuid(), {job}, 'bob')"),
    ("ada", "undo_move(gen_random_uuid(), {job}, 'bob')"),
    ("ada", "accept_offer(gen_random_uuid(), {job}, 'bob', 15)"),
    ("bob", "release_cleaning(gen_random_uuid(), {job})"),
    ("bob", "undo_move(gen_random_uuid(), {job})"),
    ("bob", "finish_cleaning(gen_random_uuid(), {job}, 2)"),
    ("ada", "send_back_cleaning(gen_random_uuid(), {job}, 'Grey')"),
    ("bob", "finish_cleaning(gen_random_uuid(), {job}, 2)"),
    ("ada", "confirm_cleaning(gen_random_uuid(), {job})"),
    ("ada", "review_cleaning(gen_random_uuid(), {job}, 5)"),
    ("eve", "post_cleaning(gen_random_uuid(), 'Scrub', null, 'dust_up', 20)"),
    ("bob", "claim_cleaning(gen_random_uuid(), {job}, 20)"),
    ("eve", "cancel_cleaning(gen_random_uuid(), {job}, 'Sold')"),
    ("eve", "undo_move(gen_random_uuid(), {job})"),
)


async def test_a_transaction_begun_long_ago_sets_no_clock_back(town: Town) -> None:
    sessions = {"ada": town.ada, "bob": town.bob, "eve": town.eve}
    job = 0
    for who, call in MOVES:
        connection = await asyncpg.connect(**sessions[who].target.asyncpg_arguments())
        async with connection.transaction():
            begun = await connection.fetchval("select now()")
            await connection.fetchval(f"select public.{call}".format(job=job))
            job = await connection.fetchval("select cleaning_id from events order by happened_at desc limit 1")
            [row] = await connection.fetch(
                "select e.move, e.happened_at, c.created_at, c.updated_at, c.claimed_at, c.done_at, "
                "o.updated_at as offered from events e "
                "join cleanings c on c.id = e.cleaning_id and c.version = e.version "
                "left join offers o on o.cleaning_id = c.id and o.login = 'm_bob' where c.id = $1",
                job,
            )
        await connection.close()
        move = row["move"]
        changed = {"happened_at"}
        if move in ("offer", "withdraw", "undo_withdraw", "decline", "undo_decline", "accept"):
            changed.add("offered")
        elif move != "review":
            changed.add("updated_at")
        changed |= {"created_at"} if move == "post" else {"claimed_at"} if move in ("claim", "accept") else set()
        changed |= {"done_at"} if move == "finish" else set()
        assert [name for name in changed if row[name] <= begun] == [], move
        if "claimed_at" in changed or "done_at" in changed:
            assert row["happened_at"] == row["done_at" if move == "finish" else "claimed_at"], move


async def test_a_job_that_is_not_what_its_events_say_is_found(town: Town) -> None:
    values = {
        "price": "21",
        "name": "'x'",
        "agreed_price": "21",
        "total": "1",
        "area": "'Hill'",
        "booking": "'by_offer'",
    }
    values |= dict.fromkeys(("claimed_at", "done_at", "starts_at"), "'2031-01-01'")
    await town.market.psql("alter table cleanings drop constraint cleanings_total")
    jobs = []
    for column, value in values.items():
        jobs.append((await town.done()).id)
        await town.market.psql_script(f"update cleanings set {column} = {value} where id = {jobs[-1]}")
    await town.done()
    assert sorted(await unexplained(town.market)) == jobs
    await town.market.psql("truncate cleanings")
