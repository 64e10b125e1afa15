"""What EXPLAIN tells of rows that one does not see: of a right guess it must say what it says of a wrong one.

An operator that is marked leakproof may be asked before a policy. That is how others' private rows could be read letter
by letter: what came after the guess ran, or never did, and the plan says which.
"""

from __future__ import annotations

import json
import re
from typing import Any

import asyncpg

from phresh_tui.database.target import Target
from tests.hostile.private import HIDDEN_ROWS
from tests.support import Market

# a guess that is right, and others that every operator tells apart from it
GUESSES = {
    "text": ("{column}", "{column} || '~'", "''"),
    "integer": ("{column}", "{column} + 1", "{column} - 1"),
    "smallint": ("{column}", "{column} + 1::smallint", "{column} - 1::smallint"),
    "boolean": ("{column}", "not {column}"),
    "timestamp with time zone": ("{column}", "{column} + interval '1 second'", "{column} - interval '1 second'"),
}
# the planner's guesses are left out: they come from samples of the columns, which another test looks at
RAN = ("Node Type", "Subplan Name", "Actual Rows", "Actual Loops", "Rows Removed by Filter", "Index Searches")


async def told_by_plans(market: Market, target: Target, about: str) -> tuple[int, list[tuple[str, str]]]:
    """Guesses at every column of every private table, with every operator that may be asked before a policy.

    Only the columns of an index are left out: a plan tells how many rows there are with such a value, and
    docs/security.md says so.

    Returns:
        The number of guesses, and each that a plan gave an answer to: the question, and why.

    """
    number, found = 0, list[tuple[str, str]]()
    tables = [table for table in HIDDEN_ROWS if about in f"explain public.{table}"]
    if not tables:
        return number, found
    connection = await asyncpg.connect(**target.asyncpg_arguments())
    for table in tables:
        relation, hidden = HIDDEN_ROWS[table]
        for column, kind in await unindexed_columns(market, relation):
            if kind not in GUESSES:
                continue
            questions = ", ".join(f"quote_literal({guess.format(column=column)})" for guess in GUESSES[kind])
            rows = await market.psql(
                f"select {questions} from public.{relation} where {hidden} and {column} is not null limit 1"
            )
            for operator in await leakproof_operators(market, kind):
                plans = []
                for value in (value for row in rows for value in row):
                    sql = f"select count(*) from public.{table} where {column} {operator} {value}::{kind} and {hidden}"
                    plans.append(await planned(connection, sql))
                    number += 1
                    if not policy_first(plans[-1], relation):
                        found.append((sql, "the guess is looked at before the policy"))
                if len({what_ran(plan) for plan in plans}) > 1:
                    found.append((f"{table}.{column} {operator}", "a right guess has another plan than a wrong one"))
    await connection.close()
    return number, found


async def unindexed_columns(market: Market, relation: str) -> list[tuple[str, str]]:
    """Names and types of the columns that no index of a table begins or goes on with."""
    rows = await market.psql(
        """
        select a.attname::text as name, format_type(a.atttypid, null) as kind from pg_attribute a
        where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped
            and not exists (select from pg_index i where i.indrelid = a.attrelid and a.attnum = any(i.indkey))
        """,
        f"public.{relation}",
    )
    return [(row["name"], row["kind"]) for row in rows]


async def leakproof_operators(market: Market, kind: str) -> list[str]:
    rows = await market.psql(
        """
        select o.oprname::text as name from pg_operator o join pg_proc p on p.oid = o.oprcode
        where p.proleakproof and o.oprleft = $1::regtype and o.oprright = $1::regtype and o.oprresult = 'bool'::regtype
        order by 1
        """,
        kind,
    )
    assert rows, kind
    return [row["name"] for row in rows]


async def planned(connection: asyncpg.Connection[asyncpg.Record], sql: str) -> Any:
    answer = await connection.fetchval(
        f"explain (analyze, verbose, timing off, summary off, buffers off, format json) {sql}"
    )
    return json.loads(answer)[0]["Plan"]


def nodes_of(plan: Any) -> list[Any]:
    return [plan, *(node for part in plan.get("Plans", ()) for node in nodes_of(part))]


def what_ran(plan: Any) -> str:
    """Which steps there were, how often each ran, and how many rows it gave and dropped."""
    return str([{key: node[key] for key in node if key in RAN} for node in nodes_of(plan)])


def policy_first(plan: Any, relation: str) -> bool:
    """Whether each filter of a private table begins with its policy."""
    filters = [node.get("Filter", "") for node in nodes_of(plan) if node.get("Relation Name") == relation]
    return bool(filters) and all(re.match(r"\(*(public\.)?sees_", filter_) for filter_ in filters)
