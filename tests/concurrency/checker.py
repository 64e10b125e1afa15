"""Judges a history of calls and the tables that they left, by rules that are written down here a second time.

Nothing here calls or imports what it judges: the rules are those of the market, in Python, from what people expect.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import combinations, pairwise
from typing import Any

from tests.concurrency.lives import CLOCK, Done, Life, replayed
from tests.concurrency.runner import Attempt, Tables

# what a member may be told besides the market's own refusals: somebody held a job for five seconds
TOLERATED = {"lost", "55P03"}
MARKET_REFUSALS = {f"PH{number:03}" for number in (1, 2, 3, 4, 5, 6, 7, 13, 14, 15, 16, 17)}


def check(history: list[Attempt], tables: Tables) -> list[str]:
    """Everything that is wrong, in sentences; empty when nothing is."""
    wrong: list[str] = []
    done = _acknowledged(history, wrong)
    _check_requests(done, history, tables, wrong)
    events: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in tables.events:
        events[row["cleaning_id"]].append(row | {"details": json.loads(row["details"], parse_float=Decimal)})
    calls = _matched(done, events, wrong)
    posted = {one.answer["id"]: one for one in done if one.move == "post"}
    lives: dict[int, Life] = {}
    for number, rows in events.items():
        if number in posted:
            aged = [one for one in tables.aged if one.job == number]
            lives[number] = replayed(rows, posted[number], calls, aged, wrong)
        else:
            wrong.append(f"job {number} was posted by nobody")
    _check_rows(lives, tables, wrong)
    _check_holders(lives.values(), wrong)
    return wrong


def _acknowledged(history: list[Attempt], wrong: list[str]) -> list[Done]:
    """One entry for each request that was answered, with the arguments that were answered; in the members' order."""
    found: dict[tuple[str, Any], Done] = {}
    first_sent: dict[tuple[str, Any, str], float] = {}
    for attempt in history:
        what = f"{attempt.move} of {attempt.member} on {attempt.arguments.get('job')}"
        key = (attempt.member, attempt.request)
        started = first_sent.setdefault((*key, repr(attempt.arguments)), attempt.started)
        if attempt.refusal is not None and attempt.refusal not in MARKET_REFUSALS | TOLERATED:
            wrong.append(f"{what} ended with the unexpected error {attempt.refusal}")
        earlier = found.get(key)
        if attempt.answer is None:
            if earlier is not None and attempt.refusal not in {"PH007", "PH001"} | TOLERATED:
                wrong.append(f"{what} was acknowledged, and {attempt.refusal} when it was sent again")
            if earlier is not None and attempt.refusal == "PH007" and attempt.arguments == earlier.arguments:
                wrong.append(f"{what} was acknowledged, and unknown when it was sent again")
        elif earlier is None:
            found[key] = Done(attempt.member, attempt.move, attempt.arguments, attempt.answer, started, attempt.ended)
        elif attempt.arguments != earlier.arguments:
            wrong.append(f"{what} took the request id of something else")
        elif attempt.answer != earlier.answer:
            wrong.append(f"{what} was answered {earlier.answer} first and {attempt.answer} when it was sent again")
    return list(found.values())


def _check_requests(done: list[Done], history: list[Attempt], tables: Tables, wrong: list[str]) -> None:
    kept = {
        (row["login"], row["request_id"]): json.loads(row["answer"], parse_float=Decimal) for row in tables.requests
    }
    answered: dict[tuple[str, Any], Any] = {}
    for attempt in history:
        if attempt.answer is not None:
            answered.setdefault((attempt.member, attempt.request), attempt.answer)
    if kept != answered:
        lost = sum(key not in kept for key in answered)
        extra = sum(key not in answered for key in kept)
        wrong.append(f"of {len(done)} answers {lost} were not kept, and {extra} are kept that nobody was given")


