"""The PostgreSQL that comes with the program, in real processes: started at once, killed, moved, closed off."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from phresh_tui.database.connections import connected
from phresh_tui.database.embedded import SOCKET_PATH_LENGTH, EmbeddedServer
from phresh_tui.database.installation import ServerAccount, first_closed, reachable_binaries
from phresh_tui.market.errors import DatabaseUnavailable
from tests.server.support import ROOT, until

# starts a server, says so, and leaves it when its standard input ends
PROGRAM = """
    import sys
    from pathlib import Path
    from phresh_tui.database.embedded import EmbeddedServer
    if len(sys.argv) > 2:
        # as root this Python may lie where nobody else may read: everything is loaded before the rights are given up
        import os, psutil, socket, linecache, hashlib, shlex
        from phresh_tui.database import embedded, installation
        account = installation.ServerAccount.found_or_made()
        found = installation.reachable_binaries(Path(sys.argv[2]), account, print)
        embedded.binaries = lambda: found
        os.setgroups([])
        os.setgid(account.gid)
        os.setuid(account.uid)
    server = EmbeddedServer(Path(sys.argv[1]), options={"fsync": "off"})
    try:
        server.start()
        print("started", flush=True)
        sys.stdin.read()
    finally:
        server.leave()
    print("left", flush=True)
"""

Program = subprocess.Popen[str]
Begin = Callable[..., Program]


@pytest.fixture
def folder(public_folder: Path) -> Iterator[Path]:
    """A place for data that every user may reach, with a space in its path."""
    made = Path(tempfile.mkdtemp(prefix="the data ", dir=public_folder))
    made.chmod(0o711)
    yield made / "phresh"
    for process in servers(made):
        process.kill()
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def begin(folder: Path) -> Iterator[Begin]:
    """Begins programs that use a server; they end with the test."""
    begun: list[Program] = []

    def begin(where: Path = folder, *arguments: Path, **more: object) -> Program:
        program: Program = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(PROGRAM), str(where), *map(str, arguments)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **more,  # type: ignore[call-overload]
        )
        begun.append(program)
        return program

    yield begin
    for program in begun:
        program.kill()
        program.communicate()


def started(program: Program) -> bool:
    assert program.stdout is not None
    return program.stdout.readline() == "started\n" or pytest.fail(program.communicate()[1])


def ended(program: Program) -> str:
    """Lets a program end by itself; what it wrote to standard error."""
    _, errors = program.communicate(timeout=60)
    return errors


def servers(folder: Path) -> list[psutil.Process]:
    """Every process of a server on data below a folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.name().startswith("postgres") and folder in Path(process.cwd()).parents:
                found.append(process)
        except (psutil.Error, OSError):
            pass
    return found


def postmasters(folder: Path) -> list[psutil.Process]:
    """Of those, the ones that no other has started. One that ends while it is looked at was started by another."""
    found = []
    for process in servers(folder):
        with suppress(psutil.Error):
            parent = process.parent()
            if parent is None or not parent.name().startswith("postgres"):
                found.append(process)
    return found


def postmaster(folder: Path) -> psutil.Process:
    return psutil.Process(int((folder / "postgres" / "postmaster.pid").read_text().split()[0]))


def known(folder: Path) -> EmbeddedServer:
    """A server as a program that has started it knows it."""
    server = EmbeddedServer(folder)
    if os.geteuid() == 0:
        server._account = ServerAccount.found_or_made()
    return server


async def answer(folder: Path, query: str = "select 1") -> object:
    async with connected(known(folder).target(database="postgres")) as connection:
        return await connection.fetchval(query)


def test_two_programs_that_start_at_once_share_one_server_and_the_last_one_stops_it(folder: Path, begin: Begin) -> None:
    programs = [begin(), begin(), begin()]
    assert all(started(program) for program in programs)
    first = postmaster(folder)
    for program in programs[:2]:
        assert ended(program) == ""
        assert postmaster(folder) == first
        assert first.is_running()
    assert ended(programs[2]) == ""
    assert servers(folder) == []


async def test_data_outlive_the_server(folder: Path) -> None:
    for expected in (1, 2):
        server = EmbeddedServer(folder, options={"fsync": "off"})
        server.start()
        try:
            await answer(folder, "create table if not exists visits (n serial)")
            await answer(folder, "insert into visits default values")
            assert await answer(folder, "select count(*) from visits") == expected
        finally:
            server.leave()
            server.leave()


async def test_after_the_program_was_killed_the_next_one_uses_its_server_and_stops_it(
    folder: Path, begin: Begin
) -> None:
    killed = begin()
    assert started(killed)
    left_behind = postmaster(folder)
    killed.kill()
    killed.communicate()
    assert left_behind.is_running()
    following = begin()
    assert started(following)
    assert postmaster(folder) == left_behind
    assert await answer(folder) == 1
    ended(following)
    assert servers(folder) == []


