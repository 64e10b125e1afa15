"""Attacks made from the catalog: a table, column, function or role that comes later is attacked without a change here.

What is not listed as allowed has to be refused, so a new table that members may read has to be named in `MAY_READ`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import asyncpg

from phresh_tui.database import accounts, cleanings
from phresh_tui.database.scram import verifier
from phresh_tui.database.target import Target
from phresh_tui.market.cleaning import Cleaning
from tests.support import PASSWORD, Market, post

DENIED = frozenset({"42501"})
MAY_READ = {
    "member": {"cleanings", "members", "market_settings", "schema_migrations"},
    "guest": {"market_settings", "schema_migrations"},
    "stranger": set[str](),
}
MAY_CALL = {
    "member": {
        "post_cleaning",
        "edit_cleaning",
        "cancel_cleaning",
        "claim_cleaning",
        "release_cleaning",
        "normal_text",
    },
    "guest": {"sign_up"},
    "stranger": set[str](),
}
# for each type, what a function may be given by somebody who means no good
BAD_VALUES = {
    "uuid": ["null", "'00000000-0000-0000-0000-000000000000'", "gen_random_uuid()"],
    "text": [
        "null",
        "''",
        "e'\\x1b[2J'",
        "repeat('x', 1000000)",
        "'m_victim'",
        "$$'; update cleanings set price = 1; --$$",
    ],
    "numeric": ["null", "'NaN'", "'Infinity'", "'-Infinity'", "-5", "0", "0.001", "1e9", "1e-200"],
    "bigint": ["null", "0", "-1", "2147483648", "9223372036854775807", "{job}"],
    "integer": ["null", "0", "-1", "{job}"],
    "boolean": ["null", "true"],
    "bytea": ["null", "''"],
    "jsonb": ["null", "'{{}}'"],
}
ANY_VALUE = {
    "uuid": "gen_random_uuid()",
    "text": "'x'",
    "numeric": "1",
    "bigint": "1",
    "integer": "1",
    "boolean": "true",
    "bytea": "''",
    "jsonb": "'{}'",
}


@dataclass(frozen=True, slots=True)
class Attack:
    """One statement that has to be refused.

    Attributes:
        sql: what is sent.
        states: the SQLSTATEs with which it may be refused.
        harmless: whether it may also end without an error, as long as nothing has changed; a GRANT does.
        alone: whether it is sent outside of a transaction, as it has to be, or to see what it would leave behind.

    """

    sql: str
    states: frozenset[str] = DENIED
    harmless: bool = False
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Breach:
    """An attack that was not refused as it should have been."""

    who: str
    sql: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Scene:
    """A market with jobs in every state and with those who attack it."""

    market: Market
    attackers: dict[str, Target]
    victim: Target
    job: Cleaning


async def scene_in(market: Market) -> Scene:
    """Ada's jobs, open, claimed by Victor and cancelled; and a member, a guest and a stranger who want to do harm."""
    ada = await market.session("ada")
    victim = await market.member("victor", tcp=True)
    victor = await market.open(victim)
    job, claimed, cancelled = [await post(ada, name) for name in ("An open job", "A claimed job", "A cancelled job")]
    await cleanings.claim(victor, UUID(int=7), claimed)
    await cleanings.cancel(ada, uuid4(), cancelled.id, "Not needed")
    member = await market.member("mallory", tcp=True)
    guest = await accounts.make_guest(market.operator_tcp)
    password = verifier(PASSWORD)
    await market.psql_script(f"drop role if exists stranger; create role stranger login password '{password}'")
    # so that the grants to everybody are attacked too, and not only the door
    await market.psql(f"grant connect on database {market.database} to stranger")
    attackers = {"member": member, "guest": guest, "stranger": member.as_account("stranger", PASSWORD)}
    return Scene(market, attackers, victim, job)


async def leave(scene: Scene) -> None:
    """Takes away the role that is nobody's member, and its rights."""
    await scene.market.psql_script("drop owned by stranger; drop role stranger")


