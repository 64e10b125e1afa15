"""What every screen looks like, measured: five sizes, our four themes, short and monstrous content.

One run of the program goes over all screens and is given one size after the other. Of each picture is asked: nothing is
drawn beside its place, every line is as wide as the terminal, no key of the key line is cut, nothing scrolls to the
side, no label is cut but by an ellipsis, every text can be read on its ground (WCAG 2.2, 1.4.3: 4.5 to 1; 1.4.6: 7 to
1 where the contrast is to be high). `make test` takes one size and theme of each screen by a seed, `make soak` all.

``LOOKS=folder`` keeps every picture as SVG, to be looked at.
"""

from __future__ import annotations

import math
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from textual.color import Color
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Label

from phresh_tui.tui.themes import COLOUR_BLIND, CONTRAST, OWN
from phresh_tui.tui.widgets.bars import KeyBar, TopBar
from tests.support import Market
from tests.tui.gallery import CONTENTS, SCREENS, app_for, begin, clock_stands, furnish, resize, settled
from tests.tui.support import Driver

SIZES = [(200, 50), (100, 30), (80, 24), (60, 50), (40, 12)]
THEMES = [theme.name for theme in OWN]
SEED = 5
# frames, bars and charts are drawn, not read
DRAWN = {chr(code) for code in range(0x2500, 0x25A0)} | {chr(code) for code in range(0x2800, 0x2900)} | {"·", "▸", "•"}


@pytest.mark.parametrize("content", CONTENTS)
async def test_some_sizes_and_themes_of_every_screen(content: str, market: Market) -> None:
    await _look(content, market, random.Random(f"{SEED} {content}"))


@pytest.mark.soak
@pytest.mark.parametrize("content", CONTENTS)
async def test_every_size_and_theme_of_every_screen(content: str, market: Market) -> None:
    await _look(content, market, None)


async def _look(content: str, market: Market, chance: random.Random | None) -> None:
    faults: list[str] = []
    with clock_stands():
        await furnish(market, CONTENTS[content])
        app = app_for(market, CONTENTS[content].me)
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            driver = Driver(app, pilot)
            await driver.browsing()
            for name, steps in SCREENS.items():
                await resize(driver, (80, 24))
                await begin(driver)
                await steps(driver)
                await settled(driver)
                pairs = [(size, theme) for theme in THEMES for size in SIZES]
                for size, theme in pairs if chance is None else chance.sample(pairs, 1):
                    # a change of the theme costs much more than one of the size
                    if app.theme != theme:
                        app.theme = theme
                    await resize(driver, size)
                    _keep(driver, content, name, size, theme)
                    faults += [f"{content} {name} {size} {theme}: {fault}" for fault in _faults(driver, theme)]
    assert not faults, "\n".join(faults[:60])


def _keep(driver: Driver, content: str, name: str, size: tuple[int, int], theme: str) -> None:
    if folder := os.environ.get("LOOKS"):
        file = Path(folder) / f"{content}-{name}-{size[0]}x{size[1]}-{theme}.svg"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(driver.app.export_screenshot(title=f"{name} {size[0]}x{size[1]}"), encoding="utf-8")


def _faults(driver: Driver, theme: str) -> Iterator[str]:
    screen = driver.app.screen
    width, height = driver.app.size
    strips = screen._compositor.render_strips()
    if len(strips) != height:
        yield f"{len(strips)} lines"
    for number, strip in enumerate(strips):
        if sum(cell_len(segment.text) for segment in strip) != width:
            yield f"line {number} is {sum(cell_len(segment.text) for segment in strip)} wide: {strip.text!r}"
    for widget in screen.query("*"):
        if widget.display and widget.region.area and not widget.has_class("-textual-system"):
            yield from _cut(widget, width)
    least = 7.0 if theme == CONTRAST.name else 4.5
    yield from _faint(_read(driver, strips), least)


def _cut(widget: Widget, width: int) -> Iterator[str]:
    if widget.show_horizontal_scrollbar and widget.styles.scrollbar_size_horizontal:
        yield f"{widget!r} scrolls to the side"
    region, parent = widget.region, widget.parent
    if region.x < 0 or region.right > width:
        yield f"{widget!r} lies beside the terminal: {region}"
    # what scrolls may lie above or below, but not beside what holds it
    around = parent.region if isinstance(parent, Widget) and not widget.styles.is_docked else region
    if around.area and (region.x < around.x or region.right > around.right):
        yield f"{widget!r} {region} is drawn outside of {parent!r} {around}"
    if isinstance(widget, KeyBar | TopBar):
        drawn = widget.render()
        assert hasattr(drawn, "cell_length")
        if drawn.cell_length > region.width:
            yield f"{widget!r} is cut: {drawn}"
    if isinstance(widget, Label) and widget.parent is not None and widget.content_size.height:
        needed = widget.get_content_height(widget.screen.size, widget.screen.size, widget.content_size.width)
        if needed > widget.content_size.height:
            yield f"the label {widget.content} is cut: {needed} lines in {widget.content_size.height}"
    for title in (widget.border_title, widget.border_subtitle):
        if title and cell_len(str(title)) > region.width - 4:
            yield f"the frame cuts {title!r}"


