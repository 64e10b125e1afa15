"""Before the first screen: which databases are entered, which are refused, and that those stay untouched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from phresh_tui.database import accounts
from phresh_tui.database.connections import connected
from phresh_tui.database.migrations import known_versions, migrate_up, migrations_folder, roll_back
from phresh_tui.database.preparation import Door, check_server, look_at, prepare
from phresh_tui.database.target import Target
from phresh_tui.market.errors import DatabaseUnavailable, PhreshError, SchemaError, SignInError
from phresh_tui.settings import Settings
from tests.support import PASSWORD, Cluster, Market, free_port


def settings_of(target: Target) -> Settings:
    return Settings.model_construct(
        **{name: field.default for name, field in Settings.model_fields.items()}
        | {
            "postgres_user": target.user,
            "postgres_password": SecretStr(target.password) if target.password else None,
            "postgres_server": target.host,
            "postgres_port": target.port,
            "postgres_db": target.database,
            "connect_timeout": 2.0,
        },
        _fields_set={"postgres_user", "postgres_password", "postgres_server", "postgres_port", "postgres_db"},
    )


async def prepared(target: Target) -> Door:
    return (await prepare(settings_of(target), lambda _: None)).door


@pytest.fixture
async def fresh(cluster: Cluster) -> AsyncIterator[Target]:
    """A database that does not exist yet, reached over TCP with the operator's password."""
    await (await cluster.new_market()).close()
    target = cluster.over_tcp(cluster.new_name())
    yield target
    await cluster.drop(target.database)


async def everything(target: Target) -> list[str]:
    async with connected(target) as connection:
        rows = await connection.fetch(
            "select relname || relkind::text || coalesce(relacl::text, '') from pg_class "
            "where relnamespace = 'public'::regnamespace "
            "union all select proname from pg_proc where pronamespace = 'public'::regnamespace "
            "union all select extname from pg_extension union all select nspacl::text from pg_namespace "
            "union all select datacl::text from pg_database where datname = current_database()"
        )
    return sorted(str(row[0]) for row in rows)


async def test_an_operator_comes_in_and_a_database_that_is_not_there_is_made(fresh: Target) -> None:
    told: list[str] = []
    assert (await prepare(settings_of(fresh), told.append)).door is Door.OPERATOR
    assert told == [f"Making the database {fresh.database}"]
    told.clear()
    assert (await prepare(settings_of(fresh), told.append)).door is Door.OPERATOR
    assert told == [], "the second start has nothing to prepare"


async def test_programs_that_start_at_once_before_there_is_a_database_all_come_in(fresh: Target) -> None:
    assert set(await asyncio.gather(*(prepared(fresh) for _ in range(3)))) == {Door.OPERATOR}


async def test_guest_and_member_come_in_by_their_own_doors(market: Market) -> None:
    guest = await accounts.make_guest(market.operator_tcp)
    assert await prepared(guest) is Door.GUEST
    member = await accounts.sign_up(guest, "ada", PASSWORD)
    found = await prepare(settings_of(member), lambda _: None)
    assert (found.door, found.handle) == (Door.MEMBER, "ada")


@pytest.mark.parametrize(
    "theirs",
    [
        "create table customers (id integer)",
        "create view theirs as select 1 as one",
        "create materialized view theirs as select 1 as one",
        "create sequence theirs",
        "create function theirs() returns integer language sql return 1",
        "create schema theirs create table customers (id integer)",
        "create table schema_migrations (version varchar); create table users (id integer)",
        "create table cleanings (id serial, name text)",
    ],
)
async def test_a_database_with_somebody_elses_data_is_refused_and_untouched(
    cluster: Cluster, fresh: Target, theirs: str
) -> None:
    async with connected(cluster.over_socket("postgres")) as connection:
        await connection.execute(f"create database {fresh.database}")
    async with connected(fresh) as connection:
        await connection.execute(theirs)
    before = await everything(fresh)
    with pytest.raises(SchemaError, match=r"is not empty and holds no phresh.*nothing was touched.*phresh db up"):
        await prepared(fresh)
    assert await everything(fresh) == before


async def test_an_empty_database_with_extensions_of_the_server_counts_as_empty(cluster: Cluster, fresh: Target) -> None:
    async with connected(cluster.over_socket("postgres")) as connection:
        await connection.execute(f"create database {fresh.database}")
    async with connected(fresh) as connection:
        await connection.execute("create extension pg_trgm")
    assert await prepared(fresh) is Door.OPERATOR


async def test_after_db_up_by_hand_a_database_with_other_tables_is_entered(cluster: Cluster, fresh: Target) -> None:
    async with connected(cluster.over_socket("postgres")) as connection:
        await connection.execute(f"create database {fresh.database}")
    async with connected(fresh) as connection:
        await connection.execute("create table customers (id integer)")
    await migrate_up(fresh)
    assert await prepared(fresh) is Door.OPERATOR


