"""Judges a history of calls and the tables that they left, by rules that are written down here a second time.

Nothing here calls or imports what it judges: the rules are those of the market, in Python, from what people expect.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations, pairwise
from typing import Any

from tests.concurrency.runner import Attempt, Tables

# which event may follow in which state, and where it leads: the path of a job's life
PATHS = {
    "edit": {"open": "open"},
    "claim": {"open": "claimed"},
    "offer": {"open": "open"},
    "withdraw": {"open": "open"},
    "undo_withdraw": {"open": "open"},
    "accept": {"open": "claimed"},
    "decline": {"open": "open"},
    "undo_decline": {"open": "open"},
    "release": {"claimed": "open"},
    "undo_release": {"open": "claimed"},
    "finish": {"claimed": "done"},
    "confirm": {"done": "confirmed"},
    "send_back": {"done": "claimed"},
    "cancel": {"open": "cancelled", "claimed": "cancelled"},
    "undo_cancel": {"cancelled": "open"},
    "review": {"confirmed": "confirmed"},
    "no_show": {state: state for state in ("open", "claimed", "done", "confirmed", "cancelled")},
}
OWNERS = {"edit", "accept", "decline", "undo_decline", "confirm", "send_back", "cancel", "undo_cancel", "no_show"}
OTHERS = {"claim", "offer", "withdraw", "undo_withdraw"}
# what a member may be told besides the market's own refusals: somebody held a job for five seconds
TOLERATED = {"lost", "55P03"}
MARKET_REFUSALS = {f"PH{number:03}" for number in (1, 2, 3, 4, 5, 6, 7, 13, 14, 15, 16, 17)}
# seconds that two readings of the same machine's clock may differ
CLOCK = 0.005


CENT = Decimal("0.01")


@dataclass(slots=True)
class Done:
    """A request that was acknowledged: its answer, and between when it was done."""

    member: str
    move: str
    arguments: dict[str, Any]
    answer: dict[str, Any]
    started: float
    ended: float

    @property
    def event(self) -> str:
        return f"undo_{self.answer['undone']}" if self.move == "undo" else self.move


@dataclass(slots=True)
class Life:
    """A job as its events tell it."""

    number: int
    owner: str
    price: Decimal
    booking: str
    starts_at: datetime | None
    hours: Decimal | None
    name: str
    state: str = "open"
    cleaner: str | None = None
    agreed: Decimal | None = None
    hours_worked: Decimal | None = None
    total: Decimal | None = None
    offers: dict[str, tuple[Decimal, str]] = field(default_factory=dict)
    reviews: set[tuple[str, str]] = field(default_factory=set)
    # who held it: login, from when at the latest, until when at the earliest, start, hours
    held: list[list[Any]] = field(default_factory=list)


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
            lives[number] = _replayed(number, rows, posted[number], calls, wrong)
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


def _replayed(
    number: int, rows: list[dict[str, Any]], post: Done, calls: dict[tuple[int, int], Done], wrong: list[str]
) -> Life:
    given = post.arguments
    life = Life(
        number, post.member, given["price"], given["booking"], given["starts_at"], given["hours"], given["name"]
    )
    if [row["version"] for row in rows] != list(range(1, len(rows) + 1)):
        wrong.append(f"the events of job {number} are not numbered one after the other")
    if rows[0]["move"] != "post" or rows[0]["from_state"] is not None or rows[0]["to_state"] != "open":
        wrong.append(f"the life of job {number} does not begin with its posting")
    latest = 0.0
    for before, row in pairwise(rows):
        call = calls.get((number, row["version"]))
        complaint = _step(life, before, row, call)
        if complaint:
            wrong.append(f"job {number}, event {row['version']} ({row['move']} by {row['actor']}): {complaint}")
        if call is not None:
            # whatever was answered before this one was sent has to stand before it
            if call.ended + CLOCK < latest:
                wrong.append(f"job {number}, event {row['version']} is out of order")
            latest = max(latest, call.started)
    return life


def _step(life: Life, before: dict[str, Any], row: dict[str, Any], call: Done | None) -> str:
    """Makes one move; returns what is wrong with it, or nothing."""
    move, actor, state = row["move"], row["actor"], life.state
    complaint = _who(life, move, actor) or _state(life, row)
    if row["owner"] != life.owner:
        complaint = complaint or "the event names another owner"
    if row["reason"] != (call.arguments.get("reason") if call else row["reason"]):
        complaint = complaint or "the reason is another one than was given"
    maker = {
        "edit": _edited, "claim": _claimed, "offer": _offered, "withdraw": _answered, "decline": _answered,
        "undo_withdraw": _answered, "undo_decline": _answered, "accept": _accepted, "release": _left,
        "cancel": _left, "undo_release": _taken_back, "finish": _finished, "review": _reviewed, "no_show": _no_show,
    }.get(move)  # fmt: skip
    if maker is not None:
        complaint = maker(life, row, call) or complaint
    if move == "undo_release" and (before["move"] != "release" or before["actor"] != actor):
        complaint = complaint or "somebody has acted since"
    if move == "undo_cancel" and (before["move"] != "cancel" or before["actor"] != actor):
        complaint = complaint or "somebody has acted since"
    if move == "send_back":
        life.hours_worked = life.total = None
    life.state = PATHS.get(move, {}).get(state, row["to_state"])
    _hold(life, move, call)
    return complaint


def _who(life: Life, move: str, actor: str) -> str:
    if move in OWNERS and actor != life.owner:
        return "only the owner may"
    if move in OTHERS and actor == life.owner:
        return "the owner may not"
    if move == "finish" and actor != life.cleaner:
        return "only the cleaner may"
    if move in ("release", "review") and actor not in (life.owner, life.cleaner):
        return "only the two of them may"
    return ""


def _state(life: Life, row: dict[str, Any]) -> str:
    leads = PATHS.get(row["move"], {})
    if life.state not in leads:
        holder = f" and {life.cleaner} has it" if life.cleaner else ""
        return f"the job is {life.state}{holder}"
    if (row["from_state"], row["to_state"]) != (life.state, leads[life.state]):
        return f"recorded as {row['from_state']} to {row['to_state']}, and it is {life.state} to {leads[life.state]}"
    return ""


def _edited(life: Life, row: dict[str, Any], call: Done | None) -> str:
    before, after = row["details"]["before"], row["details"]["after"]
    was = (life.name, life.price, life.booking)
    life.name, life.price, life.booking = after["name"], Decimal(after["price"]), after["booking"]
    life.starts_at = datetime.fromisoformat(after["starts_at"]) if after["starts_at"] else None
    life.hours = Decimal(after["hours"]) if after["hours"] else None
    if (before["name"], before["price"], before["booking"]) != was:
        return "what was there before is recorded wrongly"
    if call and (life.name, life.price) != (call.arguments["name"], call.arguments["price"]):
        return "something else was asked for"
    return ""


def _claimed(life: Life, row: dict[str, Any], call: Done | None) -> str:
    taken = life.cleaner
    life.cleaner, life.agreed = row["other"], life.price
    if taken is not None:
        return f"two cleaners at once, {taken} and {row['other']}"
    if row["other"] != row["actor"] or life.booking != "instantly":
        return "nobody may claim that"
    prices = {life.price, row["details"]["price"], *((call.arguments["price"], call.answer["price"]) if call else ())}
    return "" if len(prices) == 1 else f"claimed at {prices}"


def _offered(life: Life, row: dict[str, Any], call: Done | None) -> str:
    earlier = life.offers.get(row["actor"])
    price = row["details"]["price"]
    life.offers[row["actor"]] = (price, "live")
    if life.booking != "by_offer":
        return "the job is booked instantly"
    if earlier and earlier[1] == "accepted":
        return "a second offer beside the accepted one"
    if row["details"].get("before") != (earlier[0] if earlier and earlier[1] == "live" else None):
        return "the price before is recorded wrongly"
    return "" if call is None or call.arguments["price"] == price else "another price than was offered"


ANSWERS = {
    "withdraw": ("live", "withdrawn"),
    "decline": ("live", "declined"),
    "undo_withdraw": ("withdrawn", "live"),
    "undo_decline": ("declined", "live"),
}


def _answered(life: Life, row: dict[str, Any], _: Done | None) -> str:
    needed, then = ANSWERS[row["move"]]
    price, status = life.offers.get(row["other"], (Decimal(0), "missing"))
    life.offers[row["other"]] = (price, then)
    if "withdraw" in row["move"] and row["other"] != row["actor"]:
        return "it is the offer of somebody else"
    return "" if status == needed else f"the offer is {status}"


def _accepted(life: Life, row: dict[str, Any], call: Done | None) -> str:
    taken = life.cleaner
    price, status = life.offers.get(row["other"], (Decimal(0), "missing"))
    standing = [login for login, (_, state) in life.offers.items() if state == "accepted"]
    life.cleaner, life.agreed = row["other"], price
    life.offers[row["other"]] = (price, "accepted")
    if taken is not None:
        return f"two cleaners at once, {taken} and {row['other']}"
    if standing:
        return f"the offer of {standing} is accepted already"
    if status != "live":
        return f"the offer is {status}"
    prices = {price, row["details"]["price"], *((call.arguments["price"], call.answer["price"]) if call else ())}
    return "" if len(prices) == 1 else f"accepted at {prices}"


def _left(life: Life, row: dict[str, Any], _: Done | None) -> str:
    cleaner = life.cleaner
    life.cleaner = life.agreed = None
    withdrawn = row["move"] == "release" and row["actor"] == cleaner
    for login, (price, status) in life.offers.items():
        if status == "accepted":
            life.offers[login] = (price, "withdrawn" if withdrawn else "live")
    return "" if row["other"] == cleaner else f"the cleaner is recorded as {row['other']}, and it was {cleaner}"


def _taken_back(life: Life, row: dict[str, Any], _: Done | None) -> str:
    taken = life.cleaner
    life.cleaner, life.agreed = row["other"], row["details"]["price"]
    if life.booking == "by_offer" and row["other"] in life.offers:
        life.offers[row["other"]] = (life.offers[row["other"]][0], "accepted")
    return f"two cleaners at once, {taken} and {row['other']}" if taken else ""


def _finished(life: Life, row: dict[str, Any], call: Done | None) -> str:
    life.hours_worked = row["details"]["hours"]
    life.total = row["details"]["total"]
    owed = None if life.agreed is None else (row["details"]["hours"] * life.agreed).quantize(CENT, ROUND_HALF_UP)
    if row["details"]["total"] != owed:
        return f"the total is {life.total} for {life.hours_worked} hours at {life.agreed}"
    if call and (call.arguments["hours"], call.answer["total"]) != (life.hours_worked, life.total):
        return "hours or total are others than the cleaner was told"
    return ""


def _reviewed(life: Life, row: dict[str, Any], _: Done | None) -> str:
    about = life.cleaner if row["actor"] == life.owner else life.owner
    pair = (row["actor"], str(about))
    twice = pair in life.reviews
    life.reviews.add(pair)
    return "a second review" if twice else ""


def _no_show(_life: Life, _row: dict[str, Any], _: Done | None) -> str:
    return "nobody has held a job for five minutes here"


def _hold(life: Life, move: str, call: Done | None) -> None:
    if move in ("claim", "accept", "undo_release"):
        life.held.append([life.cleaner, call.ended if call else None, None, life.starts_at, life.hours])
    elif move in ("release", "cancel", "confirm") and life.held and life.held[-1][2] is None:
        life.held[-1][2] = call.started if call else 0.0


def _check_rows(lives: dict[int, Life], tables: Tables, wrong: list[str]) -> None:
    if {row["id"] for row in tables.cleanings} != lives.keys():
        wrong.append("there are jobs without a life, or lives without a job")
    newest: dict[int, int] = {row["cleaning_id"]: row["version"] for row in tables.events}
    for row in tables.cleanings:
        life = lives.get(row["id"])
        if life is None:
            continue
        told = {
            "owner": life.owner, "name": life.name, "price": life.price, "booking": life.booking,
            "starts_at": life.starts_at, "hours": life.hours, "status": life.state, "claimed_by": life.cleaner,
            "agreed_price": life.agreed, "hours_worked": life.hours_worked, "total": life.total,
            "version": newest[row["id"]],
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
            (life.cleaner, life.number, life.starts_at)
            for life in lives.values()
            if life.state in ("claimed", "done") and life.starts_at is not None and life.hours is not None
        },
        {(row["login"], row["cleaning_id"], row["during"].lower) for row in tables.bookings},
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
