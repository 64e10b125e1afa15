"""The members who post sample jobs: made when they are not there, known by a mark, never those of anybody."""

from __future__ import annotations

import asyncpg

from phresh_tui.database.connections import Connection
from phresh_tui.database.errors import refusal
from phresh_tui.market.errors import HandleTaken, Refused
from phresh_tui.market.member import login_of

# a handle that a real member has is left alone; the next of these is tried
SUFFIXES = ("", "_2", "_3", "_4", "_5", "_home", "_flat", "_office")


async def check_operator(connection: Connection) -> None:
    """Lets an operator's account pass.

    Raises:
        Refused: when it is another one.

    """
    if not await connection.fetchval(
        "select coalesce((select pg_has_role(session_user, oid, 'member') "
        "from pg_roles where rolname = 'phresh_owner'), false)"
    ):
        user = await connection.fetchval("select session_user")
        raise Refused(
            "only an operator can post or remove sample jobs",
            f"the account {user} is no operator's",
            "Configure the account that runs phresh db up",
        )


async def sample_mark(connection: Connection) -> str:
    """The comment on the role of a sample member of this database; it names it by number, as that of `sign_up` does."""
    number = await connection.fetchval("select oid from pg_database where datname = current_database()")
    return f"phresh sample member of database {number}"


async def sample_member(connection: Connection, handle: str) -> str:
    """The login of a sample member, made unless it is there; never that of a real member.

    A sample member is known by the comment on its role, which no member can write, and sign_up writes another one for
    whoever takes the role over after its database was dropped.
    """
    mark = await sample_mark(connection)
    for suffix in SUFFIXES:
        login = login_of(handle + suffix)
        if await _is_sample(connection, login, mark) or await _made(connection, handle + suffix, mark):
            return login
        # somebody else may have made it at this moment, for the same reason
        if await _is_sample(connection, login, mark):
            return login
    raise HandleTaken(
        f"no sample member like @{handle} can be made", "the handles that were tried are taken", "Post jobs as yourself"
    )


async def _is_sample(connection: Connection, login: str, mark: str) -> bool:
    return bool(
        await connection.fetchval(
            """
            select exists (
                select from public.members m
                join pg_roles r on r.rolname = m.login::name
                where m.login = $1 and m.left_at is null and shobj_description(r.oid, 'pg_authid') = $2
            )
            """,
            login,
            mark,
        )
    )


async def _made(connection: Connection, handle: str, mark: str) -> bool:
    try:
        async with connection.transaction():
            login = await connection.fetchval("select public.sign_up($1, null)", handle)
            # both in one transaction: a member without the mark would be taken for a real one
            await connection.execute(f"""comment on role "{login}" is '{mark}'""")
    except asyncpg.PostgresError as error:
        if isinstance(refusal(error), HandleTaken):
            return False
        raise
    return True
