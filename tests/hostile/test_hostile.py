"""Whoever sends what he likes to the database, with a valid password of his own, gets nothing that is not his."""

from __future__ import annotations

import pytest

from tests.hostile.faults import ABOUT, PLANTED
from tests.hostile.scene import Scene
from tests.hostile.trials import breaches


async def test_every_attack_on_every_object_of_the_catalog_is_refused(scene: Scene) -> None:
    number, found = await breaches(scene)
    print(f"{number} attempts, {len(found)} successes")
    print(*found, sep="\n")
    assert found == []
    assert number >= 10_000


@pytest.mark.parametrize("name", PLANTED)
async def test_a_planted_fault_is_found(scene: Scene, name: str) -> None:
    await scene.market.psql_script(PLANTED[name].format(database=scene.market.database))
    try:
        _, found = await breaches(scene, only_first=True, about=ABOUT[name])
        assert found != []
    finally:
        # roles and memberships outlive the database
        await scene.market.psql_script(
            """
            alter role m_mallory nosuperuser nocreaterole;
            revoke phresh_owner, m_victor, pg_read_server_files, pg_signal_backend from m_mallory;
            revoke admin option for phresh_member from m_mallory;
            """
        )
