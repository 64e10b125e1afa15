"""Text of members: nothing that a terminal could obey, and nothing changed that it could show."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest

from phresh_tui.market.cleaning import CleaningType, check_description, check_name, parse_type
from phresh_tui.market.errors import BadInput
from phresh_tui.market.text import NOT_BLANK, age, named, visible, visible_paragraphs

ESCAPES = [
    "\x1b[2J",
    "\x1b]0;title\x07",
    "\x1b]52;c;ZXZpbA==\x07",
    "\x9b31m",
    "\x90q\x9c",
    "\x08\x08",
    "\r",
    "\x7f",
    "\x85",
]


@pytest.mark.parametrize("escape", [*ESCAPES, "\u202e", "\u2066", "\u2028", "\u2029", "\ud800", "\0"])
def test_nothing_that_a_terminal_could_obey_is_shown(escape: str) -> None:
    for shown in (visible(f"a{escape}b"), visible_paragraphs(f"a{escape}b")):
        assert shown.startswith("a")
        assert shown.endswith("b")
        assert "�" in shown
        assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in shown)


@pytest.mark.parametrize(
    "text", ["[@click=app.quit]x[/]", "👩\u200d🔧 Œuvre", "שלום", "a\u0301", "<b>&amp;</b>", "\u200fא"]
)
def test_what_can_be_shown_is_shown_as_typed(text: str) -> None:
    assert visible(text) == visible_paragraphs(text) == text


def test_lines_become_one_line_or_stay_lines() -> None:
    assert visible("one\ntwo\tthree") == "one two three"
    assert visible_paragraphs("one\ntwo\tthree") == "one\ntwo    three"


def test_every_blank_of_unicode_is_blank() -> None:
    blanks = [chr(n) for n in range(0x110000) if unicodedata.category(chr(n)) == "Zs" or chr(n).isspace()]
    invisible = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180e\u200b\u200c\u200d\u2060\u2064\u2800\u3164\ufe0f"
    invisible += "\ufeff\uffa0\U000e0020\U000e0100"
    for blank in [*blanks, *invisible, "".join(invisible)]:
        with pytest.raises(BadInput) as error:
            check_name(blank)
        assert error.value.field == "name"
    assert not re.search(NOT_BLANK, invisible)
    assert check_name(f"{invisible}x") == f"{invisible}x"


def test_an_error_names_the_character_and_where_it_stands() -> None:
    with pytest.raises(BadInput, match=r"U\+001B stands at character 3"):
        check_name("ab\x1b[2J")
    with pytest.raises(BadInput, match=r"U\+202E stands at character 1"):
        check_description("\u202eabc")
    assert named("\x1b") == "U+001B"


@pytest.mark.parametrize("typed", ["full_clean", "Full clean", "FULL-CLEAN", " full_clean "])
def test_a_type_is_understood_as_people_write_it(typed: str) -> None:
    assert parse_type(typed) is CleaningType.FULL_CLEAN


def test_an_unknown_type_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadInput, match="dust_up, spot_clean, full_clean") as error:
        parse_type("deep clean")
    assert error.value.field == "cleaning_type"


@pytest.mark.parametrize(
    ("ago", "shown"),
    [
        (timedelta(seconds=-5), "now"),
        (timedelta(), "now"),
        (timedelta(seconds=59.9), "now"),
        (timedelta(seconds=60), "1m"),
        (timedelta(minutes=59, seconds=59), "59m"),
        (timedelta(hours=1), "1h"),
        (timedelta(hours=23, minutes=59), "23h"),
        (timedelta(days=1), "1d"),
        (timedelta(days=13, hours=23), "13d"),
        (timedelta(days=14), "2w"),
        (timedelta(days=365), "52w"),
        (timedelta(days=366), "1y"),
        (timedelta(days=36_525), "100y"),
    ],
)
def test_an_age_is_short_and_rounded_down(ago: timedelta, shown: str) -> None:
    now = datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert age(now - ago, now) == shown
    assert len(shown) <= 4
