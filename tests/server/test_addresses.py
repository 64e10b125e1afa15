"""Passwords with every special character, through the real drivers, over TCP with SCRAM."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from phresh_tui.database.connections import connected
from phresh_tui.database.migrations import dbmate_binary, run_dbmate
from phresh_tui.database.scram import verifier
from phresh_tui.database.target import Target, configured_target, parse_url
from phresh_tui.market.errors import SignInError
from phresh_tui.settings import load_settings
from tests.server.support import NASTY_PASSWORDS, by_hand
from tests.support import Cluster


@pytest.fixture
async def account(cluster: Cluster) -> AsyncIterator[Target]:
    """An account and a database of its own, to be reached over TCP once it has a password."""
    name = cluster.new_name()
    async with connected(cluster.over_socket("postgres")) as connection:
        await connection.execute(f"create role {name} login createdb")
        await connection.execute(f"create database {name} owner {name}")
    yield cluster.over_tcp(name)._replace(user=name, password=None)
    await cluster.drop(name)
    async with connected(cluster.over_socket("postgres")) as connection:
        await connection.execute(f"drop role {name}")


async def give(cluster: Cluster, account: Target, password: str) -> Target:
    async with connected(cluster.over_socket("postgres")) as connection:
        await connection.execute(f"alter role {account.user} password '{verifier(password)}'")
    return account._replace(password=password)


@pytest.mark.parametrize("password", NASTY_PASSWORDS)
async def test_a_password_in_the_settings_reaches_both_drivers_unchanged(
    cluster: Cluster, account: Target, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await give(cluster, account, password)
    monkeypatch.setenv("POSTGRES_USER", account.user)
    monkeypatch.setenv("POSTGRES_PASSWORD", password)
    monkeypatch.setenv("POSTGRES_SERVER", account.host)
    monkeypatch.setenv("POSTGRES_PORT", str(account.port))
    monkeypatch.setenv("POSTGRES_DB", account.database)
    target = configured_target(load_settings())
    async with connected(target) as connection:
        assert await connection.fetchval("select current_user") == account.user
    assert (await run_dbmate(target, "status")).code == 0
    # what `phresh db url` prints, read by bare dbmate from .env and by this program again
    address = target.dbmate_url(tls=False)
    Path(".env").write_text(f"DATABASE_URL={address}\n", encoding="utf-8")
    bare = by_hand(dbmate_binary(), "--migrations-dir", ".", "--no-dump-schema", "wait")
    assert bare.returncode == 0, bare.stderr
    assert parse_url(address).password == password
    connection = await asyncpg.connect(address.replace("postgres://", "postgresql://"))
    await connection.close()


async def test_the_wrong_password_is_refused_by_both_drivers(cluster: Cluster, account: Target) -> None:
    await give(cluster, account, "the right one")
    wrong = account._replace(password="the wrong one")
    with pytest.raises(SignInError, match=r"(?i)wrong handle or password"):
        async with connected(wrong):
            pass
    assert (await run_dbmate(wrong, "status")).code != 0


@pytest.mark.parametrize("name", ["my base", "ma%20rket?", "é#漢", 'say "hi"'])
async def test_a_database_with_an_odd_name_is_made_and_found(cluster: Cluster, name: str) -> None:
    target = cluster.over_tcp("x")._replace(database=f"{name} {os.getpid()}", password=None, user="postgres")
    target = target._replace(host=cluster.over_socket("x").host)
    try:
        made = await run_dbmate(target, "create")
        assert made.code == 0, made.errors
        async with connected(target) as connection:
            assert await connection.fetchval("select current_database()") == target.database
    finally:
        async with connected(cluster.over_socket("postgres")) as connection:
            quoted = target.database.replace('"', '""')
            await connection.execute(f'drop database if exists "{quoted}"')


async def test_without_a_password_both_drivers_look_into_pgpass(
    cluster: Cluster, account: Target, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await give(cluster, account, "from the file")
    file = home / ".pgpass"
    file.write_text(f"{account.host}:{account.port}:*:{account.user}:from the file\n")
    file.chmod(0o600)
    async with connected(account):
        pass
    assert (await run_dbmate(account, "status")).code == 0
    file.unlink()
    monkeypatch.setenv("PGPASSWORD", "from the file")
    async with connected(account):
        pass
    assert (await run_dbmate(account, "status")).code == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PGSERVICE", "elsewhere"),
        ("PGREALM", "x"),
        ("PGOPTIONS", "-c search_path=elsewhere"),
        ("PGHOST", "elsewhere"),
        ("DBMATE_MIGRATIONS_TABLE", "elsewhere"),
        ("DBMATE_DRIVER", "mysql"),
    ],
)
async def test_what_others_left_in_the_environment_does_not_lead_dbmate_astray(
    cluster: Cluster, account: Target, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    target = await give(cluster, account, "as it is")
    monkeypatch.setenv(name, value)
    before = await run_dbmate(target, "status")
    assert before.code == 0, before.errors


async def test_no_password_is_in_the_command_line_of_dbmate(cluster: Cluster, account: Target, tmp_path: Path) -> None:
    secret = "in-nobodys-process-list"
    target = await give(cluster, account, secret)
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "1_slow.sql").write_text("-- migrate:up\nselect pg_sleep(30);\n-- migrate:down\n")
    import asyncio

    import psutil

    running = asyncio.ensure_future(run_dbmate(target, "up", folder=folder))
    async with connected(cluster.over_socket(account.database)) as connection:
        while not await connection.fetchval("select exists (select from pg_stat_activity where query ~ 'pg_slee[p]')"):
            assert not running.done(), running.result()
        # it waits for the database now, and so it is there
        children = psutil.Process().children(recursive=True)
        lines = [" ".join(child.cmdline()) for child in children]
        titles = [row["query"] for row in await connection.fetch("select query from pg_stat_activity")]
        assert any("dbmate" in line for line in lines)
        assert not any(secret in text for text in lines + titles)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert not [child for child in children if child.is_running() and "dbmate" in child.name()], (
            "a cancelled migration leaves no dbmate behind"
        )
