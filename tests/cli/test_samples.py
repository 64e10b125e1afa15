"""Sample jobs: many, believable, the same again, and never in the name of a real member."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from decimal import Decimal
from uuid import uuid4

import pytest

from phresh_tui.cli.output import cells
from phresh_tui.database import cleanings, offers
from phresh_tui.database.cleanings import Listing
from phresh_tui.database.sample_jobs import HANDLES
from phresh_tui.database.sample_removal import remove_samples
from phresh_tui.database.samples import AT_ONCE, BATCH, CHUNK, add_samples
from phresh_tui.market.cleaning import Booking, CleaningType
from phresh_tui.market.errors import Refused
from phresh_tui.market.search import Filter
from tests.cli.support import COMMAND, as_member, as_operator, phresh
from tests.support import PASSWORD, Market, post
from tests.terminal import Terminal

COLUMNS = "name, description, cleaning_type, price, owner, status, claimed_by, area, hours, booking"


async def test_samples_cope_with_every_script_and_say_different_things(market: Market) -> None:
    await add_samples(market.operator, 3000)
    rows = await market.psql("select name, description, price, cleaning_type from public.cleanings")
    # what a list has to cope with is there: wide, accented, from right to left, without a description
    text = "".join(row["name"] for row in rows)
    assert cells(text) > len(text)
    assert {"é", "ö", "ł", "א", "ا", "窓"} <= set(text)
    assert len({row["name"] for row in rows}) > 350
    assert len({row["description"] for row in rows}) > 1000
    assert 100 < sum(row["description"] is None for row in rows) < 1000
    assert all(8 <= row["price"] <= 60 for row in rows)
    assert len({row["price"] for row in rows}) > 60
    assert {row["cleaning_type"] for row in rows} == set(CleaningType)


async def test_another_seed_makes_other_jobs(market: Market) -> None:
    await add_samples(market.operator, 60)
    await add_samples(market.operator, 60, seed=2)
    rows = await market.psql(f"select {COLUMNS} from public.cleanings order by id")
    assert sum(first == second for first, second in zip(rows[:60], rows[60:], strict=True)) < 5


async def test_samples_lie_open_over_the_past_weeks_with_some_claimed(market: Market) -> None:
    steps: list[tuple[int, int]] = []
    posted = await add_samples(market.operator, 6000, progress=lambda done, total: steps.append((done, total)))
    assert posted == 6000
    assert steps == [(0, 6000), (BATCH, 6000), (6000, 6000)]
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
    assert [row["jobs"], row["moments"], row["owners"]] == [6000, 6000, len(HANDLES)]
    assert row["old"]
    assert row["past"]
    assert row["ordered"]
    assert 4900 < row["open"] < 5300
    assert row["claimed"] > 500
    # the planner knows the table: its estimate is what a long list shows
    (statistics,) = await market.psql("select reltuples from pg_class where relname = 'cleanings'")
    assert statistics["reltuples"] == 6000


async def test_samples_say_where_when_and_how_they_are_booked_and_their_record_says_what_they_are(
    market: Market,
) -> None:
    # what is left when the program is killed between the two commits: a record without its jobs
    await add_samples(market.operator, AT_ONCE, seed=2)
    await market.psql_script("truncate public.cleanings")
    # enough for the first kinds of job to come a second time
    number = CHUNK + 5_000
    await add_samples(market.operator, number)
    (events,) = await market.psql(
        "select count(*) filter (where c.id is null) as lost, count(*) filter (where e.version = 1) as posted "
        "from public.events e left join public.cleanings c on c.id = e.cleaning_id"
    )
    assert (events["lost"], events["posted"]) == (0, number)
    (row,) = await market.psql(
        """
        select count(*) as jobs, count(area) as areas, count(hours) as hours, count(starts_at) as starts,
            count(*) filter (where booking = 'by_offer') as by_offer,
            count(*) filter (where starts_at < now()) as past,
            count(*) filter (where status <> 'open' and (starts_at is not null or booking = 'by_offer')) as odd
        from public.cleanings
        """
    )
    assert (row["areas"], row["past"], row["odd"]) == (number, 0, 0)
    assert 0.67 < row["hours"] / number < 0.73
    assert 0.48 < row["starts"] / number < 0.54
    assert 0.23 < row["by_offer"] / number < 0.28
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
            or (select o.details -> 'after' from public.events o where o.cleaning_id = c.id and o.version = 1)
                is distinct from public.terms_of(c)
        """
    )
    assert wrong == []
    # what is searched and sorted is what the trigger would have written, and it writes again
    odd = await market.psql(
        """
        select id from public.cleanings
        where (sort_name, search_text, sort_area) is distinct from (
            "left"(public.normal_text(name), 120), public.normal_text(name || e'\\n' || coalesce(description, '')),
            public.normal_text(area)
        )
        """
    )
    assert odd == []
    # every word of them can be looked up, and is known once
    words = await market.psql(
        """
        select (select count(*) from public.words) as known, count(distinct word) as needed,
            count(distinct word) filter (where word not in (select word from public.words)) as missing
        from public.cleanings, unnest(public.search_words(search_text)) word where word <> ''
        """
    )
    assert words[0]["missing"] == 0
    assert words[0]["needed"] <= words[0]["known"] < 1.2 * words[0]["needed"]
    # the planner knows the tables and how their values are spread
    known = await market.psql(
        "select relname, reltuples, (select count(*) > 5 from pg_stats where tablename = relname) as spread "
        "from pg_class where oid = any('{public.cleanings, public.events}'::regclass[]) order by relname"
    )
    assert [tuple(row)[::2] for row in known] == [("cleanings", True), ("events", True)]
    assert known[0]["reltuples"] == number < known[1]["reltuples"]
    (again,) = await market.psql(
        """
        with numbered as (select *, id - min(id) over () as place from public.cleanings)
        select count(*) filter (where (a.name, a.price, a.owner) = (b.name, b.price, b.owner)) as same,
            count(*) filter (where b.description is distinct from a.description) as other_order
        from numbered a join numbered b on b.place = a.place + $1
        """,
        CHUNK,
    )
    assert again["same"] == 5_000
    assert 400 < again["other_order"] < 600


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


