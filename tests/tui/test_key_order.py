"""What is typed ahead means what it means when it is typed slowly."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
from textual import events, on
from textual.app import ComposeResult
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from phresh_tui.market.search import Sort
from phresh_tui.tui.screens.menu import Menu
from tests.support import Market
from tests.tui.conftest import JOBS, Drive, long_list
from tests.tui.support import Driver


def typed_ahead(driver: Driver, *keys: str) -> None:
    """All of it, before any of it is obeyed."""
    names = {"space": " ", "slash": "/"}
    for key in keys:
        # sent by the program, as those of a terminal are
        event = events.Key(key, names.get(key, key if len(key) == 1 else None)).set_sender(driver.app)
        driver.app.post_message(event)


@pytest.mark.parametrize(
    ("keys", "selected", "cursor"),
    [
        # an order is chosen, then a value of it is gone to, and on from there
        ("s p g 3 0 enter down down", "Job 22", 21),
        ("s p g 3 0 enter s n down", "Job 2", 1),
        # looked for, and left again
        ("slash 4 2 enter escape down j", "Job 3", 2),
        # opened and closed
        ("f escape down", "Job 2", 1),
        ("question_mark escape down down", "Job 3", 2),
        ("c n down", "Job 2", 1),
        ("space space escape end", f"Job {JOBS}", JOBS - 1),
        ("colon escape j colon escape j", "Job 3", 2),
    ],
)
async def test_it_leads_where_slow_keys_lead(
    market: Market, drive: Drive, keys: str, selected: str, cursor: int
) -> None:
    async with long_list(market, drive) as driver:
        screen = driver.app.screen
        typed_ahead(driver, *keys.split())
        await driver.until(
            lambda: driver.app.screen is screen and driver.selected == selected and driver.jobs.cursor == cursor,
            f"{selected} after {keys}",
        )
        assert driver.jobs.has_focus


async def test_letters_are_all_there_and_in_order(market: Market, drive: Drive) -> None:
    text = "wash the windows of the old town and the stairs"
    async with long_list(market, drive) as driver:
        typed_ahead(driver, "n", *("space" if letter == " " else letter for letter in text), "tab", "x", "tab", "y")
        await driver.until(lambda: text in driver.text and "x" in driver.text)


async def test_what_is_typed_behind_tab_goes_into_the_next_field(market: Market, drive: Drive) -> None:
    async with long_list(market, drive) as driver:
        typed_ahead(driver, "f", "tab", "2", "0", "tab", "2", "5", "enter")
        await driver.see("6 open jobs", "20", "25")


async def test_what_is_pasted_is_there_before_what_is_typed_behind_it(market: Market, drive: Drive) -> None:
    async with long_list(market, drive) as driver:
        typed_ahead(driver, "slash")
        driver.app.post_message(events.Paste("Job 4"))
        typed_ahead(driver, "2", "enter", "c")
        await driver.see("Claim “Job 42”")


async def test_a_key_that_never_comes_back_holds_up_the_others_for_a_moment_only(market: Market, drive: Drive) -> None:
    async with long_list(market, drive) as driver:
        screen = driver.app.screen
        driver.app.key_order.is_sent(events.Key("x", "x"), driver.jobs)
        typed_ahead(driver, "down", "s", "p")
        await asyncio.sleep(0.1)
        assert driver.jobs.cursor == 0
        await driver.until(lambda: driver.app.screen is screen and driver.jobs.listing.sort is Sort.PRICE_UP)


class Line(Input):
    """A line of text."""

    def value_is(self, text: str) -> bool:
        return self.value == text


class Part(Static, can_focus=True):
    """Tells its screen of a key, and is not the one that does what it means."""

    BINDINGS = [("x", "tell", "Tell")]

    class Told(Message):
        """The key was pressed."""

    def action_tell(self) -> None:
        self.post_message(self.Told())


class Teller(ModalScreen[None]):
    """A line that has the focus when its screen was told."""

    def compose(self) -> ComposeResult:
        yield Part("x writes")
        yield Line()

    @on(Part.Told)
    def _told(self) -> None:
        self.query_one(Line).focus()


async def test_letters_behind_a_key_of_which_the_screen_is_told_go_where_it_says(market: Market, drive: Drive) -> None:
    async with long_list(market, drive) as driver:
        await driver.app.push_screen(Teller())
        await driver.pilot.pause()
        line = driver.app.screen.query_one(Line)
        for word in ("abc", "d", "efg"):
            line.clear()
            driver.app.screen.query_one(Part).focus()
            await driver.pilot.pause()
            typed_ahead(driver, "x", *word)
            await driver.until(partial(line.value_is, word), f"{word} in the line")


async def test_letters_right_behind_the_key_that_narrows_a_menu_narrow_it(market: Market, drive: Drive) -> None:
    async with long_list(market, drive) as driver:
        typed_ahead(driver, "y", "slash", "l", "i", "n")
        await driver.until(
            lambda: isinstance(driver.app.screen, Menu) and driver.app.screen.query_one("#words", Input).value == "lin",
            "all letters in the line",
        )
