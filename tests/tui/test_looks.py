"""What every screen looks like: five sizes, our four themes (two sizes in all of them), short and monstrous content.

One run of the program goes through all screens. Of each picture the text is kept in tests/tui/looks, and for each theme
a number that changes with its colours. `pytest tests/tui/test_looks.py --snapshot-update` writes them anew; look at
what git shows then. A new screen is a line in SCREENS.

Besides, for every picture: no horizontal scroll bar, nothing cut at the side, a key line that is whole, and a contrast
of at least 4.5 between every text and its ground.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from rich.color import Color as RichColor
from rich.segment import Segment
from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from textual.color import Color
from textual.screen import ModalScreen
from textual.strip import Strip

from phresh_tui.database.preparation import Door, Prepared
from phresh_tui.settings import Settings
from phresh_tui.tui.app import PhreshApp
from phresh_tui.tui.themes import OWN
from phresh_tui.tui.widgets.bars import KeyBar
from phresh_tui.tui.widgets.detail import REST
from tests.support import Market
from tests.tui.support import Driver

FOLDER = Path(__file__).parent / "looks"
SIZES = [(160, 48), (100, 30), (80, 24), (60, 40), (40, 12)]
THEMES = [theme.name for theme in OWN]
# the layout is the same in each theme: all sizes in the first one, these in the others
EACH_THEME = [(160, 48), (80, 24)]
# drawn, not read
LINES = {chr(code) for code in range(0x2500, 0x25A0)} | {"·"}


@dataclass(frozen=True)
class Shown:
    """How to come to a screen from the open jobs, and what stands there when it is complete."""

    keys: tuple[str, ...]
    see: str


SCREENS = {
    "browse": Shown((), "open job"),
    "claim": Shown(("c",), "y yes"),
    "search": Shown(("slash", "w", "i", "n"), "“win”"),
    "filter": Shown(("f",), "Price per hour from"),
    "now": Shown(("m",), "[Now"),
    "posted": Shown(("m", "tab"), "[Posted"),
    "claimed": Shown(("m", "tab", "tab"), "[Claimed"),
    "help": Shown(("question_mark",), "What you can do here"),
    "copy": Shown(("y",), "JSON"),
    "post": Shown(("n",), "Price per hour"),
    "palette": Shown(("colon", "s", "w", "i"), "Sign in as somebody else"),
}

SHORT = """
insert into cleanings (name, description, cleaning_type, price, owner, created_at, updated_at, status, claimed_by,
    agreed_price, claimed_at)
select name, description, cleaning_type, price, owner, now() - age, now() - age, status, claimed_by,
    case when claimed_by is not null then price end, case when claimed_by is not null then now() - age end
from (values
    ('Wash the windows', e'All six.\nA ladder is there.', 'spot_clean', 20.50, 'm_ada', interval '1.5 h', 'open',
        null),
    ('Iron the curtains', 'Twelve.', 'dust_up', 15, 'm_bob', '2.4 h', 'open', null),
    ('Oven', null, 'spot_clean', 18, 'm_bob', '4.4 h', 'claimed', 'm_ada'),
    ('Bathroom', 'Tiles.', 'full_clean', 22, 'm_ada', '5.4 h', 'claimed', 'm_bob')
) as job (name, description, cleaning_type, price, owner, age, status, claimed_by)
"""
MONSTROUS = """
insert into cleanings (name, description, cleaning_type, price, owner, created_at, updated_at, status, claimed_by,
    agreed_price, claimed_at)
select name, repeat(name || ' ', 8), 'full_clean', 99999999.99, owner, now() - age, now() - age, status, claimed_by,
    case when claimed_by is not null then 99999999.99 end, case when claimed_by is not null then now() - age end
