"""What happens before the first screen: a server that runs, a schema that fits, an account that may come in."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from phresh_tui.database.connections import Connection, connected
from phresh_tui.database.embedded import EmbeddedServer
from phresh_tui.database.migrations import known_versions, migrate_up
from phresh_tui.database.target import Target, configured_target
from phresh_tui.market.errors import Refused, SchemaError, SignInError
from phresh_tui.market.member import handle_of, login_of
from phresh_tui.paths import data_folder

if TYPE_CHECKING:
    from phresh_tui.settings import Settings

Progress = Callable[[str], None]
OLDEST_SERVER = 160000
# the SQLSTATE of a database that is not there
NO_DATABASE = "3D000"


class Door(StrEnum):
    """Whose account is configured: it decides what can be done before somebody has signed in."""

    OPERATOR = "operator"
    GUEST = "guest"
    MEMBER = "member"


class Prepared(NamedTuple):
    """A database that is ready.

    Attributes:
        target: how to connect as the configured account.
        door: whose account that is.
        server: the embedded server, when it is the one; whoever prepared it has to `EmbeddedServer.leave` it.

    """

    target: Target
    door: Door
    server: EmbeddedServer | None = None

    @property
    def handle(self) -> str | None:
        """The handle of the member whose account is configured, if it is one."""
        return handle_of(self.target.user) if self.door is Door.MEMBER else None

    def account_of(self, handle: str | None) -> Target | None:
        """The account of the member whom nobody has to ask for a password, or None when somebody has to be asked.

        Args:
            handle: who is wanted; the member whose account is configured comes in as that one.

        """
        if self.handle:
            return self.target
        return self.target.as_account(login_of(handle), None) if handle and self.target.embedded else None


async def prepare(
    settings: Settings,
    progress: Progress,
    *,
    migrate: bool = True,
    is_checked: Callable[[], Awaitable[bool]] | None = None,
) -> Prepared:
    """Starts what has to be started and brings the schema up to date, when the account may.

    Args:
        settings: complete.
        progress: is told what takes a moment.
        migrate: False for commands that look after the schema themselves.
        is_checked: tells whether the schema was looked at just now and fits; asked when the server runs.

    Raises:
        PhreshError: saying what is wrong and what to run.

    """
    if not settings.is_embedded:
        target = configured_target(settings)
        if not migrate:
            return Prepared(target, Door.OPERATOR)
        return Prepared(target, Door.MEMBER if await _is(is_checked) else await _check(target, progress))
    server = EmbeddedServer(data_folder(settings.data_dir))
    try:
        await _start_uncancelled(server, progress)
        target = server.target()
        if migrate and not await _is(is_checked):
            await _check(target, progress)
    except BaseException:
        server.leave()
        raise
    return Prepared(target, Door.OPERATOR, server)


async def _is(checked: Callable[[], Awaitable[bool]] | None) -> bool:
    """Whether it was checked already."""
    return checked is not None and await checked()


async def _start_uncancelled(server: EmbeddedServer, progress: Progress) -> None:
    """Starting goes on when somebody presses Ctrl+C, so that it can be stopped in order afterwards."""
    starting = asyncio.ensure_future(asyncio.to_thread(server.start, progress))
    try:
        await asyncio.shield(starting)
    except asyncio.CancelledError:
        # also when somebody presses it twice: a server that nobody waits for would be left behind
        while not starting.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([starting])
        raise


async def _check(target: Target, progress: Progress) -> Door:
    try:
        async with connected(target) as connection:
            state = await look(connection)
    except SchemaError as error:
        if getattr(error.__cause__, "sqlstate", None) != NO_DATABASE:
            raise
        progress(f"Making the database {target.database}")
        await _check_server_before_making(target)
        await migrate_up(target)
        async with connected(target) as connection:
            state = await look(connection)
    state.check_server()
    state.check_ours(target)
    # before anything is applied: what a newer program has made may not go together with what is pending here
    state.check_not_ahead()
    if state.pending:
        state.check_may_migrate(target)
        progress("Bringing the database up to date")
        await migrate_up(target)
    return state.door


async def _check_server_before_making(target: Target) -> None:
    """Refuses an old server before a database is made on it, if the account may enter the usual one and ask."""
    try:
        async with connected(target._replace(database="postgres")) as connection:
            version = await connection.fetchval("select current_setting('server_version_num')::integer")
    except (SchemaError, SignInError, Refused):
        return
    check_server(version)


def check_server(version: int) -> None:
    """Raises `SchemaError` for a server that is too old.

    Args:
        version: as the number that PostgreSQL gives, 180006 for 18.6.

    """
    if version < OLDEST_SERVER:
        raise SchemaError(
            f"this server is PostgreSQL {version // 10000}",
            f"phresh needs version {OLDEST_SERVER // 10000} or later",
            "Upgrade it, or configure another server",
        )


class SchemaState(NamedTuple):
    """What a look at a database shows.

    Attributes:
        server_version: as the number that PostgreSQL gives, 180006 for 18.6.
        applied: versions of the migrations in place.
        is_empty: whether the database holds nothing that somebody made: no table, view, sequence or function.
            Not asked, and False, when it holds phresh.
        may_migrate: whether the account can change the schema.
        door: whose account it is.

    """

    server_version: int
    applied: frozenset[str]
    is_empty: bool
    may_migrate: bool
    door: Door

    @property
    def pending(self) -> list[str]:
        """Versions that this program knows and the database lacks."""
        return [version for version in known_versions() if version not in self.applied]

    def check_server(self) -> None:
        """Raises `SchemaError` for a server that is too old."""
        check_server(self.server_version)

    def check_ours(self, target: Target) -> None:
        """Raises `SchemaError` for a database that holds somebody else's data."""
        if not self.is_empty and known_versions()[0] not in self.applied:
            raise SchemaError(
                f"the database {target.database} at {target.place} is not empty and holds no phresh",
                "it may be somebody else's, so nothing was touched",
                "Choose another database, or run phresh db up once by hand if this is the one",
            )

    def check_may_migrate(self, target: Target) -> None:
        """Raises `SchemaError` when something is pending and this account cannot apply it."""
        if not self.may_migrate:
            raise SchemaError(
                "the database is older than this program",
                f"{len(self.pending)} migration{'s are' if len(self.pending) > 1 else ' is'} pending, and the account "
                f"{target.user} may not apply them",
                "Ask the operator to run phresh db up",
            )

    def check_not_ahead(self) -> None:
        """Raises `SchemaError` when the database was migrated by a newer program."""
        unknown = sorted(self.applied - set(known_versions()))
        if unknown:
            raise SchemaError(
                "the database is newer than this program",
                f"it has the migration {unknown[-1]}, which this phresh does not know",
                "Install the newest phresh",
            )