async def breaches(scene: Scene, *, only_first: bool = False) -> tuple[int, list[Breach]]:
    """Tries everything as everybody, each attack in a transaction that is rolled back.

    Args:
        scene: where.
        only_first: whether the first success is enough, which may have opened everything.

    Returns:
        The number of attempts, and those that succeeded, were refused in another way than they should, or changed
        something.

    """
    found: list[Breach] = []
    number = 0
    for who, target in scene.attackers.items():
        attacks = list(await attacks_of(scene, who, target))
        number += len(attacks)
        before = await fingerprint(scene.market)
        found += await tried(who, target, attacks, only_first=only_first)
        if found and only_first:
            return number, found
        after = await fingerprint(scene.market)
        found += [Breach(who, "", f"{part} changed") for part in before if before[part] != after[part]]
    return number, found


async def tried(who: str, target: Target, attacks: list[Attack], *, only_first: bool) -> list[Breach]:
    found: list[Breach] = []
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


async def fingerprint(market: Market) -> dict[str, str]:
    """Everything that no attack may change: rows, definitions, rights, roles and their settings."""
    tables = await market.psql(
        "select oid::regclass::text as name from pg_class where relnamespace = 'public'::regnamespace "
        "and relkind in ('r', 'p', 'm')"
    )
    queries = {f"the rows of {table['name']}": f"select * from {table['name']}" for table in tables}
    queries |= {
        "relations and rights": "select relname, relacl, relowner, relkind from pg_class "
        "where relnamespace = 'public'::regnamespace",
        "functions": "select proname, proacl, proowner, prosrc, proconfig from pg_proc "
        "where pronamespace = 'public'::regnamespace",
        "roles": "select rolname, rolsuper, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls, "
        "rolconnlimit, rolpassword, rolvaliduntil from pg_authid",
        "memberships": "select roleid, member, admin_option, inherit_option, set_option from pg_auth_members",
        "settings of roles": "select * from pg_db_role_setting",
        "databases": "select datname, datacl, datdba from pg_database where datname = current_database() "
        "or datname in ('postgres', 'template1')",
        "schemas": "select nspname, nspowner, nspacl from pg_namespace where nspname !~ '^pg_(temp|toast_temp)'",
        "triggers and rules": "select tgname from pg_trigger union select rulename from pg_rewrite",
        "large objects": "select oid from pg_largeobject_metadata",
        "sequences": "select last_value, is_called from public.cleanings_id_seq",
    }
    prints = {}
    for part, query in queries.items():
        rows = sorted(str(tuple(row.values())) for row in await market.psql(query))
        prints[part] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return prints


async def attacks_of(scene: Scene, who: str, target: Target) -> list[Attack]:
    """Every attack of one who connects as ``target``."""
    market = scene.market
    roles = [
        row["rolname"]
        for row in await market.psql(
            "select rolname from pg_roles where rolname <> $1 and (rolname !~ '^m_' or rolname = any($2))",
            target.user,
            ["m_ada", "m_victor", "m_mallory"],
        )
    ]
    return [
        *await on_relations(market, who, target.user),
        *await on_functions(scene, who),
        *on_roles(target.user, roles, market.database),
        *on_the_schema(market.database),
        *on_the_server(),
    ]


async def on_relations(market: Market, who: str, user: str) -> list[Attack]:
    attacks = []
    rows = await market.psql(
        """
        select c.relname as name, c.relkind::text as kind, array(
            select a.attname from pg_attribute a
            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum
        ) as columns
        from pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
            and not exists (
                select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
            )
        """
    )
    for row in rows:
        name = f'public."{row["name"]}"'
        if row["kind"] == "S":
            statements = [f"select nextval('{name}')", f"select setval('{name}', 1)", f"select * from {name}"]
            statements += [f"alter sequence {name} restart", f"drop sequence {name}"]
            attacks += [Attack(sql) for sql in statements]
        else:
            attacks += on_table(name, row["columns"], user, readable=row["name"] in MAY_READ[who])
    return attacks


