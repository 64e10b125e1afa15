"""The log: the tutorial's line, and never a password."""

from __future__ import annotations

import asyncio
import logging
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from phresh_tui.database.session import Session
from phresh_tui.database.target import Target, parse_url
from phresh_tui.logs import DISTINCTIVE, LOGGERS, keep_secret, log_file, masked, open_log
from phresh_tui.settings import Settings
from tests.server.support import NASTY_PASSWORDS, ROOT, by_hand
from tests.support import PASSWORD, Market

SECRET = "correct-horse-battery-9"


@pytest.fixture(autouse=True)
def log() -> Iterator[Path]:
    open_log("DEBUG")
    yield log_file()
    for name in LOGGERS:
        logger = logging.getLogger(name)
        for handler in logger.handlers[:]:
            logger.removeHandler(handler)
            handler.close()
        logger.propagate = True
        logger.setLevel(logging.NOTSET)


async def test_opening_and_closing_the_pool_log_the_address_with_the_password_starred_out(
    market: Market, log: Path
) -> None:
    ada = await market.session("ada", tcp=True)
    await ada.close()
    place = f"127.0.0.1:{market.cluster.port}/{market.database}"
    text = log.read_text()
    assert f"INFO [{os.getpid()}] Connected to database postgresql://m_ada:********@{place}\n" in text
    assert f"Closed the connections to database postgresql://m_ada:********@{place}\n" in text
    assert PASSWORD not in text


def test_the_line_has_the_form_that_the_tutorial_has() -> None:
    target = Target("db", 5432, "postgres", "postgres", "postgres")
    assert target.masked_url == "postgresql://postgres:********@db:5432/postgres"
    keep_secret("postgres", public=("postgres",))
    line = f"Connected to database {target.masked_url}"
    assert masked(line) == "Connected to database postgresql://postgres:********@db:5432/postgres"


@pytest.mark.parametrize("password", [SECRET, *NASTY_PASSWORDS])
async def test_an_unexpected_error_with_the_password_in_it_is_logged_without(log: Path, password: str) -> None:
    keep_secret(password)
    logger = logging.getLogger("phresh")
    glued = [f"x{password}y"] if len(password) >= DISTINCTIVE else []
    for text in (password, *glued, repr(password), f"postgresql://u:{quote(password, safe='')}@h/d"):
        try:
            raise RuntimeError(text)
        except RuntimeError:
            logger.exception("Something nobody expected: %r", {"password": password})

    async def fails_unseen() -> None:
        raise ValueError(password)

    # a task whose error nobody asks for is reported by asyncio's own logger
    task = asyncio.ensure_future(fails_unseen())
    await asyncio.wait([task])
    asyncio.get_running_loop().call_exception_handler({"message": "lost", "exception": task.exception()})
    text = log.read_text(encoding="utf-8")
    assert text.count("Traceback") == 4 + len(glued)
    for spelling in (password, quote(password, safe=""), repr(password)[1:-1]):
        assert spelling not in text


async def test_no_password_is_logged_when_the_server_refuses_it(market: Market, log: Path) -> None:
    ada = await market.member("ada", tcp=True)
    with pytest.raises(Exception, match=r"(?i)wrong handle or password") as told:
        await Session.open(ada.as_account(ada.user, SECRET), Settings())
    logging.getLogger("phresh").error("It failed", exc_info=told.value)
    assert SECRET not in log.read_text()
    assert SECRET not in str(told.value)
    assert SECRET not in repr(ada.as_account(ada.user, SECRET))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgres://u:p@ss@h/d", "postgres://u:********@h/d"),
        ("postgres://u:p/a?s#s@h/d x", "postgres://u:********@h/d x"),
        ("postgres://:pass@h/d", "postgres://:********@h/d"),
        ("postgresql:///d?user=u&password=abc&host=h", "postgresql:///d?user=u&password=********&host=h"),
        ("postgres://u@h:5432/d", "postgres://u@h:5432/d"),
        ("at 10:30 somebody@example.org wrote", "at 10:30 somebody@example.org wrote"),
    ],
)
def test_a_password_in_any_address_is_starred_out_also_an_unknown_one(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_a_password_that_is_a_plain_word_leaves_longer_words_alone() -> None:
    keep_secret("post")
    assert masked("postgres said: post") == "postgres said: ********"


def test_the_password_of_a_parsed_address_is_not_in_its_repr() -> None:
    assert SECRET not in repr(parse_url(f"postgres://u:{SECRET}@h/d"))


def test_the_log_lies_in_the_state_folder_and_is_its_owners_alone(log: Path, home: Path) -> None:
    assert log == home / "state" / "phresh" / "phresh.log"
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700


def test_a_log_that_cannot_be_written_stops_nothing_and_draws_nothing(home: Path) -> None:
    # a file where the folder should be, and a disk that is full
    (home / "blocked").write_text("")
    code = "\n".join(
        [
            "import logging, sys",
            "from phresh_tui import logs",
            "logs.open_log()",
            "logging.getLogger('phresh').error('lost')",
            "logs.log_file = lambda: __import__('pathlib').Path('/dev/full')",
            "logs.open_log()",
            "logging.getLogger('phresh').error('lost too')",
            "logging.getLogger('asyncio').error('and this')",
        ]
    )
    done = by_hand(sys.executable, "-c", code, folder=ROOT, variables={"XDG_STATE_HOME": str(home / "blocked")})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_log_does_not_grow_without_end(log: Path) -> None:
    logger = logging.getLogger("phresh")
    for _ in range(30):
        logger.info("x" * 100_000)
    logs = [file for file in log.parent.iterdir() if file.name.startswith(log.name)]
    assert sorted(file.name for file in logs) == ["phresh.log", "phresh.log.1"]
    assert sum(file.stat().st_size for file in logs) < 2_100_000
