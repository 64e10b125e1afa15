"""Moves, hours and moments in words, the same in the command line and on the screen."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from phresh_tui.market.price import show_price

if TYPE_CHECKING:
    from phresh_tui.market.record import Event, Profile

# what a move is called in the past; braces are filled from the event
_SAID = {
    "post": "posted it",
    "edit": "changed it",
    "claim": "claimed it{price}",
    "offer": "offered to do it{price}",
    "withdraw": "withdrew the offer",
    "undo_withdraw": "offered it again after all",
    "accept": "accepted {other}{price}",
    "decline": "declined the offer of {other}",
    "undo_decline": "let the offer of {other} stand after all",
    "release": "released it",
    "undo_release": "took the release back",
    "finish": "finished it",
    "confirm": "confirmed it",
    "send_back": "sent it back",
    "cancel": "cancelled it",
    "undo_cancel": "opened it again",
    "review": "wrote a review",
    "no_show": "said that {other} did not come",
}


def said(event: Event, currency: str) -> str:
    """A move in words, such as ``claimed it at $20.00``.

    Args:
        event: the move.
        currency: an ISO 4217 code.

    """
    details = event.details
    price = details.get("price")
    words = _SAID.get(event.move, event.move).format(
        other=f"@{event.other}", price="" if price is None else f" at {show_price(Decimal(price), currency)}"
    )
    if event.move == "edit":
        before, after = (Decimal(details[side]["price"]) for side in ("before", "after"))
        if before != after:
            words += f", from {show_price(before, currency)} to {show_price(after, currency)} per hour"
    if event.move == "finish":
        words += f": {show_hours(Decimal(details['hours']))}, {show_price(Decimal(details['total']), currency)}"
    return words if event.reason is None else f"{words}: {event.reason}"


def show_hours(hours: Decimal) -> str:
    """Hours without idle zeros: ``2.5 hours``."""
    bare = f"{hours:.2f}".rstrip("0").rstrip(".")
    return f"{bare} hour{'' if bare == '1' else 's'}"


def show_moment(moment: datetime) -> str:
    """A moment in the local time zone, to the minute."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def show_span(start: datetime, hours: Decimal | None, now: datetime) -> str:
    """When a job is, in the local time zone: ``Tue 1 Dec 09:00–11:30``; the year when it is another one."""
    begins, today = start.astimezone(), now.astimezone()
    text = f"{begins:%a} {begins.day} {begins:%b}" + (f" {begins.year}" if begins.year != today.year else "")
    text += f" {begins:%H:%M}"
    if hours is None:
        return text
    ends = (start + timedelta(hours=float(hours))).astimezone()
    return f"{text}–{ends:%H:%M}" + ("" if ends.date() == begins.date() else f" ({ends:%a})")


def show_stars(profile: Profile) -> str:
    """How a member is rated, in short: ``★4.75 (12)``, or that nobody has rated them."""
    overall = profile.stars["overall"]
    if overall.average is None:
        return "no stars yet"
    return f"★{overall.average:f} ({sum(overall.counts)})"
