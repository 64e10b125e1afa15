"""What a person is asked and told the first time, and never again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from phresh_tui.database import cleanings
from phresh_tui.database.cleanings import Listing
from phresh_tui.database.preparation import Door
from phresh_tui.market.errors import PhreshError
from phresh_tui.tui.actions import ACTIONS, Where
from phresh_tui.tui.keymap import key_names, keys_of
from phresh_tui.tui.memory import is_new, no_longer_new, remembered_look

if TYPE_CHECKING:
    from textual.screen import Screen

    from phresh_tui.tui.app import PhreshApp
    from phresh_tui.tui.screens.base import MarketScreen

Answer = TypeVar("Answer")
WELCOME = "welcome"
# the keys that are told the first time that a screen opens, which mean something on it at any time and size
BEST = {
    Where.BROWSE: ("browse.claim", "browse.post", "browse.search"),
    Where.MINE: ("mine.other-tab", "mine.history", "mine.post-again"),
    Where.POST: ("post.send", "post.preview", "post.back"),
    Where.OFFERS: ("offers.accept", "offers.decline", "offers.back"),
    Where.HISTORY: ("history.narrow", "everywhere.copy", "history.back"),
    Where.AGENDA: ("agenda.open-job", "agenda.next-week", "everywhere.export"),
    Where.INBOX: ("inbox.open-job", "inbox.toggle-read", "inbox.read-all"),
    Where.PROFILE: ("profile.narrow", "everywhere.copy", "profile.back"),
    Where.MARKET: ("market.next-type", "everywhere.export", "market.back"),
}
SAMPLES = 200
# seconds between two looks whether somebody who was quicker than a question is back at the open jobs
LOOK = 0.05


async def welcome(app: PhreshApp) -> None:
    """After the question who one is: sample jobs or an empty market, light or dark. Escape skips each."""
    from phresh_tui.tui.screens.looks import ThemeMenu
    from phresh_tui.tui.screens.menu import Item, Menu

    if await _may_fill(app):
        items = [
            Item("samples", "200 jobs of sample members, to look around", "samples"),
            Item("empty", "nothing but what you and others post", ""),
        ]
        if await _ask(app, Menu("2 of 3: what is in the market?", items)):
            app.fill_with_samples()
    if not (app.preferences.theme or remembered_look()):
        app.keep_look(await _ask(app, ThemeMenu(app.look, "3 of 3: light or dark?")))
    no_longer_new(WELCOME)
    greet(app, app.screen)  # type: ignore[arg-type]  # whatever lies below the last question


async def _ask(app: PhreshApp, question: Screen[Answer]) -> Answer:
    """Asks over the open jobs; whoever opened something else before the question came goes on with that first."""
    from phresh_tui.tui.screens.browse import BrowseScreen

    while not isinstance(app.screen, BrowseScreen):  # noqa: ASYNC110  only the screen hears that it is back
        await asyncio.sleep(LOOK)
    return await app.push_screen_wait(question)


async def fill_with_samples(app: PhreshApp) -> None:
    """Posts sample jobs with the operator's account."""
    from phresh_tui.database.samples import add_samples

    try:
        with app.messages.meanwhile(f"Making {SAMPLES} sample jobs …"):
            number = await add_samples(app.prepared.target, SAMPLES, progress=lambda *_: None)
    except PhreshError as error:
        app.tell_error(error)
    else:
        app.tell(f"{number} sample jobs are there.")
    app.look_again()


async def _may_fill(app: PhreshApp) -> bool:
    """Whether the market is empty, and this account may fill it."""
    if app.session is None or app.prepared.door is not Door.OPERATOR:
        return False
    try:
        return not await cleanings.page(app.session, Listing(), 1)
    except PhreshError:
        return False


def greet(app: PhreshApp, screen: MarketScreen) -> None:
    """The first time that a screen opens, one line says its best keys, until it is left."""
    app.messages.greet("")
    place = next(iter(getattr(screen, "HELP_PLACES", ())), None)
    # one thing after the other
    if place not in BEST or is_new(WELCOME) or not is_new(place.name):
        return
    no_longer_new(place.name)
    best = [action for name in BEST[place] for action in ACTIONS if action.binding_id == name]
    keys = [f"{key_names(keys_of(action, app.keys_in_force)).split()[0]} {action.label.lower()}" for action in best]
    # a question mark can be typed into a form
    more = "F1" if place is Where.POST else "?"
    app.messages.greet(f"{' · '.join(keys)} · {more} says more")
