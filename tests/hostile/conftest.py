"""The scene of the attacks: set once for each test process, and copied for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.hostile.scene import Scene, Stage
from tests.support import running_cluster


@pytest.fixture(scope="session")
def stage(public_folder: Path) -> Iterator[Stage]:
    """On a server of its own: roles belong to the server, and so the handles of the scene are taken in all of it."""
    with running_cluster(public_folder / "stage") as cluster:
        yield Stage(cluster)


@pytest.fixture
async def scene(stage: Stage) -> AsyncIterator[Scene]:
    scene = await stage.copy()
    try:
        yield scene
    finally:
        await stage.clear(scene)
