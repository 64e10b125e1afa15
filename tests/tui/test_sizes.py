"""What a terminal of another size shows: side by side, one above the other, or what it needs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from textual import events
from textual.geometry import Size
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input, TextArea

from phresh_tui.market.search import Place
from phresh_tui.tui.app import PhreshApp
from phresh_tui.tui.screens.base import MarketScreen
from phresh_tui.tui.widgets.columns import NAMED, Column, Shape, columns
from tests.support import Market, post
from tests.tui.conftest import Drive
from tests.tui.gallery import resize


async def test_whatever_its_size_was_in_between_all_is_painted_anew(
    market: Market, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await market.session("ada")
    for number in range(3):
        await post(ada, f"Job {number}")
    async with drive("ada") as driver:
        await driver.browsing()
        app, screen = driver.app, driver.app.screen
        assert isinstance(screen, MarketScreen)
        painted: list[str] = []
        display = type(app)._display

        def told(self: PhreshApp, shown: Screen[object], renderable: object) -> None:
            painted.append(type(renderable).__name__)
            display(self, shown, renderable)  # type: ignore[arg-type]

        monkeypatch.setattr(type(app), "_display", told)
        # smaller and back again, of which the program hears at its end only
        app.post_message(events.Resize(app.size, app.size))
        await driver.until(lambda: "LayoutUpdate" in painted, "all of it to be painted")
        painted.clear()
        # what is laid out for another size is painted by nobody
        monkeypatch.setattr(app, "_size", Size(40, 12))
        driver.jobs.refresh()
        screen.paint(driver.jobs)
        assert not painted
        monkeypatch.undo()


async def test_a_terminal_that_is_too_small_says_so_and_nothing_is_lost(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    await post(ada, "Oven")
    async with drive("ada") as driver:
        await driver.browsing()
        await driver.press("n")
        await driver.see("Description")
        # from its first title on
        assert any(line.startswith(" Name ") for line in driver.lines)
        await driver.type("Wash the windows")
        await driver.press("tab")
        await resize(driver, (20, 5))
        await driver.see("phresh needs 40 x", "12, this is 20 x 5")
        # nobody sees where a key would go
        await driver.press("x", "escape", "ctrl+t")
        await resize(driver, (39, 12))
        await driver.see("phresh needs 40 x 12, this is 39 x 12")
        await resize(driver, (40, 12))
        await driver.not_see("phresh needs")
        await driver.type("All six")
        await resize(driver, (80, 24))
        form = driver.app.screen
        assert form.query_one("#name", Input).value == "Wash the windows"
        assert form.query_one("#description", TextArea).text == "All six"
        # where there is no room for the list and the job, one of them is shown
        await driver.press("escape")
        await resize(driver, (40, 12))
        await driver.see("Oven", "1 open job")
        await driver.press("enter")
        await driver.see("per hour", "posted by you", "All six of them.", "Esc Back")
        await driver.press("escape")
        await driver.not_see("posted by you")
        assert driver.selected == "Oven"
    async with drive(None, size=(20, 5)) as driver:
        await driver.see("phresh needs")
        await resize(driver, (40, 12))
        await driver.see("Who are you?")


@pytest.mark.parametrize("width", range(1, 5))
async def test_a_job_without_a_cell_to_stand_in_is_there_again_with_the_room(
    width: int, market: Market, drive: Drive
) -> None:
    ada = await market.session("ada")
    for name in ("Oven", "Windows"):
        await post(ada, name)
    async with drive("ada") as driver:
        await driver.browsing()
        await driver.press("m", "enter")
        await driver.see("[Now ", "posted by you")
        for height in (24, 12, 8, 5):
            await resize(driver, (width, height))
            for key in ("r", "escape", "j", "enter"):
                await driver.press(key)
                # as when others have changed it
                for detail in driver.details:
                    detail.show_job(detail.job)
        await resize(driver, (80, 24))
        await driver.see("per hour", "posted by you")


async def test_a_new_size_is_taken_also_when_the_machine_stands_still_for_a_moment(
    market: Market, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    await market.member("ada")
    async with drive("ada") as driver:
        await driver.browsing()
        seconds = iter([0.0])
        set_timer = driver.app.set_timer

        def late_timer(*arguments: Any, **more: Any) -> Timer:
            # the process gets no time between two lines of the timer that waits until the size stays
            monkeypatch.setattr("textual.timer._time", SimpleNamespace(get_time=lambda: next(seconds, 1.0)))
            return set_timer(*arguments, **more)

        monkeypatch.setattr(driver.app, "set_timer", late_timer)
        await resize(driver, (100, 30))
        assert next(seconds, None) is None


async def test_a_message_covers_nothing_and_goes_by_itself(market: Market, drive: Drive) -> None:
    await market.member("ada")
    async with drive("ada") as driver:
        await driver.browsing()
        before = driver.lines
        driver.app.tell("One job is yours now.")
        await driver.see("One job is yours now.")
        # the keys stay where they are; above them is the message, and nothing of the list or the job is behind it
        assert driver.footer == before[-1]
        assert driver.lines[-2].strip() == "One job is yours now."
        line = driver.app.screen.query("MessageLine").first()
        assert all(
            not line.region.overlaps(widget.region)
            for widget in driver.app.screen.query("#panes, KeyBar, TopBar, #in-force")
        )
        driver.app.tell("It went wrong.", error=True)
        await driver.see("✗ It went wrong.", "One job is yours now.")
        # also on the screen that is opened meanwhile
        await driver.press("m")
        await driver.see("Nothing is under way", "✗ It went wrong.")
        await driver.not_see("One job is yours now.")
        await driver.not_see("It went wrong.")


async def test_where_there_is_room_a_panel_says_what_is_to_do_and_what_others_ask(market: Market, drive: Drive) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    for price in ("10.00", "20.00", "30.00"):
        await post(ada, f"Windows for {price}", price)
    await post(bob, "Oven of Bob", "25.00")
    async with drive("bob", size=(160, 48)) as driver:
        await driver.browsing()
        await driver.press("j")
        await driver.see("Needs you", "Nothing waits for you.", "Prices of open jobs like this", "@ada posted it")
        await driver.see("half up to", "4 jobs looked at", "no stars yet")
        await driver.press("c")
        await driver.see("y yes")
        await driver.press("y")
        await driver.see("no time is set, for @ada")
        # one column less, and it is not there
        await resize(driver, (159, 48))
        await driver.not_see("Needs you")
        await resize(driver, (60, 50))
        # as high as it is wide: list above, job below, both with room
        detail, jobs = driver.details[0].region, driver.jobs.region
        assert detail.width == jobs.width == 60
        assert detail.y > jobs.bottom - 1
        assert min(detail.height, jobs.height) >= 15


def test_a_name_has_room_in_a_list_of_any_width_and_order() -> None:
    for shape in (Shape(Place.OPEN, area, start) for area in (False, True) for start in (False, True)):
        for width in range(10, 240):
            found = dict(columns(shape, width))
            assert sum(found.values()) == width
            assert found[Column.NAME] >= NAMED or width < 46 or not {Column.OWNER, Column.TYPE} & found.keys()
            # what the order is about is there as soon as there is room
            assert width < 62 or (
                (not shape.area or Column.AREA in found) and (not shape.start or Column.START in found)
            )
