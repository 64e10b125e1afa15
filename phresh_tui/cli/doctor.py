"""``phresh doctor``: what is right, what is wrong, and what to do about it; nothing is changed."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

from phresh_tui.cli import diagnosis
from phresh_tui.cli.configuration import read_configuration
from phresh_tui.cli.context import Context
from phresh_tui.cli.diagnosis import Finding, State, ok, wrong
from phresh_tui.cli.output import write, write_json
from phresh_tui.database.checkup import check_up
from phresh_tui.logs import log_file, masked
from phresh_tui.market.errors import ConfigurationError, DatabaseUnavailable, PhreshError, SchemaError
from phresh_tui.market.text import visible
from phresh_tui.paths import config_file, data_folder
from phresh_tui.preferences import load_preferences

# what PostgreSQL says of a database that is not there
NO_SUCH_DATABASE = "3D000"
SIGNS = {State.OK: "✓", State.WARNING: "!", State.WRONG: "✗"}


async def examine(arguments: argparse.Namespace, context: Context) -> int:
    """Looks at everything, whatever is broken; 1 when something is wrong."""
    findings = [*diagnosis.of_program(), *diagnosis.of_terminal(), *_configuration()]
    if not any(finding.state is State.WRONG and finding.topic == "settings" for finding in findings):
        findings += await _database(context)
    findings = [Finding(f.topic, f.state, masked(f.what), masked(f.todo)) for f in findings]
    bad = sum(finding.state is State.WRONG for finding in findings)
    if arguments.json:
        write_json({"ok": not bad, "findings": [finding._asdict() for finding in findings]})
    else:
        for line in _lines(findings):
            write(line)
    return 1 if bad else 0


def _configuration() -> Iterator[Finding]:
    topic = "settings"
    try:
        read = read_configuration()
    except ConfigurationError as error:
        yield wrong(topic, error)
    else:
        if read.wrong:
            yield wrong(topic, read.wrong)
        given = [f"{line.name}={line.value} ({line.source})" for line in read.lines if line.source != "default"]
        yield ok(topic, ", ".join(given) or "nothing is set, so the embedded PostgreSQL serves")
        if read.database:
            yield ok(topic, f"the database is {read.database}")
    try:
        load_preferences()
    except ConfigurationError as error:
        yield wrong("preferences", error)
    else:
        there = "" if config_file().exists() else " is not there, and need not be"
        yield ok("preferences", f"{config_file()}{there}")
    folder = log_file().parent
    nearest = next(above for above in (folder, *folder.parents) if above.exists())
    if os.access(nearest, os.W_OK):
        yield ok("log", str(log_file()))
    else:
        yield diagnosis.warning(
            "log", f"{log_file()} cannot be written", f"Make {nearest} your own; drafts lie there too"
        )


async def _database(context: Context) -> list[Finding]:
    try:
        settings = context.settings
        handle = context.handle
        folder = data_folder(settings.data_dir)
        if settings.is_embedded and not _has_data(folder):
            return [ok("database", f"there are no data yet; the first start of phresh makes them in {folder}")]
        async with context.prepared(migrate=False) as prepared:
            checkup = await check_up(prepared.target)
            target = prepared.target
    except PhreshError as error:
        if isinstance(error, SchemaError) and getattr(error.__cause__, "sqlstate", None) == NO_SUCH_DATABASE:
            return [diagnosis.warning("database", error.what, "The next start of phresh makes it, if the account may")]
        return [wrong("database", error)]
    found = diagnosis.of_database(checkup, target)
    if target.embedded and os.geteuid() == 0:
        found.insert(1, ok("database", "root started this; PostgreSQL runs as the user embedded_postgres"))
    if handle is not None:
        found.append(ok("account", f"commands act as @{handle}"))
    return [*found, *(diagnosis.of_service(checkup, target) if checkup.state.applied else [])]


def _has_data(folder: Path) -> bool:
    try:
        return (folder / "postgres" / "PG_VERSION").exists()
    except OSError as error:
        raise DatabaseUnavailable(
            f"the folder {folder} cannot be entered", error.strerror or "", "Set PHRESH_DATA_DIR to one of your own"
        ) from None


def _lines(findings: list[Finding]) -> Iterator[str]:
    """Under headings, with signs and words, no wider than the terminal or 100 columns."""
    tty = sys.stdout is not None and sys.stdout.isatty()
    width = max(30, min(shutil.get_terminal_size().columns, 100)) if tty else 100
    heading = ""
    for finding in findings:
        if finding.topic != heading:
            heading = finding.topic
            yield heading
        start = f"  {SIGNS[finding.state]} {finding.state:<9}"
        yield from textwrap.wrap(
            visible(finding.what), width, initial_indent=start, subsequent_indent=" " * 13, break_on_hyphens=False
        )
        if finding.todo:
            yield from textwrap.wrap(
                visible(finding.todo), width, initial_indent=" " * 13 + "→ ", subsequent_indent=" " * 15,
                break_on_hyphens=False,
            )  # fmt: skip
    count = [sum(finding.state is state for finding in findings) for state in (State.WRONG, State.WARNING)]
    yield ""
    yield f"{count[0] or 'Nothing'} wrong, {count[1] or 'no'} warning{'' if count[1] == 1 else 's'}."
