"""A market with jobs in every state, those who attack it, and what no attack may change."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import asyncpg

from phresh_tui.database import accounts, cleanings, events, offers, people
from phresh_tui.database.connections import connected
from phresh_tui.database.scram import verifier
from phresh_tui.database.target import Target
from phresh_tui.market.cleaning import Booking, Cleaning
from phresh_tui.market.record import PrivateDetails
from tests.hostile.calls import STATES, WITH_CLEANER
from tests.hostile.private import SECRET
from tests.support import PASSWORD, Cluster, Market, draft


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
        wanted = draft(f"A job that is {state}")._replace(booking=Booking.INSTANTLY)
        if state in WITH_CLEANER:
            wanted = wanted._replace(starts_at=starts_at + timedelta(days=day), hours=Decimal(2))
        if state == "offered":
            wanted = wanted._replace(booking=Booking.BY_OFFER)
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
    await market.psql(f"create role stranger login password '{password}'")
    nobody = parties["stranger"].as_account("stranger", PASSWORD)
    job = await cleanings.one(ada, jobs["open"])
    assert job is not None
    attackers = {"stranger": parties["stranger"], "guest": guest, "nobody": nobody}
    return Scene(market, attackers, parties, jobs, job)


class Stage:
    """A server on which the scene is set once, and copied for whoever wants to plant something in it."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._pattern: Scene | None = None

    async def copy(self) -> Scene:
        """The scene in a database of its own."""
        if self._pattern is None:
            self._pattern = await scene_in(await self._cluster.new_market())
            await self._pattern.market.leave()
        pattern, name = self._pattern, self._cluster.new_name()
        async with connected(self._cluster.over_socket("postgres")) as connection:
            await connection.execute(f"create database {name} template {pattern.market.database}")
            # a copy does not take the rights on the database itself along; whoever is no member may come in as well,
            # so that the grants to everybody are attacked too, and not only the door
            await connection.execute(f"revoke temporary, connect on database {name} from public")
            await connection.execute(f"grant connect on database {name} to phresh_member, phresh_guest, stranger")
        market = Market(self._cluster, name)
        # somebody who is at work, and could be disturbed
        await market.open(elsewhere(pattern.victim, name))
        return replace(
            pattern,
            market=market,
            attackers={who: elsewhere(target, name) for who, target in pattern.attackers.items()},
            parties={role: elsewhere(target, name) for role, target in pattern.parties.items()},
        )

    async def clear(self, scene: Scene) -> None:
        """Drops a copy, and takes back what outlives it: memberships and what roles can do."""
        await scene.market.psql_script(
            """
            alter role m_mallory nosuperuser nocreaterole;
            revoke phresh_owner, m_victor, pg_read_server_files, pg_signal_backend from m_mallory;
            revoke admin option for phresh_member from m_mallory;
            revoke phresh_member from stranger;
            """
        )
        await scene.market.close()


# what stands in the catalogs that no attack may change
CATALOGS = {
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


async def fingerprint(market: Market) -> dict[str, str]:
    """Everything that no attack may change: rows, definitions, rights, roles and their settings."""
    async with connected(market.operator) as connection:
        tables = await connection.fetch(
            "select oid::regclass::text as name from pg_class where relnamespace = 'public'::regnamespace "
            "and relkind in ('r', 'p', 'm')"
        )
        queries = {f"the rows of {table['name']}": f"select * from {table['name']}" for table in tables}
        prints = {}
        for part, query in (queries | CATALOGS).items():
            rows = sorted(str(tuple(row.values())) for row in await connection.fetch(query))
            prints[part] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return prints


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


def elsewhere(target: Target, database: str) -> Target:
    """The same account, on another database of the server."""
    return target._replace(database=database)
