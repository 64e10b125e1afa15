"""Which theme is worn: chosen, remembered, from the file, or as the terminal is."""

from __future__ import annotations

import asyncio
import re
import time

import pytest
from textual import events

from phresh_tui.market.errors import ConfigurationError
from phresh_tui.paths import config_file, state_folder
from phresh_tui.preferences import load_preferences
from phresh_tui.tui.background import Background, is_dark
from phresh_tui.tui.late_answer import QUEUED, LateAnswerParser
from phresh_tui.tui.themes import FOLLOW, theme_for
from tests.support import Market
from tests.terminal import Terminal
from tests.tui.conftest import Drive


@pytest.mark.parametrize(
    ("answer", "dark"),
    [
        (b"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\\x1b[?62;22c", True),
        (b"\x1b]11;rgb:ffff/ffff/dddd\x07\x1b[?1;2c", False),
        (b"\x1b]11;rgba:ff/ff/ff/80\x07", False),
        (b"\x1b[?1;2c", None),
        (b"", None),
    ],
)
def test_what_a_terminal_answers_is_understood(answer: bytes, dark: bool | None) -> None:
    assert is_dark(answer) is dark
    assert theme_for(FOLLOW, dark) == ("phresh-light" if dark is False else "phresh-dark")


async def test_a_theme_is_seen_while_one_chooses_and_remembered(market: Market, drive: Drive) -> None:
    await market.member("ada")
    async with drive("ada") as driver:
        await driver.browsing()
        assert driver.app.theme == "phresh-dark"
        await driver.press("colon")
        await driver.type("theme")
        await driver.see("see them while you choose")
        await driver.press("enter")
        await driver.see("phresh-light")
        await driver.press("j", "j")
        await driver.until(lambda: driver.app.theme == "phresh-light", "the light theme")
        await driver.press("escape")
        await driver.until(lambda: driver.app.theme == "phresh-dark", "the theme before")
        driver.app.action_change_theme()
        await driver.see("phresh-light")
        await driver.press("3")
        await driver.until(lambda: driver.app.theme == "phresh-light", "the light theme")
    async with drive("ada") as driver:
        await driver.browsing()
        assert driver.app.theme == "phresh-light"
    # one that a later version knew
    (state_folder() / "looks.json").write_text('{"theme": "of-tomorrow"}')
    config_file().parent.mkdir(parents=True)
    async with drive("ada") as driver:
        await driver.browsing()
        assert driver.app.theme == "phresh-dark"
    config_file().write_text('theme = "nord"')
    async with drive("ada") as driver:
        await driver.browsing()
        assert driver.app.theme == "nord"
    config_file().write_text('\ntheme = "nrod"')
    with pytest.raises(ConfigurationError, match="Line 2: there is no theme nrod"):
        async with drive("ada"):
            pass
    assert load_preferences().theme == "nrod"


async def test_the_terminal_is_asked_once_and_no_color_is_heeded(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = await market.member("ada", tcp=True)
    monkeypatch.setenv("DATABASE_URL", target.dbmate_url(tls=False))

    monkeypatch.setenv("COLORTERM", "truecolor")

    def look() -> None:
        with Terminal() as terminal:
            terminal.until(lambda: b"\x1b]11;?" in terminal.raw, "the question")
            terminal.type("\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62c")
            terminal.see("@ada", "● connected")
            # the background of phresh-light
            assert b"48;2;252;254;253" in terminal.raw
            assert "rgb" not in terminal.text
            terminal.press("q")
            assert terminal.end() == 0
        # one that answers when the program is there already, as over a slow line: nobody has typed that
        with Terminal() as terminal:
            terminal.see("@ada", "● connected")
            terminal.type("\x1b]11;rgb:1e1e/1e1e")
            terminal.until_quiet()
            terminal.type("/1e1e\x1b\\\x1b[?62;22c")
            terminal.until_quiet()
            assert "rgb" not in terminal.text
            assert "1e1e" not in terminal.text
            # from then on it is a key like any other
            terminal.press("/")
            terminal.type("1e1e")
            terminal.see("“1e1e”")
            terminal.until_quiet()
            terminal.press("ctrl+q")
            assert terminal.end() == 0
        # what is typed before the program is there, before, between and behind the answers
        with Terminal() as terminal:
            terminal.type("/w")
            terminal.until(lambda: b"\x1b]11;?" in terminal.raw, "the question")
            terminal.type("e\x1b]11;rgb:ffff/ffff/ffff\x1b\\t\x1b[?62c")
            terminal.type(" c\r")
            terminal.see("@ada", "● connected", "“wet c”")
            assert b"48;2;252;254;253" in terminal.raw
            terminal.press("q")
            assert terminal.end() == 0
        # a terminal that never answers, and wants no colours
        with Terminal(environment={"NO_COLOR": "1"}) as terminal:
            terminal.see("@ada", "● connected")
            terminal.press("q")
            assert terminal.end() == 0
            # no colour at all, of 8, of 256, or of all; what is chosen and what is done is told by other means
            assert not [code for code in _codes(terminal.raw) if _is_colour(code)]
            assert b"\x1b[7" in terminal.raw or b";7" in terminal.raw

    await asyncio.to_thread(look)


def _codes(written: bytes) -> list[int]:
    """All numbers in the SGR sequences that were written."""
    found = re.findall(rb"\x1b\[([\d;]*)m", written)
    return [int(number or 0) for sequence in found for number in sequence.split(b";")]


def _is_colour(code: int) -> bool:
    return 30 <= code <= 38 or 40 <= code <= 48 or 90 <= code <= 97 or 100 <= code <= 107


def test_a_colour_is_found_among_what_was_written() -> None:
    assert [_is_colour(code) for code in _codes(b"\x1b[1;7m\x1b[38;5;1m\x1b[0;39;49m")][2]
    assert not any(_is_colour(code) for code in _codes(b"\x1b[1;7m a \x1b[0;39;49m"))


def test_enter_that_was_typed_before_the_program_listened_is_no_end_of_a_line() -> None:
    parser = LateAnswerParser(background=Background(None, typed=b"w"))
    assert [event.key for event in parser.feed("\n") if isinstance(event, events.Key)] == ["w", "enter"]
    time.sleep(QUEUED)
    assert [event.key for event in parser.feed("\n") if isinstance(event, events.Key)] == ["ctrl+j"]
