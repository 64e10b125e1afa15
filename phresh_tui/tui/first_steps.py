"""What a person is asked and told the first time, and never again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from phresh_tui.database import cleanings
from phresh_tui.database.cleanings import Listing
from phresh_tui.database.preparation import Door
from phresh_tui.market.errors import PhreshError
from phresh_tui.tui.actions import actions_in
from phresh_tui.tui.keymap import key_names, keys_of
from phresh_tui.tui.memory import is_new, no_longer_new, remembered_look

if TYPE_CHECKING:
    from textual.screen import Screen

    from phresh_tui.tui.app import PhreshApp
    from phresh_tui.tui.screens.base import MarketScreen

Answer = TypeVar("Answer")
WELCOME = "welcome"
BEST = 3
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

    app.tell(f"Making {SAMPLES} sample jobs …")
    try:
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
    """The first time that a screen opens, one line says its best keys."""
    places = getattr(screen, "HELP_PLACES", ())
    # one thing after the other
    if not places or is_new(WELCOME) or not is_new(places[0].name):
        return
    no_longer_new(places[0].name)
    best = sorted((action for action in actions_in(places[0]) if action.footer), key=lambda action: action.footer)
    keys = [f"{key_names(keys_of(action, app.keys_in_force)).split()[0]} {action.label.lower()}" for action in best]
    app.tell(f"{' · '.join(keys[:BEST])} · ? says more")
