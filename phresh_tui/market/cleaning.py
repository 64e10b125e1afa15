"""A cleaning: a job that one member posts and another one claims."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import NamedTuple

from phresh_tui.market.errors import BadInput
from phresh_tui.market.price import check_price
from phresh_tui.market.text import FORBIDDEN_IN_LINE, FORBIDDEN_IN_PARAGRAPHS, NOT_BLANK, named

NAME_LENGTH = 120
DESCRIPTION_LENGTH = 10_000
AREA_LENGTH = 60
REASON_LENGTH = 1_000


class CleaningType(StrEnum):
    """The three sizes of a job."""

    DUST_UP = "dust_up"
    SPOT_CLEAN = "spot_clean"
    FULL_CLEAN = "full_clean"

    @property
    def label(self) -> str:
        """As it is shown: ``spot clean``."""
        return self.value.replace("_", " ")

    @classmethod
    def stored(cls, value: str) -> CleaningType:
        """The type of a job that was read. One from before the rules may have any other: it is shown as it stands."""
        try:
            return cls(value)
        except ValueError:
            old = str.__new__(cls, value)
            old._name_, old._value_ = "OLD", value
            return old


class Status(StrEnum):
    """Where a job stands."""

    OPEN = "open"
    CLAIMED = "claimed"
    DONE = "done"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"

    @property
    def sign(self) -> str:
        """A sign of one cell, so that colour is never the only one."""
        return {"open": "○", "claimed": "●", "done": "◐", "confirmed": "✓", "cancelled": "×"}[self.value]


class Booking(StrEnum):
    """How a job is given away."""

    INSTANTLY = "instantly"
    BY_OFFER = "by_offer"

    @property
    def label(self) -> str:
        """As it is shown: ``by offer``."""
        return self.value.replace("_", " ")


class Cleaning(NamedTuple):
    """A job as it was last read.

    Attributes:
        id: its number.
        name: one line, 1 to 120 characters.
        description: up to 10,000 characters, line feeds allowed, or None.
        cleaning_type: the size of the job.
        price: per hour, in the market's currency.
        owner: handle of the member who posted it.
        status: where it stands.
        claimed_by: handle of the member who has claimed it, or None.
        created_at: when it was posted.
        updated_at: when it was last changed or moved.
        sort_name: the name as the database sorts it.
        area: where it is, as everybody may know, or None.
        starts_at: when it begins, or None.
        hours: how long it may take, in quarter hours, or None.
        booking: how it is given away.
        agreed_price: per hour, what it was claimed for, or None.
        claimed_at: when, or None.
        hours_worked: in quarter hours, once it is done.
        total: hours worked times the agreed price, once it is done.
        sort_area: the area as the database sorts it, or None.

    """

    id: int
    name: str
    description: str | None
    cleaning_type: CleaningType
    price: Decimal
    owner: str
    status: Status
    claimed_by: str | None
    created_at: datetime
    updated_at: datetime
    sort_name: str
    area: str | None = None
    starts_at: datetime | None = None
    hours: Decimal | None = None
    booking: Booking = Booking.INSTANTLY
    agreed_price: Decimal | None = None
    claimed_at: datetime | None = None
    hours_worked: Decimal | None = None
    total: Decimal | None = None
    sort_area: str | None = None


class Draft(NamedTuple):
    """What a member wants to post, checked by `checked`.

    Attributes:
        name: one line, 1 to 120 characters.
        description: up to 10,000 characters, or None.
        cleaning_type: the size of the job.
        price: per hour.
        area: where it is, at most 60 characters, or None.
        starts_at: when it begins, with a time zone, or None.
        hours: how long it may take, in quarter hours up to 24, or None.
        booking: how it is given away.

    """

    name: str
    description: str | None
    cleaning_type: CleaningType
    price: Decimal
    area: str | None = None
    starts_at: datetime | None = None
    hours: Decimal | None = None
    booking: Booking = Booking.INSTANTLY

    def checked(self) -> Draft:
        """The draft, when it keeps every rule.

        Raises:
            BadInput: for the first rule broken, with its ``field``.

        """
        check_name(self.name)
        check_description(self.description or "")
        check_price(self.price)
        if self.area is not None:
            check_line(self.area, "area", AREA_LENGTH, needed=True)
        if self.hours is not None:
            check_hours(self.hours, "hours")
        return self


def check_hours(hours: Decimal, field: str) -> Decimal:
    """The hours, unchanged, when they come in quarters, more than 0 and at most 24.

    Raises:
        BadInput: with the ``field``.

    """
    if not hours.is_finite() or not 0 < hours <= 24 or hours * 4 != int(hours * 4):
        raise BadInput(
            "hours come in quarters, more than 0 and at most 24", "", "Type hours such as 2 or 2.75", field=field
        )
    return hours


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


def check_line(text: str, field: str, longest: int, *, needed: bool = False) -> str:
    """A text of one line, unchanged, when it keeps the rules.

    Raises:
        BadInput: with the ``field``.

    """
    if needed and not re.search(NOT_BLANK, text):
        raise BadInput(f"there is nothing to read in the {field}", "", "Name it, or leave it out", field=field)
    if len(text) > longest:
        raise BadInput(
            f"the {field} has at most {longest} characters", f"this has {len(text)}", "Shorten it", field=field
        )
    if bad := FORBIDDEN_IN_LINE.search(text):
        raise BadInput(
            f"the {field} holds a character that cannot be shown", f"{named(bad[0])}", "Take it out", field=field
        )
    return text


def check_reason(reason: str) -> str:
    """The reason for a move, unchanged, when there is one to read.

    Raises:
        BadInput: with ``field`` reason.

    """
    if not re.search(NOT_BLANK, reason):
        raise BadInput("a reason is needed", "the other side wants to know", "Say it in a few words", field="reason")
    if len(reason) > REASON_LENGTH:
        raise BadInput(
            f"a reason has at most {REASON_LENGTH} characters", f"this has {len(reason)}", "Shorten it", field="reason"
        )
    if bad := FORBIDDEN_IN_PARAGRAPHS.search(reason):
        raise BadInput("a reason holds no control characters", f"{named(bad[0])}", "Take it out", field="reason")
    return reason


def check_text(text: str, field: str, longest: int) -> str:
    """A text of several lines, unchanged, when it keeps the rules.

    Raises:
        BadInput: with the ``field``.

    """
    name = field.replace("_", " ")
    if len(text) > longest:
        raise BadInput(
            f"the {name} has at most {longest} characters", f"this has {len(text)}", "Shorten it", field=field
        )
    if bad := FORBIDDEN_IN_PARAGRAPHS.search(text):
        raise BadInput(
            f"the {name} holds a character that cannot be shown", f"{named(bad[0])}", "Take it out", field=field
        )
    return text


def check_name(name: str) -> str:
    """The name, unchanged, when it keeps the rules.

    Raises:
        BadInput: with ``field`` name.

    """
    if not re.search(NOT_BLANK, name):
        raise BadInput(
            "a job needs a name",
            "there is nothing in it to read",
            "Say in a few words what is to be done",
            field="name",
        )
    if len(name) > NAME_LENGTH:
        raise BadInput(
            f"a name has at most {NAME_LENGTH} characters",
            f"this one has {len(name)}",
            "Move the rest into the description",
            field="name",
        )
    if bad := FORBIDDEN_IN_LINE.search(name):
        raise BadInput(
            "a name is one line without control characters",
            f"{named(bad[0])} stands at character {bad.start() + 1}",
            "Take it out",
            field="name",
        )
    return name


def check_description(description: str) -> str:
    """The description, unchanged, when it keeps the rules.

    Raises:
        BadInput: with ``field`` description.

    """
    if len(description) > DESCRIPTION_LENGTH:
        raise BadInput(
            f"a description has at most {DESCRIPTION_LENGTH} characters",
            f"this one has {len(description)}",
            "Shorten it",
            field="description",
        )
    if bad := FORBIDDEN_IN_PARAGRAPHS.search(description):
        raise BadInput(
            "a description holds no control characters",
            f"{named(bad[0])} stands at character {bad.start() + 1}",
            "Take it out",
            field="description",
        )
    return description


def parse_type(text: str) -> CleaningType:
    """A type as people write it: ``full_clean``, ``full clean``, ``Full-Clean``.

    Raises:
        BadInput: with ``field`` cleaning_type.

    """
    try:
        return CleaningType(text.strip().lower().replace(" ", "_").replace("-", "_"))
    except ValueError:
        names = ", ".join(CleaningType)
        raise BadInput(f"there is no type {text!r}", "", f"Choose one of {names}", field="cleaning_type") from None
