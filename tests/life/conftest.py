"""A town for every test; when it is over, the state of every job is what its events say."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.life.support import Town, unexplained
from tests.support import Market


@pytest.fixture
async def town(market: Market) -> AsyncIterator[Town]:
    ada, bob, eve, mallory = [await market.session(handle) for handle in ("ada", "bob", "eve", "mallory")]
    town = Town(market, ada, bob, eve, mallory)
    yield town
    assert await unexplained(town.market) == []
