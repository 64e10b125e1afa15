"""What docs/security.md admits, and what it says against it, is so."""

from __future__ import annotations

import re
from pathlib import Path

import asyncpg
import pytest

from phresh_tui.database.accounts import make_guest
from phresh_tui.database.connections import connected
from tests.support import Market

PAGE = (Path(__file__).parents[2] / "docs" / "security.md").read_text(encoding="utf-8")
RIGHTS = """
    select c.relname, c.relacl::text, c.relowner from pg_class c where c.relnamespace = 'public'::regnamespace
    union all
    select p.proname, p.proacl::text, p.proowner from pg_proc p where p.pronamespace = 'public'::regnamespace
    union all
    select d.datname, d.datacl::text, d.datdba from pg_database d where d.datname = current_database()
    order by 1, 2
"""


async def test_dropping_what_the_members_role_owns_changes_nothing(market: Market) -> None:
    await market.member("ana")
    before = await market.psql(RIGHTS)
    await market.psql("drop owned by phresh_member", user="m_ana")
    assert await market.psql(RIGHTS) == before


async def test_a_timeout_is_a_default_that_a_member_takes_back_and_a_limit_of_the_server_is_not(market: Market) -> None:
    ana = await market.member("ana")
    await market.psql("alter role m_ana set statement_timeout = '30s'")
    async with connected(ana) as connection:
        assert await connection.fetchval("show statement_timeout") == "30s"
        await connection.execute("set statement_timeout = 0; alter role m_ana reset statement_timeout")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("set temp_file_limit = -1")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("alter role m_ana connection limit 100")
    async with connected(ana) as connection:
        assert await connection.fetchval("show statement_timeout") == "0"


async def test_the_connection_limits_are_those_of_the_page(market: Market) -> None:
    await market.member("ana")
    await make_guest(market.operator)
    rows = await market.psql("select rolname, rolconnlimit from pg_roles where rolname in ('m_ana', 'phresh_guest')")
    assert {row["rolname"]: row["rolconnlimit"] for row in rows} == {"m_ana": 6, "phresh_guest": 20}
    assert "the default is 6, and the guest's 20" in PAGE


async def test_a_guest_may_change_the_guests_password_and_an_open_sign_up_stops_the_others(market: Market) -> None:
    guest = market.operator._replace(user=(await make_guest(market.operator)).user)
    (verifier,) = set(
        re.findall(r"SCRAM-SHA-256\$4096:[^']+", (Path(__file__).parents[2] / "docs" / "sql.md").read_text())
    )
    async with connected(guest) as one, connected(guest) as other:
        await one.execute(f"alter role phresh_guest password '{verifier}'")
        async with one.transaction():
            await one.execute("select sign_up('zoe_held', $1)", verifier)
            with pytest.raises(asyncpg.LockNotAvailableError):
                await other.execute("select sign_up('yan_waits', $1)", verifier)
        await other.execute("select sign_up('yan_waits', $1)", verifier)


async def test_a_transaction_that_holds_a_job_is_ended_from_outside(market: Market) -> None:
    ana, ben = await market.member("ana"), await market.member("ben")
    async with connected(ana) as owner, connected(ben) as holder:
        await owner.execute("select post_cleaning(gen_random_uuid(), 'Scrub', null, 'dust_up', 20)")
        await holder.execute("begin")
        await holder.execute("select claim_cleaning(gen_random_uuid(), 1, 20)")
        (row,) = await market.psql("select reap_transactions('0 seconds')")
        assert row[0] == 1
        await owner.execute("select cancel_cleaning(gen_random_uuid(), 1, 'Sold')")
