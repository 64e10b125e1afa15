"""What the program reads at 100,000 jobs, as a member over TCP: by an index each time, and in two queries at most."""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

import asyncpg
import pytest

from phresh_tui.database import agenda, cleanings, counts, events, offers, people, statistics
from phresh_tui.database.cleanings import Listing
from phresh_tui.database.connections import connected
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Booking, Cleaning, CleaningType
from phresh_tui.market.record import Event
from phresh_tui.market.search import Filter, Place, Sort
from tests.support import Market

ROWS = 100_000
MEMBERS = 1_000
LARGE = (
    "cleanings",
    "events",
    "offers",
    "reviews",
    "members",
    "requests",
    "bookings",
    "read_events",
    "private_details",
)
# a job for each number; what belongs to jobs in proportion. Member 1 is the one who looks.
FILL = f"""
insert into public.members (login) select 'm_member_' || n from generate_series(1, {MEMBERS}) n on conflict do nothing;
insert into public.private_profiles (login, phone) select login, '1' from public.members;
insert into public.cleanings (
    name, description, cleaning_type, price, owner, status, claimed_by, agreed_price, claimed_at, created_at,
    updated_at, hours_worked, total, done_at, booking, area, version, starts_at, hours
)
select 'Wash window ' || n, 'House number ' || n, (array['dust_up', 'spot_clean', 'full_clean'])[n % 3 + 1],
    10 + n % 5000 / 100.0, 'm_member_' || n % {MEMBERS} + 1,
    s.status, c.login, case when c.login is not null then 20 end, case when c.login is not null then t.at end,
    t.at, t.at,
    case when s.status in ('done', 'confirmed') then 1 end, case when s.status in ('done', 'confirmed') then 20 end,
    case when s.status in ('done', 'confirmed') then t.at end, (array['instantly', 'by_offer'])[n / 7 % 2 + 1],
    case when n % 9 > 0 then 'Area ' || n % 200 end, 3,
    case when s.status = 'open' and n % 5 > 1 then now() + n % 480 * interval '1 hour' end, 2
from generate_series(1, {ROWS}) n,
    lateral (select case when n % 100 < 70 then 'open' when n % 100 < 80 then 'claimed' when n % 100 < 82 then 'done'
        when n % 100 < 97 then 'confirmed' else 'cancelled' end as status) s,
    lateral (select case when s.status in ('claimed', 'done', 'confirmed')
        then 'm_member_' || (n * 7 + 3 + n / {MEMBERS}) % {MEMBERS} + 1 end as login) c0,
    lateral (select case when c0.login = 'm_member_' || n % {MEMBERS} + 1 then 'm_other' else c0.login end as login) c,
    lateral (select now() - interval '50 days' + n * interval '40 seconds' as at) t;
insert into public.events (cleaning_id, version, happened_at, actor, move, from_state, to_state, owner, other)
select id, v, created_at + v * interval '1 second', case when v = 3 then coalesce(claimed_by, owner) else owner end,
    case v when 1 then 'post' when 2 then 'edit' else 'claim' end, case when v > 1 then 'open' end, 'open', owner,
    case when v = 3 then claimed_by end
from public.cleanings, generate_series(1, 3) v;
insert into public.offers (cleaning_id, login, price)
select id, 'm_member_' || (id * 13 + o * 101) % {MEMBERS} + 1, 15 + o
from public.cleanings, generate_series(1, 2) o where booking = 'by_offer';
insert into public.reviews (cleaning_id, author, subject, overall)
select id, owner, claimed_by, id % 5 + 1 from public.cleanings where status = 'confirmed'
union all select id, claimed_by, owner, id % 5 + 1 from public.cleanings where status = 'confirmed';
insert into public.private_details (cleaning_id, owner, address) select id, owner, 'Here' from public.cleanings;
insert into public.bookings (login, cleaning_id, during)
select claimed_by, id, tstzrange(now() + id * interval '1 hour', now() + (id + 1) * interval '1 hour')
from public.cleanings where status = 'claimed';
insert into public.read_events (login, cleaning_id, version)
select owner, cleaning_id, 3 from public.events where version = 3 and cleaning_id % 2 = 0;
"""