from (values
    (trim(repeat('windows and more ', 7)), 'm_ada', interval '1.5 h', 'open', null),
    ('大掃除 🧽 窓拭きと床 大掃除 窓拭きと床 大掃除 窓拭きと床 大掃除 窓拭きと床 win', 'm_ada', '3.4 h', 'open', null),
    ('نظافة الشقة [red]win[/red] نظافة الشقة نظافة الشقة', 'm_ada', '1.4 d', 'open', null),
    ('👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦 é̂̃̄ window family flat', 'm_ada', '300 d', 'open', null),
    (repeat('W', 100), 'm_bob_with_the_longest_of_handles', '4.4 h', 'claimed', 'm_ada'),
    (repeat('大', 100), 'm_ada', '5.4 h', 'claimed', 'm_bob_with_the_longest_of_handles')
) as job (name, owner, age, status, claimed_by)
"""
CONTENTS = {"short": ("bob", SHORT), "monstrous": ("bob_with_the_longest_of_handles", MONSTROUS)}


@pytest.fixture(params=CONTENTS)
async def driver(request: pytest.FixtureRequest, market: Market) -> AsyncIterator[tuple[str, Driver]]:
    handle, jobs = CONTENTS[request.param]
    await market.member("ada")
    await market.member(handle)
    await market.psql(jobs)
    # a poll would only ever show the same again
    settings = Settings(PHRESH_REFRESH_SECONDS="600")  # type: ignore[call-arg]
    app = PhreshApp(settings, Prepared(replace(market.operator, embedded=True), Door.OPERATOR), handle)
    async with app.run_test(size=SIZES[0], notifications=True) as pilot:
        yield request.param, Driver(app, pilot)


async def test_every_screen_looks_as_it_did(driver: tuple[str, Driver], request: pytest.FixtureRequest) -> None:
    content, person = driver
    update = request.config.getoption("update_snapshots")
    wrong: list[str] = []
    for name, shown in SCREENS.items():
        await _open(person, shown)
        text, faults = await _pictures(person)
        wrong += [f"{content}/{name} {fault}" for fault in faults]
        file = FOLDER / content / f"{name}.txt"
        if update:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != text:
            wrong.append(f"{content}/{name} looks different:\n{_difference(file, text)}")
    assert not wrong, "\n".join(wrong[:60])


async def _open(person: Driver, shown: Shown) -> None:
    await person.pilot.resize_terminal(*SIZES[0])
    while len(person.app.screen_stack) > 2:
        await person.app.pop_screen()
    await person.press("escape")
    browse = await person.browsing()
    await person.until(lambda: not browse.jobs.is_stale and not browse.jobs.listing.wanted.text, "all jobs")
    await person.press("g")
    for key in shown.keys:
        await person.press(key)
    await person.see(shown.see)
    for field in person.app.screen.query("Input, TextArea"):
        field.cursor_blink = False  # type: ignore[attr-defined]
    person.app.clear_notifications()
    # what is read once the cursor rests on a job
    await asyncio.sleep(REST)
    await _calm(person)


async def _pictures(person: Driver) -> tuple[str, list[str]]:
    """The text of a screen in all sizes with a number for each theme, and what is wrong with it."""
    pictures: dict[tuple[int, int], list[str]] = {}
    faults = []
    # a change of the theme costs much more than one of the size
    for theme in THEMES:
        person.app.theme = theme
        for width, height in SIZES if theme == THEMES[0] else EACH_THEME:
            await person.pilot.resize_terminal(width, height)
            await person.until(lambda size=(width, height): person.app.screen.size == size, "the size")
            await _calm(person)
            strips = person.app.screen._compositor.render_strips()
            picture = pictures.setdefault((width, height), [])
            if not picture:
                picture += [f"== {width}x{height}", *(strip.text.rstrip() for strip in strips)]
                # the smallest size that has to hold all of it
                faults += [f"{width}x{height}: {fault}" for fault in _cut(person) if width >= 80]
            picture.append(f"-- {theme} {_number(strips)}")
            faults += [f"{width}x{height} {theme}: {fault}" for fault in _faint(_read(person, strips))]
    return "\n".join(line for size in SIZES for line in pictures[size]) + "\n", faults


async def _calm(person: Driver) -> None:
    """Waits until three looks in a row show the same."""
    seen: list[str] = []
    while len(seen) < 3 or len(set(seen[-3:])) > 1:
        await person.pilot.pause(0.01)
        seen.append(_number(person.app.screen._compositor.render_strips()))


def _cut(person: Driver) -> Iterator[str]:
    screen = person.app.screen
    for widget in screen.query("*"):
        if not widget.display or not widget.region.area:
            continue
        if widget.show_horizontal_scrollbar:
            yield f"{widget!r} has a horizontal scroll bar"
        seen = screen.find_widget(widget).visible_region
        if seen.area and seen.width < widget.region.width:
            yield f"{widget!r} is cut at the side"
    for bar in screen.query(KeyBar):
        if bar.render().cell_length > bar.size.width:  # type: ignore[union-attr]
            yield f"the key line is cut: {bar.render()}"


def _number(strips: list[Strip]) -> str:
    """Changes with any colour or style of any cell."""
    cells = "".join(f"{segment.style}{segment.text}" for strip in strips for segment in strip)
    return hashlib.sha256(cells.encode()).hexdigest()[:12]


def _read(person: Driver, strips: list[Strip]) -> list[Strip]:
    """The part that is read: what lies behind a dialog is dimmed on purpose."""
    screen = person.app.screen
    if not isinstance(screen, ModalScreen):
        return strips
    regions = [widget.region for widget in screen.children if widget.display and widget.region.area]
    return [
        strips[y].crop(box.x, box.right) for box in regions for y in range(max(box.y, 0), box.bottom)[: len(strips)]
    ]


def _faint(strips: list[Strip]) -> Iterator[str]:
    """Texts that can hardly be read."""
    told = set()
    for segment in (segment for strip in strips for segment in strip):
        text = "".join(character for character in segment.text if character not in LINES).strip()
        if not text or segment.style is None or segment.style.color is None or segment.style.bgcolor is None:
            continue
        ratio = contrast(segment)
        if ratio < 4.5 and (ratio, text) not in told:
            told.add((ratio, text))
            yield f"{text[:30]!r} has a contrast of {ratio:.1f}, {segment.style}"


def contrast(segment: Segment) -> float:
    """The ratio of the WCAG between a text and its ground, from 1 to 21."""
    style = segment.style
    assert style is not None and style.color is not None and style.bgcolor is not None
    text, ground = (_luminance(color) for color in (style.color, style.bgcolor))
    if style.reverse:
        text, ground = ground, text
    return (max(text, ground) + 0.05) / (min(text, ground) + 0.05)


def _luminance(color: RichColor) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in Color(*color.get_truecolor(DEFAULT_TERMINAL_THEME)).normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _difference(file: Path, text: str) -> str:
    import difflib

    before = file.read_text(encoding="utf-8") if file.exists() else ""
    lines = difflib.unified_diff(before.splitlines(), text.splitlines(), "before", "now", n=0, lineterm="")
    return "\n".join(list(lines)[:30])


def test_a_faint_text_is_found() -> None:
    from rich.style import Style

    assert not list(_faint([Strip([Segment("read", Style.parse("#ffffff on #000000"))])]))
    assert list(_faint([Strip([Segment("read", Style.parse("#777777 on #888888"))])]))
