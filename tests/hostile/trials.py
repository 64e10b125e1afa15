"""Tries the attacks, and says which of them were not refused as they should have been."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import asyncpg

from phresh_tui.database.target import Target
from tests.hostile.allowed import MOVES
from tests.hostile.attacks import Attack, attacks_of
from tests.hostile.calls import OK, Call, with_bad_values, with_good_values
from tests.hostile.plans import told_by_plans
from tests.hostile.private import PRIVATE, ROWS_SEEN, SECRET, rows_expected, side_channels
from tests.hostile.scene import Scene, fingerprint, functions

Part = Callable[..., Awaitable[tuple[int, "list[Breach]"]]]


@dataclass(frozen=True, slots=True)
class Breach:
    """An attack that was not refused as it should have been."""

    who: str
    sql: str
    outcome: str


async def breaches(
    scene: Scene, parts: Sequence[Part], *, only_first: bool = False, about: str = ""
) -> tuple[int, list[Breach]]:
    """Tries everything as everybody, each attack in a transaction that is rolled back.

    Args:
        scene: where.
        parts: which kinds of attacks.
        only_first: whether the first success is enough, which may have opened everything.
        about: only the attacks whose words have this in them; all of them as a rule.

    Returns:
        The number of attempts, and those that succeeded, were refused in another way than they should, or changed
        something.

    """
    found: list[Breach] = []
    number = 0
    before = await fingerprint(scene.market)
    for part in parts:
        attempts, successes = await part(scene, only_first=only_first, about=about)
        number += attempts
        found += successes
        if found and only_first:
            return number, found
        if only_first and part is not parts[-1]:
            continue
        after = await fingerprint(scene.market)
        found += [Breach("one of them", str(part), f"{name} changed") for name in before if before[name] != after[name]]
        before = after
    return number, found


async def catalog_attacks(scene: Scene, *, only_first: bool, about: str) -> tuple[int, list[Breach]]:
    """What nobody may do with any object of the catalog, as a member, as the guest and as nobody."""
    number, found = 0, list[Breach]()
    for who, target in scene.attackers.items():
        attacks = [attack for attack in await attacks_of(scene, who, target) if about in attack.sql]
        number += len(attacks)
        found += await tried(who, target, attacks, only_first=only_first)
        if found and only_first:
            break
    return number, found


async def calls_by_the_parties(scene: Scene, *, only_first: bool, about: str) -> tuple[int, list[Breach]]:
    """Every function by owner, cleaner, offerer and stranger on a job in every state, with good and with bad values."""
    rows = [row for row in await functions(scene.market) if row["name"] in MOVES]
    assert {row["name"] for row in rows} == MOVES
    number, found = 0, list[Breach]()
    for made in (with_good_values, with_bad_values):
        for role, target in scene.parties.items():
            calls = [call for call in made(rows, role, scene.jobs) if about in call.sql]
            number += len(calls)
            found += await called(role, target, calls, only_first=only_first)
            if found and only_first:
                return number, found
    return number, found


async def called(role: str, target: Target, calls: list[Call], *, only_first: bool) -> list[Breach]:
    found: list[Breach] = []
    if not calls:
        return found
    connection = await asyncpg.connect(**target.asyncpg_arguments())
    try:
        for call in calls:
            outcome = OK
            try:
                await connection.execute(f"begin; {call.sql}; rollback", timeout=5)
            except asyncpg.PostgresError as error:
                outcome = str(error.sqlstate)
                await connection.execute("rollback")
            if outcome not in call.states:
                found.append(Breach(role, call.sql[-300:], f"{outcome}, not {', '.join(sorted(call.states))}"))
                if only_first:
                    break
    finally:
        await connection.close()
    return found


async def sights(scene: Scene, *, only_first: bool, about: str) -> tuple[int, list[Breach]]:
    """Who sees which private rows, and whether anything else says what stands in them."""
    number, found = 0, list[Breach]()
    states = {job: state for state, job in scene.jobs.items()}
    rows_seen = {table: sql for table, sql in ROWS_SEEN.items() if about in sql}
    for role, target in scene.parties.items():
        wanted = rows_expected(role)
        assert set(wanted) == set(PRIVATE) == set(ROWS_SEEN)
        if not rows_seen:
            break
        connection = await asyncpg.connect(**target.asyncpg_arguments())
        for table, sql in rows_seen.items():
            number += 1
            seen = {states.get(row["cleaning_id"], "") + row["rest"] for row in await connection.fetch(sql)}
            if seen != wanted[table]:
                found.append(Breach(role, sql, f"sees {sorted(seen)}, not {sorted(wanted[table])}"))
        await connection.close()
    if found and only_first:
        return number, found
    columns = {
        row["name"]: row["columns"]
        for row in await scene.market.psql(
            "select attrelid::regclass::text as name, array_agg(attname::text order by attnum) as columns "
            "from pg_attribute where attrelid = any($1::regclass[]) and attnum > 0 and not attisdropped group by 1",
            [f"public.{table}" for table in PRIVATE],
        )
    }
    questions = [sql for table in PRIVATE for sql in side_channels(table, columns[table]) if about in sql]
    for who, target in scene.attackers.items():
        if not questions:
            break
        said: list[str] = []
        connection = await asyncpg.connect(**target.asyncpg_arguments())
        connection.add_log_listener(lambda _, message, said=said: said.append(str(message.as_dict())))
        for sql in questions:
            number += 1
            state, answer = await answered(connection, sql)
            # an error while a row is judged says something of the row
            told = SECRET in answer + "".join(said) or (state[:2] == "22" and state != "22011")
            said.clear()
            if told:
                found.append(Breach(who, sql, f"{state} {answer[:200]}"))
        await connection.close()
    return number, found


async def plans(scene: Scene, *, only_first: bool, about: str) -> tuple[int, list[Breach]]:
    """What EXPLAIN ANALYZE says of a guess at a private value."""
    number, answers = await told_by_plans(scene.market, scene.attackers["stranger"], about)
    return number, [Breach("stranger", sql, why) for sql, why in answers]


async def answered(connection: asyncpg.Connection[asyncpg.Record], sql: str) -> tuple[str, str]:
    """The SQLSTATE of a question, and everything that it was answered."""
    parts = sql.split("; ")
    transaction = connection.transaction()
    await transaction.start()
    try:
        for part in parts[:-1]:
            await connection.execute(part)
        if sql.startswith("copy"):
            output = io.BytesIO()
            question = sql.removeprefix("copy (").removesuffix(") to stdout")
            await connection.copy_from_query(question, output=output)
            return OK, output.getvalue().decode()
        return OK, str([tuple(row.values()) for row in await connection.fetch(parts[-1])])
    except asyncpg.PostgresError as error:
        return str(error.sqlstate), str(error.as_dict())
    finally:
        await transaction.rollback()


async def tried(who: str, target: Target, attacks: list[Attack], *, only_first: bool) -> list[Breach]:
    found: list[Breach] = []
    if not attacks:
        return found
    connection = await asyncpg.connect(**target.asyncpg_arguments())
    try:
        for attack in attacks:
            outcome = "succeeded"
            try:
                await connection.execute(attack.sql if attack.alone else f"begin; {attack.sql}; rollback", timeout=5)
            except asyncpg.PostgresError as error:
                outcome = "" if error.sqlstate in attack.states else f"{error.sqlstate} {error}"
                if not attack.alone:
                    await connection.execute("rollback")
            except TimeoutError:
                # COPY FROM STDIN waits for rows once it is allowed
                outcome = "was let in"
                await connection.close()
                connection = await asyncpg.connect(**target.asyncpg_arguments())
            if outcome and not (attack.harmless and outcome == "succeeded"):
                found.append(Breach(who, attack.sql[:200], outcome))
                if only_first:
                    break
    finally:
        await connection.close()
    return found


# by what they are about, with how many attempts there are at the least
PARTS: dict[str, tuple[Part, int]] = {
    "calls by the parties": (calls_by_the_parties, 3_500),
    "sights of private rows": (sights, 1_000),
    "plans": (plans, 500),
    "objects of the catalog": (catalog_attacks, 6_000),
}