@pytest.fixture
async def reader(market: Market) -> AsyncIterator[Session]:
    target = await market.member("member_1", tcp=True)
    async with connected(market.operator) as connection:
        await connection.execute(FILL, timeout=300)
        await connection.execute("vacuum analyze", timeout=300)
    yield await market.open(target)


def reads(session: Session, job: Cleaning, event: Event) -> dict[str, Callable[[], Awaitable[object]]]:
    """Every reading function, with whatever changes its query."""
    found: dict[str, Callable[[], Awaitable[object]]] = {}
    now = datetime.now(UTC)
    filters = {
        "all": Filter(),
        "text": Filter(text="window 4242"),
        "type": Filter(cleaning_type=CleaningType.FULL_CLEAN),
        "prices": Filter(min_price=Decimal(20), max_price=Decimal("20.05")),
        "a common word": Filter(text="window"),
        "a short word": Filter(text="w"),
        "area": Filter(area="area 17"),
        "a day": Filter(starts_from=now + timedelta(days=2), starts_until=now + timedelta(days=3)),
        "three": Filter(cleaning_type=CleaningType.DUST_UP, booking=Booking.BY_OFFER, max_price=Decimal("10.5")),
        "rare": Filter(area="area 17", starts_from=now + timedelta(days=19), min_price=Decimal(59)),
        "owner": Filter(owner="member_7", booking=Booking.BY_OFFER),
        "owner and two": Filter(owner="member_7", area="area 1", cleaning_type=CleaningType.DUST_UP),
        "owner and prices": Filter(owner="member_7", min_price=Decimal(20), max_price=Decimal(21)),
        "free": Filter(free_only=True, cleaning_type=CleaningType.SPOT_CLEAN),
        "everything": Filter("window 4242", CleaningType.FULL_CLEAN, Decimal(10), Decimal(60), area="area"),
    }
    for place, (name, wanted), sort in itertools.product(Place, filters.items(), Sort):
        if place is not Place.OPEN and (sort is not Sort.NEWEST or name not in ("all", "text", "type", "everything")):
            # the orders are those of the open jobs
            continue
        listing = Listing(place, wanted, sort)
        title = f"{place}, {name}, {sort}"
        found[f"page: {title}"] = partial(cleanings.page, session, listing, 50)
        found[f"page after: {title}"] = partial(cleanings.page, session, listing, 50, after=job)
        found[f"page before: {title}"] = partial(cleanings.page, session, listing, 50, before=job)
        found[f"last page: {title}"] = partial(cleanings.page, session, listing, 50, from_end=True)
        if sort is Sort.NEWEST:
            found[f"count: {title}"] = partial(cleanings.count, session, listing)
        if place is Place.OPEN:
            found[f"page at: {title}"] = partial(cleanings.page_at, session, listing, 0.4, 50)
            found[f"jump: {title}"] = partial(cleanings.jump, session, listing, JUMPS[listing.order.column], 50, now)
    return found | {
        "areas": lambda: cleanings.areas(session, "area 1"),
        "one": lambda: cleanings.one(session, job.id),
        "by_id": lambda: cleanings.by_id(session, [1, 2, 3, job.id]),
        "offers on a job": lambda: offers.on_job(session, job.id),
        "offers of the member": lambda: offers.of_member(session),
        "feed": lambda: events.feed(session),
        "feed after": lambda: events.feed(session, after=event),
        "history": lambda: events.history(session, job.id),
        "activity": lambda: events.activity(session),
        "activity after": lambda: events.activity(session, after=event),
        "unread": lambda: events.unread(session),
        "activity unread": lambda: events.activity(session, unread_only=True),
        "profile": lambda: people.profile(session, "member_5"),
        "reviews": lambda: people.reviews_of(session, "member_5"),
        "agenda": lambda: agenda.claimed_between(session, job.created_at, job.created_at + timedelta(days=7)),
        "agenda without start": lambda: agenda.claimed_without_start(session),
        "next start": lambda: agenda.next_start(session, job.created_at),
        "earned": lambda: agenda.earned(session, job.created_at),
        "overview": lambda: statistics.overview(session),
        "private details": lambda: people.private_details(session, job.id),
    }


