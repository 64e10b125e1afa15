"""Reading a long list of jobs: every order, both directions, nothing skipped or doubled, and by index."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from itertools import pairwise
from uuid import uuid4

import pytest

from phresh_tui.database import cleanings, listings
from phresh_tui.database.cleanings import Listing
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning, CleaningType
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
        assert sorted(job.name for job in found) == sorted(name for name in names if text in name), text


async def test_a_count_is_exact_up_to_the_cap_and_an_estimate_above(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(market)
    ada = await market.session("ada")
    assert await cleanings.count(ada, Listing()) == cleanings.Count(ROWS, exact=True)
    monkeypatch.setattr(listings, "EXACT_COUNT", 100)
    estimate = await cleanings.count(ada, Listing())
    assert not estimate.exact
    assert 250 <= estimate.number <= 1000
    assert (await cleanings.count(ada, Listing(wanted=Filter("nothing has this")))).number == 0


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

    async def fetch_value(self, query: str, *arguments: object) -> int:
        await self.fetch(query, *arguments)
        return 0


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
