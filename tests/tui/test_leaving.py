"""What is left is gone: from the screen, once, and from memory."""

from __future__ import annotations

import asyncio
import gc
import logging
import weakref
from collections.abc import Callable

import pytest
from rich.style import Style
from textual import events
from textual.app import ScreenStackError
from textual.command import CommandList
from textual.css.query import NoMatches
from textual.keys import key_to_character
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input
from textual.worker import Worker

from phresh_tui.tui.leaving import is_late, unless_late
from phresh_tui.tui.palette import Palette
from phresh_tui.tui.screens.help import HelpScreen
from phresh_tui.tui.screens.jump import JumpScreen
from phresh_tui.tui.screens.market import MarketOverviewScreen
from phresh_tui.tui.screens.post import PostScreen
from phresh_tui.tui.screens.profile import ProfileScreen
from phresh_tui.tui.widgets.bars import TopBar
from phresh_tui.tui.workers import in_background
from tests.support import Market, post
from tests.tui.conftest import Drive
from tests.tui.monkey import forget_timers, soon
from tests.tui.support import Driver


def at_once(driver: Driver, *keys: str) -> None:
    """Presses keys faster than the program can follow."""
    for key in keys:
        driver.app.post_message(events.Key(key, key_to_character(key)))


async def as_soon_as(condition: Callable[[], bool]) -> None:
    """Comes back in the very turn of the event loop in which something has become true."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  that very turn, and not when somebody says so
            await asyncio.sleep(0)


async def test_keys_that_come_faster_than_screens_open_and_close_are_obeyed_once(market: Market, drive: Drive) -> None:
    await post(await market.session("ada"))
    await market.member("bob")
    async with drive("bob") as driver:
        screen = await driver.browsing()
        profile = ProfileScreen("bob")
        driver.app.go_to(profile)
        await as_soon_as(lambda: driver.app.screen is profile)
        assert not profile.is_mounted
        await driver.app.on_event(events.Key("slash", "/"))
        at_once(driver, *"wet")
        await driver.until(lambda: profile.narrow_text == "wet", "the letters behind the key that opens the line")
        await driver.press("escape")
        at_once(driver, "escape", "escape", "escape")
        await driver.until(lambda: driver.app.screen is screen, "to be back")
        await driver.press("ctrl+p")
        palette = driver.app.screen
        assert isinstance(palette, Palette)
        found = palette.query_one(CommandList)
        await driver.until(lambda: found.option_count, "the commands")
        # a list that is filled and not laid out yet
        found.display = False
        await driver.pilot.pause()
        found.set_options(list(found.options))
        found.highlighted = 0
        await driver.press("pagedown", "pageup")
        # a click on a line that is drawn still, and is not there any more
        click = events.Click(found, 1, 1, 0, 0, 1, False, False, False, 1, 1, Style.from_meta({"option": 999}))
        found.post_message(click)
        await driver.pilot.pause()
        # as its clicks do, one right after the other
        palette.dismiss(None)
        palette.dismiss(None)
        await driver.until(lambda: driver.app.screen is screen, "to be back")
        await driver.press("M")
        await driver.until(lambda: isinstance(driver.app.screen, MarketOverviewScreen), "the market")
        await driver.press("ctrl+o")
        await driver.until(lambda: isinstance(driver.app.screen, JumpScreen), "the labels")
        at_once(driver, *"aaa")
        await driver.until(lambda: not isinstance(driver.app.screen, JumpScreen), "the labels to go")
        await driver.pilot.pause()
        assert isinstance(driver.app.screen, MarketOverviewScreen), "one label was chosen, and nothing else left"


def needs_scroll_bar(part: Widget) -> None:
    assert part.vertical_scrollbar


async def test_screens_that_were_left_are_given_back(market: Market, drive: Drive) -> None:
    await post(await market.session("ada"))
    await market.member("bob")
    async with drive("bob") as driver:
        browse = await driver.browsing()
        left: weakref.WeakSet[Screen[object]] = weakref.WeakSet()
        behind = iter(list(browse.query("*")))
        for key in (*"MAImnP", "question_mark", "f", "ctrl+p"):
            await driver.press(key)
            await driver.until(lambda: driver.app.screen is not browse, key)
            left.add(driver.app.screen)
            # as in a terminal that has become smaller: what lies behind needs a scroll bar, and keeps it
            driver.app.screen.call_later(needs_scroll_bar, next(behind))
            await driver.press("escape")
            await driver.until(lambda: driver.app.screen is browse, f"to be back from {key}")

        async def kept() -> list[str]:
            await forget_timers()
            gc.collect()
            return [str(screen) for screen in left]

        assert await soon(kept) == []


async def test_what_was_still_to_be_done_on_a_screen_keeps_nobody(market: Market, drive: Drive) -> None:
    await market.member("bob")
    async with drive("bob") as driver:
        browse = await driver.browsing()
        for key in ("P", "question_mark", "ctrl+p"):
            await driver.press(key)
            await driver.until(lambda: driver.app.screen is not browse, key)
            screen = driver.app.screen
            # it is left before its next frame
            screen._callbacks.append((screen.refresh_bindings, browse))
            await driver.press("escape")
            await driver.until(lambda: driver.app.screen is browse, f"to be back from {key}")
            await driver.until(lambda screen=screen: not screen.is_attached, "it to be gone")
            assert screen._callbacks == []
        # a thread that puts something on the clipboard of the desktop forgets for whom it was
        await driver.press("P")
        await driver.see("member since")
        await driver.press("y", "1")
        await driver.see("Copied")

        async def kept() -> list[str]:
            await forget_timers()
            gc.collect()
            return [str(part) for part in gc.get_objects() if isinstance(part, Worker) and part.group == "clipboard"]

        assert await soon(kept) == []


async def test_keys_that_come_while_the_program_ends_do_not_keep_it(market: Market, drive: Drive) -> None:
    await market.member("bob")
    for number in range(1, 6):
        async with asyncio.timeout(30):
            async with drive("bob") as driver:
                await driver.browsing()
                at_once(driver, *["n", "x", "escape", "question_mark", "x", "escape"] * number)
                for _ in range(number):
                    await asyncio.sleep(0)
    async with drive("bob") as driver, asyncio.timeout(30):
        browse = await driver.browsing()
        driver.app._running = False
        # what is opened when the program ends begins nothing any more, and nobody waits for its parts
        driver.app.push_screen(HelpScreen(browse))
        await driver.app.on_event(events.Key("x", "x"))
        driver.app._running = True


async def test_the_last_letter_before_the_end_is_in_the_draft(market: Market, drive: Drive) -> None:
    await market.member("bob")
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.press("n", *"Ove")
        form = driver.app.screen
        assert isinstance(form, PostScreen)
        name = form.query_one("#name", Input)
        name.insert_text_at_cursor("n")
        # before the form can have heard of it
        driver.app.action_leave()
    assert form._file.load().name == "Oven"


async def test_a_look_at_the_database_lets_a_screen_be_that_is_not_there_yet(market: Market, drive: Drive) -> None:
    await market.member("bob")
    async with drive("bob", refresh="3600") as driver:
        await driver.browsing()
        overview = MarketOverviewScreen()
        driver.app.go_to(overview)
        await as_soon_as(lambda: driver.app.screen is overview)
        assert not overview.is_mounted
        driver.app.look_again()
        await driver.see("Prices per hour")


async def test_what_is_late_and_looks_for_a_part_of_a_screen_that_was_left_ends_nothing(
    market: Market, drive: Drive
) -> None:
    await market.member("bob")
    async with drive("bob") as driver:
        browse = await driver.browsing()
        await driver.press("question_mark")
        sheet = driver.app.screen
        await driver.press("escape")
        await driver.until(lambda: driver.app.screen is browse and not sheet.is_attached, "the help to be gone")
        driver.app.call_later(sheet.query_one, "#words")
        browse.call_later(lambda: sheet.query("#words").first())
        browse.call_after_refresh(sheet.query_one, "#words")
        await driver.press("ctrl+p")
        palette = driver.app.screen
        await driver.press("escape")
        await driver.until(lambda: driver.app.screen is browse and not palette.is_attached, "the palette to be gone")
        # what it still finds has no style any more
        driver.app.call_later(palette.get_component_styles, "command-palette--help-text")
        await driver.press("f")
        await driver.see("Filter")
        # a part that is missing on a screen that is there is a fault, and is told
        with pytest.raises(NoMatches) as missing:
            browse.query_one("#nowhere")
        assert not is_late(missing.value)


async def test_a_screen_that_is_opened_in_the_moment_of_the_end_is_no_fault(market: Market, drive: Drive) -> None:
    await market.member("bob")
    async with drive("bob") as driver:
        sheet = HelpScreen(await driver.browsing())
        driver.app.push_screen(sheet)
        # as `App._shutdown` does: nothing is put together any more, and the sheet finds none of its parts
        driver.app._running = False
        await sheet._mounted_event.wait()
        assert driver.app._exception is None


async def test_what_is_counted_for_a_list_that_was_left_paints_nothing(market: Market, drive: Drive) -> None:
    await post(await market.session("bob"))
    async with drive("bob") as driver:
        browse = await driver.browsing()
        await driver.press("m", "tab")
        await driver.see("[Posted 1]")
        jobs = driver.jobs
        await driver.press("escape")
        await driver.until(lambda: driver.app.screen is browse and not jobs.is_attached, "the list to be gone")
        jobs.show_window()


async def test_what_looks_for_a_screen_of_a_program_that_has_none_any_more_is_no_fault(
    market: Market, drive: Drive
) -> None:
    await market.member("bob")
    async with drive("bob") as driver:
        await driver.browsing()
        app = driver.app
        stack = app._screen_stacks[app._current_mode]
        shown, stack[:] = list(stack), []
        with unless_late():
            app.unread.show()
        stack[:] = shown
        # where there are screens, one that is missing is a fault
        with pytest.raises(ScreenStackError), unless_late():
            await app.pop_screen()


async def test_a_click_on_what_has_just_been_taken_away_does_nothing(market: Market, drive: Drive) -> None:
    await market.member("bob")
    async with drive("bob") as driver:
        browse = await driver.browsing()
        bar = browse.query_one(TopBar)
        with driver.app.batch_update():
            # its place on the screen is not given to anything else yet
            await bar.remove()
            assert driver.app.get_widget_at(2, 0)[0] is bar
            await driver.app.on_event(events.MouseDown(None, 2, 0, 0, 0, 1, False, False, False, 2, 0))
        await driver.press("f")
        await driver.see("Filter")


async def test_a_fault_in_the_background_is_told_and_logged(
    market: Market, drive: Drive, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a test before this one may have opened the program's own log, which keeps everything to itself
    monkeypatch.setattr(logging.getLogger("phresh"), "propagate", True)

    async def divide() -> None:
        await asyncio.sleep(0)
        1 / 0  # noqa: B018  as a fault of our own would be

    await market.member("ada")
    async with drive("ada", size=(160, 48)) as driver:
        await driver.browsing()
        in_background(driver.app.screen, divide)
        await driver.see("Something unexpected happened. ZeroDivisionError: division by zero. The details are in")
        assert "1 / 0" in caplog.text
        await driver.press("m")
        await driver.see("[Now")


@pytest.mark.parametrize("turns", range(6))
async def test_a_place_that_is_opened_while_somebody_signs_out_is_none(
    turns: int, market: Market, drive: Drive
) -> None:
    await market.member("ada")
    async with drive("ada") as driver:
        await driver.browsing()
        driver.app.go_to(MarketOverviewScreen())
        leaving = asyncio.create_task(driver.app.action_sign_out())
        for _ in range(turns):
            await asyncio.sleep(0)
        driver.app.go_to(ProfileScreen("ada"))
        await leaving
        driver.app.go_to(ProfileScreen("ada"))
        await driver.see("Enter signs you in")
        assert len(driver.app.screen_stack) == 1
        await driver.type("ada\n")
        await driver.browsing()
