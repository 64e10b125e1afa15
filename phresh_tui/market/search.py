"""What is looked for in the list of jobs, and in which order it is shown."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from phresh_tui.market.cleaning import Booking, Cleaning, CleaningType
from phresh_tui.market.text import has_words, normal

# the owner that stands for whoever looks; too short for a handle
MYSELF = "me"


class Sort(StrEnum):
    """The orders of a list of jobs; each is stable, by id, and has jobs without the value at its end."""

    NEWEST = "newest"
    OLDEST = "oldest"
    STARTS = "starts"
    STARTS_LATEST = "starts-latest"
    PRICE_UP = "price"
    PRICE_DOWN = "price-down"
    NAME = "name"
    NAME_DOWN = "name-down"
    AREA = "area"
    AREA_DOWN = "area-down"

    @property
    def label(self) -> str:
        """As it is shown above the list."""
        return _LABELS[self.value]

    @property
    def turned(self) -> Sort:
        """The same in the other direction."""
        return _TURNED.get(self) or next(sort for sort, other in _TURNED.items() if other is self)


_LABELS = {
    "newest": "newest first",
    "oldest": "oldest first",
    "starts": "starting soonest",
    "starts-latest": "starting latest",
    "price": "price ↑",
    "price-down": "price ↓",
    "name": "name A–Z",
    "name-down": "name Z–A",
    "area": "area A–Z",
    "area-down": "area Z–A",
}
_TURNED = {
    Sort.NEWEST: Sort.OLDEST,
    Sort.STARTS: Sort.STARTS_LATEST,
    Sort.PRICE_UP: Sort.PRICE_DOWN,
    Sort.NAME: Sort.NAME_DOWN,
    Sort.AREA: Sort.AREA_DOWN,
}


class Filter(NamedTuple):
    """What a job must be like to be listed; everything given must hold.

    Attributes:
        text: words, or parts of words, of the name or the description, without regard to case and accents; one or two
            letters are the beginning of a word; empty for all.
        cleaning_type: or None for all.
        min_price: per hour, or None.
        max_price: per hour, or None.
        area: what the area begins with, without regard to case and accents; empty for all.
        starts_from: it begins then or later, in the member's time zone, or None.
        starts_until: it begins before then, in the member's time zone, or None.
        booking: how it is given away, or None for all.
        owner: handle of whoever posted it, `MYSELF` for the member who looks, or None for all.
        free_only: leave out what overlaps with the member's own bookings.
        posted_after: later than then, or None; of the program alone, no query says it.

    """

    text: str = ""
    cleaning_type: CleaningType | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    area: str = ""
    starts_from: datetime | None = None
    starts_until: datetime | None = None
    booking: Booking | None = None
    owner: str | None = None
    free_only: bool = False
    posted_after: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Whether every job fits."""
        return self == Filter()

    def fits(self, job: Cleaning, me: str) -> bool:
        """Whether a job is like that, for lists that are in memory; bookings are not looked at.

        Args:
            job: the job.
            me: handle of the member who looks.

        """
        owner = me if self.owner == MYSELF else self.owner
        start = job.starts_at
        return (
            has_words(f"{job.name}\n{job.description or ''}", self.text)
            and self.cleaning_type in (None, job.cleaning_type)
            and self.booking in (None, job.booking)
            and owner in (None, job.owner)
            and (self.min_price is None or job.price >= self.min_price)
            and (self.max_price is None or job.price <= self.max_price)
            and normal(job.area or "").startswith(normal(self.area))
            and (self.starts_from is None or (start is not None and start >= self.starts_from))
            and (self.starts_until is None or (start is not None and start < self.starts_until))
        )


class Place(StrEnum):
    """Which jobs a list is about."""

    OPEN = "open"
    POSTED = "posted"
    CLAIMED = "claimed"
