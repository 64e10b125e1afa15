"""Reading a long list of jobs: every order, both directions, nothing skipped or doubled, and by index."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import uuid4

import pytest

from phresh_tui.database import cleanings, counts, listings
from phresh_tui.database.cleanings import Listing
from phresh_tui.database.connections import connected
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Booking, Cleaning, CleaningType
from phresh_tui.market.errors import BadInput
from phresh_tui.market.search import Filter, Place, Sort
from tests.support import Market, draft, post

ROWS = 500


async def fill(market: Market, rows: int = ROWS) -> None:
    """Jobs of which many share a price, a name or a moment, as the operator loads them."""
    await market.psql("insert into public.members (login) values ('m_loader') on conflict do nothing")
    await market.psql(
        """
        insert into public.cleanings (name, description, cleaning_type, price, owner, created_at, updated_at,
            area, starts_at)
        select 'Job ' || n % 7, case when n % 3 = 0 then 'windows ' || n end,
            (array['dust_up', 'spot_clean', 'full_clean'])[1 + n % 3], 20 + n % 5, 'm_loader',
            timestamptz '2026-01-01' + n % 11 * interval '1 minute',
            timestamptz '2026-01-01' + n % 13 * interval '1 hour',
            case when n % 4 > 0 then 'Area ' || n % 9 end,
            case when n % 5 > 1 then now() + n % 17 * interval '1 day' end
        from generate_series(1, $1::integer) n
        """,
        rows,
    )
    await market.psql("analyze public.cleanings")


async def all_forwards(session: Session, listing: Listing, limit: int) -> list[Cleaning]:
    jobs: list[Cleaning] = []
    while found := await cleanings.page(session, listing, limit, after=jobs[-1] if jobs else None):
        jobs += found
        assert len(jobs) <= ROWS, "a page came twice"
    return jobs


async def all_backwards(session: Session, listing: Listing, limit: int) -> list[Cleaning]:
    jobs = await cleanings.page(session, listing, limit, from_end=True)
    while found := await cleanings.page(session, listing, limit, before=jobs[0]):
        jobs = found + jobs
        assert len(jobs) <= ROWS, "a page came twice"
    return jobs


def in_order(jobs: list[Cleaning], listing: Listing) -> bool:
    # jobs without a value come last in both directions
    with_value = [job for job in jobs if listing.key_of(job)[0] is not None]
    without = jobs[len(with_value) :]
    for part in (with_value, without):
        keys = [listing.key_of(job) for job in part]
        if any((value is None) != (part is without) for value, _ in keys):
            return False
        ordered = [key if part is with_value else key[1:] for key in keys][:: -1 if listing.order.descending else 1]
        if not all(first < second for first, second in pairwise(ordered)):
            return False
    return True


@pytest.mark.parametrize("sort", Sort)
async def test_pages_in_either_direction_show_every_job_once_and_in_order(market: Market, sort: Sort) -> None:
    await fill(market)
    ada = await market.session("ada")
    listing = Listing(sort=sort)
    everything = await cleanings.page(ada, listing, ROWS + 1)
    assert len({job.id for job in everything}) == ROWS
    assert in_order(everything, listing)
    for limit in (1000, 64, 37):
        assert await all_forwards(ada, listing, limit) == everything
        assert await all_backwards(ada, listing, limit) == everything


@pytest.mark.parametrize("sort", Sort)
async def test_a_page_after_a_job_and_the_page_before_the_next_one_meet(market: Market, sort: Sort) -> None:
    await fill(market, 60)
    ada = await market.session("ada")
    listing = Listing(sort=sort)
    everything = await cleanings.page(ada, listing, 100)
    for place in (0, 1, 29, 58, 59):
        job = everything[place]
        assert await cleanings.page(ada, listing, 5, after=job) == everything[place + 1 : place + 6]
        assert await cleanings.page(ada, listing, 5, before=job) == everything[max(place - 5, 0) : place]
    assert await cleanings.page(ada, listing, 5, from_end=True) == everything[-5:]
    assert await cleanings.page(ada, listing, 5, offset=30) == everything[30:35]
    assert await cleanings.page(ada, listing, 5, offset=100) == []


@pytest.mark.parametrize("sort", Sort)
async def test_a_filter_goes_with_every_order(market: Market, sort: Sort) -> None:
    await fill(market)
    ada = await market.session("ada")
    wanted = Filter("windows", CleaningType.DUST_UP, Decimal(21), Decimal(23))
    listing = Listing(wanted=wanted, sort=sort)
    rows = await market.psql(
        "select id from cleanings "
        "where description like 'windows%' and cleaning_type = 'dust_up' and price between 21 and 23"
    )
    assert len(rows) > 50
    found = await all_forwards(ada, listing, 17)
    assert {job.id for job in found} == {row["id"] for row in rows}
    assert in_order(found, listing)
    assert await all_backwards(ada, listing, 17) == found
    assert await cleanings.count(ada, listing) == cleanings.Count(len(rows), exact=True)


async def test_a_page_follows_its_job_also_when_that_job_is_gone(market: Market) -> None:
    await fill(market, 20)
    ada = await market.session("ada")
    listing = Listing(sort=Sort.PRICE_UP)
    everything = await cleanings.page(ada, listing, 20)
    await market.psql("update cleanings set status = 'cancelled' where id = $1", everything[9].id)
    assert await cleanings.page(ada, listing, 20, after=everything[9]) == everything[10:]
    assert await cleanings.page(ada, listing, 20, before=everything[9]) == everything[:9]


async def test_jobs_that_arrive_while_somebody_pages_move_nothing(market: Market) -> None:
    await fill(market, 100)
    ada = await market.session("ada")
    before = await cleanings.page(ada, Listing(), 100)
    first = await cleanings.page(ada, Listing(), 50)
    await post(ada, "A new one on top")
    second = await cleanings.page(ada, Listing(), 50, after=first[-1])
    assert first + second == before


async def test_my_jobs_are_those_i_posted_and_those_i_claimed_newest_change_first(market: Market) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    jobs = [await post(ada, f"Job {n}") for n in range(4)]
    await cleanings.claim(bob, uuid4(), jobs[0])
    await cleanings.claim(bob, uuid4(), jobs[2])
    await cleanings.cancel(ada, uuid4(), jobs[1].id, "Not needed")
    posted = await cleanings.page(ada, Listing(place=Place.POSTED), 10)
    assert [job.id for job in posted] == [jobs[n].id for n in (1, 2, 0, 3)]
    claimed = await cleanings.page(bob, Listing(place=Place.CLAIMED), 10)
    assert [job.id for job in claimed] == [jobs[2].id, jobs[0].id]
    assert await cleanings.page(ada, Listing(place=Place.CLAIMED), 10) == []
    assert await cleanings.page(bob, Listing(place=Place.POSTED), 10) == []
    assert [job.id for job in await cleanings.page(bob, Listing(), 10)] == [jobs[3].id]
    assert await all_backwards(ada, Listing(place=Place.POSTED), 2) == posted


async def test_names_are_sorted_without_regard_to_case_and_accents(market: Market) -> None:
    ada = await market.session("ada")
    for name in ("zebra", "Äpfel", "apple", "Zoo", "éclair", "eclat", "ÉCLAIR", "Ångström"):
        await post(ada, name)
    found = await cleanings.page(ada, Listing(sort=Sort.NAME), 20)
    assert [job.name for job in found] == [
        *("Ångström", "Äpfel", "apple", "éclair", "ÉCLAIR", "eclat", "zebra", "Zoo"),
    ]


SEARCHES = [
    ("oven", {"Clean the oven", "OVEN and fridge"}),
    ("OVEN", {"Clean the oven", "OVEN and fridge"}),
    ("fridge oven", {"OVEN and fridge"}),
    ("  oven\u3000fridge \t", {"OVEN and fridge"}),
    ("cafe", {"Café corner", "CAFE\u0301 cellar"}),
    ("CAFÉ", {"Café corner", "CAFE\u0301 cellar"}),
    ("cafe\u0301", {"Café corner", "CAFE\u0301 cellar"}),
    ("100%", {"100% clean"}),
    ("%", {"100% clean"}),
    ("_", {"snake_case shed"}),
    ("\\", {"C:\\temp folder"}),
    ("c:\\t", {"C:\\temp folder"}),
    ("\\%", set()),
    ("e_c", {"snake_case shed"}),
    ("'", {"the cat's room"}),
    ("'; drop", set()),
    ("[bold]", {"[bold]markup[/]"}),
    ("in the description", {"[bold]markup[/]"}),
    ("istanbul", {"İSTANBUL flat"}),
    ("окно", {"Вымыть ОКНО"}),
    ("🧹", {"🧹 sweep"}),
    ("\0", None),
    ("\u0301", None),
    ("nothing has this", set()),
]


async def test_search_finds_words_without_regard_to_case_and_accents_and_takes_signs_as_signs(market: Market) -> None:
    ada = await market.session("ada")
    names = set[str]().union(*(found for _, found in SEARCHES if found))
    for name in sorted(names):
        await post(ada, name, description="In the Description" if name.startswith("[") else None)
    for text, expected in SEARCHES:
        found = await cleanings.page(ada, Listing(wanted=Filter(text)), 50)
        # what has nothing to look for in it finds everything
        assert {job.name for job in found} == (names if expected is None else expected), ascii(text)


async def test_random_searches_find_what_python_finds(market: Market) -> None:
    ada = await market.session("ada")
    chance = random.Random(3)
    names = ["".join(chance.choice("ab%_\\. 'x") for _ in range(12)) + "." for _ in range(150)]
    for name in names:
        await cleanings.post(ada, uuid4(), draft(name, description=None))
    for _ in range(150):
        text = "".join(chance.choice("ab%_\\.'x") for _ in range(chance.randint(1, 3)))
        found = await cleanings.page(ada, Listing(wanted=Filter(text)), 200)
        # one or two letters are the beginning of a word, which a blank or a new line precedes
        short = len(text) < 3 and text.isalnum()
        fits = [name for name in names if (f" {text}" in f" {name}" if short else text in name)]
        assert sorted(job.name for job in found) == sorted(fits), text


async def test_a_search_finds_the_same_near_and_far_along_the_order(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(market)
    ada = await market.session("ada")
    for sort in Sort:
        listing = Listing(wanted=Filter("windows"), sort=sort)
        found = []
        # all along the order, a page of it, and all looked up
        for rare, lookup in ((0, 1_000_000), (0, 0), (1_000_000, 0)):
            monkeypatch.setattr(listings, "RARE", rare)
            monkeypatch.setattr(listings, "LOOKUP", lookup)
            found.append(await all_forwards(ada, listing, 20))
            assert await cleanings.page(ada, listing, 20, offset=70) == found[-1][70:90]
            assert await cleanings.page(ada, listing, 20, after=found[-1][9], offset=40) == found[-1][50:70]
            assert await all_backwards(ada, listing, 20) == found[-1]
        assert len(found[0]) > 100
        assert found[0] == found[1] == found[2]


async def test_every_script_has_trigrams(market: Market) -> None:
    # the index of the search would otherwise be of use for English alone
    (row,) = await market.psql("select public.show_trgm('窓ふき') as japanese, public.show_trgm('окно') as ukrainian")
    assert len(row["japanese"]) == 4
    assert len(row["ukrainian"]) == 5


async def test_a_misspelt_word_is_corrected_to_one_that_open_jobs_have(market: Market) -> None:
    ada = await market.session("ada")
    for name in ("Wash the windows", "Küche wischen", "Помити вікна", "Descale (kettles), please"):
        await post(ada, name)
    for typed, meant in {
        "wndows": "windows", "widnows": "windows", "wash windwos": "wash windows", "kuchen": "kuche", "вiкна": "вікна",
        "windows": None, "wind": None, "xylophone": None, "": None,
        "wahs": "wash", "ketles": "kettles", "hte wndows": "the windows", "wahs xylophone": None,
        "x" * 300: None, "50%_\\": None,
    }.items():  # fmt: skip
        wanted = Filter(typed, max_price=Decimal(90))
        better = await cleanings.corrected(ada, wanted)
        assert better == (meant and Filter(meant, max_price=Decimal(90))), typed


async def test_a_word_is_corrected_to_none_that_only_jobs_have_which_are_not_open(market: Market) -> None:
    ada = await market.session("ada")
    job = await post(ada, "Wash the windows")
    await post(ada, "Wash the widows")
    assert await cleanings.corrected(ada, Filter("wndows")) == Filter("windows")
    await cleanings.cancel(ada, uuid4(), job.id, "Raining")
    assert await cleanings.corrected(ada, Filter("wndows")) == Filter("widows")


async def test_a_word_of_the_oldest_jobs_alone_is_still_what_was_meant(market: Market) -> None:
    ada = await market.session("ada")
    # all newer than these, and more than are walked along
    await fill(market, 600)
    await market.psql("update public.cleanings set created_at = now() + interval '1 hour'")
    for name in ("Polish the xylophone", "Tune the xylophone"):
        await post(ada, name)
    assert await cleanings.corrected(ada, Filter("xylofone")) == Filter("xylophone")
    assert await cleanings.corrected(ada, Filter("xylohpone")) == Filter("xylophone")
    assert await cleanings.corrected(ada, Filter("windws")) == Filter("windows")


async def test_words_longer_than_an_index_takes_are_found_by_any_part_of_them(market: Market) -> None:
    ada = await market.session("ada")
    chance = random.Random(5)
    # one of the greatest length that a description has, and one that the index takes as it is
    for length in (9_900, 1_900, 150):
        word = "".join(chance.choice("abcdefghij") for _ in range(length))
        job = await cleanings.post(ada, uuid4(), draft("Copy this", description=f"as is: {word} (twice)"))
        for many in (3, 60, 100, 140, length):
            for start in {0, (length - many) // 2, length - many}:
                part = word[start : start + many]
                found = await cleanings.page(ada, Listing(wanted=Filter(f"{part} TWICE")), 50)
                assert [other.id for other in found if other.description == f"as is: {word} (twice)"], (many, start)
        assert job in {other.id for other in await cleanings.page(ada, Listing(wanted=Filter(word[:2])), 50)}


async def test_who_keeps_a_post_open_keeps_nobody_from_posting_the_same_new_word(market: Market) -> None:
    ada, ben = await market.session("ada"), await market.member("ben")
    async with connected(ben) as connection, connection.transaction():
        await connection.execute(
            "select public.post_cleaning(gen_random_uuid(), 'Polish the xylophone', null, 'dust_up', 20)"
        )
        await post(ada, "Move the xylophone")
    found = await cleanings.page(ada, Listing(wanted=Filter("xyloph")), 50)
    assert {job.name for job in found} == {"Move the xylophone", "Polish the xylophone"}


async def test_filters_combine(market: Market) -> None:
    await fill(market)
    ada, loader = await market.session("ada"), await market.member("loader_2")
    await market.psql("insert into public.members (login) values ('m_loader_3') on conflict do nothing")
    await market.psql(
        "update cleanings set booking = 'by_offer', hours = 2, owner = 'm_loader_3' where id % 4 = 1 and id % 3 = 0"
    )
    now = datetime.now(UTC)
    tomorrow, later = now + timedelta(hours=1), now + timedelta(days=9)
    await market.psql(
        "insert into bookings (login, cleaning_id, during) values ('m_ada', 999999, tstzrange($1, $2))",
        now + timedelta(days=3, hours=1), now + timedelta(days=5),
    )  # fmt: skip
    free = (
        "not coalesce(starts_at < now() + interval '5 days' and starts_at + hours * interval '1 hour' "
        "> now() + interval '3 days 1 hour', false)"
    )
    for wanted, condition in {
        Filter(area="area 1"): "area = 'Area 1'",
        Filter(area="ÁREA"): "area is not null",
        Filter(starts_from=tomorrow): "starts_at > now() + interval '30 minutes'",
        Filter(starts_from=tomorrow, starts_until=later): "starts_at - now() between '30 minutes' and '9 days'",
        Filter(booking=Booking.BY_OFFER, max_price=Decimal(22)): "booking = 'by_offer' and price <= 22",
        Filter(owner="loader_3", area="area 3"): "owner = 'm_loader_3' and area = 'Area 3'",
        Filter(owner="me"): "false",
        Filter(free_only=True, booking=Booking.BY_OFFER): f"booking = 'by_offer' and {free}",
        Filter("windows", free_only=True, area="area"): f"description like 'windows%' and area is not null and {free}",
    }.items():
        rows = await market.psql(f"select id from cleanings where {condition}")
        assert rows or wanted.owner == "me"
        for sort in (Sort.STARTS, Sort.AREA_DOWN, Sort.NEWEST):
            listing = Listing(wanted=wanted, sort=sort)
            found = await all_forwards(ada, listing, 31)
            assert sorted(job.id for job in found) == sorted(row["id"] for row in rows), wanted
            assert in_order(found, listing)
        assert (await cleanings.count(ada, listing)).number == len(rows)
    assert loader.user == "m_loader_2"


@pytest.mark.parametrize("sort", Sort)
async def test_a_jump_goes_to_the_first_job_at_or_after_the_value(market: Market, sort: Sort) -> None:
    await fill(market)
    ada = await market.session("ada")
    listing = Listing(sort=sort)
    everything = await all_forwards(ada, listing, 1000)
    now = datetime(2026, 6, 1, tzinfo=UTC)
    column, down = listing.order.column, listing.order.descending
    day = datetime.now(UTC).date() + timedelta(days=5)
    value: object
    text, value = {
        "created_at": ("2026-01-01 0:05", datetime(2026, 1, 1, 0, 5, tzinfo=UTC)),
        "starts_at": (f"{day}", datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1 if down else 0)),
        "price": ("22", Decimal(22)),
        "sort_name": ("JOB 3", "job 3"),
        "sort_area": ("área 4", "area 4"),
    }[column]
    spot = await cleanings.jump(ada, listing, text, 20, now)
    keys = [listing.key_of(job)[0] for job in everything]
    first = next(place for place, key in enumerate(keys) if key is None or (key <= value if down else key >= value))  # type: ignore[operator]
    assert spot.jobs == everything[first : first + 20]
    assert abs(spot.fraction - first / ROWS) < 0.06
    with pytest.raises(BadInput):
        await cleanings.jump(ada, listing, "12/13" if column not in ("sort_name", "sort_area") else "", 20, now)


@pytest.mark.parametrize("sort", Sort)
async def test_a_page_in_the_middle_begins_about_where_it_was_asked_for(market: Market, sort: Sort) -> None:
    await fill(market)
    ada = await market.session("ada")
    listing = Listing(sort=sort)
    places = {job.id: place for place, job in enumerate(await all_forwards(ada, listing, 1000))}
    for fraction in (0.0, 0.1, 0.33, 0.5, 0.77, 0.95, 1.0):
        spot = await cleanings.page_at(ada, listing, fraction, 20)
        assert spot.jobs
        begins = places[spot.jobs[0].id] / ROWS
        assert abs(begins - fraction) < 0.06, (fraction, begins)
        assert abs(await cleanings.place_of(ada, listing, spot.jobs[0]) - begins) < 0.06
    assert (await cleanings.page_at(ada, Listing(wanted=Filter("no such thing"), sort=sort), 0.5, 20)).jobs == []


async def test_areas_are_listed_once_each_by_their_beginning(market: Market) -> None:
    await fill(market)
    ada = await market.session("ada")
    assert await cleanings.areas(ada, "ÁREA", 20) == [f"Area {n}" for n in range(9)]
    assert await cleanings.areas(ada, "area", 3) == ["Area 0", "Area 1", "Area 2"]
    assert await cleanings.areas(ada, "area 7") == ["Area 7"]
    assert await cleanings.areas(ada, "b") == []


async def test_a_count_is_exact_up_to_the_cap_and_an_estimate_above(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(market)
    ada = await market.session("ada")
    assert await cleanings.count(ada, Listing()) == cleanings.Count(ROWS, exact=True)
    monkeypatch.setattr(counts, "EXACT_COUNT", 100)
    estimate = await cleanings.count(ada, Listing())
    assert not estimate.exact
    assert 250 <= estimate.number <= 1000
    assert (await cleanings.count(ada, Listing(wanted=Filter("nothing has this")))).number == 0
    # what surely more have is not counted, and neither is what takes too long
    monkeypatch.setattr(counts, "SURELY_MORE", 10)
    assert not (await cleanings.count(ada, Listing(wanted=Filter("windows")))).exact
    monkeypatch.setattr(counts, "EXACT_COUNT", ROWS)
    monkeypatch.setattr(counts, "PATIENCE", 0.0)
    given_up = await cleanings.count(ada, Listing())
    assert not given_up.exact
    assert 250 <= given_up.number <= 1000


# --- the plans, as a member sees them


class Explained:
    """A session that explains what it is asked to read."""

    def __init__(self, session: Session) -> None:
        self.target = session.target
        self.plans: list[str] = []
        self._session = session

    async def fetch(self, query: str, *arguments: object) -> list[object]:
        [row] = await self._session.fetch(f"explain (analyze, format json) {query}", *arguments)
        self.plans.append(row[0])
        return []

    async def fetch_value(self, query: str, *arguments: object) -> object:
        """An estimate, which is an explanation already."""
        return await self._session.fetch_value(query, *arguments)


def nodes(plan: dict[str, object]) -> list[dict[str, object]]:
    below = plan.get("Plans", [])
    assert isinstance(below, list)
    return [plan, *(node for part in below for node in nodes(part))]


async def test_no_page_of_a_long_list_scans_the_table_or_sorts_it(market: Market) -> None:
    await fill(market, 20_000)
    await market.psql("update cleanings set owner = 'm_ada' where id % 100 = 0")
    await market.psql(
        "update cleanings set status = 'claimed', claimed_by = 'm_bob', agreed_price = price, claimed_at = now() "
        "where id % 50 = 1"
    )
    await market.psql("update cleanings set name = 'A rare chandelier' where id % 1000 = 7")
    await market.psql("analyze public.cleanings")
    ada, bob = await market.session("ada", tcp=True), await market.session("bob")
    listings = [Listing(sort=sort) for sort in Sort]
    listings += [Listing(place=Place.POSTED), Listing(wanted=Filter("chandelier"))]
    asked = 0
    for session, several in ((ada, listings), (bob, [Listing(place=Place.CLAIMED)])):
        for listing in several:
            middle = (await cleanings.page(session, listing, 1, offset=15))[0]
            explained = Explained(session)
            for which in (
                {},
                {"after": middle},
                {"before": middle},
                {"from_end": True},
            ):
                await cleanings.page(explained, listing, 50, **which)  # type: ignore[arg-type]
            for plan in explained.plans:
                found = nodes(json.loads(plan)[0]["Plan"])
                kinds = [str(node["Node Type"]) for node in found]
                assert not any("Seq Scan" in kind for kind in kinds), (listing, kinds)
                if not listing.wanted.text and listing.place is Place.OPEN:
                    assert not any("Sort" in kind for kind in kinds), (listing, kinds)
                    assert max(float(str(node["Actual Rows"])) for node in found) <= 51, (listing, plan)
                asked += 1
    assert asked > 4 * 7
    one = await ada.fetch("explain select * from public.cleanings where id = any($1::integer[])", [1, 2, 3])
    assert "Index" in str(one[0])