@pytest.mark.parametrize("with_program", [True, False], ids=["with its program", "alone"])
async def test_after_postgres_itself_was_killed_the_next_start_works_and_the_data_are_there(
    folder: Path, begin: Begin, with_program: bool
) -> None:
    program = begin()
    assert started(program)
    await answer(folder, "create table kept as select 7 as number")
    if with_program:
        program.kill()
    postmaster(folder).kill()
    # at once: its children may not have noticed yet that they are alone
    following = begin()
    assert started(following)
    assert await answer(folder, "select number from kept") == 7


async def test_a_server_that_was_killed_while_stopping_or_starting_is_waited_for(folder: Path, begin: Begin) -> None:
    program = begin()
    assert started(program)
    async with connected(known(folder).target(database="postgres")):
        # a smart shutdown refuses newcomers and waits for those that are connected
        postmaster(folder).send_signal(signal.SIGTERM)
        program.kill()
        following = begin()
        log = folder / "postgres" / "server.log"
        await until(lambda: "received smart shutdown request" in log.read_text())
    assert started(following)
    assert await answer(folder) == 1


async def test_a_stale_process_id_that_belongs_to_another_program_does_not_stop_the_start(
    folder: Path, begin: Begin
) -> None:
    program = begin()
    assert started(program)
    file = folder / "postgres" / "postmaster.pid"
    stale = file.read_text()
    lock = Path(known(folder).target().host) / ".s.PGSQL.5432.lock"
    stale_lock = lock.read_text()
    ended(program)
    # as after a power cut: the number now is that of this very test, which PostgreSQL would respect
    account = ServerAccount.found_or_made() if os.geteuid() == 0 else None
    foreign = psutil.Popen(["sleep", "600"], user=account.uid if account else None)
    try:
        for left, text in ((file, stale), (lock, stale_lock)):
            left.write_text("\n".join([str(foreign.pid), *text.split("\n")[1:]]))
            if account:
                os.chown(left, account.uid, account.gid)
        assert started(begin())
        assert await answer(folder) == 1
        assert foreign.poll() is None, "the other program is left alone"
    finally:
        foreign.kill()
        foreign.wait()


def test_an_interrupted_first_start_is_begun_anew(folder: Path, begin: Begin) -> None:
    killed = begin()
    while not list(folder.glob("postgres.new.*/PG_VERSION")):
        assert killed.poll() is None
        assert not (folder / "postgres").exists(), "it was too fast to be interrupted"
    killed.kill()
    killed.communicate()
    assert not (folder / "postgres").exists()
    assert started(begin())
    assert servers(folder)


def test_data_of_another_major_version_are_refused_and_left_alone(folder: Path) -> None:
    server = EmbeddedServer(folder, options={"fsync": "off"})
    server.start()
    server.leave()
    version = folder / "postgres" / "PG_VERSION"
    version.write_text("17\n")
    again = EmbeddedServer(folder)
    with pytest.raises(
        DatabaseUnavailable, match=r"are of PostgreSQL 17\. This phresh brings PostgreSQL 18.*pg_dump 17"
    ):
        again.start()
    again.leave()
    assert version.read_text() == "17\n"
    version.write_text("18\n")
    last = EmbeddedServer(folder)
    last.start()
    last.leave()


@pytest.mark.parametrize("name", ['it\'s "odd" $HOME `id` ü漢\\x', "d" * 120])
async def test_a_folder_with_any_name_serves(folder: Path, begin: Begin, name: str) -> None:
    odd = folder / name
    program = begin(odd)
    assert started(program)
    assert await answer(odd) == 1
    host = known(odd).target().host
    assert len(os.fsencode(f"{host}/.s.PGSQL.5432")) <= SOCKET_PATH_LENGTH
    assert Path(host).stat().st_mode & 0o077 == 0, "the server trusts whoever reaches its socket"
    ended(program)
    assert servers(folder) == []
    if len(name) > 100:
        shutil.rmtree(host)


async def test_a_program_with_another_folder_for_temporary_files_finds_the_same_server(
    folder: Path, begin: Begin, tmp_path: Path
) -> None:
    far = folder / ("d" * 120)
    assert started(begin(far))
    assert started(begin(far, env={**os.environ, "TMPDIR": str(tmp_path)}))
    assert len(postmasters(folder)) == 1
    shutil.rmtree(known(far).target().host)


async def test_a_link_to_the_folder_leads_to_the_same_server(folder: Path, begin: Begin) -> None:
    assert started(begin())
    link = folder.with_name("link")
    link.symlink_to(folder)
    assert started(begin(link))
    assert await answer(link) == 1


def test_a_socket_folder_that_somebody_else_has_prepared_is_not_used(folder: Path) -> None:
    far = folder / ("d" * 120)
    host = Path(known(far).target().host)
    host.chmod(0o777)
    try:
        server = EmbeddedServer(far)
        with pytest.raises(DatabaseUnavailable, match="is not safe to use"):
            server.start()
        server.leave()
    finally:
        shutil.rmtree(host)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_for_the_whole_terminal_does_not_hit_the_server(folder: Path, begin: Begin, end: signal.Signals) -> None:
    other = begin()
    assert started(other)
    program = begin(start_new_session=True)
    assert started(program)
    os.killpg(program.pid, end)
    program.communicate(timeout=60)
    assert postmaster(folder).is_running()
    assert ended(other) == ""
    assert servers(folder) == []


