"""Sample jobs: many, believable, the same again, and never in the name of a real member."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time

import pytest

from phresh_tui.cli.output import cells
from phresh_tui.database.samples import BATCH, HANDLES, add_samples, sample_jobs
from phresh_tui.market.cleaning import Booking, CleaningType, Draft
from phresh_tui.market.errors import Refused
from phresh_tui.market.member import check_handle
from tests.cli.support import COMMAND, as_member, as_operator, phresh
from tests.support import PASSWORD, Market, post
from tests.terminal import Terminal

COLUMNS = "name, description, cleaning_type, price, owner, status, claimed_by, area, hours, booking"


def test_every_sample_keeps_the_rules_of_the_market_and_is_the_same_again() -> None:
    jobs = list(sample_jobs(3000, 7))
    for job in jobs:
        Draft(
            *(job.name, job.description, CleaningType(job.cleaning_type), job.price),
            *(job.area, None, job.hours, Booking(job.booking)),
        ).checked()
        assert job.claimer != job.owner
        assert job.claimer is None or (job.start, job.booking) == (None, "instantly")
    for handle in HANDLES:
        check_handle(handle)
    assert jobs == list(sample_jobs(3000, 7))
    assert jobs != list(sample_jobs(3000, 8))
    # what a list has to cope with is there: wide, accented, from right to left, without a description
    text = "".join(job.name for job in jobs)
    assert cells(text) > len(text)
    assert {"é", "ö", "ł", "א", "ا", "窓"} <= set(text)
    assert any(job.description is None for job in jobs)
    assert len({job.name for job in jobs}) > 350


async def test_samples_lie_open_over_the_past_weeks_with_some_claimed(market: Market) -> None:
    steps: list[tuple[int, int]] = []
    posted = await add_samples(market.operator, 4500, progress=lambda done, total: steps.append((done, total)))
    assert posted == 4500
    assert steps == [(0, 4500), (BATCH, 4500), (2 * BATCH, 4500), (4500, 4500)]
    (row,) = await market.psql(
        """
        select count(*) as jobs, count(distinct created_at) as moments, count(distinct owner) as owners,
            min(created_at) > now() - interval '43 days' and min(created_at) < now() - interval '41 days' as old,
            max(created_at) <= now() and max(updated_at) <= now() as past,
            bool_and(updated_at >= created_at) as ordered,
            count(*) filter (where status = 'open') as open, count(*) filter (where status = 'claimed') as claimed
        from public.cleanings
        """
    )
    assert [row["jobs"], row["moments"], row["owners"]] == [4500, 4500, len(HANDLES)]
    assert row["old"]
    assert row["past"]
    assert row["ordered"]
    assert 3600 < row["open"] < 4100
    assert row["claimed"] > 300
    # the planner knows the table: its estimate is what a long list shows
    (statistics,) = await market.psql("select reltuples from pg_class where relname = 'cleanings'")
    assert statistics["reltuples"] == 4500


async def test_samples_say_where_when_and_how_they_are_booked_and_their_record_says_what_they_are(
    market: Market,
) -> None:
    await add_samples(market.operator, 2000)
    (row,) = await market.psql(
        """
        select count(*) as jobs, count(area) as areas, count(hours) as hours, count(starts_at) as starts,
            count(*) filter (where booking = 'by_offer') as by_offer,
            count(*) filter (where starts_at < now()) as past,
            count(*) filter (where status <> 'open' and (starts_at is not null or booking = 'by_offer')) as odd
        from public.cleanings
        """
    )
    assert (row["areas"], row["past"], row["odd"]) == (2000, 0, 0)
    assert 1300 < row["hours"] < 1500
    assert 900 < row["starts"] < 1150
    assert 420 < row["by_offer"] < 600
    # the newest event of each job, its number and the state that it leads to
    wrong = await market.psql(
        """
        select c.id from public.cleanings c
        left join lateral (
            select e.* from public.events e where e.cleaning_id = c.id order by e.version desc limit 1
        ) e on true
        where (c.status, c.version, c.claimed_by, c.agreed_price) is distinct from
            (e.to_state, e.version, e.other, (e.details ->> 'price')::numeric)
            or (select count(*) from public.events o where o.cleaning_id = c.id) <> c.version
        """
    )
    assert wrong == []


async def test_the_same_seed_makes_the_same_jobs_with_the_same_members(market: Market) -> None:
    await add_samples(market.operator, 50, seed=3)
    first = await market.psql(f"select {COLUMNS} from public.cleanings order by id")
    members = await market.psql("select login from public.members order by login")
    await add_samples(market.operator, 50, seed=3)
    second = await market.psql(f"select {COLUMNS} from public.cleanings where id > 50 order by id")
    assert first == second
    assert await market.psql("select login from public.members order by login") == members


async def test_a_real_member_is_never_made_to_post_or_claim_samples(market: Market) -> None:
    real = HANDLES[:3]
    for handle in real:
        await market.member(handle, tcp=True)
    job = await post(await market.open(market.operator_tcp.as_account(f"m_{HANDLES[0]}", PASSWORD)), "A real job")
    await add_samples(market.operator, 400)
    await add_samples(market.operator, 400, seed=2)
    rows = await market.psql("select id, owner, claimed_by from public.cleanings")
    theirs = [row["id"] for row in rows if {row["owner"], row["claimed_by"]} & {f"m_{handle}" for handle in real}]
    assert theirs == [job.id]
    assert f"m_{HANDLES[0]}_2" in {row["owner"] for row in rows}


async def test_who_takes_over_a_sample_members_name_in_a_new_database_is_real_again(market: Market) -> None:
    # whatever other tests have left on this server is not to be taken over by name
    await add_samples(market.operator, 10)
    logins = {row["login"] for row in await market.psql("select login from public.members")}
    await market.close()
    again = await market.cluster.new_market()
    try:
        # the roles are still there, with their comments; in this database nobody has them
        taken = min(logins)
        await again.member(taken.removeprefix("m_"), tcp=True)
        await add_samples(again.operator, 300)
        assert await again.psql("select from public.cleanings where $1 in (owner, claimed_by)", taken) == []
        # the others are sample members again, under the same names
        assert logins - {taken} <= {row["login"] for row in await again.psql("select login from public.members")}
    finally:
        await again.close()


async def test_two_programs_that_make_samples_at_once_share_the_members(market: Market) -> None:
    done = await asyncio.gather(add_samples(market.operator, 100), add_samples(market.operator, 100, seed=2))
    assert list(done) == [100, 100]
    (row,) = await market.psql("select count(*) from public.members")
    assert row["count"] == len(HANDLES)


async def test_only_an_operator_makes_samples(market: Market) -> None:
    with pytest.raises(Refused, match="Only an operator"):
        await add_samples(await market.member("ana"), 5)
    await market.member("ben", tcp=True)
    (await phresh("sample", "5", environment=as_member(market, "ben"))).failed(5, "operator", "@ben")
    assert await market.psql("select from public.cleanings") == []


async def test_stopped_in_the_middle_it_leaves_whole_batches(market: Market) -> None:
    process = await asyncio.create_subprocess_exec(
        *(*COMMAND, "sample", "1000000"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | as_operator(market),
    )
    deadline = time.monotonic() + 60
    while not await market.psql("select from public.cleanings limit 1"):
        assert time.monotonic() < deadline
    process.send_signal(signal.SIGINT)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert (process.returncode, out, err) == (130, b"", b"")
    (row,) = await market.psql("select count(*) from public.cleanings")
    assert row["count"] > 0
    assert row["count"] % BATCH == 0


async def test_the_command_says_how_many_it_posted(market: Market) -> None:
    done = (await phresh("sample", "3", "--seed", "5", environment=as_operator(market))).ok()
    assert (done.out, done.err) == ("Posted 3 sample jobs.\n", "")
    assert (await phresh("sample", "1", "--json", environment=as_operator(market))).ok().json == {"posted": 1}


async def test_on_a_terminal_a_bar_shows_how_far_it_is_and_goes_away(market: Market) -> None:
    def watch() -> Terminal:
        with Terminal("sample", "12000", environment=as_operator(market)) as terminal:
            assert terminal.end() == 0
        return terminal

    terminal = await asyncio.to_thread(watch)
    assert "█░".encode() in terminal.raw
    assert b" of 12,000" in terminal.raw
    assert terminal.text.strip() == "Posted 12,000 sample jobs."


@pytest.mark.soak
async def test_a_hundred_thousand_samples_take_well_under_a_minute(market: Market) -> None:
    began = time.monotonic()
    (await phresh("sample", "100000", environment=as_operator(market))).ok()
    took = time.monotonic() - began
    began = time.monotonic()
    (await phresh("jobs", environment=as_operator(market))).ok()
    print(f"sample 100000: {took:.1f} s; jobs: {time.monotonic() - began:.2f} s")
    assert took < 40
    assert time.monotonic() - began < 2
