"""What people type for a start, for hours and for a booking style."""

from __future__ import annotations

from datetime import datetime

from phresh_tui.cli.arguments import BOOKINGS
from phresh_tui.market.cleaning import Booking
from phresh_tui.market.errors import BadInput
from phresh_tui.market.when import local_now, parse_when


def parse_start(text: str) -> datetime | None:
    """A day and a time, in the local time zone unless it names one; nothing for no start.

    Raises:
        BadInput: as `market.when.parse_when`.

    """
    if not text.strip():
        return None
    return parse_when(text, local_now(), time_needed=True)


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
