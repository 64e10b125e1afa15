"""A second process reads the settings as this one would, from what is there at that moment."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.server.support import by_hand

# all fields of both, so that none can be forgotten on the way
READ_BOTH = """
import json
from functools import partial
from phresh_tui.cli.ahead import ahead
from phresh_tui.reading import read_ahead
reading = read_ahead(partial(ahead, None))
read = reading.next() if reading else None
from phresh_tui.settings import Settings, load_settings
def plain(value):
    return value.get_secret_value() if hasattr(value, "get_secret_value") else str(value)
def shown(settings):
    names = [*Settings.model_fields, "is_embedded"]
    return {name: plain(getattr(settings, name)) for name in names}
print(json.dumps([shown(read), shown(load_settings()), repr(vars(read))] if read else None))
"""


def read_both(folder: Path, **environment: str) -> Any:
    done = by_hand(sys.executable, "-c", READ_BOTH, folder=folder, variables=environment)
    assert not done.stderr or "ConfigurationError" in done.stderr, done.stderr
    return json.loads(done.stdout)


def test_a_second_process_reads_the_same_and_shows_no_password(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("POSTGRES_USER=ada\nPOSTGRES_PASSWORD='s3cr$t word'\nPOSTGRES_DB=market\n")
    ahead, here, printed = read_both(tmp_path, POSTGRES_PORT="5555", PHRESH_DATA_DIR=str(tmp_path))
    assert ahead == here
    assert (ahead["postgres_port"], ahead["postgres_password"]) == ("5555", "s3cr$t word")
    assert "s3cr$t" not in printed
    # nothing is kept: what has changed counts at once, and the environment beats the file
    (tmp_path / ".env").write_text("POSTGRES_USER=bob\nPOSTGRES_DB=other\n")
    ahead, here, _ = read_both(tmp_path, POSTGRES_DB="third")
    assert ahead == here
    assert (ahead["postgres_user"], ahead["postgres_db"], ahead["is_embedded"]) == ("bob", "third", "False")


def test_it_stays_until_nobody_reads_any_more(tmp_path: Path) -> None:
    script = (
        "import os, sys, time; from phresh_tui.reading import read_ahead; "
        "reading = read_ahead(lambda: iter(['a', 'b'])); answers = reading.next(), reading.next(); time.sleep(0.3); "
        "stays = os.waitpid(reading._process, os.WNOHANG) == (0, 0); "
        "(reading.end() if 'end' in sys.argv else None); print(*answers, stays)"
    )
    # or until the program has ended: what is printed ends when both have
    for way in ("end", "leave"):
        done = by_hand(sys.executable, "-c", script, way, folder=tmp_path, seconds=20)
        assert (done.stdout, done.stderr) == ("a b True\n", "")


def test_a_name_that_nobody_answers_for_is_not_waited_for(tmp_path: Path) -> None:
    script = (
        "import socket, time; socket.getaddrinfo = lambda *_, **__: time.sleep(600); "
        "from functools import partial; from phresh_tui.cli.ahead import ahead; "
        "from phresh_tui.reading import read_ahead; reading = read_ahead(partial(ahead, None)); "
        "print(reading.next().postgres_server, reading.next())"
    )
    variables = {
        "POSTGRES_SERVER": "db.example",
        "POSTGRES_USER": "m_ada",
        "POSTGRES_PASSWORD": "x",
        "POSTGRES_DB": "p",
    }
    done = by_hand(sys.executable, "-c", script, folder=tmp_path, variables=variables)
    assert (done.stdout, done.stderr) == ("db.example None\n", "")


def test_what_it_cannot_read_is_left_to_the_program_to_tell(tmp_path: Path) -> None:
    script = (
        "from functools import partial; from phresh_tui.cli.ahead import ahead; "
        "from phresh_tui.reading import read_ahead; reading = read_ahead(partial(ahead, None)); "
        "print(reading.next(), reading.next())"
    )
    for variables in ({"POSTGRES_PORT": "many"}, {"POSTGRES_USER": "ada"}):
        done = by_hand(sys.executable, "-c", script, folder=tmp_path, variables=variables)
        assert (done.stdout, done.returncode) == ("None None\n", 0)
        # the process that could not read it prints nothing over the screen
        assert not done.stderr
