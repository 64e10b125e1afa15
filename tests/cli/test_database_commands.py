"""The commands for the operator: migrations, the address, the guest, the settings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from phresh_tui.database.connections import connected
from phresh_tui.database.migrations import dbmate_binary, known_versions, migrations_folder
from tests.cli.support import as_member, as_operator, called, phresh
from tests.server.support import by_hand
from tests.support import OPERATOR_PASSWORD, PASSWORD, Cluster, Market, free_port


async def test_db_up_by_hand_is_the_consent_to_use_a_database_with_other_data(cluster: Cluster, market: Market) -> None:
    foreign = cluster.new_name()
    async with connected(cluster.over_socket("postgres")) as connection:
        await connection.execute(f"create database {foreign}")
    try:
        async with connected(cluster.over_socket(foreign)) as connection:
            await connection.execute("create table invoices (id integer); insert into invoices values (7)")
        environment = {**as_operator(market), "POSTGRES_DB": foreign}
        (await phresh("jobs", environment=environment)).failed(4, "not empty", "phresh db up")
        up = (await phresh("db", "up", environment=environment)).ok()
        assert all(version in up.out for version in known_versions())
        assert (await phresh("db", "up", environment=environment)).ok().out == "The database is up to date.\n"
        (await phresh("jobs", environment=environment)).ok()
        async with connected(cluster.over_socket(foreign)) as connection:
            assert await connection.fetchval("select id from invoices") == 7
    finally:
        await cluster.drop(foreign)


async def test_a_migration_is_taken_back_and_applied_again(market: Market) -> None:
    environment = as_operator(market)
    newest = known_versions()[-1]
    assert newest in (await phresh("db", "rollback", environment=environment)).ok().out
    status = (await phresh("db", "status", "--json", environment=environment)).ok().json
    assert status["pending"] == [newest]
    assert OPERATOR_PASSWORD not in str(status)
    shown = (await phresh("db", "status", environment=environment)).ok().out
    assert "Pending: 1" in shown
    assert newest in (await phresh("db", "up", environment=environment)).ok().out


async def test_a_member_may_not_migrate_and_is_told_whom_to_ask(market: Market) -> None:
    await market.member("ana", tcp=True)
    newest = known_versions()[-1]
    await market.psql(f"delete from public.schema_migrations where version = '{newest}'")
    ana = as_member(market, "ana")
    (await phresh("jobs", environment=ana)).failed(4, "operator", "phresh db up")
    (await phresh("db", "up", environment=ana)).failed(4, "operator")
    (await phresh("db", "rollback", environment=ana)).failed(4)
    (await phresh("db", "set", "currency", "EUR", environment=ana)).failed(4)


async def test_a_database_of_a_newer_program_is_left_alone(market: Market) -> None:
    await market.psql("insert into public.schema_migrations values ('29990101000000')")
    for command in (("jobs",), ("db", "up"), ("db", "rollback")):
        (await phresh(*command, environment=as_operator(market))).failed(4, "newer than this program")


async def test_the_printed_address_is_one_that_dbmate_reads_password_and_all(market: Market) -> None:
    printed = (await phresh("db", "url", environment=as_operator(market))).ok()
    assert not printed.err
    done = by_hand(
        dbmate_binary(), "--env-file", os.devnull, "--migrations-dir", migrations_folder(), "status",
        variables={"DATABASE_URL": printed.out.strip()},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Pending: 0" in done.stdout


async def test_the_address_is_printed_although_nobody_answers() -> None:
    port = free_port()
    environment = {"POSTGRES_USER": "ana", "POSTGRES_PASSWORD": "p@ss", "POSTGRES_DB": "x", "POSTGRES_PORT": str(port)}
    done = (await phresh("db", "url", environment=environment)).ok()
    assert done.out == f"postgres://ana:p%40ss@localhost:{port}/x?sslmode=disable\n"
    assert "no answer" in done.err
    assert "p@ss" not in done.err
    required = await phresh("db", "url", environment={**environment, "POSTGRES_SSLMODE": "require"})
    assert "sslmode=require" in required.ok().out


async def test_a_missing_database_is_made_by_db_up_and_named_by_status(cluster: Cluster, market: Market) -> None:
    missing = cluster.new_name()
    environment = {**as_operator(market), "POSTGRES_DB": missing}
    (await phresh("db", "status", environment=environment)).failed(4, f"no database {missing}", "phresh db up")
    try:
        (await phresh("db", "up", environment=environment)).ok()
        assert "Pending: 0" in (await phresh("db", "status", environment=environment)).ok().out
    finally:
        await cluster.drop(missing)


async def test_the_guests_env_is_all_that_a_new_member_needs(
    market: Market, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = (await phresh("db", "guest", environment=as_operator(market))).ok()
    assert OPERATOR_PASSWORD not in printed.out + printed.err
    assert "this computer" in printed.err
    folder = tmp_path / "a member's folder"
    folder.mkdir()
    (folder / ".env").write_text(printed.out)
    monkeypatch.chdir(folder)
    (await phresh("member", "add", "ana", stdin=PASSWORD)).ok()
    posted = await phresh(
        "post", "--as", "ana", "--name", "Wash the windows", "--price", "20", environment={"PGPASSWORD": PASSWORD}
    )
    posted.ok()


async def test_what_the_operator_sets_holds_for_all_members(market: Market) -> None:
    environment = as_operator(market)
    assert (await phresh("db", "settings", "--json", environment=environment)).ok().json == {
        "currency": "USD", "sign_up": "open",
    }  # fmt: skip
    (await phresh("db", "set", "currency", "EUR", environment=environment)).ok()
    await market.member("ana", tcp=True)
    ana = as_member(market, "ana")
    posted = (await phresh("post", "--name", "x", "--price", "20", environment=ana)).ok()
    assert "€20.00" in posted.out
    (await phresh("db", "set", "currency", "euro", environment=environment)).failed(5, "EUR")
    (await phresh("db", "set", "colour", "red", environment=environment)).failed(5, "currency")
    (await phresh("db", "set", "currency", "USD", environment=ana)).failed(5, "operator")


async def test_a_new_migration_needs_a_checkout_and_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await called("db", "new", "add_reviews") == 3
    assert "db/migrations" in capsys.readouterr().err
    (tmp_path / "db" / "migrations").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert await called("db", "new", "../escape") == 3
    assert await called("db", "new", "add_reviews") == 0
    (made,) = (tmp_path / "db" / "migrations").iterdir()
    assert made.name.endswith("_add_reviews.sql")
    assert "-- migrate:up" in made.read_text()
