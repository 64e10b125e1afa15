"""From what PostgreSQL and asyncpg raise to what a person is told."""

from __future__ import annotations

import errno
import os
import re
import socket
import ssl
from decimal import Decimal

import asyncpg

from phresh_tui.database.target import Target
from phresh_tui.logs import masked
from phresh_tui.market.errors import (
    BadInput,
    ConfigurationError,
    DatabaseUnavailable,
    HandleInvalid,
    HandleTaken,
    JobNotOpen,
    NoSuchJob,
    NoSuchOffer,
    NotAMember,
    NothingToUndo,
    NotYours,
    OwnJob,
    PhreshError,
    PriceChanged,
    Refused,
    RequestReused,
    ReviewedAlready,
    SchemaError,
    SignInError,
    SignUpClosed,
    TimeOverlaps,
    WrongBooking,
)
from phresh_tui.market.member import handle_of

# the refusals of the functions in db/migrations; class PH is free for programs (PostgreSQL manual, appendix A)
REFUSALS: dict[str, type[Refused]] = {
    "PH002": NoSuchJob,
    "PH005": OwnJob,
    "PH006": NotYours,
    "PH007": RequestReused,
    "PH008": HandleInvalid,
    "PH009": HandleTaken,
    "PH010": SignUpClosed,
    "PH011": NotAMember,
    "PH012": BadInput,
    "PH014": WrongBooking,
    "PH015": NoSuchOffer,
    "PH016": NothingToUndo,
    "PH017": ReviewedAlready,
}
# whatever asyncpg and the event loop raise for a connection or a query
DRIVER_ERRORS = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, UnicodeError)
# the connection is gone, or could not be made
LOST = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleSessionTimeoutError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ProtocolViolationError,
)


def is_lost(error: BaseException) -> bool:
    """Whether an error means that the database cannot be reached, and that the same call may succeed later."""
    if isinstance(error, asyncpg.InternalClientError):
        # the conversation with the server is out of step
        return True
    if isinstance(error, asyncpg.InterfaceError):
        # A ValueError repeats what was passed in, which may say anything, "connection closed" included.
        return not isinstance(error, ValueError) and ("closed" in str(error) or "closing" in str(error))
    return isinstance(error, LOST) and not isinstance(error, ssl.SSLError)


def for_person(error: BaseException, target: Target, seconds: float | None = None) -> PhreshError:
    """The error that a person is told for one of the driver."""
    if isinstance(error, ssl.SSLError) or "rejected SSL upgrade" in str(error):
        return DatabaseUnavailable(
            f"no safe connection to {target.place}",
            masked(str(getattr(error, "reason", None) or error)),
            f"Look at POSTGRES_SSLMODE ({target.sslmode}) and at the server's certificate",
        )
    if is_lost(error):
        return unavailable(error, target, seconds)
    if isinstance(error, UnicodeEncodeError):
        return BadInput("this text holds a character that cannot be stored", "", "Take it out")
    if isinstance(error, UnicodeError):
        # from the encoding of host names
        return ConfigurationError(f"{target.host!r} is no name of a host", str(error), "Look at POSTGRES_SERVER")
    if isinstance(error, ValueError):
        return _not_sent(error)
    if not isinstance(error, asyncpg.PostgresError):
        return PhreshError(
            "the database driver reported a fault", masked(str(error)), "Try again; the log has the details"
        )
    if account_error := _account_refused(error, target):
        return account_error
    return refusal(error)


def _not_sent(error: ValueError) -> PhreshError:
    """A value that the driver could not write, or a setting that it does not understand."""
    if isinstance(error, asyncpg.ClientConfigurationError):
        return ConfigurationError("the connection is configured wrongly", masked(str(error)), "Look at phresh config")
    if isinstance(error.__cause__, UnicodeEncodeError):
        return BadInput("this text holds a character that cannot be stored", "", "Take it out")
    # the driver's message repeats the value, which may be as long as it likes
    return BadInput("a value cannot be stored", masked(str(error.__cause__ or error))[:200], "Change it")


