"""Attacks made from the catalog: a table, column, function or role that comes later is attacked without a change here.

What is not listed as allowed has to be refused, so a new table that members may read has to be named in `MAY_READ`.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import asyncpg

from phresh_tui.database import accounts, cleanings, events, offers, people
from phresh_tui.database.scram import verifier
from phresh_tui.database.target import Target
from phresh_tui.market.cleaning import Booking, Cleaning
from phresh_tui.market.record import PrivateDetails
from tests.hostile.calls import OK, STATES, WITH_CLEANER, Call, with_bad_values, with_good_values
from tests.hostile.private import PRIVATE, ROWS_SEEN, SECRET, rows_expected, side_channels
from tests.support import PASSWORD, Market, draft

DENIED = frozenset({"42501"})
MAY_READ = {
    "stranger": {"cleanings", "members", "market_settings", "schema_migrations", "moves", *PRIVATE},
    "guest": {"market_settings", "schema_migrations"},
    "nobody": set[str](),
}
# what members may call and change something with: attacked with values of calls.py
MOVES = {
    "post_cleaning",
    "edit_cleaning",
    "cancel_cleaning",
    "claim_cleaning",
    "release_cleaning",
    "finish_cleaning",
    "confirm_cleaning",
    "send_back_cleaning",
    "undo_move",
    "make_offer",
    "withdraw_offer",
    "accept_offer",
    "decline_offer",
    "review_cleaning",
    "report_no_show",
    "set_private_details",
    "set_profile",
    "mark_read",
    "mark_all_read",
}
# what the policies ask; each says of the caller alone
SIGHT = {"sees_offer", "sees_details", "sees_profile", "sees_event", "sees_review"}
MAY_CALL = {
    "stranger": {*MOVES, "normal_text", "state_now", "member_statistics", *SIGHT},
    "guest": {"sign_up"},
    "nobody": set[str](),
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
    "timestamp with time zone": "now()",
    "interval": "'1 day'",
    "smallint": "1",
    "cleanings": "null",
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
    """A market with jobs in every state and with those who attack it.

    Attributes:
        market: the database.
        attackers: who tries what nobody may do: a member, the guest, and a role that is no member.
        parties: the members that have to do with the jobs, by their role, and the stranger.
        jobs: by state.
        job: the open one.

    """

    market: Market
    attackers: dict[str, Target]
    parties: dict[str, Target]
    jobs: dict[str, int]
    job: Cleaning

    @property
    def victim(self) -> Target:
        return self.parties["cleaner"]


async def scene_in(market: Market) -> Scene:
    """Ada's jobs in every state, Victor who works, Olga who offers; a member, a guest and a nobody who mean harm."""
    handles = {"owner": "ada", "cleaner": "victor", "offerer": "olga", "stranger": "mallory"}
    parties = {role: await market.member(handle, tcp=True) for role, handle in handles.items()}
    ada, victor, olga = [await market.open(parties[role]) for role in ("owner", "cleaner", "offerer")]
    starts_at = datetime(2030, 5, 4, 8, 0, tzinfo=UTC)
    jobs: dict[str, int] = {}
    for day, state in enumerate(STATES):
        wanted = replace(draft(f"A job that is {state}"), booking=Booking.INSTANTLY)
        if state in WITH_CLEANER:
            wanted = replace(wanted, starts_at=starts_at + timedelta(days=day), hours=Decimal(2))
        if state == "offered":
            wanted = replace(wanted, booking=Booking.BY_OFFER)
        number = jobs[state] = await cleanings.post(ada, uuid4(), wanted)
        await people.set_private_details(ada, uuid4(), number, PrivateDetails(f"{SECRET} street", f"{SECRET} key", "1"))
        if state in WITH_CLEANER:
            claimed = await cleanings.one(victor, number)
            assert claimed is not None
            # the request id that is forged later
            await cleanings.claim(victor, UUID(int=7) if state == "claimed" else uuid4(), claimed)
        if state in ("done", "confirmed", "long done"):
            await cleanings.finish(victor, uuid4(), number, Decimal("1.5"))
    await offers.make(olga, uuid4(), jobs["offered"], Decimal("15.00"), f"{SECRET} message")
    await cleanings.confirm(ada, uuid4(), jobs["confirmed"])
    await people.review(ada, uuid4(), jobs["confirmed"], {"overall": 2}, f"{SECRET} headline", f"{SECRET} comment")
    await cleanings.cancel(ada, uuid4(), jobs["cancelled"], f"{SECRET} reason")
    await market.psql("update cleanings set done_at = done_at - interval '8 days' where id = $1", jobs["long done"])
    for session in (ada, victor, olga):
        await people.set_profile(session, uuid4(), phone=f"{SECRET} phone", email=f"{SECRET} email")
    [event] = [event for event in await events.feed(victor) if event.cleaning_id == jobs["open"]]
    await events.mark_read(victor, event)
    guest = await accounts.make_guest(market.operator_tcp)
    password = verifier(PASSWORD)
    await market.psql_script(f"drop role if exists stranger; create role stranger login password '{password}'")
    # so that the grants to everybody are attacked too, and not only the door
    await market.psql(f"grant connect on database {market.database} to stranger")
    nobody = parties["stranger"].as_account("stranger", PASSWORD)
    job = await cleanings.one(ada, jobs["open"])
    assert job is not None
    attackers = {"stranger": parties["stranger"], "guest": guest, "nobody": nobody}
    return Scene(market, attackers, parties, jobs, job)


