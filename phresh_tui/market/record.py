"""Offers, reviews, profiles and the record of what happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from phresh_tui.market.cleaning import Status

ASPECTS = ("overall", "professionalism", "completeness", "efficiency")


class OfferStatus(StrEnum):
    """Where an offer stands; a live one on a job that is claimed stands by."""

    LIVE = "live"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a member would do a job for.

    Attributes:
        cleaning_id: the job.
        handle: of the member who offers.
        price: per hour.
        message: at most 2,000 characters.
        status: where it stands.
        made_at: when it was first made.
        updated_at: when it was last changed.

    """

    cleaning_id: int
    handle: str
    price: Decimal
    message: str
    status: OfferStatus
    made_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One move of a job, as it was recorded.

    Attributes:
        cleaning_id: the job.
        version: counts the moves of the job, from 1; a job from before there was a record may have one more, number 0.
        happened_at: when.
        actor: handle of who moved.
        move: its name.
        before: the state before, or None for the first.
        after: the state after.
        owner: handle of the job's owner.
        other: handle of the cleaner, or of whose offer it is about, or None.
        reason: as given, or None.
        details: what else belongs to it, such as prices before and after.
        unread: whether the member who looks has not read it yet.

    """

    cleaning_id: int
    version: int
    happened_at: datetime
    actor: str
    move: str
    before: Status | None
    after: Status
    owner: str
    other: str | None
    reason: str | None
    details: dict[str, Any] = field(default_factory=dict)
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Review:
    """What one party of a job says of the other.

    Attributes:
        cleaning_id: the job.
        author: handle of who says it.
        subject: handle of whom it is about.
        no_show: whether it only says that they did not come; then there are no stars.
        stars: by aspect, 1 to 5; those not given are missing.
        headline: at most 120 characters.
        comment: at most 5,000 characters.
        written_at: when.

    """

    cleaning_id: int
    author: str
    subject: str
    no_show: bool
    stars: dict[str, int]
    headline: str
    comment: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class AspectStars:
    """How an aspect was rated.

    Attributes:
        average: of 1 to 5 with two decimals, or None when nobody has rated it.
        counts: how many gave 1, 2, 3, 4 and 5 stars.

    """

    average: Decimal | None
    counts: tuple[int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Profile:
    """A member as others see them, and as far as they may, in private.

    Attributes:
        handle: the member.
        name: as they call themselves.
        bio: about themselves.
        areas: where they work.
        member_since: when they signed up.
        jobs_done: confirmed jobs as a cleaner.
        completion_rate: confirmed jobs among those and the ones given back, 0 to 1, or None without any.
        reviews: how many are visible.
        no_shows: how many of them are.
        stars: by aspect.
        phone: or None when it is not for the one who looks.
        email: or None when it is not for the one who looks.

    """

    handle: str
    name: str
    bio: str
    areas: str
    member_since: datetime
    jobs_done: int
    completion_rate: Decimal | None
    reviews: int
    no_shows: int
    stars: dict[str, AspectStars]
    phone: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class PrivateDetails:
    """What only the owner and the cleaner may see of a job.

    Attributes:
        address: at most 500 characters.
        access_notes: at most 2,000 characters.
        phone: at most 60 characters.

    """

    address: str = ""
    access_notes: str = ""
    phone: str = ""
