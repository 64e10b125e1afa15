"""docs/sql.md is what the database does: each function and each refusal is there, and every example shows the truth."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from phresh_tui.database.accounts import make_guest
from phresh_tui.database.connections import Connection, connected
from tests.docs.sql_examples import Example, examples_in, helpers_in, sections_in, states_in
from tests.support import Market

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "sql.md").read_text(encoding="utf-8")
MIGRATIONS = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "db" / "migrations").glob("*.sql"))
MEMBERS = ("ana", "ben", "cleo")
FUNCTIONS = """
    select p.proname as name, pg_get_function_arguments(p.oid) as arguments, format_type(p.prorettype, null) as answer,
        pg_get_functiondef(p.oid) as body,
        has_function_privilege('m_ana', p.oid, 'execute') as member,
        has_function_privilege('phresh_guest', p.oid, 'execute') as guest
    from pg_proc p
    where p.pronamespace = 'public'::regnamespace
        and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
"""
MEANT_FOR_OPERATORS = {"sign_up", "clean_requests", "reap_transactions", "limit_members"}


class Story:
    """The examples' market: each member, the guest and the operator with a connection of their own."""

    def __init__(self, connections: dict[str, Connection]) -> None:
        self.connections = connections

    async def shown(self, example: Example) -> str:
        """What an example shows: rows, or the error with its SQLSTATE, made stable."""
        connection = self.connections[example.who]
        try:
            rows = await connection.fetch(example.statement)
        except asyncpg.PostgresError as error:
            parts = [f"ERROR:  {error.sqlstate}: {error.args[0]}"]
            parts += [f"DETAIL:  {error.detail}"] if error.detail else []
            parts += [f"HINT:  {error.hint}"] if error.hint else []
            return "\n".join(parts)
        lines = (" | ".join("" if value is None else str(value) for value in row) for row in rows)
        return "\n".join(stable(line).rstrip() for line in lines)


def stable(text: str) -> str:
    """Without what differs from run to run: moments."""
    return re.sub(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(\+\d\d(:\d\d)?)?", "(moment)", text)


@pytest.fixture
async def story(market: Market) -> AsyncIterator[Story]:
    accounts = {handle: await market.member(handle) for handle in MEMBERS}
    guest = await make_guest(market.operator)
    accounts |= {"guest": market.operator._replace(user=guest.user), "operator": market.operator}
    async with AsyncExitStack() as stack:
        connections = {who: await stack.enter_async_context(connected(account)) for who, account in accounts.items()}
        yield Story({**connections, "clock": connections["operator"]})


async def test_every_example_shows_what_the_database_answers(story: Story) -> None:
    examples = list(examples_in(PAGE))
    assert len(examples) > 40
    wrong = []
    for example in examples:
        shown = await story.shown(example)
        if shown != example.shown:
            wrong.append(f"{example.who}=> {example.statement}\n--- page\n{example.shown}\n--- database\n{shown}\n")
    assert not wrong, "\n".join(wrong)


async def test_an_example_that_is_not_true_is_found(story: Story) -> None:
    (example,) = examples_in("    operator=> select 'open' as status;\n    closed\n")
    assert example == Example("operator", "select 'open' as status;", "closed")
    assert await story.shown(example) == "open"
    assert await story.shown(replace(example, statement="select 1/0")) == "ERROR:  22012: division by zero"


async def test_every_function_of_the_catalog_is_described_with_its_arguments_and_who_may_call_it(story: Story) -> None:
    rows = {row["name"]: row for row in await story.connections["operator"].fetch(FUNCTIONS)}
    sections = {section.name: section for section in sections_in(PAGE)}
    assert set(sections) | helpers_in(PAGE) == set(rows)
    assert not set(sections) & helpers_in(PAGE)
    for name, row in rows.items():
        callers = {who for who, may in (("members", row["member"]), ("guests", row["guest"])) if may}
        callers |= {"operators"} if name in MEANT_FOR_OPERATORS else set()
        if name in sections:
            section = sections[name]
            assert section.callers == callers, name
            # the catalog says which type a default has
            assert section.arguments == re.sub(
                r"::[a-z ]+(?=,|$)", "", row["arguments"].replace("DEFAULT", "default")
            ), name
            assert section.answer == row["answer"], name
        else:
            assert not callers, name


async def test_every_refusal_is_described_and_no_function_claims_one_that_it_cannot_give(story: Story) -> None:
    rows = {row["name"]: row for row in await story.connections["operator"].fetch(FUNCTIONS)}
    raised = {name: set(re.findall(r"errcode = '(PH\d\d\d)'", row["body"])) for name, row in rows.items()}
    called = {name: set(re.findall(r"public\.([a-z_]+)\(", row["body"])) - {name} for name, row in rows.items()}

    def possible(name: str) -> set[str]:
        return raised.get(name, set()).union(*(possible(inner) for inner in called.get(name, ())))

    assert states_in(PAGE) == set(re.findall(r"errcode = '(PH\d\d\d)'", MIGRATIONS)) == set().union(*raised.values())
    sections = sections_in(PAGE)
    for section in sections:
        assert section.states <= possible(section.name), section.name
        # what a function raises itself is never left out
        assert raised[section.name] <= section.states, section.name
    assert set().union(*(section.states for section in sections)) == states_in(PAGE)


def test_every_refusal_is_shown_by_an_example() -> None:
    shown = {state for example in examples_in(PAGE) for state in re.findall(r"^ERROR:  (PH\d\d\d)", example.shown)}
    assert shown == states_in(PAGE)


def test_every_function_is_called_by_an_example() -> None:
    called = {
        name for example in examples_in(PAGE) for name in re.findall(r"(?:public\.)?([a-z_]+)\(", example.statement)
    }
    assert {section.name for section in sections_in(PAGE)} <= called
