"""A real PostgreSQL for every test: one embedded cluster per test process, one fresh database per test."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from phresh_tui.tui.memory import EVERYTHING, no_longer_new
from tests.support import Cluster, Market, running_cluster

SETTINGS = (
    "POSTGRES_",
    "PHRESH_",
    "PG",
    "DBMATE_",
    "XDG_",
    "DATABASE_URL",
    "TEXTUAL_",
    "NO_COLOR",
    "COLORTERM",
)
# objects, small and middle collections before the next larger one, instead of 700, 10 and 10: to look through all that
# the tests have imported takes a fifth of a second each time
COLLECTED = (10_000, 20, 100)
# seconds that an answer of the database takes longer at the most: `make slow`
LATE = float(os.environ.get("SLOW", "0"))
# bytes: what the servers of one test process write at the most, with plenty to spare
ROOM = 4_000_000_000


def pytest_configure() -> None:
    """Garbage is collected seldom, and the signals that end a program do so.

    A shell ignores Ctrl+C for what runs in its background, nohup ignores SIGHUP, and every program inherits that.
    """
    gc.set_threshold(*COLLECTED)
    for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, usual)
    if LATE:
        _answer_late(LATE)


def _answer_late(most: float) -> None:
    """Lets every question wait, each for another time: a test that counts on a quick answer fails here, not in CI."""
    driver: Any = asyncpg.Connection
    execute = driver._execute

    async def late(connection: Any, *arguments: Any, **more: Any) -> Any:
        await asyncio.sleep(random.uniform(0, most))
        return await execute(connection, *arguments, **more)

    driver._execute = late


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """What `-n auto` means: two more than there are cores, for each test waits now and then."""
    return (os.cpu_count() or 1) + 2


# what takes longest: begun last, one process would go on with it alone
LONGEST = ("test_monkey.py", "test_looks.py", "test_naughty.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begins with what takes longest."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, an empty folder to stand in, and nothing configured: no test touches what is the user's."""
    for name in list(os.environ):
        if name.startswith(SETTINGS):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    # as root the embedded server would otherwise go to /var/lib/phresh
    monkeypatch.setenv("PHRESH_DATA_DIR", str(tmp_path / "embedded"))
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    monkeypatch.setenv("TERM", "xterm-256color")
    # a person who knows it all: what is asked and told the first time is for the tests of it
    no_longer_new(EVERYTHING)
    stand = tmp_path / "stand"
    stand.mkdir()
    monkeypatch.chdir(stand)
    return home


def memory_folder() -> Path | None:
    """A folder in memory: five hundred databases are made and dropped, ten times as long on a disk that is busy.

    None where there is no such folder, where it is small, or where programs may not run from it, as in some containers.
    """
    folder = Path("/dev/shm")
    try:
        found = os.statvfs(folder)
    except OSError:
        return None
    roomy = found.f_bavail * found.f_frsize > ROOM and os.access(folder, os.W_OK)
    return folder if roomy and not found.f_flag & os.ST_NOEXEC else None


@pytest.fixture(scope="session")
def public_folder() -> Iterator[Path]:
    """A folder that every user of the system may enter, for servers that do not run as root."""
    folder = Path(tempfile.mkdtemp(prefix="phresh tests ", dir=memory_folder()))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster(public_folder: Path) -> Iterator[Cluster]:
    """The server of this test process."""
    with running_cluster(public_folder / "cluster") as cluster:
        yield cluster


@pytest.fixture
async def market(cluster: Cluster) -> AsyncIterator[Market]:
    """A migrated database of its own, with nobody in it."""
    market = await cluster.new_market()
    try:
        yield market
    finally:
        await market.close()
