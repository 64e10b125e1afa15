"""From what PostgreSQL and asyncpg raise to what a person is told."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import asyncpg

from phresh_tui.database.target import Target
from phresh_tui.logs import masked
from phresh_tui.market.errors import (
    BadInput,
    DatabaseUnavailable,
    HandleInvalid,
    HandleTaken,
    JobNotOpen,
    NoSuchJob,
    NotAMember,
    NotYours,
    OwnJob,
    PhreshError,
    PriceChanged,
    Refused,
    RequestReused,
    SchemaError,
    SignInError,
    SignUpClosed,
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
}
# the connection is gone, or could not be made
LOST = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleSessionTimeoutError,
    asyncpg.exceptions.ConnectionDoesNotExistError,
    asyncpg.exceptions.ConnectionFailureError,
)
_LOST_STATES = ("connection", "pool is clos", "underlying", "closed")


def is_lost(error: BaseException) -> bool:
    """Whether an error means that the database cannot be reached, and that the same call may succeed later."""
    if isinstance(error, asyncpg.InterfaceError):
        return any(word in str(error) for word in _LOST_STATES)
    return isinstance(error, LOST) and not isinstance(error, ssl.SSLError)


@contextmanager
def told(target: Target) -> Iterator[None]:
    """Turns whatever the driver raises in its block into an error for a person."""
    try:
        yield
    except (PhreshError, asyncio.CancelledError):
        raise
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, UnicodeEncodeError) as error:
        raise for_person(error, target) from error


def for_person(error: BaseException, target: Target) -> PhreshError:
    """The error that a person is told for one of the driver."""
    if is_lost(error):
        return unavailable(error, target)
    if isinstance(error, ssl.SSLError):
        return DatabaseUnavailable(
            f"no safe connection to {target.place}",
            masked(str(error.reason or error)),
            "Look at POSTGRES_SSLMODE",
        )
    if isinstance(error, UnicodeEncodeError):
        return BadInput("this text holds a character that cannot be stored", "", "Take it out")
    if not isinstance(error, asyncpg.PostgresError):
        return PhreshError(
            "the database driver reported a fault", masked(str(error)), "Try again; the log has the details"
        )
    if account_error := _account_refused(error, target):
        return account_error
    return refusal(error)


def refusal(error: asyncpg.PostgresError) -> PhreshError:
    """What the database refused, as the market names it."""
    state = error.sqlstate or ""
    what, hint, detail = str(error.args[0] if error.args else error), error.hint or "", error.detail or ""
    if state == "PH001":
        return BadInput(what, "", hint or "Change it", field=error.column_name or "")
    if state == "PH003":
        why = f"@{handle_of(detail)} was faster" if detail else ""
        return JobNotOpen(what, why, hint or "Choose another one", taken_by=handle_of(detail))
    if state == "PH004":
        return PriceChanged(what, "", hint, price=Decimal(detail))
    if state in REFUSALS:
        return REFUSALS[state](what, "", hint)
    if isinstance(error, asyncpg.CheckViolationError):
        return BadInput("a value breaks a rule of the database", error.constraint_name or what, "Change it")
    if isinstance(error, (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError, asyncpg.SerializationError)):
        return Refused("somebody else is just changing this job", "", "Try again in a moment")
    if isinstance(error, asyncpg.InsufficientPrivilegeError):
        return Refused("this account may not do that", masked(what), "Sign in as a member")
    if isinstance(error, (asyncpg.UndefinedTableError, asyncpg.UndefinedFunctionError, asyncpg.UndefinedColumnError)):
        return SchemaError("the database has another shape than this program expects", what, "Run phresh db status")
    if isinstance(error, (asyncpg.DataError, asyncpg.UntranslatableCharacterError)):
        return BadInput("a value cannot be stored", masked(what), "Change it")
    return PhreshError("the database refused", masked(what), hint or "The log has the details")


def unavailable(error: BaseException, target: Target) -> DatabaseUnavailable:
    """No answer: says from where, and what to try."""
    if isinstance(error, TimeoutError) or not str(error):
        why = f"no answer within {target.connect_timeout:g} seconds"
    elif isinstance(error, OSError):
        why = (error.strerror or str(error)).lower()
        if "multiple exceptions" in str(error).lower() or "connect call failed" in why:
            why = "the connection was refused"
    else:
        why = masked(str(error))
    todo = (
        "Start phresh again"
        if target.embedded
        else f"Is PostgreSQL running there, and do POSTGRES_SERVER ({target.host}) and POSTGRES_PORT ({target.port}) fit?"
    )
    return DatabaseUnavailable(f"no connection to the database at {target.place}", why, todo)


def _account_refused(error: asyncpg.PostgresError, target: Target) -> PhreshError | None:
    member = target.user.startswith("m_")
    who = f"member {handle_of(target.user)}" if member else f"account {target.user}"
    if isinstance(error, asyncpg.InvalidPasswordError):
        if target.password is None:
            return SignInError(f"{who} needs a password", "", "Type it, or put it into ~/.pgpass or PGPASSWORD")
        return SignInError(f"wrong handle or password for {who}", "", "Type them again, or sign up if you are new")
    if isinstance(error, asyncpg.InvalidAuthorizationSpecificationError):
        if member and target.embedded:
            return SignInError(f"there is no {who}", "", f"Make it: phresh member add {handle_of(target.user)}")
        return SignInError(
            f"the server does not let {who} in", masked(str(error)), "Check the handle, or ask the operator"
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
