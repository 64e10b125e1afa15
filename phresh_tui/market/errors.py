"""Errors for a person: what happened, why, and what to do next; each with the exit code of the command line."""

from __future__ import annotations

from decimal import Decimal


class PhreshError(Exception):
    """Something that a person is told about, in three parts.

    Attributes:
        what: what happened, a sentence without a full stop.
        why: the reason, or an empty string when ``what`` says it.
        todo: what to do next, or an empty string when there is nothing.
        exit_code: what the command line exits with.

    """

    exit_code = 1

    def __init__(self, what: str, why: str = "", todo: str = "") -> None:
        super().__init__(what, why, todo)
        self.what = what
        self.why = why
        self.todo = todo

    def __str__(self) -> str:
        return " ".join(_sentence(part) for part in (self.what, self.why, self.todo) if part)


def _sentence(text: str) -> str:
    # a command is typed as it stands
    text = text if text.startswith("phresh ") else text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?", ":")) else text + "."


class ConfigurationError(PhreshError):
    """The settings contradict each other, or one is missing."""

    exit_code = 3


class DatabaseUnavailable(PhreshError):
    """No answer from the database: unreachable, stopped, or the connection was lost."""

    exit_code = 4


class SchemaError(PhreshError):
    """The database answers, and is not one that this program can work with."""

    exit_code = 4


class SignInError(PhreshError):
    """The account or the password was refused."""

    exit_code = 6


class Refused(PhreshError):
    """The market says no: the base of all refusals of a move."""

    exit_code = 5


class BadInput(Refused):
    """A value breaks a rule; ``field`` is the column that it was meant for."""

    def __init__(self, what: str, why: str = "", todo: str = "", *, field: str = "") -> None:
        super().__init__(what, why, todo)
        self.field = field


class NoSuchJob(Refused):
    """No job has this id."""


class JobNotOpen(Refused):
    """Somebody was faster, or the job is in another state; ``taken_by`` is the handle that has it, if one has."""

    def __init__(self, what: str, why: str = "", todo: str = "", *, taken_by: str = "") -> None:
        super().__init__(what, why, todo)
        self.taken_by = taken_by


class PriceChanged(Refused):
    """The job costs something else than was shown; ``price`` is what it costs now, per hour."""

    def __init__(self, what: str, why: str = "", todo: str = "", *, price: Decimal) -> None:
        super().__init__(what, why, todo)
        self.price = price


class OwnJob(Refused):
    """A member cannot claim what they posted."""


class NotYours(Refused):
    """The job belongs to somebody else, or was claimed by somebody else."""


class RequestReused(Refused):
    """A request id came again with other arguments."""


class TimeOverlaps(Refused):
    """The cleaner has another job at that time; ``jobs`` are the numbers of those."""

    def __init__(self, what: str, why: str = "", todo: str = "", *, jobs: str = "") -> None:
        super().__init__(what, why, todo)
        self.jobs = jobs


class WrongBooking(Refused):
    """The job is booked the other way: instantly, or by offer."""


class NoSuchOffer(Refused):
    """The member has no live offer on this job."""


class NothingToUndo(Refused):
    """The last move was somebody else's, or it is too late for second thoughts."""


class ReviewedAlready(Refused):
    """One review each."""


class HandleInvalid(BadInput):
    """A handle has another form than a handle may have."""


class HandleTaken(Refused):
    """Another member has this handle, or had it."""


class SignUpClosed(Refused):
    """The operator lets nobody sign up."""


class NotAMember(Refused):
    """The account that connected is not one of this market's members."""