def on_table(name: str, columns: list[str], user: str, *, readable: bool) -> Iterator[Attack]:
    statements = [
        f"insert into {name} default values",
        f"delete from {name}",
        f"delete from {name} where false",
        f"truncate {name}",
        f"truncate {name} restart identity cascade",
        f"select * from {name} for update",
        f"select * from {name} for share",
        f"select * from {name} for key share",
        f"do $$ begin lock table {name} in access exclusive mode; end $$",
        f"do $$ begin lock table {name} in share row exclusive mode; end $$",
        f"copy {name} from stdin",
        f"copy {name} from program 'true'",
        f"copy (select 1) to program 'cat > /tmp/phresh_{user}'",
        f"copy {name} to '/tmp/phresh_{user}'",
        f"alter table {name} add column evil integer",
        f"alter table {name} disable trigger all",
        f"alter table {name} disable row level security",
        f'alter table {name} owner to "{user}"',
        f"alter table {name} rename to evil",
        f"create index evil on {name} (({columns[0]}))",
        f"create trigger evil before insert on {name} execute function suppress_redundant_updates_trigger()",
        f"create rule evil as on update to {name} do instead nothing",
        f"create policy evil on {name} using (true)",
        f"create temp table evil as table {name}",
        f"create statistics evil on {columns[0]}, tableoid from {name}",
        f"comment on table {name} is 'evil'",
        f"drop table {name}",
        f"merge into {name} using (select 1) s on true when matched then delete",
        f"do $do$ begin execute 'delete from {name}'; end $do$",
        f"deallocate all; prepare evil as delete from {name}; execute evil",
        f"explain analyze delete from {name}",
        f"with gone as (delete from {name} returning *) select * from gone",
    ]
    yield from (Attack(sql, DENIED | {"42703", "0A000"} if "statistics" in sql else DENIED) for sql in statements)
    for column in columns:
        yield Attack(f'update {name} set "{column}" = default')
        yield Attack(f'update {name} set "{column}" = default where false')
        yield Attack(f'insert into {name} ("{column}") values (default)')
        yield Attack(f'grant update ("{column}") on {name} to public', harmless=readable, alone=True)
        yield Attack(f'alter table {name} alter column "{column}" drop not null')
        if not readable:
            yield Attack(f'select "{column}" from {name}')
            yield Attack(f'select from {name} where "{column}" is null')
            # a generated column is refused for what it is
            yield Attack(f'copy {name} ("{column}") to stdout', DENIED | {"42P10"})
    yield Attack(f'grant all on {name} to "{user}"', harmless=readable, alone=True)
    if not readable:
        yield from (Attack(f"{words} {name}") for words in ("select count(*) from", "table", "explain analyze table"))


async def on_functions(scene: Scene, who: str) -> list[Attack]:
    attacks = []
    rows = await scene.market.psql(
        """
        select p.proname as name, p.oid::regprocedure::text as signature,
            array(select pg_catalog.format_type(t, null) from unnest(p.proargtypes) with ordinality u (t, n) order by n)
                as types
        from pg_proc p
        where p.pronamespace = 'public'::regnamespace and not exists (
            select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
        )
        """
    )
    for row in rows:
        signature = row["signature"] if "." in row["signature"] else f"public.{row['signature']}"
        attacks += [
            Attack(f"alter function {signature} security invoker"),
            Attack(f"alter function {signature} reset all"),
            Attack(f"alter function {signature} rename to evil"),
            Attack(f"drop function {signature}"),
            Attack(
                f"grant execute on function {signature} to public", harmless=row["name"] in MAY_CALL[who], alone=True
            ),
        ]
        if row["name"] not in MAY_CALL[who]:
            # not null: a strict function of null is null before anybody asks whether it may be called
            values = ", ".join(f"{ANY_VALUE[kind]}::{kind}" for kind in row["types"])
            attacks.append(Attack(f"select public.{row['name']}({values})"))
        elif row["name"] != "normal_text":
            attacks += calls_with_bad_values(scene, row["name"], row["types"])
    return attacks


def calls_with_bad_values(scene: Scene, function: str, types: list[str]) -> Iterator[Attack]:
    """Each argument bad in turn, the others as they should be."""
    # a claim of this job at this price would succeed; every call has one thing wrong, or is about somebody else's job
    good = {
        "uuid": "gen_random_uuid()",
        "text": "'Wash the windows'",
        "numeric": "20.00",
        "bigint": str(scene.job.id),
        "integer": str(scene.job.id),
    }
    states = frozenset({f"PH{number:03}" for number in range(1, 13)})
    for place, kind in enumerate(types):
        for bad in BAD_VALUES[kind]:
            if bad == "gen_random_uuid()" and function == "claim_cleaning":
                continue
            arguments = [good[other] for other in types]
            if function in ("post_cleaning", "edit_cleaning"):
                arguments[-2] = "'spot_clean'"
            arguments[place] = bad.format(job=scene.job.id)
            sql = ", ".join(f"{argument}::{kind}" for argument, kind in zip(arguments, types, strict=True))
            if is_legal(scene, function, place, bad):
                continue
            yield Attack(f"select public.{function}({sql})", states)


