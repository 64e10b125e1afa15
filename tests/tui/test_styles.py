"""The styles are in two files, and only the first screen does without the second."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from textual.screen import Screen

import phresh_tui.tui.screens
from phresh_tui.tui.palette import Palette
from phresh_tui.tui.screens.browse import BrowseScreen
from phresh_tui.tui.screens.inbox import InboxScreen
from phresh_tui.tui.styles import PLACES
from tests.support import Market, eventually
from tests.tui.conftest import Drive


def screens() -> Iterator[type[Screen[object]]]:
    for module in pkgutil.iter_modules(phresh_tui.tui.screens.__path__):
        found = importlib.import_module(f"{phresh_tui.tui.screens.__name__}.{module.name}")
        for thing in vars(found).values():
            if isinstance(thing, type) and issubclass(thing, Screen) and thing.__module__ == found.__name__:
                yield thing


def test_every_screen_but_the_first_names_the_styles_of_the_places() -> None:
    found: set[type[Screen[object]]] = {*screens(), Palette}  # type: ignore[arg-type]  # whatever it answers
    assert len(found) > 25
    # what the screen of open jobs is made of is no screen by itself
    without = {screen for screen in found if screen.CSS_PATH != PLACES}
    assert without == {BrowseScreen}


async def test_the_styles_of_the_places_are_read_when_one_opens(market: Market, drive: Drive) -> None:
    await market.session("ada")
    async with drive("ada") as driver:
        assert not driver.app.stylesheet.has_source(str(PLACES))
        await driver.pilot.press("I")
        await eventually(lambda: isinstance(driver.app.screen, InboxScreen))
        assert driver.app.stylesheet.has_source(str(PLACES))