def _read(driver: Driver, strips: list[Strip]) -> list[Strip]:
    """The part that is read: what lies behind a dialog is dimmed on purpose."""
    screen = driver.app.screen
    if not isinstance(screen, ModalScreen):
        return strips
    boxes = [widget.region for widget in screen.children if widget.display and widget.region.area]
    return [strips[y].crop(box.x, box.right) for box in boxes for y in range(max(box.y, 0), box.bottom)[: len(strips)]]


def _faint(strips: list[Strip], least: float) -> Iterator[str]:
    """Texts that can hardly be read."""
    told = set()
    for segment in (segment for strip in strips for segment in strip):
        text = "".join(character for character in segment.text if character not in DRAWN).strip()
        style = segment.style
        if not text or style is None or style.color is None or style.bgcolor is None:
            continue
        ratio = contrast(style.color, style.bgcolor)
        if ratio < least and (style.color, style.bgcolor) not in told:
            told.add((style.color, style.bgcolor))
            yield f"{text!r} has a contrast of {ratio:.2f}, {style}"


def contrast(text: RichColor, ground: RichColor) -> float:
    """How text stands out from its ground, from 1 to 21, as WCAG 2.2 defines it."""
    dark, light = sorted((_luminance(text), _luminance(ground)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: RichColor) -> float:
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), _linear(color), strict=True))


def _linear(color: RichColor) -> list[float]:
    parts = Color(*color.get_truecolor(DEFAULT_TERMINAL_THEME)).normalized
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def test_a_faint_text_and_a_strong_one_are_told_apart() -> None:
    assert not list(_faint([Strip([Segment("read", Style.parse("#ffffff on #000000"))])], 7))
    assert list(_faint([Strip([Segment("read", Style.parse("#777777 on #888888"))])], 4.5))
    assert round(contrast(RichColor.parse("#ffffff"), RichColor.parse("#000000")), 1) == 21.0


# what people without one kind of cones see, of linear red, green and blue: Machado, Oliveira and Fernandes,
# "A Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE TVCG 15 (6), 2009, severity 1.0
SEEN_WITHOUT = {
    "red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}


@pytest.mark.parametrize("cones", SEEN_WITHOUT)
def test_the_colours_of_states_stay_apart_for_colour_blind_eyes(cones: str) -> None:
    theme = COLOUR_BLIND
    colours = {name: str(getattr(theme, name)) for name in ("success", "warning", "error", "foreground")}
    seen = {name: _seen(colour, SEEN_WITHOUT[cones]) for name, colour in colours.items()}
    for one, other in (
        ("success", "error"),
        ("success", "warning"),
        ("success", "foreground"),
        ("error", "foreground"),
    ):
        assert _distance(seen[one], seen[other]) > 0.15, (one, other)
    # the same question finds the red and green that they cannot tell apart
    red, green = _seen("#c05a4a", SEEN_WITHOUT["green"]), _seen("#7d7d3c", SEEN_WITHOUT["green"])
    assert _distance(red, green) < 0.15


def _seen(colour: str, matrix: tuple[tuple[float, ...], ...]) -> list[float]:
    linear = _linear(RichColor.parse(colour))
    return [sum(share * part for share, part in zip(row, linear, strict=True)) for row in matrix]


def _distance(one: list[float], other: list[float]) -> float:
    return math.dist(one, other)


async def test_without_colours_every_state_is_told_by_a_word_a_sign_or_an_attribute(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    with clock_stands():
        await furnish(market, CONTENTS["short"])
        app = app_for(market, "bob")
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            driver = Driver(app, pilot)
            await driver.browsing()
            for name, told in {
                "browse": ("▸○ Wash the windows", "● connected"),
                "posted": ("[Posted 4]", "○ Iron", "× Hall", "◐ Kitchen", "cancelled", "done"),
                "claimed": ("● Bathroom", "✓ Stairs", "claimed by you", "confirmed"),
                "post_wrong": ("✗ A job needs a name", "(●) spot clean"),
                "now": ("[Now 8]", "Done: confirm or send back"),
                "inbox": ("● @ada finished it", "unread"),
                "offers": ("○ @ada", "× @kim", "declined"),
            }.items():
                await begin(driver)
                await SCREENS[name](driver)
                await settled(driver)
                assert all(text in driver.text for text in told), (name, driver.text)
                strips = app.screen._compositor.render_strips()
                styles = [segment.style for strip in strips for segment in strip if segment.style is not None]
                colours = [colour for style in styles for colour in (style.color, style.bgcolor)]
                assert all(colour is None or colour.is_default for colour in colours), name
                # the line of the cursor, or the cursor of the field, between the line at the top and the keys
                inner = [segment.style for strip in strips[1:-1] for segment in strip if segment.style is not None]
                assert any(style.reverse for style in inner), name
