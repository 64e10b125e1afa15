"""What every screen looks like: five sizes and one that is too small, our four themes, short and monstrous content.

Each picture is compared with the one that was accepted (`pictures.py`), and measured: nothing is drawn beside its
place, every line is as wide as the terminal, no key of the key line is cut, nothing scrolls to the side, no label is
cut but by an ellipsis, every text can be read on its ground (WCAG 2.2, 1.4.3: 4.5 to 1; 1.4.6: 7 to 1 where the
contrast is to be high). `make test` takes one size and theme of each scene, `make soak` all of them.

`make looks ARGS="-k agenda"` takes the pictures anew and writes them; `git diff` shows what has changed.
"""

from __future__ import annotations

import importlib
import math
import os
import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import pytest
from rich.cells import cell_len
from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from textual.color import Color
from textual.screen import ModalScreen, Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Static

import phresh_tui.tui
from phresh_tui.tui.themes import COLOUR_BLIND, CONTRAST, OWN
from phresh_tui.tui.widgets.bars import KeyBar, TopBar
from phresh_tui.tui.widgets.too_small import is_too_small
from tests.support import Market
from tests.tui.contents import CONTENTS
from tests.tui.gallery import SCENES, Scene, Stage, clock_stands, opened, resize, show, still
from tests.tui.pictures import FOLDER, Album, Picture, Size, file_of, named
from tests.tui.support import Driver

SIZES: list[Size] = [(160, 48), (100, 30), (80, 24), (60, 50), (40, 12), (20, 5)]
THEMES = [theme.name for theme in OWN]
PLAIN = (80, 24)
# cells of a line that can be typed into
LEAST_TYPED = 5
# `make looks`: what is seen is accepted
ACCEPTS = bool(os.environ.get("LOOKS"))
# frames, bars and charts are drawn, not read
DRAWN = {chr(code) for code in range(0x2500, 0x25A0)} | {chr(code) for code in range(0x2800, 0x2900)} | {"·", "▸", "•"}


@dataclass
class Looker:
    """Goes from scene to scene, takes pictures and says what is wrong with them."""

    driver: Driver
    market: Market
    content: str
    faults: list[str] = field(default_factory=list)

    async def look(self, name: str, pairs: Iterable[tuple[Size, str]]) -> dict[tuple[str, str], Picture]:
        """The pictures of a scene, by size and theme; one that cannot be come to is a fault, and the next one is."""
        try:
            return await self._look(name, pairs)
        except AssertionError as error:
            self.faults.append(f"{name}, {self.content}: {error}")
            return {}

    async def _look(self, name: str, pairs: Iterable[tuple[Size, str]]) -> dict[tuple[str, str], Picture]:
        driver, scene = self.driver, SCENES[name]
        taken = {}
        for size, group in groupby(pairs, key=lambda pair: pair[0]):
            if scene.holds:
                await self._come(scene, size)
            for _, theme in group:
                if driver.app.theme != theme:
                    driver.app.theme = theme
                    await still(driver)
                if not scene.holds:
                    await self._come(scene, size)
                taken[named(size), theme] = picture = Picture.of(driver.app)
                where = f"{name}, {self.content}, {named(size)}, {theme}"
                self.faults += [f"{where}: {fault}" for fault in _faults(driver, theme)]
                if not ACCEPTS:
                    self.faults += [f"{where}: {fault}" for fault in _changes(picture, name, self.content, size, theme)]
            if scene.after:
                await self.market.psql(scene.after)
                driver.app.unread.look()
        return taken

    async def _come(self, scene: Scene, size: Size) -> None:
        """Always on the same way, for what is scrolled stays so: in a plain terminal, which then gets its size."""
        driver = self.driver
        if scene.holds:
            await resize(driver, PLAIN)
            await show(driver, scene)
            await resize(driver, size)
            # what there was no room for is read now
            await still(driver)
        else:
            await resize(driver, size)
            if not is_too_small(driver.app.size):
                await show(driver, scene)


def _changes(picture: Picture, name: str, content: str, size: Size, theme: str) -> Iterator[str]:
    file = file_of(name, content)
    if not file.exists():
        yield "there is no accepted picture; `make looks` takes one"
        return
    yield from Album.read(file.read_text(encoding="utf-8")).picture(named(size), theme).differences(picture)


