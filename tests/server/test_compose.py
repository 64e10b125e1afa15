"""docker-compose.yml, the Dockerfile and .dockerignore: against the published schema, and each command by hand."""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
from fnmatch import fnmatch
from importlib.resources import files
from pathlib import Path
from typing import Any

import dotenv
import pytest
import yaml
from jsonschema import Draft7Validator

from phresh_tui.database.connections import connected
from phresh_tui.database.installation import binaries
from phresh_tui.database.migrations import dbmate_binary, known_versions
from phresh_tui.database.scram import verifier
from phresh_tui.settings import load_settings
from tests.server.support import NASTY_PASSWORDS, ROOT, by_hand
from tests.support import Cluster

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
DB, PHRESH = COMPOSE["services"]["db"], COMPOSE["services"]["phresh"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


class NotFilledIn(Exception):
    """What compose says and ends with, for ``${NAME:?message}``."""


def interpolated(text: str, values: dict[str, str]) -> str:
    """A value of the file as compose reads it."""

    def value(found: re.Match[str]) -> str:
        if found["escaped"]:
            return "$"
        given = values.get(found["name"], "")
        if not given and found["sign"] == ":?":
            raise NotFilledIn(found["rest"])
        return given or (found["rest"] if found["sign"] == ":-" else "")

    return re.sub(r"(?P<escaped>\$\$)|\$\{(?P<name>\w+)(?:(?P<sign>:[?-])(?P<rest>[^}]*))?\}", value, text)


def environment_of(service: dict[str, Any], env_file: str, shell: dict[str, str] | None = None) -> dict[str, str]:
    """The environment that compose gives a container: that of ``env_file``, and ``environment`` over it."""
    file = {name: value or "" for name, value in dotenv.dotenv_values(stream=io.StringIO(env_file)).items()}
    values = file | (shell or {})
    assert all(isinstance(value, str) for value in service["environment"].values()), (
        "without a value compose passes the variable of the shell on, and a number may be written otherwise"
    )
    return file | {name: interpolated(value, values) for name, value in service["environment"].items()}


def test_the_file_follows_the_published_schema() -> None:
    schema = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    validator = Draft7Validator(json.loads(schema.read_text(encoding="utf-8")))
    assert list(validator.iter_errors(COMPOSE)) == []
    broken = COMPOSE | {"services": {"db": DB | {"depends_on": 5}}}
    assert list(validator.iter_errors(broken)), "the schema can refuse"


def test_the_image_is_pinned_to_one_patch_and_its_data_lie_where_it_keeps_them() -> None:
    found = re.fullmatch(r"postgres:(\d+)\.(\d+)-alpine[\d.]*", DB["image"])
    assert found
    # the program brings 18 and takes 16 to 18; the image's documentation, "PGDATA": up to 17 the volume has to be
    # mounted at /var/lib/postgresql/data, from 18 on at /var/lib/postgresql
    assert int(found[1]) == 18
    assert DB["volumes"] == ["postgres_data:/var/lib/postgresql"]
    assert COMPOSE["volumes"].keys() == {"postgres_data", "phresh_state"}
    assert not any(COMPOSE["volumes"].values()), "named, and kept when the containers go"


def test_the_program_waits_for_a_healthy_database_and_has_a_terminal() -> None:
    assert PHRESH["depends_on"] == {"db": {"condition": "service_healthy"}}
    assert PHRESH["stdin_open"] is True
    assert PHRESH["tty"] is True
    assert "ports" not in PHRESH


def test_the_port_is_open_to_this_machine_only_and_follows_the_settings() -> None:
    (port,) = DB["ports"]
    assert interpolated(port, {}) == "127.0.0.1:5432:5432"
    assert interpolated(port, {"POSTGRES_PORT": "5433"}) == "127.0.0.1:5433:5432"


@pytest.mark.parametrize("missing", ["POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB"])
@pytest.mark.parametrize("service", [DB, PHRESH], ids=["db", "phresh"])
def test_a_newcomer_without_the_file_or_with_a_blank_one_is_told_what_to_fill_in(
    service: dict[str, Any], missing: str
) -> None:
    assert service["env_file"] == [{"path": ".env", "required": False}]
    filled_in = {"POSTGRES_USER": "u", "POSTGRES_PASSWORD": "p", "POSTGRES_DB": "d"}
    template = (ROOT / ".env.template").read_text(encoding="utf-8")
    for file in ("", template):
        with pytest.raises(NotFilledIn, match=f"fill in {missing} in .env"):
            environment_of(service, file, filled_in | {missing: ""})
        assert environment_of(service, file, filled_in)["POSTGRES_USER"] == "u"


def test_inside_compose_the_address_of_the_host_does_not_count() -> None:
    file = "POSTGRES_USER=u\nPOSTGRES_PASSWORD=p\nPOSTGRES_DB=d\nPOSTGRES_SERVER=localhost\nPOSTGRES_PORT=5499\n"
    inside = environment_of(PHRESH, f"{file}DATABASE_URL=postgresql://x:y@elsewhere:1/z\n")
    shown = by_hand(sys.executable, "-m", "phresh_tui", "db", "url", folder=ROOT, variables=inside)
    # there is no server named db here; what it would connect to is in what it says
    assert "db:5432" in shown.stdout + shown.stderr
    assert "elsewhere" not in shown.stdout + shown.stderr
    assert "localhost" not in shown.stdout + shown.stderr


@pytest.fixture
async def operator(cluster: Cluster) -> str:
    """The image makes POSTGRES_USER a superuser."""
    name = cluster.new_name()
    async with connected(cluster.over_socket("postgres")) as connection:
        await connection.execute(f"create role {name} superuser login")
    return name


@pytest.mark.parametrize("password", [NASTY_PASSWORDS[1], NASTY_PASSWORDS[0].replace("'", ""), "a${HOME}b$$c`d"])
async def test_each_command_of_the_file_works_by_hand_against_a_server_over_tcp(
    cluster: Cluster, operator: str, password: str, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = f"{operator}_market"
    async with connected(cluster.over_socket("postgres")) as connection:
        await connection.execute(f"alter role {operator} password '{verifier(password)}'")
        # the image has made it
        await connection.execute(f"create database {database} owner {operator}")
    file = f"POSTGRES_USER={operator}\nPOSTGRES_PASSWORD='{password}'\nPOSTGRES_DB={database}\n"
    (tmp_path / ".env").write_text(f"{file}POSTGRES_SERVER=127.0.0.1\nPOSTGRES_PORT={cluster.port}\n", encoding="utf-8")
    # compose keeps what stands in single quotes as it is, as phresh does; the parser that stands in for it here does
    # not, so the password comes from the shell
    monkeypatch.chdir(tmp_path)
    secret = load_settings().postgres_password
    assert secret is not None
    assert secret.get_secret_value() == password
    shell = {"POSTGRES_PASSWORD": password}
    try:
        # the health check, as the shell of the db container runs it
        command = interpolated(DB["healthcheck"]["test"][1], {})
        assert DB["healthcheck"]["test"][0] == "CMD-SHELL"
        path = f"{binaries() / 'bin'}:/usr/bin:/bin"
        inside = environment_of(DB, file, shell)
        ready = by_hand("sh", "-c", command.replace("5432", str(cluster.port)), variables=inside | {"PATH": path})
        assert (ready.returncode, ready.stderr) == (0, "")
        absent = by_hand("sh", "-c", command.replace("5432", "1"), variables=inside | {"PATH": path})
        assert absent.returncode == 2

        # the program in its container, which has no .env file
        inside = environment_of(PHRESH, file, shell)
        assert inside["POSTGRES_SERVER"] == "db"
        inside |= {"POSTGRES_SERVER": "127.0.0.1", "POSTGRES_PORT": str(cluster.port), "HOME": str(home)}
        program = (sys.executable, "-m", "phresh_tui")
        installed = {"PYTHONPATH": str(ROOT), "HOME": str(home)}
        empty = tmp_path / "home of the container"
        empty.mkdir()
        done = by_hand(*program, "jobs", folder=empty, variables=inside | installed)
        assert done.returncode == 0, done.stderr

        # the person on the host, with the same .env: phresh db up, phresh, and dbmate with what `phresh db url` prints
        for arguments in (("db", "up"), ("db", "status"), ("jobs",)):
            done = by_hand(*program, *arguments, folder=tmp_path, variables=installed)
            assert done.returncode == 0, done.stderr
            assert password not in done.stdout + done.stderr
        address = by_hand(*program, "db", "url", folder=tmp_path, variables=installed).stdout.strip()
        with (tmp_path / ".env").open("a", encoding="utf-8") as env:
            env.write(f"DATABASE_URL={address}\n")
        shutil.copytree(ROOT / "db" / "migrations", tmp_path / "db" / "migrations")
        done = by_hand(dbmate_binary(), "up", folder=tmp_path)
        assert done.returncode == 0, done.stderr
        done = by_hand(dbmate_binary(), "status", folder=tmp_path)
        assert done.stdout.count("[X]") == len(known_versions())
    finally:
        await cluster.drop(database)
        async with connected(cluster.over_socket("postgres")) as connection:
            await connection.execute(f"reassign owned by {operator} to postgres; drop owned by {operator}")
            await connection.execute(f"drop role {operator}")


# --- the image


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps a path out of the build; the last line that fits decides."""
    out = False
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.removeprefix("!")
        if not line or line.startswith("#"):
            continue
        parts = [path, *map(str, Path(path).parents)]
        if any(fnmatch(part, pattern) or fnmatch(f"/{part}", pattern.replace("**", "*")) for part in parts):
            out = not line.startswith("!")
    return out


def test_nothing_private_gets_into_the_image() -> None:
    for path in (".env", ".git/config", ".venv/bin/python", "tests/conftest.py", "db/schema.sql", "phresh_tui/.env"):
        assert ignored(path)
    assert ignored("phresh_tui/database/__pycache__/x.pyc")


def test_everything_that_the_dockerfile_copies_is_there_and_let_in() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    assert copied
    for source in " ".join(copied).split():
        assert (ROOT / source).exists()
        assert not ignored(source)
        inner = [str(path.relative_to(ROOT)) for path in (ROOT / source).rglob("*.sql")]
        assert not any(map(ignored, inner))


def test_the_image_is_built_in_two_stages_from_a_pinned_python_and_runs_as_nobody_special() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(bases) == 2
    assert all(re.fullmatch(r"python:3\.\d+\.\d+-slim(-\w+)?", base) for base in bases)
    last = DOCKERFILE[DOCKERFILE.rindex("FROM ") :]
    user = re.search(r"^USER (\S+)", last, re.MULTILINE)
    assert user
    assert user[1] not in ("root", "0")
    assert f"useradd --create-home --uid 1000 {user[1]}" in last
    assert 'ENTRYPOINT ["phresh"]' in last
    assert "pip install" not in last, "the second stage only runs"
    assert "constraints.txt" in DOCKERFILE


def test_the_state_of_the_program_outlives_its_container() -> None:
    assert PHRESH["volumes"] == ["phresh_state:/home/phresh/.local/state"]
    assert "/home/phresh/.local/state" in DOCKERFILE
