"""Garbage is collected between the keys."""

from __future__ import annotations

import gc
import weakref

from tests.support import Market, eventually
from tests.tui.conftest import Drive


class Link:
    """One of a ring, which nothing but the garbage collector takes away."""

    def __init__(self) -> None:
        self.other: Link | None = None


def ring() -> weakref.ref[Link]:
    """Makes more garbage than is left alone, and nothing that would be collected without a look."""
    links = [Link() for _ in range(2_000)]
    for link, other in zip(links, links[1:] + links[:1], strict=True):
        link.other = other
    return weakref.ref(links[0])


async def test_what_a_key_leaves_behind_is_collected_when_it_is_painted(market: Market, drive: Drive) -> None:
    await market.session("ada")
    before = gc.get_threshold()
    try:
        async with drive("ada") as driver:
            gc.set_threshold(10_000_000)
            garbage = ring()
            await driver.pilot.pause()
            assert garbage() is not None
            await driver.pilot.press("j")
            await eventually(lambda: garbage() is None)
    finally:
        gc.set_threshold(*before)
