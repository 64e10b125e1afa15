"""The life of a job, replayed from its events by the market's rules, which are written down here a second time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

from tests.concurrency.runner import LONG_AGO, Aged

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
# seconds that two readings of the same machine's clock may differ
CLOCK = 0.005

CENT = Decimal("0.01")
TERMS = ("name", "description", "cleaning_type", "price", "area", "starts_at", "hours", "booking")


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
    terms: dict[str, Any]
    state: str = "open"
    # done for so long that it counts as confirmed, which nobody has written down yet
    by_age: bool = False
    cleaner: str | None = None
    agreed: Decimal | None = None
    claimed_at: datetime | None = None
    # claimed for longer than five minutes: a release then needs a reason, and counts
    settled: bool = False
    hours_worked: Decimal | None = None
    total: Decimal | None = None
    done_at: datetime | None = None
    # what the newest release took away, and who may be reported: cleaners who gave the job back within a day before its
    # start, or whom the owner waited for in vain
    given_back: tuple[datetime | None, bool, bool] = (None, False, False)
    late: list[str] = field(default_factory=list)
    offers: dict[str, tuple[Decimal, str]] = field(default_factory=dict)
    reviews: set[tuple[str, str]] = field(default_factory=set)
    # who held it: login, from when at the latest, until when at the earliest, start, hours
    held: list[list[Any]] = field(default_factory=list)

    @property
    def status(self) -> str:
        """The state that is written down."""
        return "done" if self.by_age else self.state


def replayed(
    rows: list[dict[str, Any]],
    post: Done,
    calls: dict[tuple[int, int], Done],
    aged: Sequence[Aged],
    wrong: list[str],
) -> Life:
    """Makes every move of a job again, and appends whatever is wrong with one."""
    number = rows[0]["cleaning_id"]
    life = Life(number, post.member, _asked(post.arguments))
    if _terms(rows[0]["details"]["after"]) != life.terms:
        wrong.append(f"job {number} is recorded with other terms than it was posted with")
    if [row["version"] for row in rows] != list(range(1, len(rows) + 1)):
        wrong.append(f"the events of job {number} are not numbered one after the other")
    if rows[0]["move"] != "post" or rows[0]["from_state"] is not None or rows[0]["to_state"] != "open":
        wrong.append(f"the life of job {number} does not begin with its posting")
    latest = 0.0
    for before, row in pairwise(rows):
        _grow_old(life, before["version"], aged)
        call = calls.get((number, row["version"]))
        complaint = _step(life, before, row, call)
        if complaint:
            wrong.append(f"job {number}, event {row['version']} ({row['move']} by {row['actor']}): {complaint}")
        if call is not None:
            # whatever was answered before this one was sent has to stand before it
            if call.ended + CLOCK < latest:
                wrong.append(f"job {number}, event {row['version']} is out of order")
            latest = max(latest, call.started)
    _grow_old(life, rows[-1]["version"], aged)
    return life


def _asked(arguments: dict[str, Any]) -> dict[str, Any]:
    """The terms of a call."""
    return {name: arguments["type" if name == "cleaning_type" else name] for name in TERMS}


def _terms(details: dict[str, Any]) -> dict[str, Any]:
    """The terms of an event."""
    starts_at = details["starts_at"]
    return details | {"starts_at": None if starts_at is None else datetime.fromisoformat(starts_at)}


def _grow_old(life: Life, version: int, aged: Sequence[Aged]) -> None:
    """Lets the time pass that the runner let pass after an event."""
    for one in aged:
        if one.version != version:
            continue
        if one.column == "claimed_at" and life.claimed_at is not None:
            life.claimed_at, life.settled = life.claimed_at - LONG_AGO["claimed_at"], True
        elif one.column == "done_at" and life.done_at is not None:
            life.done_at, life.state, life.by_age = life.done_at - LONG_AGO["done_at"], "confirmed", True
            life.held[-1][2] = one.started


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
        life.hours_worked = life.total = life.done_at = None
    life.state = PATHS.get(move, {}).get(state, row["to_state"])
    # a review writes down that the job is confirmed
    life.by_age = life.by_age and move == "no_show"
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
    path = (life.status, life.status) if row["move"] == "no_show" else (life.state, leads[life.state])
    if (row["from_state"], row["to_state"]) != path:
        return f"recorded as {row['from_state']} to {row['to_state']}, and it is {path[0]} to {path[1]}"
    return ""


def _edited(life: Life, row: dict[str, Any], call: Done | None) -> str:
    was, life.terms = life.terms, _terms(row["details"]["after"])
    if _terms(row["details"]["before"]) != was:
        return "what was there before is recorded wrongly"
    return "something else was asked for" if call and _asked(call.arguments) != life.terms else ""


def _claimed(life: Life, row: dict[str, Any], call: Done | None) -> str:
    taken = life.cleaner
    life.cleaner, life.agreed, life.claimed_at = row["other"], life.terms["price"], row["happened_at"]
    if taken is not None:
        return f"two cleaners at once, {taken} and {row['other']}"
    if row["other"] != row["actor"] or life.terms["booking"] != "instantly":
        return "nobody may claim that"
    prices = {
        life.terms["price"],
        row["details"]["price"],
        *((call.arguments["price"], call.answer["price"]) if call else ()),
    }
    return "" if len(prices) == 1 else f"claimed at {prices}"


def _offered(life: Life, row: dict[str, Any], call: Done | None) -> str:
    earlier = life.offers.get(row["actor"])
    price = row["details"]["price"]
    life.offers[row["actor"]] = (price, "live")
    if life.terms["booking"] != "by_offer":
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
    life.cleaner, life.agreed, life.claimed_at = row["other"], price, row["happened_at"]
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
    cleaner, complaint = life.cleaner, _given_back(life, row) if row["move"] == "release" else ""
    life.cleaner = life.agreed = life.claimed_at = None
    life.settled = False
    withdrawn = row["move"] == "release" and row["actor"] == cleaner
    for login, (price, status) in life.offers.items():
        if status == "accepted":
            life.offers[login] = (price, "withdrawn" if withdrawn else "live")
    return complaint if row["other"] == cleaner else f"the cleaner is recorded as {row['other']}, and it was {cleaner}"


def _given_back(life: Life, row: dict[str, Any]) -> str:
    details, starts_at = row["details"], life.terms["starts_at"]
    late = life.settled and starts_at is not None and starts_at - row["happened_at"] < timedelta(hours=24)
    waited = (
        starts_at is not None and life.claimed_at is not None and life.claimed_at <= starts_at <= row["happened_at"]
    )
    blamed = late and (row["actor"] == life.cleaner or waited)
    life.given_back = (life.claimed_at, life.settled, blamed)
    if blamed:
        life.late.append(str(life.cleaner))
    if details["starts_at"] != starts_at and datetime.fromisoformat(details["starts_at"]) != starts_at:
        return "the release has another start than the job"
    if life.settled and row["reason"] is None:
        return "a release after five minutes without a reason"
    told = (details["counts"], details["late"], details["price"], datetime.fromisoformat(details["claimed_at"]))
    expected = (life.settled, late, life.agreed, life.claimed_at)
    return "" if told == expected else f"recorded is {told} of the release, and it is {expected}"


def _taken_back(life: Life, row: dict[str, Any], _: Done | None) -> str:
    taken = life.cleaner
    life.cleaner, life.agreed = row["other"], row["details"]["price"]
    life.claimed_at, life.settled, blamed = life.given_back
    if blamed:
        life.late.pop()
    if life.terms["booking"] == "by_offer" and row["other"] in life.offers:
        life.offers[row["other"]] = (life.offers[row["other"]][0], "accepted")
    return f"two cleaners at once, {taken} and {row['other']}" if taken else ""


def _finished(life: Life, row: dict[str, Any], call: Done | None) -> str:
    life.hours_worked = row["details"]["hours"]
    life.total, life.done_at = row["details"]["total"], row["happened_at"]
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


def _no_show(life: Life, row: dict[str, Any], _: Done | None) -> str:
    pair = (row["actor"], row["other"])
    twice = pair in life.reviews
    life.reviews.add(pair)
    if row["other"] not in life.late:
        return f"{row['other']} is no no-show"
    return "a second review" if twice else ""


def _hold(life: Life, move: str, call: Done | None) -> None:
    if move in ("claim", "accept", "undo_release"):
        life.held.append(
            [life.cleaner, call.ended if call else None, None, life.terms["starts_at"], life.terms["hours"]]
        )
    elif move in ("release", "cancel", "confirm") and life.held and life.held[-1][2] is None:
        life.held[-1][2] = call.started if call else 0.0