def is_legal(scene: Scene, function: str, place: int, bad: str) -> bool:
    """Whether a call is one that any member may make: what is bad elsewhere may be good here."""
    if function == "claim_cleaning":
        return (place, bad) in {(0, BAD_VALUES["uuid"][1]), (1, "{job}")}
    if function == "post_cleaning":
        text = place == 1 and bad in ("'m_victim'", BAD_VALUES["text"][-1])
        description = place == 2 and bad in ("null", "''", "'m_victim'", BAD_VALUES["text"][-1])
        return text or description or (place == 0 and bad != "null")
    return False


def on_roles(user: str, roles: list[str], database: str) -> Iterator[Attack]:
    for role in roles:
        reserved = role.startswith("pg_")
        yield Attack(f'set role "{role}"')
        yield Attack(f"select set_config('role', '{role}', false)")
        yield Attack(f'set session authorization "{role}"')
        yield Attack(f"select set_config('session_authorization', '{role}', false)")
        yield Attack(f'grant "{role}" to "{user}"', DENIED | {"0A000"} if role == "pg_database_owner" else DENIED)
        yield Attack(f'grant "{user}" to "{role}"')
        yield Attack(f'drop role "{role}"', DENIED | {"42939", "2BP01"} if reserved else DENIED)
        # whoever inherits a role may drop what it owns, which is nothing; its grants stay, for he did not make them
        ours = role == "phresh_member"
        yield Attack(f'reassign owned by "{role}" to "{user}"', DENIED | {"2BP01"}, harmless=ours)
        yield Attack(f'drop owned by "{role}" cascade', DENIED | {"2BP01"}, harmless=ours, alone=ours)
        for change in ("password 'x'", "nologin", "superuser", "set search_path = evil", "rename to evil"):
            yield Attack(f'alter role "{role}" {change}', DENIED | {"42939"} if reserved else DENIED)
        yield Attack(f'revoke phresh_member from "{role}"', harmless=False)
    for ability in (
        "superuser",
        "createrole",
        "createdb",
        "replication",
        "bypassrls",
        "connection limit 1000",
        "connection limit -1",
        "valid until 'infinity'",
        "in role phresh_owner",
        "rename to m_victim2",
        "rename to pg_evil",
    ):
        states = DENIED | ({"0A000"} if "rename" in ability else set()) | ({"42601"} if "in role" in ability else set())
        yield Attack(f'alter role "{user}" {ability}', frozenset(states))
    for sql in (
        "create role m_evil login",
        "create user m_evil superuser",
        "alter role all set search_path = evil",
        f"alter role all in database {database} set search_path = evil",
        f"alter database {database} set search_path = evil",
        f'alter database {database} owner to "{user}"',
        f"alter database {database} rename to evil",
        f"drop database {database}",
        "create database evil",
        "alter default privileges for role phresh_owner grant all on tables to public",
        "alter group phresh_owner add user current_user",
        "create user mapping for current_user server evil",
    ):
        states = DENIED | {"42704", "42601", "55006"} if "mapping" in sql or "group" in sql else DENIED
        yield Attack(sql, states, alone=" database" in sql)


