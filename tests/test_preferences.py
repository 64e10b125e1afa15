"""The member's own file: what it may hold, and how each mistake in it is reported."""

from __future__ import annotations

import pytest

from phresh_tui.market.errors import ConfigurationError
from phresh_tui.paths import config_file
from phresh_tui.preferences import Preferences, Section, load_preferences
from phresh_tui.tui.actions import ACTIONS, meet
from phresh_tui.tui.keymap import checked_keymap, keys_of
from tests.cli.support import called
from tests.terminal import Terminal


def written(text: str) -> Preferences:
    file = config_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return load_preferences()


def test_without_a_file_everything_is_as_it_comes() -> None:
    assert load_preferences() == Preferences(file=config_file())


def test_a_file_is_read() -> None:
    found = written(
        'theme = "nord"\nnotifications = false\n[keys]\n"browse.claim" = "C"\n'
        '[[sections]]\nname = "Cheap"\nquery = "windows"\nsort = "price"\n[[sections]]\nname = "All"\n'
    )
    assert (found.theme, found.notifications, dict(found.keys)) == ("nord", False, {"browse.claim": "C"})
    assert found.sections == (Section("Cheap", "windows", "price"), Section("All"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("them = 1", "line 1: there is no them"),
        ('[keys]\n\n# the keys\n"browse.claim" = 3', 'line 4: the keys of browse.claim are to be a text such as "c"'),
        ("[keys]\nbrowse.claim = 'C'", 'line 2: a name with a dot goes into quotes: "browse.claim"'),
        ("keys = 3", "line 1: keys is to be a table"),
        ("theme = 3", "line 1: theme is to be a text"),
        ("theme = [\n1,\n2]\nnotifications = 1", "line 1: theme is to be a text; line 4: notifications is to be true"),
        ("sections = [1]", "line 1: sections is to be a list of tables"),
        ("[[sections]]\nname = 'a'\n[[sections]]\nquery = 'b'", "line 3: a section needs a name"),
        ("[[sections]]\nname = 'a'\nsort = 'best'", "line 3: there is no order best; known are newest"),
        ("[[sections]]\nname = 'a'\nfor = 'best'", "line 3: a section has no for"),
        ("a = ?", "(at line 1, column 5)"),
    ],
)
def test_each_mistake_is_told_with_its_file_and_line(text: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        written(text)
    assert told in error.value.why
    assert str(config_file()) in str(error.value)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ('"browse.clam" = "C"', "line 2: there is no action browse.clam"),
        ('"browse.claim" = "strg+c"', "line 2: strg+c is not a key"),
        ('"browse.claim" = "C,"', "line 2: nothing between two commas is not a key"),
        ('"browse.claim" = "s"', "line 2: s is already browse.sort, sort"),
        ('"browse.claim" = "?"', "line 2: question_mark is already everywhere.help"),
        ('"list.cursor-down" = "c"', "line 2: c is already browse.claim"),
        ('"list.cursor-down" = "X"', "line 2: X is already mine.cancel-job"),
        ('"browse.claim" = "ctrl+q"', "line 2: ctrl+q is already program.leave"),
        ('"browse.claim" = "X"\n"browse.sort" = "X"', "line 3: X is already browse.claim"),
    ],
)
def test_an_unknown_name_and_a_clash_are_told_with_their_line(keys: str, told: str) -> None:
    preferences = written(f"[keys]\n{keys}")
    with pytest.raises(ConfigurationError) as error:
        checked_keymap(preferences)
    assert told in error.value.why


def test_keys_may_be_swapped_and_shared_by_places_that_never_meet() -> None:
    preferences = written('[keys]\n"browse.claim" = "s"\n"browse.sort" = "c, ctrl+t"\n"mine.edit" = "."\n')
    assert checked_keymap(preferences) == {"browse.claim": "s", "browse.sort": "c,ctrl+t", "mine.edit": "full_stop"}


def test_the_keys_that_it_comes_with_clash_only_where_a_screen_means_it() -> None:
    clashes = {
        (first.binding_id, second.binding_id)
        for first in ACTIONS
        for second in ACTIONS
        if first is not second
        and meet(first.where, second.where)
        # j goes down in whatever is in focus
        and first.label != second.label
        and set(keys_of(first, {}).split(",")) & set(keys_of(second, {}).split(","))
    }
    # Tab goes between the two lists instead of between fields
    tab = ("mine.other-tab", "everywhere.next-field")
    # g goes to a place in the list of jobs, and to the top of everything else
    go = {("browse.go-to", "menu.first"), ("browse.go-to", "read.scroll-home")}
    assert clashes == {tab, tab[::-1]} | go | {pair[::-1] for pair in go}


async def test_the_file_is_named_also_when_it_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ConfigurationError):
        written("nonsense = 1")
    assert await called("config") == 0
    assert f"Preferences: {config_file()}" in capsys.readouterr().out


def test_the_program_does_not_start_with_it() -> None:
    with pytest.raises(ConfigurationError):
        written("nonsense = 1")
    with Terminal() as terminal:
        terminal.see("Line 1: there is no nonsense")
        assert terminal.end() == 3
