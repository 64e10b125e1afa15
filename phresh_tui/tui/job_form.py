"""The form of a job without its screen: from what was typed to what is posted, and back."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal

from phresh_tui.market.cleaning import (
    AREA_LENGTH,
    Booking,
    Cleaning,
    CleaningType,
    Draft,
    Status,
    check_description,
    check_line,
    check_name,
    check_text,
    parse_hours,
)
from phresh_tui.market.errors import BadInput
from phresh_tui.market.price import estimate, parse_price, show_price
from phresh_tui.market.record import PrivateDetails
from phresh_tui.market.when import LOCAL, local_now, parse_when, show_when
from phresh_tui.market.words import show_hours, show_span
from phresh_tui.tui.drafts import DraftText

# the fields that are checked, from top to bottom
CHECKED = ("name", "description", "price", "area", "starts", "hours", "address", "access", "phone")
# the columns of the database whose field has another name
FIELD_OF = {"starts_at": "starts", "access_notes": "access", "cleaning_type": "type"}


def understood(field: str, typed: DraftText, currency: str) -> str:
    """Checks one field.

    Returns:
        What was understood, to be shown beside it, or an empty string when that is plain.

    Raises:
        BadInput: when it breaks a rule.

    """
    match field:
        case "name":
            check_name(typed.name)
        case "description":
            check_description(typed.description)
        case "price":
            return f"= {show_price(parse_price(typed.price), currency)} per hour"
        case "area":
            area_of(typed)
        case "starts":
            start = start_of(typed)
            return "" if start is None else f"= {show_span(start, None, datetime.now(UTC))}"
        case "hours":
            return _total(typed, currency)
        case _:
            private_of(typed)
    return ""


def _total(typed: DraftText, currency: str) -> str:
    hours = hours_of(typed)
    if hours is None:
        return ""
    try:
        price = parse_price(typed.price)
    except BadInput:
        return f"= {show_hours(hours)}"
    return f"= {show_hours(hours)}, about {show_price(estimate(price, hours), currency)} in total"


def area_of(typed: DraftText) -> str | None:
    """Where it is, or None when nothing was typed."""
    area = typed.area.strip()
    return check_line(area, "area", AREA_LENGTH, needed=True) if area else None


def start_of(typed: DraftText) -> datetime | None:
    """When it begins, or None when nothing was typed."""
    text = typed.starts.strip()
    if not text:
        return None
    try:
        return parse_when(text, local_now(), time_needed=True)
    except BadInput:
        # tomorrow 9
        if re.search(r"[a-z\d]\s+\d{1,2}$", text):
            with suppress(BadInput):
                return parse_when(f"{text}:00", local_now(), time_needed=True)
        raise


def hours_of(typed: DraftText) -> Decimal | None:
    """How long it may take, or None when nothing was typed."""
    return parse_hours(typed.hours, "hours") if typed.hours.strip() else None


def draft_of(typed: DraftText) -> Draft:
    """What is posted.

    Raises:
        BadInput: for the first rule broken, with its ``field``.

    """
    return Draft(
        typed.name,
        typed.description or None,
        CleaningType(typed.cleaning_type),
        parse_price(typed.price),
        area_of(typed),
        start_of(typed),
        hours_of(typed),
        Booking(typed.booking),
    ).checked()


def private_of(typed: DraftText) -> PrivateDetails:
    """What only the owner and the cleaner will see.

    Raises:
        BadInput: when one is too long or holds what cannot be shown.

    """
    check_text(typed.address, "address", 500)
    check_text(typed.access, "access_notes", 2000)
    check_line(typed.phone, "phone", 60)
    return PrivateDetails(typed.address.strip(), typed.access.strip(), typed.phone.strip())


def typed_of(job: Cleaning, request: str, *, again: bool = False) -> DraftText:
    """A job as somebody would type it.

    Args:
        job: posted before.
        request: id of the request that will send it.
        again: whether it is a new one like it, which starts at another time.

    """
    return DraftText(
        request=request,
        name=job.name,
        description=job.description or "",
        cleaning_type=str(job.cleaning_type) if job.cleaning_type in list(CleaningType) else "spot_clean",
        price=f"{job.price:.2f}",
        area=job.area or "",
        starts="" if job.starts_at is None or again else typed_moment(job.starts_at),
        hours="" if job.hours is None else f"{job.hours.normalize():f}",
        booking=str(job.booking),
    )


def typed_moment(moment: datetime) -> str:
    """A moment as somebody would type it: ``2026-12-01 09:00``."""
    text = show_when(moment.astimezone(LOCAL))
    return f"{text} 00:00" if len(text) == len("2026-12-01") else text.replace("T", " ")


def as_others_see_it(typed: DraftText, handle: str) -> Cleaning:
    """The job that would be posted now.

    Raises:
        BadInput: for the first rule broken.

    """
    draft, now = draft_of(typed), datetime.now(UTC)
    return Cleaning(
        id=0,
        name=draft.name,
        description=draft.description,
        cleaning_type=draft.cleaning_type,
        price=draft.price,
        owner=handle,
        status=Status.OPEN,
        claimed_by=None,
        created_at=now,
        updated_at=now,
        sort_name=draft.name.lower(),
        area=draft.area,
        starts_at=draft.starts_at,
        hours=draft.hours,
        booking=draft.booking,
    )