def refusal(error: asyncpg.PostgresError) -> PhreshError:
    """What the database refused, as the market names it."""
    state = error.sqlstate or ""
    what, hint, detail = str(error.args[0] if error.args else error), error.hint or "", error.detail or ""
    if state == "PH001":
        return BadInput(what, "", hint or "Change it", field=error.column_name or "")
    if state == "PH003":
        why = f"@{handle_of(detail)} has it now" if detail else ""
        return JobNotOpen(what, why, hint or "Choose another one", taken_by=handle_of(detail))
    if state == "PH004":
        return PriceChanged(what, "", hint, price=Decimal(detail))
    if state == "PH013":
        return TimeOverlaps(what, f"there is job {detail} at that time" if detail else "", hint, jobs=detail)
    if kind := REFUSALS.get(state):
        return (
            kind(what, "", hint, field=error.column_name or "") if issubclass(kind, BadInput) else kind(what, "", hint)
        )
    if isinstance(error, asyncpg.CheckViolationError):
        return BadInput("a value breaks a rule of the database", error.constraint_name or what, "Change it")
    if isinstance(error, (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError, asyncpg.SerializationError)):
        return Refused("somebody else is just changing the same thing", "", "Try again in a moment")
    if isinstance(error, asyncpg.QueryCanceledError):
        return Refused("the server stopped this question", masked(what), "Ask for less, or try again in a moment")
    if isinstance(error, asyncpg.InsufficientPrivilegeError):
        return Refused("this account may not do that", masked(what), hint or "Sign in as a member")
    if isinstance(error, (asyncpg.UndefinedTableError, asyncpg.UndefinedFunctionError, asyncpg.UndefinedColumnError)):
        return SchemaError("the database has another shape than this program expects", what, "Run phresh db status")
    if isinstance(error, (asyncpg.DataError, asyncpg.UntranslatableCharacterError)):
        return BadInput("a value cannot be stored", masked(what), "Change it")
    return PhreshError("the database refused", masked(what), hint or "The log has the details")


def unavailable(error: BaseException, target: Target, seconds: float | None = None) -> DatabaseUnavailable:
    """No answer: says from where, and what to try.

    Args:
        error: of the driver.
        target: the database.
        seconds: that were waited, when they were not those for a connection.

    """
    todo = (
        "Start phresh again"
        if target.embedded
        else "Is PostgreSQL running there, "
        f"and do POSTGRES_SERVER ({target.host}) and POSTGRES_PORT ({target.port}) fit?"
    )
    if isinstance(error, TimeoutError):
        why = f"no answer within {target.connect_timeout if seconds is None else seconds:g} seconds"
    elif isinstance(error, socket.gaierror):
        why = f"the name {target.host} is not known ({error.strerror})"
    elif isinstance(error, OSError):
        # several addresses of one host come back as one error with all their numbers in its text
        numbers = [int(number) for number in re.findall(r"\[Errno (\d+)\]", str(error))]
        number = error.errno or (numbers[0] if numbers else None)
        why = _WHY.get(number or 0) or (os.strerror(number).lower() if number else masked(str(error)))
    else:
        why = masked(str(error))
        if isinstance(error, (asyncpg.CannotConnectNowError, asyncpg.AdminShutdownError)):
            todo = "The server is starting or stopping; try again in a moment"
    return DatabaseUnavailable(f"no connection to the database at {target.place}", why or "it was cut", todo)


# in plainer words than the system's
_WHY = {
    errno.ECONNREFUSED: "the connection was refused",
    errno.ENOENT: "there is no such socket",
    errno.ECONNRESET: "the connection was cut",
    errno.EPIPE: "the connection was cut",
}


def _account_refused(error: asyncpg.PostgresError, target: Target) -> PhreshError | None:
    member = target.user.startswith("m_")
    who = f"member {handle_of(target.user)}" if member else f"account {target.user}"
    if isinstance(error, asyncpg.InvalidPasswordError):
        if target.password is None and not os.environ.get("PGPASSWORD"):
            return SignInError(f"{who} needs a password", "", "Type it, or put it into ~/.pgpass or PGPASSWORD")
        return SignInError(f"wrong handle or password for {who}", "", "Type them again, or sign up if you are new")
    if isinstance(error, asyncpg.InvalidAuthorizationSpecificationError):
        if member and target.embedded:
            return SignInError(f"there is no {who}", "", f"Make it: phresh member add {handle_of(target.user)}")
        return SignInError(
            f"the server does not let {who} in", masked(str(error)), "Check the handle, or ask the operator"
        )
    if isinstance(error, asyncpg.InsufficientPrivilegeError) and "permission denied for database" in str(error):
        return SignInError(
            f"{who} may not connect to the database {target.database}",
            "",
            "Sign up in this market, or ask its operator",
        )
    if isinstance(error, asyncpg.TooManyConnectionsError):
        return DatabaseUnavailable(
            f"{who} has too many connections, or the server has",
            masked(str(error)),
            "Close another phresh, and try again",
        )
    if isinstance(error, asyncpg.InvalidCatalogNameError):
        return SchemaError(
            f"the server at {target.place} has no database {target.database}",
            "",
            "Run phresh db up with the operator's account",
        )
    return None
