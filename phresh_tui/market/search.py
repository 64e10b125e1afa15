"""What is looked for in the list of jobs, and in which order it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from phresh_tui.market.cleaning import CleaningType


class Sort(StrEnum):
    """The orders of a list of jobs; each is stable, by id."""

    NEWEST = "newest"
    PRICE_UP = "price"
    PRICE_DOWN = "price-down"
    NAME = "name"

    @property
    def label(self) -> str:
        """As it is shown above the list."""
        return {"newest": "newest first", "price": "price ↑", "price-down": "price ↓", "name": "name A–Z"}[self.value]


@dataclass(frozen=True, slots=True)
class Filter:
    """What a job must be like to be listed; everything given must hold.

    Attributes:
        text: part of the name or the description, without regard to case and accents; empty for all.
        cleaning_type: or None for all.
        min_price: per hour, or None.
        max_price: per hour, or None.

    """

    text: str = ""
    cleaning_type: CleaningType | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None

    @property
    def is_empty(self) -> bool:
        """Whether every job fits."""
        return self == Filter()


class Place(StrEnum):
    """Which jobs a list is about."""

    OPEN = "open"
    POSTED = "posted"
    CLAIMED = "claimed"
