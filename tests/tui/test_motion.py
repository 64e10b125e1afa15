"""With `TEXTUAL_ANIMATIONS=none` nothing moves that no key has moved."""

from __future__ import annotations

import asyncio

import pytest
from rich.console import RenderableType
from textual.screen import Screen
from textual.widgets import Input, TextArea

from phresh_tui.tui.app import PhreshApp
from tests.support import Market, post
from tests.terminal import Terminal
from tests.tui.conftest import Drive

TRIES = 20


async def test_a_text_scrolls_in_one_step_and_no_cursor_blinks(
    market: Market, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await market.session("ada")
    await market.member("bob")
    await post(ada, "Windows", description="\n".join(f"Line {number}" for number in range(120)))
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.until(lambda: driver.details[0].is_settled, "all that is known of the job")
        (detail,) = driver.details
        await driver.press("enter")
        await driver.until(lambda: detail.has_focus and detail.max_scroll_y > 0, "a text to scroll")
        seen: set[int] = set()
        display = PhreshApp._display

        def watched(app: PhreshApp, screen: Screen[object], renderable: RenderableType | None) -> None:
            display(app, screen, renderable)
            seen.add(detail.scroll_offset.y)

        monkeypatch.setattr(PhreshApp, "_display", watched)

        async def stops_of(key: str, target: int) -> set[int]:
            """Where the text stood on its way to a line."""
            before = detail.scroll_offset.y
            seen.clear()
            await driver.press(key)
            await driver.until(lambda: detail.scroll_offset.y == target == detail.scroll_target_y, f"{key} to be done")
            await driver.pilot.pause()
            return seen - {before, target}

        page = detail.scrollable_content_region.height

        async def stands(kind: type[Input | TextArea]) -> None:
            """Waits until the field in focus has a cursor that stands."""
            field = driver.app.focused
            assert isinstance(field, kind)
            await driver.until(lambda: not field.cursor_blink, "the cursor to stand")

        assert await stops_of("pagedown", page) == set()
        assert await stops_of("pageup", 0) == set()
        # the same is seen where motion is wanted, unless the machine is too busy to draw it
        driver.app.animation_level = "full"
        for _ in range(TRIES):
            if await stops_of("pagedown", page) and await stops_of("pageup", 0):
                break
        else:
            pytest.fail("the text never moved")
        driver.app.animation_level = "none"
        await driver.press("escape", "slash")
        await stands(Input)
        await driver.press("escape", "n")
        await driver.see("Price per hour")
        await driver.press("tab")
        await stands(TextArea)


async def test_a_terminal_hears_nothing_while_nobody_does_anything(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await market.session("ada")
    await post(ada, "Windows")
    target = await market.member("bob", tcp=True)
    monkeypatch.setenv("DATABASE_URL", target.dbmate_url(tls=False))
    monkeypatch.setenv("PHRESH_REFRESH_SECONDS", "3600")

    def look() -> None:
        with Terminal() as terminal:
            terminal.see("1 open job ", "posted by @ada, no stars")
            terminal.until_quiet()
            terminal.press("/", "w")
            terminal.see("“w”")
            terminal.until_quiet()
            terminal.press("escape", "n")
            terminal.see("Price per hour")
            terminal.press("tab")
            terminal.type("All six")
            terminal.see("All six")
            terminal.until_quiet()
            terminal.press("ctrl+q")
            assert terminal.end() == 0

    await asyncio.to_thread(look)
