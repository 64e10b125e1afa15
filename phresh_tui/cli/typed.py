"""What people type for a start, for hours and for a booking style."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation

from phresh_tui.cli.arguments import BOOKINGS
from phresh_tui.market.cleaning import Booking, check_hours
from phresh_tui.market.errors import BadInput


def parse_start(text: str) -> datetime | None:
    """A day and a time, in the local time zone unless it names one; nothing for no start.

    Raises:
        BadInput: with ``field`` starts_at, when it is none, lies outside 2000 to 2200, or is skipped by the clock.

    """
    if not text.strip():
        return None
    example = "Type a day and a time, such as 2026-12-01 09:00"
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(f"{text!r} is no start", "", example, field="starts_at") from None
    if ":" not in text:
        raise BadInput(f"{text!r} is no start", "it names no time of the day", example, field="starts_at")
    if not 2000 <= moment.year < 2200:
        raise BadInput("a start lies between the years 2000 and 2200", "", example, field="starts_at")
    if moment.tzinfo is not None:
        return moment
    local = moment.astimezone()
    if local.replace(tzinfo=None) != moment:
        raise BadInput(
            f"there is no {moment:%H:%M} on that day", "the clock is put forward then", "Choose another time",
            field="starts_at",
        )  # fmt: skip
    return local


def parse_hours(text: str, field: str) -> Decimal:
    """Hours in quarters, more than 0 and at most 24, with a point or a comma.

    Raises:
        BadInput: with the ``field``.

    """
    try:
        hours = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        raise BadInput(f"{text!r} are no hours", "", "Type hours such as 2 or 2.75", field=field) from None
    return check_hours(hours, field)


def parse_booking(text: str) -> Booking:
    """A booking style as people write it: ``by-offer``, ``by offer``, ``by_offer``.

    Raises:
        BadInput: with ``field`` booking.

    """
    try:
        return Booking(text.strip().lower().replace(" ", "_").replace("-", "_"))
    except ValueError:
        raise BadInput(
            f"there is no booking style {text!r}", "", f"Choose {' or '.join(BOOKINGS)}", field="booking"
        ) from None
