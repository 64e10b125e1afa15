"""What can be typed: the help, the version, and what happens when it is typed wrongly."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

import pytest

from phresh_tui import __version__
from phresh_tui.cli.arguments import ASPECTS, BOOKINGS, SORTS, TYPES
from phresh_tui.cli.commands import COMMANDS
from phresh_tui.cli.main import program_alone
from phresh_tui.cli.parser import EXIT_CODES, make_parser
from phresh_tui.market import errors, record
from phresh_tui.market.cleaning import Booking, CleaningType
from phresh_tui.market.search import Sort
from tests.cli.support import called, phresh_process

HEAVY = ("textual", "rich", "asyncpg", "pydantic", "pydantic_settings", "asyncio", "dataclasses")


@pytest.mark.parametrize("arguments", [[], ["--as", "ada"], ["--as", ""], ["--as", "@ada"]])
def test_the_program_alone_is_understood_as_the_parser_would(arguments: list[str]) -> None:
    chosen = program_alone(arguments)
    assert chosen is not None
    assert vars(chosen) == vars(make_parser().parse_args(arguments))


@pytest.mark.parametrize("arguments", [["--as"], ["--as", "-h"], ["--as", "ada", "jobs"], ["--as=ada"]])
def test_whatever_else_is_typed_is_for_the_parser(arguments: list[str]) -> None:
    assert program_alone(arguments) is None


def test_the_first_screen_loads_nothing_of_the_others() -> None:
    later = ("argparse", "textual.widgets._text_area", "phresh_tui.market.record", "phresh_tui.database.offers")
    screens = "post", "sign_in", "menu", "confirm", "filter", "sort", "mine", "inbox"
    program = (
        "import sys; import phresh_tui.cli.main, phresh_tui.cli.program, phresh_tui.tui.app;"
        f"print([name for name in {later + tuple(f'phresh_tui.tui.screens.{name}' for name in screens)!r}"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n", "a module that is loaded for nothing costs every start"


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_the_help_and_the_version_load_nothing_heavy(argument: str) -> None:
    program = (
        "import sys; from phresh_tui.cli.main import main; code = main(sys.argv[1:]);"
        f"print('LOADED', [name for name in {HEAVY!r} if name in sys.modules], code)"
    )
    done = subprocess.run([sys.executable, "-c", program, argument], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "LOADED [] 0"


async def test_the_version_is_that_of_the_package() -> None:
    done = (await phresh_process("--version")).ok()
    assert done.out == f"phresh {__version__}\n"
    assert not done.err


async def test_the_help_names_every_command_and_every_exit_code_and_fits_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert await called("--help") == 0
    shown = capsys.readouterr().out
    for command in COMMANDS:
        assert f"  {command.words} " in shown
        assert command.sentence in shown
    codes = {kind.exit_code for kind in vars(errors).values() if hasattr(kind, "exit_code")}
    assert codes | {0, 2, 130} <= {int(code) for code in re.findall(r"^  (\d+) ", EXIT_CODES, re.MULTILINE)}
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.words)
async def test_every_command_explains_itself(command: object, capsys: pytest.CaptureFixture[str]) -> None:
    words = [word for word in command.words.split() if word.islower()]  # type: ignore[attr-defined]
    assert await called(*words, "--help") == 0
    shown = capsys.readouterr().out
    assert f"usage: phresh {' '.join(words)}" in shown
    assert max(map(len, shown.splitlines())) <= 80
    examples = command.examples  # type: ignore[attr-defined]
    for example in examples:
        assert f"\n  {example}\n" in shown
        if example.startswith("phresh ") and ">" not in example:
            chosen = make_parser().parse_args(shlex.split(example)[1:])
            assert chosen.run == command.run  # type: ignore[attr-defined]


def test_the_words_of_the_parser_are_those_of_the_market() -> None:
    assert tuple(Sort) == SORTS
    assert tuple(CleaningType) == TYPES
    assert tuple(style.replace("_", "-") for style in Booking) == BOOKINGS
    assert record.ASPECTS == ASPECTS


@pytest.mark.parametrize(
    "typed",
    [
        ["clean"], ["db"], ["db", "drop"], ["member"], ["claim"], ["claim", "one"], ["claim", "0"], ["claim", "-1"],
        ["claim", "9" * 19], ["claim", "٣"], ["jobs", "--sort", "random"], ["jobs", "--limit", "0"],
        ["jobs", "--lim", "1"], ["post", "--name", "x"], ["post", "--price", "1"],
        ["sample", "0"], ["sample", "1e3"], ["sample", "99999999"], ["--as"], ["member", "add"],
        ["config", "--as", "ana"], ["edit"], ["cancel", "1"], ["send-back", "1"], ["offer", "1"], ["accept", "1"],
        ["decline", "1"], ["no-show", "1"], ["finish", "1"], ["review", "1"], ["review", "1", "--stars", "five"],
        ["undo"], ["undo", "1", "ana", "ben"], ["feed", "--limit", "0"], ["profile", "set", "ana"], ["details"],
        ["completion"], ["completion", "tcsh"],
    ],
    ids=" ".join,
)  # fmt: skip
async def test_what_is_typed_wrongly_exits_with_2_and_says_where_to_look(
    typed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert await called(*typed) == 2
    shown = capsys.readouterr()
    assert not shown.out
    assert "--help" in shown.err


async def test_a_wrong_argument_is_not_interpreted_by_the_terminal() -> None:
    done = await phresh_process("jobs", "\x1b]0;owned\x07", "--x\x9b31m")
    done.failed(2, "\\x1b]0;owned\\x07")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", done.err)