async def leave(scene: Scene) -> None:
    """Takes away the role that is nobody's member, and its rights."""
    await scene.market.psql_script("drop owned by stranger; drop role stranger")


async def breaches(scene: Scene, *, only_first: bool = False, about: str = "") -> tuple[int, list[Breach]]:
    """Tries everything as everybody, each attack in a transaction that is rolled back.

    Args:
        scene: where.
        only_first: whether the first success is enough, which may have opened everything.
        about: only the attacks whose words have this in them; all of them as a rule.

    Returns:
        The number of attempts, and those that succeeded, were refused in another way than they should, or changed
        something.

    """
    found: list[Breach] = []
    number = 0
    for part in (calls_by_the_parties, sights, catalog_attacks):
        before = await fingerprint(scene.market)
        attempts, successes = await part(scene, only_first=only_first, about=about)
        number += attempts
        found += successes
        if found and only_first:
            return number, found
        after = await fingerprint(scene.market)
        found += [Breach(part.__name__, "", f"{name} changed") for name in before if before[name] != after[name]]
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
    for role, target in scene.parties.items():
        connection = await asyncpg.connect(**target.asyncpg_arguments())
        wanted = rows_expected(role)
        assert set(wanted) == set(PRIVATE) == set(ROWS_SEEN)
        for table, sql in ROWS_SEEN.items():
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
    for who, target in scene.attackers.items():
        said: list[str] = []
        connection = await asyncpg.connect(**target.asyncpg_arguments())
        connection.add_log_listener(lambda _, message, said=said: said.append(str(message.as_dict())))
        for table in PRIVATE:
            for sql in side_channels(table, columns[table]):
                if about not in sql:
                    continue
                number += 1
                state, answer = await answered(connection, sql)
                # an error while a row is judged says something of the row
                told = SECRET in answer + "".join(said) or (state[:2] == "22" and state != "22011")
                said.clear()
                if told:
                    found.append(Breach(who, sql, f"{state} {answer[:200]}"))
        await connection.close()
    return number, found


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
            ["m_ada", "m_victor", "m_olga", "m_mallory"],
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


async def functions(market: Market) -> list[asyncpg.Record]:
    """The functions of the market: name, signature, names and types of the arguments."""
    return await market.psql(
        """
        select p.proname as name, p.oid::regprocedure::text as signature,
            array(select pg_catalog.format_type(t, null) from unnest(p.proargtypes) with ordinality u (t, n) order by n)
                as types,
            p.proargnames as arguments
        from pg_proc p
        where p.pronamespace = 'public'::regnamespace and not exists (
            select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
        )
        order by 2
        """
    )


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
