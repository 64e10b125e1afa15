"""What ``phresh doctor`` asks a database: is it the right one, what is open to members, what holds others up."""

from __future__ import annotations

from dataclasses import dataclass

from phresh_tui.database.connections import connected
from phresh_tui.database.preparation import SchemaState, look
from phresh_tui.database.target import Target

# the query of docs/operators.md
OPEN_TO_MEMBERS = r"""
    select 'connect to ' || datname from pg_catalog.pg_database
    where datname in ('postgres', 'template1') and pg_catalog.has_database_privilege('public', datname, 'connect')
    union all
    select 'call ' || proname from pg_catalog.pg_proc
    where pronamespace = 'pg_catalog'::regnamespace and pg_catalog.has_function_privilege('public', oid, 'execute')
        and (proname ~ '^(lo_.*|loread|lowrite|pg_current_xact_id|txid_current|pg_logical_emit_message)$'
            or (proname ~ 'advisory' and proname !~ 'unlock'))
    group by proname
    order by 1
"""
LIMITS = r"""
    with members as (
        select m.member as oid, r.rolname from pg_catalog.pg_auth_members m
        join pg_catalog.pg_roles g on g.oid = m.roleid and g.rolname = 'phresh_member'
        join pg_catalog.pg_roles r on r.oid = m.member and r.rolname like 'm\_%'
    )
    select
        pg_catalog.current_setting('server_version') as version,
        (select ssl from pg_catalog.pg_stat_ssl where pid = pg_catalog.pg_backend_pid()) as tls,
        pg_catalog.current_setting('max_connections')::integer as max_connections,
        pg_catalog.current_setting('max_prepared_transactions')::integer as max_prepared,
        (
            select pg_catalog.count(*)::integer from members
            where not exists (
                select from pg_catalog.pg_db_role_setting s
                where s.setrole = members.oid and s.setdatabase = 0
                    and pg_catalog.array_to_string(s.setconfig, ' ') like '%idle_in_transaction_session_timeout=%'
            )
        ) as without_limits,
        (
            select pg_catalog.count(*)::integer from members
            join pg_catalog.pg_roles r on r.oid = members.oid where r.rolconnlimit < 0
        ) as without_connection_limit,
        pg_catalog.pg_has_role('pg_signal_backend', 'usage')
            and pg_catalog.pg_has_role('pg_read_all_stats', 'usage') as may_reap,
        (
            select pg_catalog.count(*)::integer from pg_catalog.pg_stat_activity a
            join members on members.oid = a.usesysid
            where a.state like 'idle in transaction%'
                and a.state_change < pg_catalog.clock_timestamp() - interval '1 minute'
        ) as overdue
"""


@dataclass(frozen=True, slots=True)
class Checkup:
    """What was found.

    Attributes:
        state: of the schema.
        version: of the server, as it says it itself.
        tls: whether this connection is encrypted.
        open_to_members: what anybody may do that nobody but the operator should.
        max_connections: of the server.
        max_prepared: how many transactions may outlive their sessions; 0 is right.
        without_limits: members without time limits.
        without_connection_limit: members who may open as many connections as they like.
        may_reap: whether the account may end others' transactions.
        overdue: members' transactions that have idled for more than a minute; None when the account cannot see them.

    """

    state: SchemaState
    version: str
    tls: bool
    open_to_members: tuple[str, ...]
    max_connections: int
    max_prepared: int
    without_limits: int
    without_connection_limit: int
    may_reap: bool
    overdue: int | None


async def check_up(target: Target) -> Checkup:
    """Connects, asks, and closes; changes nothing.

    Raises:
        PhreshError: when there is no answer, or the account is refused.

    """
    async with connected(target) as connection:
        state = await look(connection)
        row = await connection.fetchrow(LIMITS)
        assert row is not None
        found = [str(line[0]) for line in await connection.fetch(OPEN_TO_MEMBERS)]
    return Checkup(
        state=state,
        version=row["version"].split()[0],
        tls=bool(row["tls"]),
        open_to_members=tuple(found),
        max_connections=row["max_connections"],
        max_prepared=row["max_prepared"],
        without_limits=row["without_limits"],
        without_connection_limit=row["without_connection_limit"],
        may_reap=row["may_reap"],
        overdue=row["overdue"] if row["may_reap"] else None,
    )