# nothing that somebody made: no table, view, sequence or function, but for those of extensions
IS_EMPTY = """
    select
        not exists (
            select from pg_catalog.pg_class
            where relkind in ('r', 'p', 'v', 'm', 'f', 'S') and relname <> 'schema_migrations'
                and relnamespace <> 'information_schema'::regnamespace
                and relnamespace::regnamespace::text not like 'pg\\_%'
                and not exists (
                    select from pg_catalog.pg_depend
                    where classid = 'pg_class'::regclass and objid = pg_class.oid and deptype = 'e'
                )
        ) and not exists (
            select from pg_catalog.pg_proc
            where pronamespace <> 'information_schema'::regnamespace
                and pronamespace::regnamespace::text not like 'pg\\_%'
                and not exists (
                    select from pg_catalog.pg_depend
                    where classid = 'pg_proc'::regclass and objid = pg_proc.oid and deptype = 'e'
                )
        )
"""


async def look(connection: Connection) -> SchemaState:
    """Reads versions, rights and emptiness, without changing anything."""
    row = await connection.fetchrow(
        """
        select
            current_setting('server_version_num')::integer as server_version,
            pg_catalog.to_regclass('public.schema_migrations') is not null as has_migrations,
            coalesce(
                pg_catalog.has_table_privilege(pg_catalog.to_regclass('public.schema_migrations'), 'select'), false
            ) as may_look,
            (
                select (rolsuper or rolcreaterole)
                    and pg_catalog.has_database_privilege(pg_catalog.current_database(), 'create')
                from pg_catalog.pg_roles where rolname = current_user
            ) as may_migrate,
            exists (
                select from pg_catalog.pg_auth_members m
                join pg_catalog.pg_roles g on g.oid = m.roleid and g.rolname = 'phresh_member'
                join pg_catalog.pg_roles r on r.oid = m.member and r.rolname = current_user
                where current_user like 'm\\_%'
            ) as is_member
        """
    )
    assert row is not None
    applied: frozenset[str] = frozenset()
    if row["has_migrations"] and row["may_look"]:
        rows = await connection.fetch("select version::text from public.schema_migrations")
        applied = frozenset(r["version"] for r in rows)
    elif row["has_migrations"]:
        raise SchemaError("this account may not look at the database's version", "", "Ask the operator for an account")
    # goes over the whole catalog, so only where it matters
    is_empty = known_versions()[0] not in applied and await connection.fetchval(IS_EMPTY)
    door = Door.OPERATOR if row["may_migrate"] else Door.MEMBER if row["is_member"] else Door.GUEST
    return SchemaState(row["server_version"], applied, is_empty, bool(row["may_migrate"]), door)


async def look_at(target: Target) -> SchemaState:
    """Connects, looks, and closes.

    Raises:
        DatabaseUnavailable: when there is no answer.

    """
    async with connected(target) as connection:
        return await look(connection)
