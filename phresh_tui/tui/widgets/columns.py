"""The columns of a list of jobs: which fit a width, and what stands in them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from phresh_tui.database.listings import Listing
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning, Status
from phresh_tui.market.price import show_price
from phresh_tui.market.search import Place, Sort
from phresh_tui.market.text import age, visible


class Column(Enum):
    """A column: its title, its width in cells (0 takes what is left), and whether it is flush right."""

    SIGN = ("", 3, False)
    NAME = ("Job", 0, False)
    TYPE = ("Type", 11, False)
    STATE = ("State", 18, False)
    AREA = ("Area", 14, False)
    START = ("Starts", 14, False)
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
            case Column.AREA:
                return visible(job.area or "")
            case Column.START:
                return starts(job.starts_at, now)
            case Column.OWNER:
                return "you" if job.owner == session.handle else "@" + job.owner
            case Column.PRICE:
                return show_price(job.price, session.market.currency)
            case Column.AGE:
                return age(job.created_at, now)
            case _:
                return ""


def starts(start: datetime | None, now: datetime) -> str:
    """A start in the local time zone, in at most 13 cells: ``1 Dec 09:00``; without the clock in another year."""
    if start is None:
        return ""
    local = start.astimezone()
    if local.year != now.astimezone().year:
        return f"{local.day} {local:%b %Y}"
    return f"{local.day} {local:%b %H:%M}"


def state_of(job: Cleaning, me: str) -> str:
    """A job's state in words."""
    if job.status is Status.CLAIMED:
        return "claimed by you" if job.claimed_by == me else f"claimed by @{job.claimed_by}"
    return job.status.value


# what a click on a column's head sorts by; the same again turns it round
SORTS = {
    Column.NAME: Sort.NAME,
    Column.AREA: Sort.AREA,
    Column.START: Sort.STARTS,
    Column.PRICE: Sort.PRICE_UP,
    # the newest job is the one of the lowest age
    Column.AGE: Sort.NEWEST,
}


class Shape(NamedTuple):
    """What the columns of a list depend on, besides its width.

    Attributes:
        place: which list it is.
        area: whether it is sorted by area, or only some areas are shown.
        start: the same of the start.

    """

    place: Place
    area: bool = False
    start: bool = False


def shape_of(listing: Listing) -> Shape:
    """The shape of a list."""
    if listing.place is not Place.OPEN:
        return Shape(listing.place)
    wanted, sort = listing.wanted, listing.sort
    starts = wanted.starts_from is not None or wanted.starts_until is not None
    return Shape(
        listing.place,
        bool(wanted.area) or sort in (Sort.AREA, Sort.AREA_DOWN),
        starts or sort in (Sort.STARTS, Sort.STARTS_LATEST),
    )


# from the widest: the columns that fit, by the least width of the list that they need
_C = Column
_OPEN = (
    (98, (_C.SIGN, _C.NAME, _C.TYPE, _C.AREA, _C.START, _C.OWNER, _C.PRICE, _C.AGE)),
    (84, (_C.SIGN, _C.NAME, _C.TYPE, _C.AREA, _C.START, _C.PRICE, _C.AGE)),
    (62, (_C.SIGN, _C.NAME, _C.TYPE, _C.OWNER, _C.PRICE, _C.AGE)),
    (46, (_C.SIGN, _C.NAME, _C.TYPE, _C.PRICE, _C.AGE)),
    (26, (_C.SIGN, _C.NAME, _C.PRICE)),
    (0, (_C.SIGN, _C.NAME)),
)
# what gives way to the area and to the start on a narrow list that is about them, the first that is there
_INSTEAD_OF_AREA = (_C.OWNER, _C.TYPE)
_INSTEAD_OF_START = (_C.AGE, _C.TYPE, _C.OWNER)
# cells that a name has at least, and what gives way to it
NAMED, _INSTEAD_OF_NAME = 20, (_C.OWNER, _C.TYPE)
_NARROW = (
    (50, (_C.SIGN, _C.NAME, _C.STATE, _C.PRICE)),
    (34, (_C.SIGN, _C.NAME, _C.STATE)),
    (0, (_C.SIGN, _C.NAME)),
)
_TIERS = {
    Place.OPEN: _OPEN,
    Place.POSTED: ((74, (_C.SIGN, _C.NAME, _C.TYPE, _C.STATE, _C.PRICE, _C.AGE)), *_NARROW),
    Place.CLAIMED: ((74, (_C.SIGN, _C.NAME, _C.STATE, _C.OWNER, _C.PRICE, _C.AGE)), *_NARROW),
}


@lru_cache(maxsize=64)
def columns(shape: Shape, width: int) -> list[tuple[Column, int]]:
    """The columns that fit, with their widths in cells; they add up to the width."""
    for least, tier in _TIERS[shape.place]:
        if width >= least:
            chosen = list(tier)
            if shape.area:
                _put(Column.AREA, chosen, _INSTEAD_OF_AREA)
            if shape.start:
                _put(Column.START, chosen, _INSTEAD_OF_START)
            for other in _INSTEAD_OF_NAME:
                if other in chosen and _rest(width, chosen) < NAMED:
                    chosen.remove(other)
            return [(column, column.width or max(_rest(width, chosen), 0)) for column in chosen]
    return []


def _rest(width: int, chosen: Iterable[Column]) -> int:
    """Cells that are left for the name."""
    return width - sum(column.width for column in chosen)


def _put(column: Column, chosen: list[Column], instead_of: tuple[Column, ...]) -> None:
    """Puts a column before the price instead of another one, when it is not there and the other one is."""
    for other in () if column in chosen else instead_of:
        if other in chosen:
            chosen.remove(other)
            chosen.insert(chosen.index(Column.PRICE), column)
            return


def title(column: Column, sort: Sort | None) -> str:
    """What stands above a column; a sign when the list is sorted by it.

    Args:
        column: the column.
        sort: the order of the list, or None when it has one that cannot be chosen.

    """
    by = SORTS.get(column)
    if sort is None or by is None or sort not in (by, by.turned):
        return column.title
    return f"{column.title} {'▲' if sort is by else '▼'}"


def shortened(text: str, cells: int) -> str:
    """The text, cut with an ellipsis when it is longer than so many cells."""
    return text if cell_len(text) <= cells else set_cell_size(text, max(cells - 1, 0)).rstrip() + "…"


def fit(text: str, cells: int, right: bool = False) -> str:
    """The text in exactly so many cells, the last one left blank; cut with an ellipsis when it is longer."""
    room = cells if right or cells < 4 else cells - 1
    if room <= 0:
        return " " * max(cells, 0)
    text = shortened(text, room)
    length = cell_len(text)
    return " " * (cells - length) + text if right else text + " " * (cells - length)


def two_columns(first: Iterable[str], second: Iterable[str], cells: int, share: float) -> tuple[int, int]:
    """The cells of two columns, with two blanks behind the first.

    Args:
        first: its texts; it has what the second one does not need.
        second: its texts.
        cells: of both.
        share: what the first has at least, when it needs that.

    """
    longest = max(map(cell_len, first), default=0) + 2
    needed = max(map(cell_len, second), default=0)
    width = min(longest, max(cells - needed, int(cells * share)))
    return width, max(cells - width, 0)
