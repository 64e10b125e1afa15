"""The scene of the attacks."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.hostile.scene import Scene, leave, scene_in
from tests.support import Market


@pytest.fixture
async def scene(market: Market) -> AsyncIterator[Scene]:
    scene = await scene_in(market)
    try:
        yield scene
    finally:
        await leave(scene)