def _tell(faults: list[str]) -> None:
    assert not faults, "\n".join([*faults[:60], "", "`make looks ARGS='-k SCENE'` accepts what is meant to be so."])


@pytest.mark.parametrize("content", CONTENTS)
async def test_some_sizes_and_themes_of_every_screen(content: str, market: Market) -> None:
    """Each scene with one of the contents; no theme is put on twice."""
    faults = []
    number = list(CONTENTS).index(content)
    with clock_stands():
        for stage in Stage:
            chosen = [name for name, scene in SCENES.items() if scene.stage is stage][number::2]
            async with opened(market, CONTENTS[content], stage) as driver:
                looker = Looker(driver, market, content)
                for place, name in enumerate(chosen):
                    theme = THEMES[(place * len(THEMES) // len(chosen) + number) % len(THEMES)]
                    pairs = [(SIZES[(place + 2 * number) % (len(SIZES) - 1)], theme)]
                    # what is too small looks the same over every screen
                    pairs += [(SIZES[-1], theme)] * (place == number)
                    await looker.look(name, pairs)
                faults += looker.faults
    _tell(faults)


@pytest.mark.soak
@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("name", SCENES)
async def test_every_size_and_theme(name: str, content: str, market: Market) -> None:
    with clock_stands():
        async with opened(market, CONTENTS[content], SCENES[name].stage) as driver:
            looker = Looker(driver, market, content)
            taken = await looker.look(name, [(size, theme) for size in SIZES for theme in THEMES])
    if ACCEPTS and taken:
        # also what has faults, to be looked at
        file_of(name, content).write_text(Album.of(taken).write(), encoding="utf-8")
    for (size, theme), picture in taken.items():
        words = Picture(picture.lines, taken[size, THEMES[0]].styles)
        looker.faults += [f"{size} in {theme}: {other}" for other in taken[size, THEMES[0]].differences(words)]
    _tell(looker.faults)


def screens() -> set[type[Screen[Any]]]:
    """Every screen and dialog of the program that is not there for others to build on."""
    for module in pkgutil.walk_packages(phresh_tui.tui.__path__, "phresh_tui.tui."):
        importlib.import_module(module.name)
    found: set[type[Screen[Any]]] = set()
    left: list[type[Screen[Any]]] = [Screen]
    while left:
        below = left.pop().__subclasses__()
        left += below
        found |= {screen for screen in below if not screen.__subclasses__() and screen.__module__.startswith("phresh")}
    return found


def test_every_screen_of_the_program_is_in_the_gallery() -> None:
    assert {screen.__name__ for screen in screens() - {scene.screen for scene in SCENES.values()}} == set()


def test_every_accepted_picture_is_of_a_scene() -> None:
    assert {file.name for file in FOLDER.iterdir()} == {
        file_of(name, content).name for name in SCENES for content in CONTENTS
    }


def test_an_album_is_read_as_it_was_written_and_says_what_has_changed() -> None:
    lines = ["大掃除 now", " " * 10]
    dark = Picture(lines, [["bold #ffffff on #000000"] * 6 + ["on #000000"] * 4, ["on #000000"] * 10])
    light = Picture(lines, [["bold #000000 on #ffffff"] * 10, ["on #eeeeee"] * 10])
    album = Album.read(Album.of({("10x2", "dark"): dark, ("10x2", "light"): light}).write())
    assert album.picture("10x2", "dark") == dark
    assert album.picture("10x2", "light") == light
    assert "大" in light.svg("a title")
    assert not list(dark.differences(dark))
    other = Picture([lines[0], "x" + lines[1][1:]], dark.styles)
    assert list(dark.differences(other)) == ["line 2\n    was ''\n    is  'x'"]
    (told,) = Picture([lines[0]], dark.styles[:1]).differences(Picture([lines[0]], light.styles[:1]))
    assert told.startswith(
        "line 1, cells 0 to 5: was bold #ffffff on #000000, is bold #000000 on #ffffff; cells 6 to 9"
    )


def _faults(driver: Driver, theme: str) -> Iterator[str]:
    screen = driver.app.screen
    width, height = driver.app.size
    strips = screen._compositor.render_strips()
    if len(strips) != height:
        yield f"{len(strips)} lines"
    for number, strip in enumerate(strips):
        if sum(cell_len(segment.text) for segment in strip) != width:
            yield f"line {number} is {sum(cell_len(segment.text) for segment in strip)} wide: {strip.text!r}"
    if is_too_small(driver.app.size):
        # the rest lies below what says so
        return
    for widget in screen.query("*"):
        if widget.display and widget.region.area and not widget.has_class("-textual-system"):
            yield from _beside(widget, width)
            yield from _cut(widget)
    least = 7.0 if theme == CONTRAST.name else 4.5
    yield from _faint(_read(driver, strips), least)


def _beside(widget: Widget, width: int) -> Iterator[str]:
    if widget.show_horizontal_scrollbar and widget.styles.scrollbar_size_horizontal:
        yield f"{widget!r} scrolls to the side"
    region, parent = widget.region, widget.parent
    if region.x < 0 or region.right > width:
        yield f"{widget!r} lies beside the terminal: {region}"
    if isinstance(parent, ModalScreen) and (region.y < 0 or region.bottom > widget.app.size.height):
        yield f"{widget!r} lies above or below the terminal: {region}"
    # what scrolls may lie above or below, but not beside what holds it
    around = parent.region if isinstance(parent, Widget) and not widget.styles.is_docked else region
    if around.area and (region.x < around.x or region.right > around.right):
        yield f"{widget!r} {region} is drawn outside of {parent!r} {around}"


def _cut(widget: Widget) -> Iterator[str]:
    width = widget.region.width
    if isinstance(widget, KeyBar | TopBar):
        drawn = widget.render()
        assert hasattr(drawn, "cell_length")
        if drawn.cell_length > width:
            yield f"{widget!r} is cut: {drawn}"
    if isinstance(widget, Static) and widget.content_size.height and widget.styles.text_overflow != "ellipsis":
        needed = widget.get_content_height(widget.screen.size, widget.screen.size, widget.content_size.width)
        if needed > widget.content_size.height:
            yield f"{widget!r} is cut: {needed} lines in {widget.content_size.height}, {widget.content}"
    if isinstance(widget, Input) and widget.content_size.width < LEAST_TYPED:
        yield f"{widget!r} has no room to type in"
    if isinstance(widget, Input) and cell_len(str(widget.placeholder)) > widget.content_size.width:
        yield f"{widget!r} cuts {widget.placeholder!r}"
    for title in (widget.border_title, widget.border_subtitle):
        if title and cell_len(str(title)) > width - 4:
            yield f"the frame cuts {title!r}"


def _read(driver: Driver, strips: list[Strip]) -> list[Strip]:
    """The part that is read: what lies behind a dialog is dimmed on purpose."""
    screen = driver.app.screen
    if not isinstance(screen, ModalScreen):
        return strips
    boxes = [widget.region for widget in screen.children if widget.display and widget.region.area]
    screen_lines = range(len(strips))
    return [strips[y].crop(box.x, box.right) for box in boxes for y in range(box.y, box.bottom) if y in screen_lines]


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
        async with opened(market, CONTENTS["short"], Stage.MARKET) as driver:
            for name, told in {
                "browse": ("▸○ Wash the windows", "● connected"),
                "posted": ("[Posted 4]", "○ Iron", "× Hall", "◐ Kitchen", "cancelled", "done"),
                "claimed": ("● Bathroom", "✓ Stairs", "claimed by you", "confirmed"),
                "post_wrong": ("✗ A job needs a name", "(●) spot clean"),
                "now": ("[Now 8]", "Done: confirm or send back"),
                "inbox": ("● @ada finished it", "unread"),
                "offers": ("○ @ada", "× @kim", "declined"),
            }.items():
                await show(driver, SCENES[name])
                assert all(text in driver.text for text in told), (name, driver.text)
                strips = driver.app.screen._compositor.render_strips()
                styles = [segment.style for strip in strips for segment in strip if segment.style is not None]
                colours = [colour for style in styles for colour in (style.color, style.bgcolor)]
                assert all(colour is None or colour.is_default for colour in colours), name
                # the line of the cursor, or the cursor of the field, between the line at the top and the keys
                inner = [segment.style for strip in strips[1:-1] for segment in strip if segment.style is not None]
                assert any(style.reverse for style in inner), name
