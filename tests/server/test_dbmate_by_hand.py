"""Bare dbmate from the project's root, reading DATABASE_URL from .env, against a server over TCP with a password."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from phresh_tui.database.installation import binaries
from phresh_tui.database.migrations import dbmate_binary, known_versions
from phresh_tui.database.target import Target
from tests.server.support import ROOT, by_hand
from tests.support import Cluster

COUNT = len(known_versions())


@pytest.fixture
async def checkout(cluster: Cluster, tmp_path: Path) -> AsyncIterator[Path]:
    """A checkout with a filled-in .env, and a database that does not exist yet."""
    await (await cluster.new_market()).close()
    target: Target = cluster.over_tcp(cluster.new_name())
    folder = tmp_path / "a checkout"
    shutil.copytree(ROOT / "db", folder / "db")
    template = (ROOT / ".env.template").read_text(encoding="utf-8")
    filled_in = template.replace("DATABASE_URL=\n", f"DATABASE_URL={target.dbmate_url(tls=False)}\n")
    assert filled_in != template
    (folder / ".env").write_text(filled_in, encoding="utf-8")
    yield folder
    await cluster.drop(target.database)


@pytest.mark.parametrize("pg_dump", ["none", "another version's", "the server's"])
async def test_up_status_rollback_and_new_work_whatever_pg_dump_there_is(checkout: Path, pg_dump: str) -> None:
    path = checkout / "bin"
    path.mkdir()
    if pg_dump == "another version's":
        other = path / "pg_dump"
        # what version 15 says, and its exit code
        other.write_text("#!/bin/sh\necho 'pg_dump: error: aborting because of server version mismatch' >&2\nexit 1\n")
        other.chmod(0o755)
    variables = {"PATH": str(binaries() / "bin" if pg_dump == "the server's" else path) + ":/bin"}
    if pg_dump == "none":
        variables = {"PATH": str(path)}

    def dbmate(*arguments: str) -> str:
        done = by_hand(dbmate_binary(), *arguments, folder=checkout, variables=variables)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert dbmate("up").count("Applied: ") == COUNT
    assert dbmate("status").count("[X]") == COUNT
    assert "Rolled back: " in dbmate("rollback")
    assert dbmate("status").count("[ ]") == 1
    assert dbmate("up").count("Applied: ") == 1
    assert "Creating migration: db/migrations/" in dbmate("new", "ratings")
    assert dbmate("status").count("[ ]") == 1
    # git keeps no dump, for it would come without the rights
    if (checkout / "db" / "schema.sql").exists():
        assert "db/schema.sql" in (ROOT / ".gitignore").read_text().splitlines()