def _matched(
    done: list[Done], events: dict[int, list[dict[str, Any]]], wrong: list[str]
) -> dict[tuple[int, int], Done]:
    """Which call made which event. A member makes one call at a time, so theirs on a job come in the same order."""
    told: dict[tuple[int, str], list[Done]] = defaultdict(list)
    recorded: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
    for one in done:
        told[one.answer["id"], one.member].append(one)
    for number, rows in events.items():
        for row in rows:
            recorded[number, row["actor"]].append(row)
    calls: dict[tuple[int, int], Done] = {}
    for key in told.keys() | recorded.keys():
        moves, record = [one.event for one in told[key]], [str(row["move"]) for row in recorded[key]]
        if moves != record:
            wrong.append(f"{key[1]} was told {moves} about job {key[0]}, and recorded is {record}")
            continue
        for one, row in zip(told[key], recorded[key], strict=True):
            calls[key[0], row["version"]] = one
            moment = row["happened_at"].timestamp()
            if not one.started - CLOCK <= moment <= one.ended + CLOCK:
                wrong.append(f"{one.event} on job {key[0]} is recorded at another time than it was made")
    return calls


def _check_rows(lives: dict[int, Life], tables: Tables, wrong: list[str]) -> None:
    if {row["id"] for row in tables.cleanings} != lives.keys():
        wrong.append("there are jobs without a life, or lives without a job")
    newest: dict[int, int] = {row["cleaning_id"]: row["version"] for row in tables.events}
    for row in tables.cleanings:
        life = lives.get(row["id"])
        if life is None:
            continue
        told = {
            **life.terms, "owner": life.owner, "status": life.status, "claimed_by": life.cleaner,
            "agreed_price": life.agreed, "claimed_at": life.claimed_at, "hours_worked": life.hours_worked,
            "total": life.total, "done_at": life.done_at, "version": newest[row["id"]],
        }  # fmt: skip
        for column, value in told.items():
            if row[column] != value:
                wrong.append(f"job {life.number}: {column} is {row[column]}, and by its events {value}")
        if (life.total is None) != (life.state not in ("done", "confirmed")):
            wrong.append(f"job {life.number}: a total of {life.total} while {life.state}")
    _same(
        "offers",
        {(life.number, login, *offer) for life in lives.values() for login, offer in life.offers.items()},
        {(row["cleaning_id"], row["login"], row["price"], row["status"]) for row in tables.offers},
        wrong,
    )
    _same(
        "reviews",
        {(life.number, *pair) for life in lives.values() for pair in life.reviews},
        {(row["cleaning_id"], row["author"], row["subject"]) for row in tables.reviews},
        wrong,
    )
    _same(
        "bookings",
        {
            (life.cleaner, life.number, life.terms["starts_at"])
            for life in lives.values()
            if life.state in ("claimed", "done") and None not in (life.terms["starts_at"], life.terms["hours"])
        },
        {
            (row["login"], row["cleaning_id"], row["during"].lower)
            for row in tables.bookings
            # what counts as confirmed by its age gives its time back when somebody wants it
            if row["cleaning_id"] not in lives or not lives[row["cleaning_id"]].by_age
        },
        wrong,
    )


def _same(what: str, told: set[Any], found: set[Any], wrong: list[str]) -> None:
    if told != found:
        wrong.append(
            f"{what}: missing are {sorted(map(str, told - found))}, not known {sorted(map(str, found - told))}"
        )


def _check_holders(lives: Iterable[Life], wrong: list[str]) -> None:
    """Nobody certainly holds two jobs that overlap, and no two members certainly hold one job, at any moment."""
    spans: dict[str, list[tuple[float, float, datetime, datetime, int]]] = defaultdict(list)
    for life in lives:
        for (one, _, until, *_), (other, since, *_) in pairwise(life.held):
            if one != other and since is not None and (until is None or until > since):
                wrong.append(f"job {life.number} had two cleaners at once, {one} and {other}")
        for login, since, until, starts_at, hours in life.held:
            if starts_at is not None and hours is not None and since is not None:
                ends_at = starts_at + timedelta(hours=float(hours))
                spans[login].append((since, float("inf") if until is None else until, starts_at, ends_at, life.number))
    for login, held in spans.items():
        for one, other in combinations(held, 2):
            at_once = max(one[0], other[0]) < min(one[1], other[1])
            if at_once and max(one[2], other[2]) < min(one[3], other[3]):
                wrong.append(f"{login} had the jobs {one[4]} and {other[4]} at once, which overlap")
