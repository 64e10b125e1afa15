"""The columns of a list of jobs: which fit a width, and what stands in them."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from functools import lru_cache

from rich.cells import cell_len, set_cell_size

from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning, Status
from phresh_tui.market.price import show_price
from phresh_tui.market.search import Place
from phresh_tui.market.text import age, visible


class Column(Enum):
    """A column: its title, its width in cells (0 takes what is left), and whether it is flush right."""

    SIGN = ("", 3, False)
    NAME = ("Job", 0, False)
    TYPE = ("Type", 11, False)
    STATE = ("State", 18, False)
    OWNER = ("Posted by", 14, False)
    PRICE = ("Per hour", 12, True)
    AGE = ("Age", 6, True)

    @property
    def title(self) -> str:
        """What stands above it."""
        return self.value[0]

    @property
    def width(self) -> int:
        """Cells, or 0."""
        return self.value[1]

    @property
    def right(self) -> bool:
        """Whether it is flush right."""
        return self.value[2]

    def text(self, job: Cleaning, session: Session, now: datetime) -> str:
        """What stands in this column for a job, safe for a terminal."""
        match self:
            case Column.NAME:
                return visible(job.name)
            case Column.TYPE:
                return job.cleaning_type.label
            case Column.STATE:
                return state_of(job, session.handle)
            case Column.OWNER:
                return "you" if job.owner == session.handle else "@" + job.owner
            case Column.PRICE:
                return show_price(job.price, session.market.currency)
            case Column.AGE:
                return age(job.created_at, now)
            case _:
                return ""


def state_of(job: Cleaning, me: str) -> str:
    """A job's state in words."""
    if job.status is Status.CLAIMED:
        return "claimed by you" if job.claimed_by == me else f"claimed by @{job.claimed_by}"
    return job.status.value


# from the widest: the columns that fit, by the least width of the list that they need
_OPEN = (
    (62, (Column.SIGN, Column.NAME, Column.TYPE, Column.OWNER, Column.PRICE, Column.AGE)),
    (46, (Column.SIGN, Column.NAME, Column.TYPE, Column.PRICE, Column.AGE)),
    (26, (Column.SIGN, Column.NAME, Column.PRICE)),
    (0, (Column.SIGN, Column.NAME)),
)
_NARROW = (
    (50, (Column.SIGN, Column.NAME, Column.STATE, Column.PRICE)),
    (34, (Column.SIGN, Column.NAME, Column.STATE)),
    (0, (Column.SIGN, Column.NAME)),
)
_TIERS = {
    Place.OPEN: _OPEN,
    Place.POSTED: ((74, (Column.SIGN, Column.NAME, Column.TYPE, Column.STATE, Column.PRICE, Column.AGE)), *_NARROW),
    Place.CLAIMED: ((74, (Column.SIGN, Column.NAME, Column.STATE, Column.OWNER, Column.PRICE, Column.AGE)), *_NARROW),
}


@lru_cache(maxsize=64)
def columns(place: Place, width: int) -> list[tuple[Column, int]]:
    """The columns that fit, with their widths in cells; they add up to the width."""
    for least, chosen in _TIERS[place]:
        if width >= least:
            rest = width - sum(column.width for column in chosen)
            return [(column, column.width or max(rest, 0)) for column in chosen]
    return []


def fit(text: str, cells: int, right: bool = False) -> str:
    """The text in exactly so many cells, the last one left blank; cut with an ellipsis when it is longer."""
    room = cells if right or cells < 4 else cells - 1
    if room <= 0:
        return " " * max(cells, 0)
    length = cell_len(text)
    if length > room:
        text = set_cell_size(text, room - 1).rstrip() + "…"
        length = cell_len(text)
    return " " * (cells - length) + text if right else text + " " * (cells - length)
