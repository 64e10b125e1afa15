"""What the tests of single attacks share."""

from __future__ import annotations

import asyncpg

from phresh_tui.database.target import Target


async def told_as(target: Target, sql: str, *arguments: object) -> str:
    """The SQLSTATE of a statement, or 00000."""
    connection = await asyncpg.connect(**target.asyncpg_arguments())
    try:
        await connection.execute(sql, *arguments)
    except asyncpg.PostgresError as error:
        return str(error.sqlstate)
    finally:
        await connection.close()
    return "00000"
