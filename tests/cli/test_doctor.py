"""`phresh doctor`: what it finds, in order and out of order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from phresh_tui.database.migrations import known_versions
from tests.cli.support import Done, as_member, as_operator, phresh
from tests.support import OPERATOR_PASSWORD, PASSWORD, Market, free_port
from tests.terminal import Terminal


def of(done: Done, topic: str) -> list[dict[str, Any]]:
    return [finding for finding in done.json["findings"] if finding["topic"] == topic]


def states(done: Done, topic: str) -> set[str]:
    return {finding["state"] for finding in of(done, topic)}


def said(done: Done, topic: str) -> str:
    return " ".join(f"{finding['what']} {finding['todo']}" for finding in of(done, topic))


async def test_with_nothing_configured_all_is_well_and_nothing_is_made_before_the_first_start(
    embedded: Path, empty_folder: Path
) -> None:
    running = {"PHRESH_DATA_DIR": str(embedded)}
    (await phresh("jobs", environment=running)).ok()
    done = (await phresh("doctor", "--json", "--as", "ada", environment=running)).ok()
    assert done.json["ok"] is True
    for package in ("phresh", "Python", "Textual", "asyncpg", "PostgreSQL", "dbmate"):
        assert package in said(done, "program")
    assert f"PHRESH_DATA_DIR={embedded} (environment)" in said(done, "settings")
    assert "comes with phresh" in said(done, "database")
    assert "commands act as @ada" in said(done, "account")
    done = (await phresh("doctor", environment={"PHRESH_DATA_DIR": str(empty_folder)})).ok()
    assert "there are no data yet" in done.out
    assert list(empty_folder.iterdir()) == []


@pytest.mark.parametrize("arguments", [("doctor",), ("doctor", "--json")], ids=" ".join)
async def test_what_is_broken_is_told_and_the_rest_as_well_without_a_password(arguments: tuple[str, ...]) -> None:
    secret = "s3cr3t-and-long"
    port = str(free_port())
    down = f"postgresql://ana:{secret}@127.0.0.1:{port}/market"
    for environment, words in (
        ({"DATABASE_URL": down}, ["the connection was refused", port]),
        ({"DATABASE_URL": f"postgresql://ana:{secret}/@127.0.0.1/x/y"}, ["DATABASE_URL is no address"]),
        ({"DATABASE_URL": down, "PHRESH_MEMBER": "Not A Handle"}, ["A handle has 3 to 31".lower()]),
        ({"POSTGRES_USER": "ana", "POSTGRES_PASSWORD": secret}, ["POSTGRES_DB missing"]),
        ({"POSTGRES_PORT": "many"}, ["POSTGRES_PORT has a value"]),
    ):
        done = await phresh(*arguments, environment=environment)
        assert done.code == 1
        assert not done.err
        for word in [*words, "wrong", "locale", "phresh.log"]:
            assert word.lower() in " ".join(done.out.split()).lower()
        assert secret not in done.out
    Path(".env").write_text(f"POSTGRES_PASSWORD='{secret}\n")
    done = await phresh(*arguments)
    assert done.code == 1
    assert "line 1 of .env cannot be read" in done.out
    assert secret not in done.out
    Path(".env").unlink()
    config = Path.home() / "config" / "phresh" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("[keys\n")
    done = await phresh(*arguments, environment={"DATABASE_URL": down})
    assert done.code == 1
    assert "config.toml" in done.out


async def test_an_operator_learns_what_is_open_and_without_limits(market: Market) -> None:
    await market.member("ada", tcp=True)
    done = (await phresh("doctor", "--json", environment=as_operator(market))).ok()
    assert states(done, "members") == states(done, "schema") == states(done, "reaper") == {"ok"}
    assert "an operator's" in said(done, "account")
    assert OPERATOR_PASSWORD not in done.out
    await market.psql_script(
        "grant execute on function pg_catalog.lo_create(oid), pg_catalog.pg_advisory_lock(bigint) to public;"
        "alter role m_ada reset all; alter role m_ada connection limit -1;"
    )
    done = (await phresh("doctor", "--json", environment=as_operator(market))).ok()
    assert states(done, "members") == {"warning"}
    for words in ("call lo_create", "call pg_advisory_lock", "no time limits", "any number of connections"):
        assert words in said(done, "members")
    member = (await phresh("doctor", "--json", environment=as_member(market, "ada"))).ok()
    assert "Tell your operator" in said(member, "members")
    assert "that of @ada" in said(member, "account")
    assert "can neither see nor end" in said(member, "reaper")
    assert PASSWORD not in member.out


async def test_a_schema_that_is_older_or_newer_is_told(market: Market) -> None:
    await market.member("ada", tcp=True)
    newest = known_versions()[-1]
    await market.psql("delete from schema_migrations where version = $1", newest)
    operator = (await phresh("doctor", "--json", environment=as_operator(market))).ok()
    assert states(operator, "schema") == {"warning"}
    assert "phresh db up" in said(operator, "schema")
    member = await phresh("doctor", "--json", environment=as_member(market, "ada"))
    assert member.code == 1
    assert states(member, "schema") == {"wrong"}
    assert "Ask the operator" in said(member, "schema")
    nowhere = (await phresh("doctor", "--json", environment={**as_operator(market), "POSTGRES_DB": "not_there"})).ok()
    assert states(nowhere, "database") == {"warning"}
    assert "The next start of phresh makes it" in said(nowhere, "database")
    await market.psql("insert into schema_migrations values ('99990101000000'), ($1)", newest)
    ahead = await phresh("doctor", environment=as_operator(market))
    assert ahead.code == 1
    assert "newer than this program" in ahead.out


def test_a_terminal_is_described_and_one_that_is_too_small_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    # where they are set they count for more than the terminal's own word
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.delenv("LINES", raising=False)
    with Terminal("doctor", size=(80, 50), environment={"COLORTERM": "truecolor"}) as terminal:
        assert terminal.end() == 0
    assert "✓ ok       80 columns and 50 rows" in terminal.text
    assert "COLORTERM truecolor" in terminal.text
    poor = {"TERM": "dumb", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    with Terminal("doctor", size=(38, 90), environment=poor) as terminal:
        assert terminal.end() == 0
    for words in ("warning  38 columns", "TERM is dumb", "Set LC_ALL"):
        assert words in terminal.text
