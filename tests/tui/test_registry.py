"""The table of actions holds for every screen: each default key does there what the table says, and no other one."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from textual.binding import Binding
from textual.dom import DOMNode

from phresh_tui.market.moves import MOVES, Who
from phresh_tui.tui.actions import ACTIONS, PARTS, Action, Where, actions_in
from phresh_tui.tui.app import PhreshApp
from phresh_tui.tui.first_steps import BEST
from phresh_tui.tui.screens.agenda import AgendaScreen
from phresh_tui.tui.screens.base import MarketScreen
from phresh_tui.tui.screens.browse import BrowseScreen
from phresh_tui.tui.screens.history import HistoryScreen
from phresh_tui.tui.screens.inbox import InboxScreen
from phresh_tui.tui.screens.market import MarketOverviewScreen
from phresh_tui.tui.screens.mine import MineScreen
from phresh_tui.tui.screens.offers import OffersScreen
from phresh_tui.tui.screens.post import PostScreen
from phresh_tui.tui.screens.profile import ProfileScreen
from phresh_tui.tui.screens.sign_in import SignInScreen
from phresh_tui.tui.widgets.job_list import JobList
from phresh_tui.tui.widgets.lines import Lines
from phresh_tui.tui.widgets.menu import MenuList
from phresh_tui.tui.widgets.now_list import NowList
from phresh_tui.tui.widgets.reading import Reading

SCREENS: dict[Where, type[MarketScreen]] = {
    Where.BROWSE: BrowseScreen,
    Where.MINE: MineScreen,
    Where.POST: PostScreen,
    Where.OFFERS: OffersScreen,
    Where.HISTORY: HistoryScreen,
    Where.AGENDA: AgendaScreen,
    Where.INBOX: InboxScreen,
    Where.PROFILE: ProfileScreen,
    Where.MARKET: MarketOverviewScreen,
    Where.SIGN_IN: SignInScreen,
}
# every class that the actions of a place work in
HOMES: dict[Where, tuple[type[DOMNode], ...]] = {
    **{where: (screen,) for where, screen in SCREENS.items()},
    Where.PROGRAM: (PhreshApp,),
    Where.EVERYWHERE: tuple(SCREENS.values()),
    Where.PLACES: tuple(screen for screen in SCREENS.values() if Where.PLACES in screen.HELP_PLACES),
    Where.LIST: (JobList, Lines, NowList),
    Where.MARKS: (JobList, NowList),
    Where.MENU: (MenuList,),
    Where.READ: (Reading,),
}
# the moves that one undoes, and the key of each other move where that is not its own name
UNDONE = {"undo_withdraw", "undo_decline", "undo_release", "undo_cancel"}
NAMES = {"cancel": "cancel-job", "send_back": "send-back"}


def bound(home: type[DOMNode]) -> dict[str, list[Binding]]:
    """The bindings of a class with those that it inherits, by key."""
    return home._merge_bindings().key_to_bindings


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.binding_id)
def test_every_key_of_the_table_is_bound_where_the_table_says_and_does_something(action: Action) -> None:
    homes = HOMES.get(action.where, ())
    assert homes, f"nothing is said of {action.where}"
    for home in homes:
        assert callable(getattr(home, f"action_{action.method}", None)), f"{home.__name__} cannot {action.method}"
        for key in action.keys.split(","):
            ids = [binding.id for binding in bound(home).get(key, [])]
            # a screen's own key comes before the same key of every screen
            assert action.binding_id in ids or (action.where is Where.EVERYWHERE and ids), f"{home.__name__}: {key}"


def test_the_best_keys_of_a_screen_are_three_that_it_has() -> None:
    for place, names in BEST.items():
        allowed = {place, Where.EVERYWHERE}
        assert len(names) == 3
        for name in names:
            assert any(action.binding_id == name and action.where in allowed for action in ACTIONS), name


@pytest.mark.parametrize("home", dict.fromkeys(home for homes in HOMES.values() for home in homes))
def test_every_key_that_is_shown_or_can_be_changed_comes_from_the_table(home: type[DOMNode]) -> None:
    known = {action.binding_id for action in ACTIONS}
    for bindings in bound(home).values():
        for binding in bindings:
            assert binding.id in known or not (binding.show or binding.id), f"{home.__name__}: {binding}"


def clashes(actions: Iterable[Action]) -> list[str]:
    seen: dict[str, Action] = {}
    found = []
    for action in actions:
        for key in action.keys.split(","):
            if key in seen:
                found.append(f"{key}: {seen[key].binding_id} and {action.binding_id}")
            seen[key] = action
    return found


@pytest.mark.parametrize("where", SCREENS)
def test_no_key_means_two_things_on_one_screen(where: Where) -> None:
    places = [place for place in SCREENS[where].HELP_PLACES if place not in PARTS]
    found = clashes(actions_in(*places, Where.EVERYWHERE, Where.PROGRAM))
    # Tab goes from tab to tab on My jobs, which has no fields
    assert [clash for clash in found if not clash.startswith("tab: ")] == []


def test_two_actions_on_one_key_are_found() -> None:
    assert clashes([Action("a", Where.MINE, "x,y", "", ""), Action("b", Where.MINE, "y", "", "")]) == [
        "y: mine.a and mine.b"
    ]


def test_every_move_that_a_member_may_make_has_its_one_key() -> None:
    for move in MOVES:
        wanted = "undo" if move.name in UNDONE else NAMES.get(move.name, move.name)
        places = {
            # one's own work and one's own jobs are under My jobs; what others have posted is in the open jobs
            Who.OTHER: [Where.BROWSE],
            Who.OWNER: [Where.MINE, Where.OFFERS],
            Who.CLEANER: [Where.MINE],
            Who.PARTY: [Where.MINE],
        }[move.who]
        found = [action for action in actions_in(*places) if action.id == wanted]
        assert found, f"{move.name} has no key"
        assert len({action.where for action in found}) == len(found), f"{move.name} has two keys on one screen"
    # what is no move of the table, and what belongs to the life of a job all the same
    assert {"post", "no-show", "private-details"} <= {action.id for action in actions_in(Where.MINE)}