def test_nothing_of_the_server_is_reached_from_the_network(folder: Path, begin: Begin) -> None:
    assert started(begin())
    assert not [
        connection
        for process in servers(folder)
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]


def test_the_servers_own_log_does_not_grow_without_end(folder: Path) -> None:
    for _ in range(2):
        server = EmbeddedServer(folder, options={"fsync": "off"})
        server.start()
        server.leave()
        log = folder / "postgres" / "server.log"
        with log.open("a") as stream:
            stream.truncate(6_000_000)
    assert (folder / "postgres" / "server.log.1").stat().st_size == 6_000_000


def test_a_file_in_place_of_the_folder_is_told_in_three_parts(folder: Path) -> None:
    folder.write_text("")
    with pytest.raises(DatabaseUnavailable) as told:
        EmbeddedServer(folder).start()
    assert str(folder) in told.value.why
    assert "PHRESH_DATA_DIR" in told.value.todo


def test_somebody_elses_folder_named_postgres_is_left_alone(folder: Path) -> None:
    theirs = folder / "postgres" / "theirs.txt"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("mine")
    server = EmbeddedServer(folder, options={"fsync": "off"})
    with pytest.raises(DatabaseUnavailable, match="not empty"):
        server.start()
    server.leave()
    assert theirs.read_text() == "mine"


# --- as root, and as somebody else: what the one or the other kind of user cannot try is not collected for them

if os.geteuid() == 0:

    @pytest.fixture
    def somebody() -> pwd.struct_passwd:
        """A user without rights; the one that PostgreSQL runs as serves, for no test may make users."""
        account = ServerAccount.found_or_made()
        return pwd.getpwuid(account.uid)

    def test_as_root_the_server_runs_as_a_user_of_its_own(folder: Path, begin: Begin) -> None:
        assert started(begin())
        assert {process.username() for process in servers(folder)} == {"embedded_postgres"}

    @pytest.mark.parametrize("umask", [0o077, 0o022])
    def test_as_root_the_folder_is_reached_whatever_the_umask(folder: Path, begin: Begin, umask: int) -> None:
        assert started(begin(folder / "deep" / "er", umask=umask))

    def test_as_root_a_closed_folder_is_refused_and_left_closed(folder: Path) -> None:
        closed = folder.parent / "closed"
        closed.mkdir(mode=0o700)
        with pytest.raises(DatabaseUnavailable, match=f"may not enter {closed}") as told:
            EmbeddedServer(closed / "phresh" / "data").start()
        assert "PHRESH_DATA_DIR" in told.value.todo
        assert closed.stat().st_mode & 0o077 == 0
        assert list(closed.iterdir()) == []

    def test_as_root_binaries_in_a_closed_folder_are_copied(
        folder: Path, somebody: pwd.struct_passwd, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from phresh_tui.database import installation

        closed = folder.parent / "closed"
        closed.mkdir(mode=0o700)
        package = installation.binaries().parent
        shutil.copytree(package, closed / package.name, symlinks=True)
        shutil.copytree(f"{package}.libs", closed / f"{package.name}.libs")
        installed = closed / package.name / "pginstall"
        monkeypatch.setattr(installation, "binaries", lambda: installed)
        assert first_closed(installed / "bin" / "postgres") == closed
        told: list[str] = []
        folder.mkdir(mode=0o711)
        (folder / "postgresql.new" / "bin").mkdir(parents=True)
        for _ in range(2):
            copy = reachable_binaries(folder, ServerAccount.found_or_made(), told.append)
        assert first_closed(copy / "bin" / "postgres") is None
        assert len(told) == 1, "it is copied once, and a copy that was interrupted is begun anew"
        server = EmbeddedServer(folder, options={"fsync": "off"})
        server.start()
        try:
            assert postmaster(folder).exe() == str(copy / "bin" / "postgres")
        finally:
            server.leave()

    async def test_another_user_than_root_starts_and_stops_it_too(
        folder: Path, begin: Begin, public_folder: Path, somebody: pwd.struct_passwd
    ) -> None:
        folder.mkdir()
        os.chown(folder, somebody.pw_uid, somebody.pw_gid)
        program = begin(folder, public_folder)
        assert started(program)
        assert postmaster(folder).username() == somebody.pw_name
        assert await answer(folder) == 1
        assert ended(program) == ""
        assert servers(folder) == []

    def test_a_folder_that_may_not_be_written_is_told(folder: Path, begin: Begin, public_folder: Path) -> None:
        folder.mkdir(mode=0o711)
        program = begin(folder / "inner", public_folder)
        assert program.wait(timeout=60) == 1
        errors = program.communicate()[1]
        assert "The embedded PostgreSQL cannot use its folder. Permission denied" in errors
        assert "PHRESH_DATA_DIR" in errors

else:

    def test_a_folder_that_is_read_only_is_told(folder: Path) -> None:
        folder.mkdir(mode=0o500)
        with pytest.raises(DatabaseUnavailable, match=r"Permission denied.*PHRESH_DATA_DIR"):
            EmbeddedServer(folder / "inner").start()
