"""What `phresh config` says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.support import called


async def test_it_says_where_each_value_comes_from(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(".env").write_text("POSTGRES_USER=ana\nPOSTGRES_DB=file\nPOSTGRES_PASSWORD=from-the-file\n")
    monkeypatch.setenv("POSTGRES_DB", "environment")
    assert await called("config", "--json") == 0
    shown = capsys.readouterr()
    values = {line["name"]: (line["value"], line["source"]) for line in json.loads(shown.out)["settings"]}
    assert values["POSTGRES_USER"] == ("ana", ".env")
    assert values["POSTGRES_DB"] == ("environment", "environment")
    assert values["POSTGRES_PASSWORD"] == ("********", ".env")
    assert values["POSTGRES_PORT"] == ("5432", "default")
    assert values["DATABASE_URL"] == (None, "default")
    assert json.loads(shown.out)["database"] == "postgresql://ana:********@localhost:5432/environment"
    assert "from-the-file" not in shown.out + shown.err


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ana:s3cr3t@db:5432/phresh",
        "postgresql://ana:s3cr3t@with@at@db/phresh",
        "postgresql://ana:s3cr3t/with/slash@db/phresh",
        "postgresql://ana:x@s3cr3t/s@db/phresh",
        "postgresql://ana:a s3cr3t b@db/phresh",
        "postgresql://db/phresh?user=ana&password=s3cr3t",
        "mysql://ana:s3cr3t@db/phresh",
        "ana:s3cr3t",
    ],
)
@pytest.mark.parametrize("arguments", [["config"], ["config", "--json"], ["jobs"]], ids=" ".join)
async def test_no_form_of_an_address_shows_its_password(
    url: str, arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    # nobody is asked: the host does not exist, and this says so before the name is looked up
    monkeypatch.setenv("PHRESH_CONNECT_TIMEOUT", "0.001")
    await called(*arguments)
    shown = capsys.readouterr()
    assert shown.out + shown.err
    log = home / "state" / "phresh" / "phresh.log"
    assert "s3cr3t" not in shown.out + shown.err + (log.read_text() if log.exists() else "")


async def test_half_a_configuration_is_shown_and_then_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POSTGRES_USER", "ana")
    assert await called("config") == 3
    shown = capsys.readouterr()
    assert "POSTGRES_USER" in shown.out
    assert "POSTGRES_DB missing" in shown.err
    assert await called("jobs") == 3
    assert "POSTGRES_DB missing" in capsys.readouterr().err


async def test_nothing_configured_is_the_embedded_server_and_a_copied_template_changes_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await called("config") == 0
    before = capsys.readouterr().out
    assert "embedded PostgreSQL" in before
    template = Path(__file__).parents[2] / ".env.template"
    Path(".env").write_text(template.read_text())
    assert await called("config") == 0
    assert capsys.readouterr().out == before