async def shape(market: Market) -> set[str]:
    """The indexes, which of them are keys, what is set for the tables, and which triggers run."""
    rows = await market.psql(
        "select indexdef as line from pg_indexes where schemaname = 'public' union all "
        "select format('%s %s', conname, pg_get_constraintdef(oid)) from pg_constraint union all "
        "select format('%s %s', relname, reloptions) from pg_class "
        "where relnamespace = 'public'::regnamespace union all "
        "select format('%s %s', tgname, tgenabled) from pg_trigger where not tgisinternal"
    )
    return {row["line"] for row in rows}


async def stop_when(market: Market, condition: str) -> str:
    """Runs the command, stops it with Ctrl+C as soon as a condition holds, and gives what it said then."""
    process = await asyncio.create_subprocess_exec(
        *(*COMMAND, "sample", "1000000"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | as_operator(market),
    )
    deadline = time.monotonic() + 60
    while not (await market.psql(f"select {condition}"))[0][0]:
        assert time.monotonic() < deadline
    process.send_signal(signal.SIGINT)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert (process.returncode, out) == (130, b"")
    return err.decode()


async def test_stopped_in_the_middle_it_leaves_an_empty_market_as_it_was_and_whole_batches_elsewhere(
    market: Market,
) -> None:
    before = await shape(market)
    # the indexes are away then, and jobs are being written
    said = await stop_when(
        market,
        "exists (select from pg_stat_activity where query like '%with drawn as%' and state = 'active' "
        "and datname = current_database() and pid <> pg_backend_pid())",
    )
    assert said == "Stopped. No sample job was posted.\n"
    assert await market.psql("select from public.cleanings") == []
    assert await market.psql("select from public.events") == []
    assert await shape(market) == before
    await add_samples(market.operator, 10)
    said = await stop_when(market, "count(*) > 10 from public.cleanings")
    (row,) = await market.psql("select count(*) from public.cleanings")
    stays = row["count"] - 10
    assert stays > 0
    assert stays % BATCH == 0
    # a commit that is under way at that moment is waited for
    assert said == f"Stopped. {stays:,} sample jobs stay; phresh sample --remove takes them away.\n"


async def test_samples_are_taken_back_except_where_a_real_member_has_a_hand(market: Market) -> None:
    before = await shape(market)
    steps: list[tuple[int, int]] = []
    await add_samples(market.operator, AT_ONCE + 1, progress=lambda *step: steps.append(step))
    assert await shape(market) == before
    assert steps == [(0, AT_ONCE + 1), (AT_ONCE + 1, AT_ONCE + 1)]
    assert AT_ONCE < CHUNK
    done = (await phresh("sample", "--remove", environment=as_operator(market))).ok()
    assert done.out == f"Removed {AT_ONCE + 1:,} sample jobs.\n"
    assert "jobs a second" in done.err
    assert await market.psql("select from public.cleanings") == []
    await add_samples(market.operator, BATCH + 100)
    ana = await market.session("ana")
    real = await post(ana, "A real job")
    [claimed] = await cleanings.page(ana, Listing(wanted=Filter(booking=Booking.INSTANTLY)), 1, offset=1)
    [offered] = await cleanings.page(ana, Listing(wanted=Filter(booking=Booking.BY_OFFER)), 1)
    await cleanings.claim(ana, uuid4(), claimed)
    await cleanings.release(ana, uuid4(), claimed.id)
    await offers.make(ana, uuid4(), offered.id, Decimal(20), "")
    assert await remove_samples(market.operator) == BATCH + 98
    kept = {real.id, claimed.id, offered.id}
    for column, table in (("id", "cleanings"), ("cleaning_id", "events")):
        assert {row[0] for row in await market.psql(f"select {column} from public.{table}")} == kept
    assert await remove_samples(market.operator) == 0


@pytest.mark.parametrize(
    "added",
    [
        "create table notes (job integer references public.cleanings)",
        "create view priced as select id, name, count(*) from public.cleanings group by id",
        "alter table public.cleanings set (parallel_workers = 3, fillfactor = 90)",
    ],
)
async def test_what_an_operator_has_added_to_the_tables_stays(market: Market, added: str) -> None:
    await market.psql_script(added)
    before = await shape(market)
    await add_samples(market.operator, AT_ONCE)
    assert await shape(market) == before
    (row,) = await market.psql("select count(*) from public.cleanings")
    assert row["count"] == AT_ONCE


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
    assert terminal.text.startswith("Posted 12,000 sample jobs.")
    assert "jobs a second" in terminal.text


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