async def test_a_database_ahead_of_the_program_is_refused_before_anything_is_applied(market: Market) -> None:
    await roll_back(market.operator)
    await market.psql("insert into schema_migrations values ('29990101000000')")
    before = await everything(market.operator)
    with pytest.raises(SchemaError, match=r"newer than this program.*29990101000000.*Install the newest phresh"):
        await prepared(market.operator_tcp)
    assert await everything(market.operator) == before


@pytest.mark.parametrize("who", ["member", "guest"])
async def test_a_database_behind_the_program_is_refused_to_those_who_may_not_migrate(market: Market, who: str) -> None:
    guest = await accounts.make_guest(market.operator_tcp)
    account = guest if who == "guest" else await accounts.sign_up(guest, "ada", PASSWORD)
    await roll_back(market.operator)
    before = await everything(market.operator)
    with pytest.raises(
        SchemaError, match=r"older than this program.*may not apply.*Ask the operator to run phresh db up"
    ):
        await prepared(account)
    assert await everything(market.operator) == before
    assert await prepared(market.operator_tcp) is Door.OPERATOR
    assert (await look_at(market.operator)).pending == []


async def test_a_stranger_is_told_that_the_account_is_not_one_of_this_market(market: Market, cluster: Cluster) -> None:
    await market.psql(f"create role {market.database}_stranger login password 'distinctive-9'")
    try:
        stranger = market.operator_tcp._replace(user=f"{market.database}_stranger", password="distinctive-9")
        with pytest.raises(PhreshError) as told:
            await prepared(stranger)
        assert "distinctive-9" not in str(told.value)
        assert told.value.todo
    finally:
        await market.psql(f"drop role {market.database}_stranger")


async def test_a_member_cannot_make_a_missing_database_and_is_told_so(market: Market, fresh: Target) -> None:
    ada = await market.member("ada", tcp=True)
    with pytest.raises(PhreshError) as told:
        await prepared(ada._replace(database=fresh.database))
    assert told.value.exit_code == 4
    assert PASSWORD not in str(told.value)


async def test_a_wrong_password_is_told_as_one(market: Market) -> None:
    with pytest.raises(SignInError):
        await prepared(market.operator_tcp._replace(password="no"))


async def test_a_server_that_is_not_there_is_told_with_host_and_port_within_seconds() -> None:
    target = Target("127.0.0.1", free_port(), "d", "u", "p")
    async with asyncio.timeout(5):
        with pytest.raises(DatabaseUnavailable, match=f"127.0.0.1:{target.port}"):
            await prepared(target)


async def test_a_server_that_never_answers_is_told_within_the_time_that_is_set() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        async with asyncio.timeout(10):
            with pytest.raises(DatabaseUnavailable, match=f"127.0.0.1:{port}.*No answer within 2 seconds"):
                await prepared(Target("127.0.0.1", port, "d", "u", "p"))
    finally:
        server.close()


@pytest.mark.parametrize(("version", "name"), [(159999, "15"), (150017, "15"), (90624, "9")])
def test_a_server_older_than_16_is_refused_by_its_number(version: int, name: str) -> None:
    with pytest.raises(SchemaError, match=rf"PostgreSQL {name}\. phresh needs version 16 or later"):
        check_server(version)


@pytest.mark.parametrize("version", [160000, 170004, 180006])
def test_a_server_from_16_on_is_accepted_by_its_number(version: int) -> None:
    check_server(version)


async def test_with_nothing_configured_the_embedded_server_is_started_and_left(public_folder: Path) -> None:
    settings = Settings(PHRESH_DATA_DIR=public_folder / "prepared")  # type: ignore[call-arg]
    told: list[str] = []
    found = await prepare(settings, told.append)
    assert found.server is not None
    try:
        assert found.door is Door.OPERATOR
        assert told == [
            "Making a database (once)",
            "Starting PostgreSQL",
            "Making the database phresh",
        ]
        assert (await look_at(found.target)).applied == frozenset(known_versions())
    finally:
        found.server.leave()
    with pytest.raises(DatabaseUnavailable):
        await look_at(found.target)


async def test_an_interrupted_start_leaves_no_server_behind(public_folder: Path) -> None:
    settings = Settings(PHRESH_DATA_DIR=public_folder / "interrupted")  # type: ignore[call-arg]
    reached = asyncio.Event()
    loop = asyncio.get_running_loop()

    def progress(told: str) -> None:
        if told == "Starting PostgreSQL":
            loop.call_soon_threadsafe(reached.set)

    preparing = asyncio.ensure_future(prepare(settings, progress))
    await reached.wait()
    # twice, as somebody does who has no patience
    preparing.cancel()
    loop.call_soon(preparing.cancel)
    with pytest.raises(asyncio.CancelledError):
        await preparing
    assert not (public_folder / "interrupted" / "postgres" / "postmaster.pid").exists()


def test_the_migrations_are_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert migrations_folder().is_absolute()
    assert known_versions()
