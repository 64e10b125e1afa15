"""Single attacks of a member, each with its outcome."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID, uuid4

import asyncpg
import pytest

from phresh_tui.database import cleanings
from phresh_tui.database.connections import connected
from phresh_tui.market.cleaning import Status
from phresh_tui.market.errors import Refused, RequestReused, SignInError
from tests.hostile.allowed import SIGHT
from tests.hostile.calls import GOOD
from tests.hostile.scene import Scene, elsewhere, fingerprint
from tests.hostile.support import told_as
from tests.support import PASSWORD, Market


async def test_nobody_gets_into_the_databases_next_door(scene: Scene) -> None:
    for target in scene.attackers.values():
        for database in ("postgres", "template1"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await asyncpg.connect(**elsewhere(target, database).asyncpg_arguments())
    with pytest.raises(SignInError, match="may not connect to the database postgres"):
        async with connected(elsewhere(scene.victim, "postgres")):
            pass


async def test_nobody_gets_in_as_somebody_else(scene: Scene) -> None:
    for user in ("postgres", "m_victor", "phresh_owner", "phresh_registrar", "m_nobody", "phresh_guest"):
        for password in ("", PASSWORD.upper(), "SCRAM-SHA-256$4096:", None):
            with pytest.raises(asyncpg.InvalidPasswordError):
                await asyncpg.connect(**scene.victim._replace(user=user, password=password).asyncpg_arguments())


async def test_a_verifier_read_from_somewhere_is_no_password(scene: Scene) -> None:
    [row] = await scene.market.psql("select rolpassword from pg_authid where rolname = 'm_victor'")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(**scene.victim._replace(password=row["rolpassword"]).asyncpg_arguments())


async def test_a_role_that_never_signed_up_calls_nothing_even_with_the_grants_of_a_member(scene: Scene) -> None:
    await scene.market.psql("grant phresh_member to stranger")
    call = f"select public.claim_cleaning(gen_random_uuid(), {scene.job.id}, 20.00)"
    assert await told_as(scene.attackers["nobody"], call) == "PH011"
    assert await told_as(scene.market.operator_tcp, call) == "PH011", "the operator is no member either"


async def test_a_member_who_has_left_calls_nothing(scene: Scene) -> None:
    await scene.market.psql("update public.members set left_at = now() where login = 'm_mallory'")
    call = f"select public.claim_cleaning(gen_random_uuid(), {scene.job.id}, 20.00)"
    assert await told_as(scene.attackers["stranger"], call) == "PH011"


async def test_no_function_asks_who_is_calling(market: Market) -> None:
    rows = await market.psql(
        """
        select p.proname, unnest(p.proargnames) as argument from pg_proc p
        where p.pronamespace = 'public'::regnamespace
            and pg_catalog.has_function_privilege('phresh_member', p.oid, 'execute') and p.prosecdef
            and p.proname <> all($1)
        """,
        list(SIGHT),
    )
    assert rows
    # a handle is of somebody else: whose offer, whose profile
    assert {row["argument"] for row in rows} == {*GOOD, "handle"}


async def test_every_function_that_runs_as_its_owner_has_a_search_path_and_a_lock_timeout_of_its_own(
    market: Market,
) -> None:
    rows = await market.psql(
        "select proname, proconfig, proowner::regrole::text as owner from pg_proc "
        "where pronamespace = 'public'::regnamespace and prosecdef"
    )
    assert rows
    for row in rows:
        assert "search_path=pg_catalog, pg_temp" in row["proconfig"], row["proname"]
        assert "lock_timeout=5s" in row["proconfig"], row["proname"]
    owners = {row["owner"] for row in rows}
    [superusers] = await market.psql(
        "select count(*) from pg_roles where rolname = any($1) and (rolsuper or rolcanlogin)", list(owners)
    )
    assert superusers[0] == 0, "a function that runs with the rights of a superuser is a hole"


async def test_every_function_has_a_comment(market: Market) -> None:
    rows = await market.psql(
        """
        select p.oid::regprocedure::text as signature from pg_proc p
        where p.pronamespace = 'public'::regnamespace and obj_description(p.oid, 'pg_proc') is null and not exists (
            select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
        )
        """
    )
    assert [row["signature"] for row in rows] == []


async def test_the_request_id_of_another_member_gives_nothing_away_and_changes_nothing_of_his(scene: Scene) -> None:
    # Victor has claimed with this id
    forged = UUID(int=7)
    mallory = await scene.market.open(scene.attackers["stranger"])
    claimed = await cleanings.one(mallory, scene.jobs["claimed"])
    assert claimed is not None
    with pytest.raises(Refused, match="taken"):
        await cleanings.claim(mallory, forged, claimed)
    with pytest.raises(Refused, match="between two others"):
        await cleanings.release(mallory, forged, claimed.id)
    await cleanings.claim(mallory, forged, scene.job)
    with pytest.raises(RequestReused):
        await cleanings.release(mallory, forged, scene.job.id)
    rows = await scene.market.psql("select login from public.requests where request_id = $1 order by 1", forged)
    assert [row["login"] for row in rows] == ["m_mallory", "m_victor"]


async def test_claiming_for_somebody_else_ends_up_as_ones_own_claim(scene: Scene) -> None:
    target = scene.attackers["stranger"]
    connection = await asyncpg.connect(**target.asyncpg_arguments())
    await connection.execute("set application_name = 'm_victor'; set search_path = m_victor")
    await connection.fetchval("select public.claim_cleaning(gen_random_uuid(), $1, 20.00)", scene.job.id)
    await connection.close()
    [row] = await scene.market.psql("select claimed_by, price from public.cleanings where id = $1", scene.job.id)
    assert (row["claimed_by"], row["price"]) == ("m_mallory", Decimal("20.00"))


async def test_a_poisoned_search_path_shadows_nothing(scene: Scene) -> None:
    """Even with a schema and temporary tables of his own, which no member has, nothing of his is called."""
    await scene.market.psql_script(
        f"""
        create schema evil authorization m_mallory;
        grant temporary on database {scene.market.database} to m_mallory;
        """
    )
    connection = await asyncpg.connect(**scene.attackers["stranger"].asyncpg_arguments())
    shadows = ["now()", "nextval(text)", "nextval(regclass)", "sha256(bytea)", "char_length(text)"]
    shadows += ["round(numeric, integer)", "normal_text(text)", "member_login()", "lower(text)"]
    for signature in shadows:
        await connection.execute(
            f"""
            create function evil.{signature} returns text language plpgsql as
            $$ begin raise exception 'shadowed' using errcode = 'EV001'; end $$
            """
        )
    await connection.execute(
        """
        create function evil.lies(text, text) returns boolean language plpgsql as
        $$ begin raise exception 'shadowed' using errcode = 'EV001'; end $$;
        create function evil.lies(numeric, numeric) returns boolean language plpgsql as
        $$ begin raise exception 'shadowed' using errcode = 'EV001'; end $$;
        create operator evil.= (leftarg = text, rightarg = text, function = evil.lies);
        create operator evil.<> (leftarg = text, rightarg = text, function = evil.lies);
        create operator evil.~ (leftarg = text, rightarg = text, function = evil.lies);
        create operator evil.!~ (leftarg = text, rightarg = text, function = evil.lies);
        create operator evil.< (leftarg = numeric, rightarg = numeric, function = evil.lies);
        create operator evil.<> (leftarg = numeric, rightarg = numeric, function = evil.lies);
        create temp table cleanings (like public.cleanings);
        create temp table members (like public.members);
        create temp table requests (login text, request_id uuid, answer jsonb);
        create domain evil.numeric as integer;
        """
    )
    await connection.execute("set search_path = evil, pg_temp, pg_catalog, public")
    number = scene.job.id
    await connection.fetchval("select public.claim_cleaning(gen_random_uuid(), $1, 20.00::pg_catalog.numeric)", number)
    await connection.fetchval("select public.release_cleaning(gen_random_uuid(), $1)", number)
    posted = await connection.fetchval(
        "select public.post_cleaning(gen_random_uuid(), 'x', null, 'dust_up', 5::pg_catalog.numeric)"
    )
    assert '"status": "open"' in posted
    assert await connection.fetchval("select pg_catalog.count(*) from pg_temp.requests") == 0
    await connection.close()
    await scene.market.psql("drop owned by m_mallory cascade")
    # gone with everything that was his, the membership included
    await scene.market.psql("grant phresh_member to m_mallory with inherit true, set false")


async def test_what_members_set_for_their_own_role_does_not_reach_the_functions(scene: Scene) -> None:
    target = scene.attackers["stranger"]
    for setting in (
        "search_path = evil",
        "statement_timeout = '1ms'",
        "default_transaction_isolation = 'serializable'",
        "plan_cache_mode = 'force_generic_plan'",
        "standard_conforming_strings = off",
        "bytea_output = 'escape'",
        "lock_timeout = '1ms'",
    ):
        name = setting.split(" ", 1)[0]
        await told_as(target, f"alter role {target.user} set {setting}")
        if name != "statement_timeout":
            connection = await asyncpg.connect(**target.asyncpg_arguments())
            await connection.fetchval("select public.claim_cleaning($1, $2, 20.00)", uuid4(), scene.job.id)
            await connection.fetchval("select public.release_cleaning($1, $2)", uuid4(), scene.job.id)
            await connection.close()
        await scene.market.psql(f"alter role {target.user} reset all")


async def test_no_sample_is_taken_of_a_private_column(scene: Scene) -> None:
    """EXPLAIN shows how many rows the planner thinks to find, and it thinks so by samples, whoever asks."""
    await scene.market.psql_script("analyze public.cleanings, public.offers, public.events, public.reviews")
    await scene.market.psql_script("analyze public.private_details, public.private_profiles")
    rows = await scene.market.psql(
        "select starelid::regclass || '.' || attname as name from pg_statistic "
        "join pg_attribute on attrelid = starelid and attnum = staattnum "
        "where attname = any($1) and starelid = any($2::regclass[])",
        ["address", "access_notes", "phone", "email", "message", "price", "reason", "details", "headline", "comment"],
        ["offers", "events", "reviews", "private_details", "private_profiles"],
    )
    assert [row["name"] for row in rows] == []


async def test_the_queries_of_others_are_not_shown(scene: Scene) -> None:
    victor = await asyncpg.connect(**scene.victim.asyncpg_arguments())
    await victor.execute("select 'a secret of his'")
    for target in scene.attackers.values():
        connection = await asyncpg.connect(**target.asyncpg_arguments())
        seen = await connection.fetch("select query from pg_stat_activity where usename = 'm_victor'")
        assert seen
        assert {row["query"] for row in seen} == {"<insufficient privilege>"}
        await connection.close()
    await victor.close()


async def test_a_row_held_for_ever_makes_others_wait_no_longer_than_the_lock_timeout(scene: Scene) -> None:
    # five seconds in the migration, which another test sees to
    await scene.market.psql("alter function public.claim_cleaning set lock_timeout = '100ms'")
    mallory = await asyncpg.connect(**scene.attackers["stranger"].asyncpg_arguments())
    victor = await asyncpg.connect(**scene.victim.asyncpg_arguments())
    claim = "select public.claim_cleaning(gen_random_uuid(), $1, 20.00)"
    async with mallory.transaction():
        await mallory.execute(claim, scene.job.id)
        with pytest.raises(asyncpg.LockNotAvailableError):
            await victor.execute(claim, scene.job.id, timeout=10)
        # reading does not wait at all
        assert await victor.fetchval("select status from public.cleanings where id = $1", scene.job.id) == "open"
    await mallory.close()
    await victor.close()


async def test_a_failed_transaction_leaves_neither_a_move_nor_its_request(scene: Scene) -> None:
    mallory = await asyncpg.connect(**scene.attackers["stranger"].asyncpg_arguments())
    before = await fingerprint(scene.market)
    transaction = mallory.transaction()
    await transaction.start()
    await mallory.execute("select public.claim_cleaning(gen_random_uuid(), $1, 20.00)", scene.job.id)
    await transaction.rollback()
    await mallory.close()
    assert await fingerprint(scene.market) == before


async def test_the_guest_signs_up_and_nothing_else(scene: Scene) -> None:
    guest = scene.attackers["guest"]
    assert await told_as(guest, "select public.sign_up('newcomer', null)") == "PH012"
    assert await told_as(guest, "select public.sign_up('newcomer', 'plain password')") == "PH012"
    assert await told_as(guest, "select * from public.members") == "42501"
    assert await told_as(guest, "update public.market_settings set value = 'closed' where name = 'sign_up'") == "42501"
    assert await told_as(guest, f"select public.claim_cleaning(gen_random_uuid(), {scene.job.id}, 20.00)") == "42501"
    [row] = await scene.market.psql("select status from public.cleanings where id = $1", scene.job.id)
    assert row["status"] == Status.OPEN


HANDLES = {
    "PH008": [
        "null", "''", "'ab'", "'ADA'", "'Ada'", "'ada '", "' ada'", "e'ada\\n'", "'1ada'", "'_ada'", "'a-da'",
        "'pg_' || chr(233)",
        "'o''brien'", "'ada, ; drop role m_ada; --'",
        "repeat('a', 32)", "repeat('a', 64)", "repeat('a', 1000000)", "'ada\"'", "$$x' superuser --$$",
        "'\u0430da'", "'ada\u200b'", "'a.da'", "'m_ada; drop role m_ada'", "'public'||chr(9)",
    ],
    "PH009": ["'ada'", "'victor'", "'phresh'", "'byhand'"],
    "22021": ["e'ada\\000'"],
    "54000": ["'ada' || chr(0)"],
    "00000": ["'postgres'", "'pg_read_all_data'", "'phresh_owner'", "'m_ada'", "repeat('a', 31)"],
}  # fmt: skip


async def test_tricks_with_a_handle_make_nobody_but_a_member_of_that_very_name(scene: Scene) -> None:
    # a role that somebody made by hand, and that can do more
    await scene.market.psql("create role m_byhand login createdb")
    before = await scene.market.psql("select rolname, rolsuper, rolcreaterole, rolpassword from pg_authid order by 1")
    good = f"SCRAM-SHA-256$4096:{'A' * 22}==${'B' * 43}=:{'C' * 43}="
    guest = await asyncpg.connect(**scene.attackers["guest"].asyncpg_arguments())
    made = set()
    try:
        for state, handles in HANDLES.items():
            for handle in handles:
                outcome = "00000"
                try:
                    made.add(await guest.fetchval(f"select public.sign_up({handle}, '{good}')"))
                except asyncpg.PostgresError as error:
                    outcome = str(error.sqlstate)
                assert outcome == state, handle
        for secret in (
            "''",
            "'plain'",
            f"'md5{'a' * 32}'",
            f"'{good}x'",
            f"'{good.replace('4096', '1')}'",
            f"e'{good}\\n'",
        ):
            with pytest.raises(asyncpg.PostgresError) as refused:
                await guest.fetchval(f"select public.sign_up('newcomer', {secret})")
            assert refused.value.sqlstate == "PH012", secret
        assert made == {"m_postgres", "m_pg_read_all_data", "m_phresh_owner", "m_m_ada", "m_" + "a" * 31}
        rows = await scene.market.psql(
            "select rolname, rolsuper, rolcreaterole, rolpassword from pg_authid where rolname <> all($1) order by 1",
            made,
        )
        assert rows == before
        memberships = await scene.market.psql(
            "select distinct roleid::regrole::text from pg_auth_members where member::regrole::text = any($1)", made
        )
        assert [row[0] for row in memberships] == ["phresh_member"]
    finally:
        await guest.close()
        await scene.market.psql("drop role m_byhand")