def on_the_schema(database: str) -> Iterator[Attack]:
    for sql in (
        "create table public.evil (x integer)",
        "create temp table cleanings (id integer)",
        "create temporary view cleanings as select 1 as id",
        "create table pg_temp.cleanings (id integer)",
        "create temp sequence cleanings_id_seq",
        "select 1 as id into temp cleanings",
        "create schema evil",
        "create schema authorization current_user",
        "create function public.now() returns timestamptz language sql return null::timestamptz",
        "create function pg_temp.evil() returns integer language sql return 1",
        "create function pg_catalog.evil() returns integer language sql return 1",
        "create or replace function public.member_login() returns text language sql return 'm_victor'",
        "create procedure public.evil() language sql begin atomic select 1; end",
        "create aggregate public.evil (integer) (sfunc = int4pl, stype = integer)",
        "create operator public.= (leftarg = text, rightarg = text, function = textne)",
        "create operator public.<> (leftarg = text, rightarg = text, function = texteq)",
        "create cast (text as integer) with inout",
        "create type public.evil as (x integer)",
        "create domain public.evil as text",
        "create view public.evil as select 1",
        "create materialized view public.evil as select 1",
        "create sequence public.evil",
        "create collation public.evil (locale = 'C')",
        "create text search configuration public.evil (copy = simple)",
        "create event trigger evil on ddl_command_start execute function suppress_redundant_updates_trigger()",
        "create publication evil for all tables",
        "create language plpython3u",
        "create extension hstore",
        "drop extension pg_trgm",
        "alter schema public rename to evil",
        "drop schema public cascade",
        "revoke all on schema public from phresh_member",
        f"revoke connect on database {database} from phresh_member",
        "comment on schema public is 'evil'",
        "comment on role phresh_member is 'evil'",
    ):
        # without a right to give on, REVOKE is only a warning; a language or extension may not be there to be refused
        states = DENIED | {"42704", "58P01", "0A000", "42501"} if sql.startswith("create language") else DENIED
        if sql.startswith(("create extension", "create event", "create operator")):
            states = states | {"0A000", "58P01", "42P17"}
        yield Attack(sql, frozenset(states), harmless=sql.startswith("revoke"), alone=sql.startswith("revoke"))


def on_the_server() -> Iterator[Attack]:
    for sql in (
        "alter system set log_statement = 'none'",
        "set session_replication_role = replica",
        "set log_statement = 'none'",
        "set log_min_duration_statement = 0",
        "set lo_compat_privileges = on",
        "load 'auto_explain'",
        "set session_preload_libraries = 'evil'",
        "checkpoint",
        "select pg_reload_conf()",
        "select pg_rotate_logfile()",
        "select pg_switch_wal()",
        "select pg_create_restore_point('evil')",
        "select pg_read_file('postgresql.conf')",
        "select pg_read_binary_file('/etc/passwd')",
        "select pg_ls_dir('.')",
        "select pg_ls_logdir()",
        "select pg_stat_file('postgresql.conf')",
        "select pg_stat_reset()",
        "select pg_stat_reset_shared('io')",
        "select lo_import('/etc/passwd')",
        "select lo_create(0)",
        "select lo_creat(-1)",
        "select lo_from_bytea(0, 'evil')",
        "select lo_unlink(1)",
        "select pg_advisory_lock(1)",
        "select pg_try_advisory_lock(1)",
        "select pg_advisory_xact_lock_shared(1, 2)",
        # dbmate's own
        "select pg_advisory_lock(hashtext('dbmate'))",
        "select pg_current_xact_id()",
        "select txid_current()",
        "select pg_logical_emit_message(false, 'evil', 'evil')",
        "select pg_create_logical_replication_slot('evil', 'pgoutput')",
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'm_victor'",
        "select pg_cancel_backend(pid) from pg_stat_activity where usename = 'm_victor'",
        "select pg_log_backend_memory_contexts(pid) from pg_stat_activity where usename = 'm_victor'",
        "select rolpassword from pg_authid",
        "select * from pg_shadow",
        "select * from pg_hba_file_rules",
        "select * from pg_file_settings",
        "select * from pg_statistic",
        "select * from pg_largeobject",
        "select * from pg_user_mapping",
        "select * from pg_subscription",
        "update pg_catalog.pg_class set relname = relname",
        "update pg_catalog.pg_authid set rolsuper = true",
        "update pg_catalog.pg_settings set setting = 'none' where name = 'log_statement'",
        "delete from pg_catalog.pg_auth_members",
        "do language plpgsql $$ begin execute 'set role phresh_owner'; end $$",
        "start_replication 0/0",
    ):
        states = DENIED | ({"42601"} if sql.startswith("start_") else set())
        yield Attack(sql, frozenset(states), alone=sql.startswith("alter system"))


def elsewhere(target: Target, database: str) -> Target:
    """The same account, on another database of the server."""
    return replace(target, database=database)
