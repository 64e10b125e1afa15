"""Members' accounts: sign up, list, change a password; and the guest account that may do nothing but sign up."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from phresh_tui.database.connections import connected
from phresh_tui.database.scram import check_password, verifier
from phresh_tui.database.target import Target
from phresh_tui.market.member import HOUSE_HANDLE, check_handle, handle_of, login_of

GUEST = "phresh_guest"
# signing up and signing in are over at once; whoever has the guest's password can take these back
GUEST_LIMITS = {
    "idle_session_timeout": "1min",
    "idle_in_transaction_session_timeout": "10s",
    "statement_timeout": "30s",
    "lock_timeout": "5s",
}


async def sign_up(door: Target, handle: str, password: str | None) -> Target:
    """Makes a member.

    Args:
        door: the guest's or the operator's account.
        handle: of the new member.
        password: None makes an account without one, which only an operator may.

    Returns:
        How to connect as the new member.

    Raises:
        HandleInvalid, HandleTaken, SignUpClosed, BadInput, DatabaseUnavailable: nothing was made then.

    """
    check_handle(handle)
    secret = None if password is None else verifier(check_password(password))
    async with connected(door) as connection:
        await connection.execute("select public.sign_up($1, $2)", handle, secret)
    return door.as_account(login_of(handle), password)


async def change_password(member: Target, password: str) -> Target:
    """Gives a member a new password; the server only ever sees the verifier.

    Returns:
        How to connect with it.

    Raises:
        BadInput: when it is too short.

    """
    secret = verifier(check_password(password))
    async with connected(member) as connection:
        # ALTER ROLE takes no parameters; a verifier holds neither quotes nor backslashes
        await connection.execute(f"""alter role "{member.user}" password '{secret}'""")
    return member.as_account(member.user, password)


async def member_handles(door: Target) -> list[str]:
    """The handles of all members that have not left, in order of the alphabet."""
    async with connected(door) as connection:
        rows = await connection.fetch(
            "select login from public.members where left_at is null and login <> $1 order by login",
            login_of(HOUSE_HANDLE),
        )
    return [handle_of(row["login"]) for row in rows]


@dataclass(frozen=True, slots=True)
class Tidied:
    """What one round of tidying did.

    Attributes:
        ended: connections whose transaction held others up.
        forgotten: answers to old requests.
        limited: members who were given the time limits.

    """

    ended: int
    forgotten: int
    limited: int


async def tidy(operator: Target, *, idle: float = 60, longest: float = 3600) -> Tidied:
    """Ends transactions that hold others up, forgets old answers, and limits members who have no limits yet.

    Args:
        operator: an account that may end others' connections.
        idle: seconds that a transaction may idle, or be open once it has written.
        longest: seconds that a transaction may be open at all.

    Raises:
        Refused: when the account may not end others' connections.

    """
    async with connected(operator) as connection:
        ended = await connection.fetchval(
            "select public.reap_transactions(make_interval(secs => $1), make_interval(secs => $2))", idle, longest
        )
        forgotten = await connection.fetchval("select public.clean_requests()")
        limited = await connection.fetchval("select public.limit_members()")
    return Tidied(int(ended), int(forgotten), int(limited))


async def make_guest(operator: Target) -> Target:
    """Makes the guest account, or gives it a new password: it may connect, look at the settings and sign up.

    Returns:
        How to connect as the guest.

    Raises:
        Refused: when the account is no operator's.

    """
    password = secrets.token_urlsafe(18)
    async with connected(operator) as connection, connection.transaction():
        if not await connection.fetchval("select exists (select from pg_roles where rolname = $1)", GUEST):
            await connection.execute(f"create role {GUEST} login connection limit 20")
        # somebody who is no operator may hold the guest's own row, by changing its password and not committing
        await connection.execute("set local lock_timeout = '5s'")
        await connection.execute(
            f"alter role {GUEST} login password '{verifier(password)}'; alter role {GUEST} reset all"
        )
        for name, limit in GUEST_LIMITS.items():
            await connection.execute(f"alter role {GUEST} set {name} = '{limit}'")
        database = await connection.fetchval("select quote_ident(current_database())")
        await connection.execute(
            f"""
            grant connect on database {database} to {GUEST};
            grant usage on schema public to {GUEST};
            grant select on public.market_settings, public.schema_migrations to {GUEST};
            grant execute on function public.sign_up(text, text) to {GUEST};
            """
        )
    return operator.as_account(GUEST, password)
