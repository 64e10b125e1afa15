"""How many jobs a listing has, and how common words are: counted while that is quick, and estimated by the planner."""

from __future__ import annotations

import asyncio
import json
import time
from typing import NamedTuple
from weakref import WeakKeyDictionary

from phresh_tui.database.conditions import Listing, conditions
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.search import Filter, Place

# up to here jobs are counted exactly; beyond, the planner's estimate is shown as one
EXACT_COUNT = 10_000
# an estimate from here on is taken as it is, without a look at whether there are so many
SURELY_MORE = 3 * EXACT_COUNT
# seconds: what takes longer to be counted is estimated
PATIENCE = 1.0
# seconds after which an estimate is made anew
FRESH = 60.0


class Count(NamedTuple):
    """How many jobs a listing has.

    Attributes:
        number: of jobs.
        exact: False when it is the planner's estimate.

    """

    number: int
    exact: bool


class Estimate(NamedTuple):
    """How common what is looked for is, by the planner's statistics.

    Attributes:
        hits: about how many jobs fit and have the words.
        jobs: about how many fit, with the words or without.

    """

    hits: int
    jobs: int


async def count(session: Session, listing: Listing) -> Count:
    """How many jobs a listing has: exact up to 10,000 as far as that is quick, the planner's estimate above."""
    query = conditions(session, listing)
    if query.words:
        found = await estimate(session, listing)
        if found.hits > SURELY_MORE:
            return Count(found.hits, exact=False)
    # in order, so that an index is read: without, the planner may take the table itself while it is freshly written
    column = "created_at" if listing.place is Place.OPEN else "updated_at"
    number = EXACT_COUNT + 1
    try:
        async with asyncio.timeout(PATIENCE):
            number = await session.fetch_value(
                f"select count(*) from (select from public.cleanings where {query.looked_up} order by {column}, id "  # noqa: S608
                f"limit {EXACT_COUNT + 1}) counted",
                *query.arguments,
            )
        least = number
    except TimeoutError:
        least = 0
    if number <= EXACT_COUNT:
        return Count(int(number), exact=True)
    plan = await session.fetch_value(
        f"explain (format json) select from public.cleanings where {query.where}",
        *query.arguments,
    )
    estimated = int(json.loads(plan)[0]["Plan"]["Plan Rows"])
    return Count(max(estimated, int(least)), exact=False)


_known: WeakKeyDictionary[Session, dict[tuple[Place, Filter], tuple[float, Estimate]]] = WeakKeyDictionary()


async def estimate(session: Session, listing: Listing) -> Estimate:
    """How common what a listing looks for is; at most a minute old, so that scrolling asks once."""
    known = _known.setdefault(session, {})
    key = listing.place, listing.wanted
    if key in known and time.monotonic() - known[key][0] < FRESH:
        return known[key][1]
    query = conditions(session, listing)
    plan = await session.fetch_value(
        # offset 0 keeps the two apart: the inner one is estimated without the words
        "explain (format json) select from (select * from public.cleanings "  # noqa: S608  our own words
        f"where {' and '.join(query.conditions)} offset 0) jobs where {' and '.join(query.words) or 'true'}",
        *query.arguments,
    )
    whole = json.loads(plan)[0]["Plan"]
    # without words there is only the one
    base = whole["Plans"][0] if query.words else whole
    found = Estimate(hits=int(whole["Plan Rows"]), jobs=int(base["Plan Rows"]))
    if len(known) > 100:
        known.clear()
    known[key] = (time.monotonic(), found)
    return found


async def has(session: Session, listing: Listing, job: Cleaning) -> bool:
    """Whether a job is part of a listing, wherever it stands in it."""
    query = conditions(session, listing)
    return bool(
        await session.fetch_value(
            f"select exists (select from public.cleanings where id = {query.argument(job.id)} and {query.where})",  # noqa: S608
            *query.arguments,
        )
    )
