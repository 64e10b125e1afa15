"""What is painted is what Textual would paint, with less looked at."""

from __future__ import annotations

from itertools import product

from textual._compositor import Compositor as TextualCompositor
from textual.geometry import Region
from textual.strip import Strip

from phresh_tui.tui.compositor import Compositor
from tests.support import Market, post
from tests.tui.conftest import Drive
from tests.tui.support import Driver


def renders(driver: Driver, kind: type[TextualCompositor], crop: Region) -> int:
    """How many widgets a compositor of that kind looks at."""
    return len(list(kind._get_renders(driver.app.screen._compositor, crop)))


def lines(driver: Driver, kind: type[TextualCompositor], crop: Region) -> list[Strip]:
    """What a compositor of that kind paints."""
    compositor = driver.app.screen._compositor
    before, compositor.__class__ = type(compositor), kind
    try:
        painted = compositor._render_chops(crop, lambda y: crop.y <= y < crop.bottom)
    finally:
        compositor.__class__ = before
    return [Strip.join(list(chops.values())) for chops in painted[crop.y : crop.bottom]]


async def test_parts_of_the_screen_are_painted_as_textual_paints_them(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    for number in range(30):
        await post(ada, f"Job {number}")
    async with drive("ada", size=(170, 40)) as driver:
        browse = await driver.browsing()
        await driver.see("Job 29")
        for key, seen in (("", "Job 20"), ("end", "Job 0"), ("f", "Filter"), ("escape", "Job 0"), ("m", "My jobs")):
            # beside the list, scrolled, under a dialog, another place
            if key:
                await driver.press(key)
            await driver.see(seen)
            for top, height in product((0, 1, 3, 9, 25, 39), (1, 2, 14)):
                crop = Region(0, top, 170, min(height, 40 - top))
                assert lines(driver, Compositor, crop) == lines(driver, TextualCompositor, crop), (key, crop)
        await driver.press("escape")
        await driver.until(lambda: browse.is_current)
        row = Region(0, browse.jobs.region.y, 170, 1)
        assert renders(driver, Compositor, row) <= renders(driver, TextualCompositor, row) / 2
