"""Attacks made from the catalog: a table, column, function or role that comes later is attacked without a change here.

What is not listed as allowed has to be refused, so a new table that members may read has to be named in `allowed.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from phresh_tui.database.target import Target
from tests.hostile.allowed import MAY_CALL, MAY_READ
from tests.hostile.scene import Scene, functions
from tests.support import Market

DENIED = frozenset({"42501"})
ANY_VALUE = {
    "uuid": "gen_random_uuid()",
    "text": "'x'",
    "numeric": "1",
    "bigint": "1",
    "integer": "1",
    "boolean": "true",
    "bytea": "''",
    "jsonb": "'{}'",
    "timestamp with time zone": "now()",
    "interval": "'1 day'",
    "oid": "1",
    "smallint": "1",
    "cleanings": "null",
}


# whoever may read a table may lock it in the first of these modes, as every question does
LOCKS = (
    "access share",
    "row share",
    "row exclusive",
    "share update exclusive",
    "share",
    "share row exclusive",
    "exclusive",
    "access exclusive",
)


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


async def attacks_of(scene: Scene, who: str, target: Target) -> list[Attack]:
    """Every attack of one who connects as ``target``."""
    market = scene.market
    roles = [
        row["rolname"]
        for row in await market.psql(
            "select rolname from pg_roles where rolname <> $1 and (rolname !~ '^m_' or rolname = any($2))",
            target.user,
            ["m_ada", "m_victor", "m_olga", "m_mallory"],
        )
    ]
    return [
        *await on_relations(market, who, target.user),
        *await on_functions(scene, who),
        *on_roles(target.user, roles, market.database),
        *on_the_schema(market.database),
        *await on_places_for_tables(market),
        *await on_functions_of_the_server(market),
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
            made = on_table(name, row["columns"], user, readable=row["name"] in MAY_READ[who])
            # some of it cannot be done with a view at all, by nobody
            states = DENIED | {"42809", "55000", "0A000"} if row["kind"] == "v" else DENIED
            attacks += [replace(attack, states=attack.states | states) for attack in made]
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
        *(f"lock table {name} in {mode} mode" for mode in LOCKS[readable:]),
        f"copy {name} from stdin",
        f"copy {name} from program 'true'",
        f"copy (select 1) to program 'cat > /tmp/phresh_{user}'",
        f"copy {name} to '/tmp/phresh_{user}'",
        f"reindex table {name}",
        f"cluster {name}",
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
    # without a place for a table of one's own nobody comes as far as a foreign key: the right itself is looked for
    for right in ("references", "trigger", "insert", "update", "delete", "truncate"):
        held = f"has_table_privilege('{name}', '{right}')"
        if right in ("references", "insert", "update"):
            held = f"has_any_column_privilege('{name}', '{right}')"
        # no right, and the division fails
        yield Attack(f"select 1 / {held}::integer", frozenset({"22012"}))
    for column in columns:
        yield Attack(f'update {name} set "{column}" = default')
        yield Attack(f'update {name} set "{column}" = default where false')
        yield Attack(f'insert into {name} ("{column}") values (default)')
        yield Attack(f'grant update ("{column}") on {name} to public', harmless=readable, alone=True)
        yield Attack(f'alter table {name} alter column "{column}" drop not null')
        if not readable:
            yield Attack(f'select "{column}" from {name}')
            yield Attack(f'select from {name} where "{column}" is null')
            yield Attack(f'copy {name} ("{column}") to stdout')
    yield Attack(f'grant all on {name} to "{user}"', harmless=readable, alone=True)
    if not readable:
        yield from (Attack(f"{words} {name}") for words in ("select count(*) from", "table", "explain analyze table"))


async def on_functions(scene: Scene, who: str) -> list[Attack]:
    attacks = []
    for row in await functions(scene.market):
        signature = row["signature"] if "." in row["signature"] else f"public.{row['signature']}"
        attacks += [
            Attack(f"alter function {signature} security invoker"),
            Attack(f"alter function {signature} reset all"),
            Attack(f"alter function {signature} rename to evil"),
            Attack(f"alter function {signature} owner to current_user"),
            Attack(f"drop function {signature}"),
            Attack(
                f"grant execute on function {signature} to public", harmless=row["name"] in MAY_CALL[who], alone=True
            ),
        ]
        if row["name"] not in MAY_CALL[who]:
            # not null: a strict function of null is null before anybody asks whether it may be called
            values = ", ".join(f"{ANY_VALUE[kind]}::{kind}" for kind in row["types"])
            attacks.append(Attack(f"select public.{row['name']}({values})"))
    return attacks


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


async def on_places_for_tables(market: Market) -> list[Attack]:
    """A table of one's own that refers to a table of the market would hold its rows: there is no place for one."""
    schemas = [
        row["name"]
        for row in await market.psql(
            "select quote_ident(nspname) as name from pg_namespace where nspname !~ '^pg_(temp|toast_temp)_'"
        )
    ]
    return [
        Attack(f"create {place} (id integer references public.cleanings (id))")
        for place in ("temp table evil", *(f"table {schema}.evil" for schema in schemas))
    ]


async def on_functions_of_the_server(market: Market) -> list[Attack]:
    """Large objects, advisory locks, transaction ids: every function of such a name that this server has."""
    rows = await market.psql(
        """
        select p.proname as name, array(
            select pg_catalog.format_type(t, null) from unnest(p.proargtypes) with ordinality u (t, n) order by n
        ) as types
        from pg_proc p
        where p.pronamespace = 'pg_catalog'::regnamespace and (
            p.proname ~ '^(lo_.*|loread|lowrite|pg_current_xact_id|txid_current|pg_logical_emit_message)$'
            or (p.proname ~ 'advisory' and p.proname !~ 'unlock')
        )
        """
    )
    # fewer are no longer those that are meant
    assert len(rows) >= 30
    return [
        Attack(f"select {row['name']}({', '.join(f'{ANY_VALUE[kind]}::{kind}' for kind in row['types'])})")
        for row in rows
    ]


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
        # it would outlive the session, and hold its locks for ever
        "prepare transaction 'evil'",
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
        # dbmate's own
        "select pg_advisory_lock(hashtext('dbmate'))",
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
        states = DENIED | (
            {"42601"} if sql.startswith("start_") else {"55000"} if sql.startswith("prepare ") else set()
        )
        yield Attack(sql, frozenset(states), alone=sql.startswith("alter system"))
