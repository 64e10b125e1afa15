"""docs/states.md is the code's own table of moves."""

from __future__ import annotations

import re

import pytest

from phresh_tui.market import moves
from phresh_tui.market.cleaning import Status
from phresh_tui.market.moves import MOVES
from scripts import docs_states


def arrows(text: str) -> set[tuple[str, str, str]]:
    """From, to and each move on the arrow."""
    found = re.findall(r"^    (\w+) --> (\w+): (.+)$", text, re.MULTILINE)
    return {(before, after, name) for before, after, names in found for name in names.split(", ")}


def test_the_page_is_up_to_date() -> None:
    assert docs_states.PAGE.read_text(encoding="utf-8") == docs_states.page(), "make docs-images rewrites it"


def test_the_diagram_has_each_move_between_its_states_and_no_other() -> None:
    drawn = arrows(docs_states.diagram()) - {(str(Status.DONE), str(Status.CONFIRMED), "after seven days")}
    assert drawn == {(str(move.before), str(move.after), move.name) for move in MOVES}


def test_a_move_that_is_taken_away_makes_the_page_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docs_states, "MOVES", tuple(move for move in moves.MOVES if move.name != "send_back"))
    assert docs_states.page() != docs_states.PAGE.read_text(encoding="utf-8")
