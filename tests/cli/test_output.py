"""How results and errors are printed."""

from __future__ import annotations

import json

import pytest

from phresh_tui.cli.output import cells, cut, print_error, write_json, write_table
from phresh_tui.logs import keep_secret
from phresh_tui.market.errors import PhreshError


def test_a_table_lines_up_behind_wide_and_combining_characters(capsys: pytest.CaptureFixture[str]) -> None:
    write_table(
        ("WHAT", "N", "LAST"), [("窓ふき", "1", "a"), ("e\u0301te\u0301", "10", "b"), ("🪟", "100", "c")], right=(1,)
    )
    lines = capsys.readouterr().out.splitlines()
    # the first column is six cells wide: three wide characters
    assert lines == ["WHAT      N  LAST", "窓ふき    1  a", "e\u0301te\u0301      10  b", "🪟      100  c"]
    assert {cells(line) - len(line.split("  ")[-1]) for line in lines} == {13}


def test_a_table_gives_the_terminal_nothing_to_interpret(capsys: pytest.CaptureFixture[str]) -> None:
    write_table(("A", "B"), [("\x1b[31mred", "one\ntwo\u202e"), ("\x9b1m", "[bold]x[/] \x07")])
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "\x9b" not in shown
    assert "\u202e" not in shown
    assert len(shown.splitlines()) == 3
    assert "[bold]x[/]" in shown


def test_json_is_exactly_what_was_stored_and_still_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    text = "ünïcode 漢字 \x1b[31m \x9b31m \u202e \u2028 \x7f\n\ttab [@click=app.quit]x[/]"
    write_json({"text": text})
    shown = capsys.readouterr().out
    assert json.loads(shown) == {"text": text}
    assert "漢字" in shown
    assert not {"\x1b", "\x9b", "\u202e", "\u2028", "\x7f"} & set(shown)


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("漢字漢字", 5, "漢字…"), ("漢字漢字", 4, "漢…")],
)
def test_text_is_cut_at_the_edge_by_columns(text: str, width: int, shown: str) -> None:
    assert cut(text, width) == shown
    assert cells(shown) <= width


def test_an_error_has_three_parts_without_a_password(capsys: pytest.CaptureFixture[str]) -> None:
    keep_secret("hunter2 hunter2")
    print_error(PhreshError("it broke \x1b[2J", "because of hunter2 hunter2", "try postgres://u:pa/ss@host/db"))
    shown = capsys.readouterr()
    assert not shown.out
    assert shown.err.splitlines() == [
        "phresh: It broke �[2J.",
        "        Because of ********.",
        "        Try postgres://u:********@host/db.",
    ]
