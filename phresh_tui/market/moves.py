"""The moves of a job: which lead from which state to which, and who may make them.

The database holds the same table (``public.moves``) and decides by it; a test holds that the two agree.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from phresh_tui.market.cleaning import Cleaning, Status


class Who(StrEnum):
    """Who may make a move."""

    OWNER = "owner"
    CLEANER = "cleaner"
    OTHER = "other"
    PARTY = "party"


class Move(NamedTuple):
    """One row of the table.

    Attributes:
        name: as the database knows it.
        before: the state that it starts from.
        after: the state that it leads to.
        who: who may make it.

    """

    name: str
    before: Status
    after: Status
    who: Who


_OPEN, _CLAIMED, _DONE, _CONFIRMED, _CANCELLED = Status
MOVES = (
    Move("edit", _OPEN, _OPEN, Who.OWNER),
    Move("claim", _OPEN, _CLAIMED, Who.OTHER),
    Move("offer", _OPEN, _OPEN, Who.OTHER),
    Move("withdraw", _OPEN, _OPEN, Who.OTHER),
    Move("undo_withdraw", _OPEN, _OPEN, Who.OTHER),
    Move("accept", _OPEN, _CLAIMED, Who.OWNER),
    Move("decline", _OPEN, _OPEN, Who.OWNER),
    Move("undo_decline", _OPEN, _OPEN, Who.OWNER),
    Move("release", _CLAIMED, _OPEN, Who.PARTY),
    Move("undo_release", _OPEN, _CLAIMED, Who.PARTY),
    Move("finish", _CLAIMED, _DONE, Who.CLEANER),
    Move("confirm", _DONE, _CONFIRMED, Who.OWNER),
    Move("send_back", _DONE, _CLAIMED, Who.OWNER),
    Move("cancel", _OPEN, _CANCELLED, Who.OWNER),
    Move("cancel", _CLAIMED, _CANCELLED, Who.OWNER),
    Move("undo_cancel", _CANCELLED, _OPEN, Who.OWNER),
    Move("review", _CONFIRMED, _CONFIRMED, Who.PARTY),
)


def moves_of(name: str) -> list[Move]:
    """The rows of a move; more than one when it starts from several states."""
    return [move for move in MOVES if move.name == name]


def possible(name: str, job: Cleaning, handle: str) -> bool:
    """Whether a member may make a move of a job, as far as its state and the parties say."""
    who = {Who.OWNER: job.owner == handle, Who.CLEANER: job.claimed_by == handle, Who.OTHER: job.owner != handle}
    who[Who.PARTY] = who[Who.OWNER] or who[Who.CLEANER]
    return any(move.before is job.status and who[move.who] for move in moves_of(name))