JUMPS = {"created_at": "3 days ago", "starts_at": "tomorrow", "price": "20", "sort_name": "wash", "sort_area": "area 9"}


def whole_tables(plan: str) -> list[str]:
    """The large tables that a plan reads from end to end."""
    plan = "\n".join(line for line in plan.splitlines() if "(never executed)" not in line)
    return [table for table in re.findall(r"Seq Scan on (?:public\.)?(\w+)", plan) if table in LARGE]


async def test_no_read_goes_through_a_whole_large_table_and_no_page_takes_more_than_two_queries(
    market: Market, reader: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    [job] = await cleanings.page(reader, Listing(), 1, offset=500)
    event = (await events.feed(reader, 500))[-1]
    for sort in Sort:
        # reads the statistics, which are kept for a while
        await cleanings.place_of(reader, Listing(sort=sort), job)
    # what is estimated is estimated each time
    monkeypatch.setattr(counts, "FRESH", 0.0)
    sent: list[tuple[str, tuple[object, ...]]] = []
    fetch = reader.fetch

    async def listened(query: str, *arguments: object) -> list[asyncpg.Record]:
        sent.append((query, arguments))
        return await fetch(query, *arguments)

    monkeypatch.setattr(reader, "fetch", listened)
    wrong = []
    for name, read in reads(reader, job, event).items():
        sent.clear()
        await read()
        assert sent, name
        # besides the planner's estimates; a jump behind the last job goes to the end of the list
        queries = [query for query, _ in sent if not query.startswith("explain")]
        if len(queries) > (4 if name.startswith(("jump", "page at")) else 2):
            wrong.append(f"{name} takes {len(queries)} queries")
        for query, arguments in list(sent):
            if query.startswith("explain"):
                continue
            plan = "\n".join(row[0] for row in await fetch(f"explain (analyze, timing off) {query}", *arguments))
            wrong += [f"{name} reads all of {table}:\n{plan}" for table in whole_tables(plan)]
    await what_is_inside_functions(market, wrong)
    assert not wrong, "\n".join(wrong[:20])


async def what_is_inside_functions(market: Market, wrong: list[str]) -> None:
    """EXPLAIN shows a function as one line; auto_explain, which only an operator can load, tells what it runs."""
    plans: list[str] = []
    async with connected(market.operator_tcp) as connection:
        await connection.execute("load 'auto_explain'")
        await connection.execute(
            "set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on; "
            "set auto_explain.log_level = 'notice'; set session authorization m_member_1"
        )
        connection.add_log_listener(lambda _, message: plans.append(str(message.message)))
        await connection.fetchval("select public.member_statistics('member_5')")
    nested = [plan for plan in plans if "reviews" in plan and "Query Text: select public" not in plan]
    assert nested, "the statement inside member_statistics was not seen"
    wrong += [f"member_statistics reads all of {table}:\n{plan}" for plan in nested for table in whole_tables(plan)]


async def test_the_search_for_whole_tables_finds_them(market: Market) -> None:
    await market.psql_script("drop index public.events_by_owner; drop index public.offers_by_member; analyze")
    for query in ("select from events where owner = 'm_member_1'", "select from reviews r"):
        plan = "\n".join(row[0] for row in await market.psql(f"explain {query}"))
        assert whole_tables(plan), plan
