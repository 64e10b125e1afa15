"""Whoever sends what he likes to the database, with a valid password of his own, gets nothing that is not his."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.hostile.allowed import MOVES
from tests.hostile.attacks import attacks_of
from tests.hostile.calls import OK, with_bad_values, with_good_values
from tests.hostile.faults import ABOUT, PLANTED
from tests.hostile.scene import Scene, functions
from tests.hostile.trials import PARTS, breaches


@pytest.mark.parametrize("part", PARTS)
async def test_every_attack_on_every_object_of_the_catalog_is_refused(scene: Scene, part: str) -> None:
    tries, at_least = PARTS[part]
    number, found = await breaches(scene, [tries])
    print(f"{number} attempts, {len(found)} successes")
    print(*found, sep="\n")
    assert found == []
    assert number >= at_least


async def test_every_state_that_a_refusal_may_have_is_described(scene: Scene) -> None:
    page = (Path(__file__).parents[2] / "docs" / "sql.md").read_text(encoding="utf-8")
    described = set(re.findall(r"\b[0-9A-Z]{5}\b", page.split("## Refusals")[1].split("\n## ")[0]))
    rows = [row for row in await functions(scene.market) if row["name"] in MOVES]
    accepted = set[str]()
    for who, target in scene.attackers.items():
        accepted.update(*(attack.states for attack in await attacks_of(scene, who, target)))
    for role in scene.parties:
        for made in (with_good_values, with_bad_values):
            accepted.update(*(call.states for call in made(rows, role, scene.jobs)))
    assert accepted - described == {OK}


@pytest.mark.parametrize("name", PLANTED)
async def test_a_planted_fault_is_found(scene: Scene, name: str) -> None:
    await scene.market.psql_script(PLANTED[name].format(database=scene.market.database))
    parts = [tries for tries, _ in PARTS.values()]
    _, found = await breaches(scene, parts, only_first=True, about=ABOUT[name])
    assert found != []
