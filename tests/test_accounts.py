"""Accounts over TCP with SCRAM: sign up, sign in, change the password; and whose handle nobody ever gets."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
from base64 import b64decode
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from phresh_tui.database import accounts, cleanings
from phresh_tui.database.connections import connected
from phresh_tui.database.embedded import EmbeddedServer
from phresh_tui.database.installation import binaries
from phresh_tui.database.market_settings import market_settings, set_market_setting
from phresh_tui.database.migrations import migrate_up
from phresh_tui.database.scram import check_password, saslprep, saslprep_of_asyncpg, verifier
from phresh_tui.database.target import Target
from phresh_tui.market.errors import (
    BadInput,
    DatabaseUnavailable,
    HandleInvalid,
    HandleTaken,
    PhreshError,
    SignInError,
    SignUpClosed,
)
from tests.support import ACCESS, PASSWORD, Cluster, Market, draft, free_port

PASSWORDS = {
    "plain": "correct horse battery staple",
    "normalised by nfkc": "ﬁﬂ①½Å™x²",
    "decomposed": "e\u0301a\u0300o\u0302u\u0308",
    "non-ascii spaces": "a\u00a0b\u3000c\u2003d e",
    "soft hyphen and joiners": "soft\u00adhyphen\u200d\u2060",
    "only soft hyphens": "\u00ad" * 8,
    "hebrew": "סיסמהסודית",
    "arabic": "كلمةالسرهنا",
    "right to left, mixed, which may not be prepared": "abcאבגדהו",
    "emoji": "🧹🧽✨👩\u200d🔧🏠🔑",
    "emoji of later versions": "🫧🪣🪥🧼🥷🫠🫡🫶",
    "control characters": "tab\tand\x07bell\x1b[31m",
    "forbidden private use": "\ue000\ue001abcdefg",
    "chinese": "打扫房间的秘密口令",
    "quotes and backslashes": "'\"\\$$; drop role postgres --",
    "blanks at both ends": "   within   ",
    "percent and braces": "%s%(x)s{0}{{}}",
    "very long": "paßwort" * 300,
}


async def check_sign_in(member: Target) -> None:
    """Connects once as a member; raises `SignInError` unless handle and password fit."""
    async with connected(member):
        pass


def psql(target: Target, sql: str, password: str) -> subprocess.CompletedProcess[str]:
    """Asks through libpq, as a member would with psql."""
    return subprocess.run(
        [str(binaries() / "bin" / "psql"), "-X", "-A", "-t", "-c", sql],
        env={
            "PATH": os.environ["PATH"],
            "PGHOST": target.host,
            "PGPORT": str(target.port),
            "PGUSER": target.user,
            "PGDATABASE": target.database,
            "PGPASSWORD": password,
            "PGSSLMODE": "disable",
            "PGCLIENTENCODING": "UTF8",
            "LC_ALL": "C.UTF-8",
        },
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


async def test_every_password_signs_in_with_this_program_and_with_psql(market: Market) -> None:
    for number, (kind, password) in enumerate(PASSWORDS.items()):
        member = await accounts.sign_up(market.operator_tcp, f"unicode_{number}", password)
        await check_sign_in(member)
        by_libpq = await asyncio.to_thread(psql, member, "select session_user", password)
        assert by_libpq.stdout.strip() == member.user, f"{kind}: {by_libpq.stderr}"
        with pytest.raises(SignInError):
            await check_sign_in(member._replace(password=password + "x"))
        refused = await asyncio.to_thread(psql, member, "select 1", password + "x")
        assert refused.returncode != 0


async def test_passwords_that_differ_before_they_are_prepared_and_not_after_are_the_same(market: Market) -> None:
    member = await accounts.sign_up(market.operator_tcp, "composed", "e\u0301tagere neuf")
    await check_sign_in(member._replace(password="étagere\u00a0neuf"))


async def test_a_verifier_is_the_one_that_the_server_makes(market: Market) -> None:
    """Several hundred random passwords, most of them nasty, against PostgreSQL's own preparation."""
    chance = random.Random(2)
    blocks = [(0x20, 0x7E), (0xA0, 0x24F), (0x300, 0x36F), (0x590, 0x6FF), (0x2000, 0x206F), (0x2100, 0x218F)]
    blocks += [(0x2F00, 0x30FF), (0xF900, 0xFAFF), (0xFB00, 0xFEFC), (0x1D400, 0x1D7FF), (0x1F100, 0x1F9FF)]
    await market.psql("create role scratch login")
    refused = 0
    try:
        async with connected(market.operator) as connection:
            for _ in range(400):
                some = [chance.choice(blocks) for _ in range(chance.choice([1, 1, 2, 3]))]
                password = "".join(chr(chance.randint(*chance.choice(some))) for _ in range(chance.randint(1, 6)))
                quoted = password.replace("\\", "\\\\").replace("'", "''")
                await connection.execute(f"alter role scratch password E'{quoted}'")
                stored = await connection.fetchval("select rolpassword from pg_authid where rolname = 'scratch'")
                salt = b64decode(stored.split("$")[1].split(":")[1])
                assert verifier(password, salt) == stored, [f"U+{ord(c):04X}" for c in password]
                refused += saslprep(password) != saslprep_of_asyncpg(password)
    finally:
        await market.psql("drop role scratch")
    assert refused > 0, "the passwords were not nasty enough to show where the drivers differ"


@pytest.mark.parametrize("rare", ["password\u0341", "password\u2151", "password\U0001f100", "zero\u200bwidth"])
def test_a_password_that_two_drivers_read_differently_is_refused_with_a_reason(rare: str) -> None:
    with pytest.raises(BadInput, match="not all programs read the same way") as error:
        check_password(rare)
    assert error.value.field == "password"
    assert rare not in str(error.value)


async def test_the_passwords_that_are_refused_would_indeed_fail_in_one_of_the_two(market: Market) -> None:
    password = "password\u2151"
    await market.psql(f"create role scratch login password '{verifier(password)}'")
    await market.psql("grant phresh_member to scratch")
    target = market.operator_tcp.as_account("scratch", password)
    try:
        assert (await asyncio.to_thread(psql, target, "select 1", password)).returncode == 0
        with pytest.raises(SignInError):
            await check_sign_in(target)
    finally:
        await market.psql("drop role scratch")


def test_a_password_has_eight_characters_and_none_that_cannot_be_sent() -> None:
    assert check_password("12345678") == "12345678"
    for bad in ("", "1234567", "12345678\0", "12345678\ud800"):
        with pytest.raises(BadInput) as error:
            check_password(bad)
        assert error.value.field == "password"
        assert not bad or bad not in str(error.value)


async def test_the_password_never_reaches_the_server(public_folder: Path) -> None:
    """Neither signing up nor changing it puts it into a log that holds every statement and every parameter."""
    server = EmbeddedServer(
        public_folder / "logging",
        port=free_port(),
        access=ACCESS,
        options={
            "listen_addresses": "127.0.0.1",
            "fsync": "off",
            "log_statement": "all",
            "log_connections": "on",
            "log_min_messages": "debug1",
            "log_parameter_max_length": "-1",
            "log_parameter_max_length_on_error": "-1",
        },
    )
    server.start()
    try:
        await migrate_up(server.target())
        async with connected(server.target()) as connection:
            await connection.execute(f"alter role postgres password '{verifier('operator operator')}'")
            port = server.target().port
        operator = Target("127.0.0.1", port, server.target().database, "postgres", "operator operator")
        guest = await accounts.make_guest(operator)
        member = await accounts.sign_up(guest, "ada", "first secret words")
        member = await accounts.change_password(member, "second secret words")
        with pytest.raises(SignInError):
            await check_sign_in(member._replace(password="third secret words"))
        log = (server.data / "server.log").read_text()
        async with connected(server.target()) as connection:
            stored = await connection.fetchval("select rolpassword from pg_authid where rolname = 'm_ada'")
    finally:
        server.leave()
    assert "select public.sign_up($1, $2)" in log, "the log holds no statements, so this test shows nothing"
    assert stored in log, "the log holds no parameters, so this test shows nothing"
    for word in ("first secret", "second secret", "third secret", "operator operator", str(guest.password)):
        assert word not in log


# --- signing in


async def test_a_wrong_password_and_an_unknown_handle_get_the_same_answer(market: Market) -> None:
    ada = await market.member("ada", tcp=True)
    with pytest.raises(SignInError, match="Wrong handle or password for member ada") as error:
        await check_sign_in(ada._replace(password="another password"))
    assert error.value.exit_code == 6
    assert "another password" not in str(error.value)
    with pytest.raises(SignInError, match="Wrong handle or password for member nobody_here"):
        await check_sign_in(ada._replace(user="m_nobody_here"))
    with pytest.raises(SignInError, match="needs a password"):
        await check_sign_in(ada._replace(password=None))


async def test_a_changed_password_is_the_only_one_that_works(market: Market) -> None:
    old = await market.member("ada", tcp=True)
    new = await accounts.change_password(old, "a new 'password\\ $$")
    await check_sign_in(new)
    with pytest.raises(SignInError):
        await check_sign_in(old)
    with pytest.raises(BadInput):
        await accounts.change_password(new, "short")
    await check_sign_in(new)


async def test_the_seventh_connection_of_a_member_is_refused_in_words(market: Market) -> None:
    ada = await market.member("ada", tcp=True)
    held = [await asyncpg.connect(**ada.asyncpg_arguments()) for _ in range(6)]
    try:
        with pytest.raises(DatabaseUnavailable, match="Member ada has too many connections"):
            await check_sign_in(ada)
    finally:
        for connection in held:
            await connection.close()


# --- signing up


async def test_a_guest_signs_somebody_up_who_can_then_post(market: Market) -> None:
    guest = await accounts.make_guest(market.operator_tcp)
    ada = await market.open(await accounts.sign_up(guest, "ada", PASSWORD))
    assert await cleanings.post(ada, uuid4(), draft()) > 0
    assert await accounts.member_handles(market.operator_tcp) == ["ada"]


async def test_a_guest_cannot_make_a_member_without_a_password_and_an_operator_can(market: Market) -> None:
    guest = await accounts.make_guest(market.operator_tcp)
    with pytest.raises(BadInput, match="password is needed") as error:
        await accounts.sign_up(guest, "ada", None)
    assert error.value.field == "password"
    await check_sign_in(await accounts.sign_up(market.operator, "ada", None))


BAD_HANDLES = ["", "a", "ab", "a" * 32, "a" * 64, "Ada", "ADA", "1ada", "_ada", "ada ", " ada", "ada\n", "a-b", "adä"]
# the first of these begins with a Cyrillic letter
BAD_HANDLES += ["аda", "a.b", "ada\0", 'ada"', "ada'", "ada;drop role postgres", "ada$", "ada%", "{ada}", "ada\u200b"]


async def test_a_bad_handle_is_refused_by_the_client_and_by_the_function(market: Market) -> None:
    for bad in BAD_HANDLES:
        with pytest.raises(HandleInvalid) as error:
            await accounts.sign_up(market.operator, bad, None)
        assert error.value.field == "handle"
        with pytest.raises(BadInput if "\0" in bad else HandleInvalid):
            await market.psql("select public.sign_up($1, null)", bad)
    assert await accounts.member_handles(market.operator) == []


async def test_no_handle_reaches_a_role_that_is_no_members(market: Market) -> None:
    """The prefix keeps pg_ and postgres apart: such handles are either refused or belong to a role of their own."""
    for handle in ("pg_monitor", "postgres", "phresh_owner", "phresh_guest"):
        member = await accounts.sign_up(market.operator_tcp, handle, PASSWORD)
        assert member.user == f"m_{handle}"
    await market.psql("revoke phresh_member from m_postgres")


async def test_the_longest_handle_is_a_role_of_its_own(market: Market) -> None:
    longest = "a" * 31
    assert (await accounts.sign_up(market.operator_tcp, longest, PASSWORD)).user == "m_" + longest
    with pytest.raises(HandleTaken):
        await accounts.sign_up(market.operator_tcp, longest, PASSWORD)


async def test_the_handle_of_the_house_is_taken(market: Market) -> None:
    with pytest.raises(HandleTaken):
        await accounts.sign_up(market.operator, "phresh", None)


FOREIGN = {
    "a superuser": "create role {role} superuser login",
    "a role that an operator made": "create role {role} login",
    "a role of a group": "create role {role} login; grant pg_read_all_data to {role}",
    "a role that makes roles": "create role {role} login createrole",
    "a group": "create role {role}",
}


@pytest.mark.parametrize("statement", FOREIGN.values(), ids=FOREIGN.keys())
@pytest.mark.parametrize("password", [PASSWORD, None])
async def test_a_role_that_was_there_before_is_never_taken_over(
    market: Market, statement: str, password: str | None
) -> None:
    await market.psql_script(statement.format(role="m_boss"))
    try:
        before = await role(market, "m_boss")
        with pytest.raises(HandleTaken):
            await accounts.sign_up(market.operator_tcp, "boss", password)
        assert await role(market, "m_boss") == before
        assert await accounts.member_handles(market.operator) == []
    finally:
        await market.psql("drop role m_boss")


async def role(market: Market, name: str) -> list[tuple[object, ...]]:
    rows = await market.psql(
        """
        select r.rolsuper, r.rolcanlogin, r.rolconnlimit, a.rolpassword, m.roleid
        from pg_roles r join pg_authid a using (rolname) left join pg_auth_members m on m.member = r.oid
        where r.rolname = $1 order by m.roleid
        """,
        name,
    )
    return [tuple(row.values()) for row in rows]


CHANGED = {
    "made a superuser": "alter role m_old_hand superuser",
    "given a group": "grant pg_read_all_data to m_old_hand",
    "given a table": "grant select on public.requests to m_old_hand",
    "locked out": "alter role m_old_hand nologin",
}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED.keys())
async def test_a_leftover_role_that_can_do_more_or_less_than_a_member_is_not_handed_on(
    market: Market, change: str
) -> None:
    await accounts.sign_up(market.operator_tcp, "old_hand", PASSWORD)
    await market.psql_script(f"delete from public.members where login = 'm_old_hand'; {change}")
    try:
        with pytest.raises(HandleTaken):
            await accounts.sign_up(market.operator_tcp, "old_hand", "a thief's password")
    finally:
        await market.psql_script("drop owned by m_old_hand; drop role m_old_hand")


async def test_a_member_of_another_database_on_the_server_is_not_taken_over(cluster: Cluster, market: Market) -> None:
    ada = await market.member("cross_database", tcp=True)
    other = await cluster.new_market()
    try:
        with pytest.raises(HandleTaken):
            await accounts.sign_up(other.operator_tcp, "cross_database", "a thief's password")
        await check_sign_in(ada)
    finally:
        await other.close()


async def test_handles_of_a_database_that_was_dropped_can_sign_up_again(cluster: Cluster) -> None:
    first = await cluster.new_market()
    old = await accounts.sign_up(first.operator_tcp, "again", "the old password")
    await first.close()
    second = await cluster.new_market()
    try:
        guest = await accounts.make_guest(second.operator_tcp)
        new = await accounts.sign_up(guest, "again", "the new password")
        await check_sign_in(new)
        with pytest.raises(SignInError):
            await check_sign_in(old._replace(database=second.database))
        with pytest.raises(HandleTaken):
            await accounts.sign_up(guest, "again", "the third password")
        # without a password nobody comes in with the old one either
        await second.psql("delete from public.members")
        await accounts.sign_up(second.operator, "again", None)
        with pytest.raises(SignInError):
            await check_sign_in(new)
    finally:
        await second.close()


async def test_of_many_who_sign_up_with_one_handle_at_once_exactly_one_wins(market: Market) -> None:
    guest = await accounts.make_guest(market.operator_tcp)
    for handle in ("wanted", "wanted_too"):
        outcomes = await asyncio.gather(
            *(accounts.sign_up(guest, handle, f"password of {n}") for n in range(12)), return_exceptions=True
        )
        winners = [outcome for outcome in outcomes if isinstance(outcome, Target)]
        assert len(winners) == 1
        assert all(isinstance(outcome, HandleTaken) for outcome in outcomes if outcome is not winners[0]), outcomes
        await check_sign_in(winners[0])


async def test_many_sign_up_at_once_with_handles_of_their_own(market: Market) -> None:
    guest = await accounts.make_guest(market.operator_tcp)
    made = await asyncio.gather(*(accounts.sign_up(guest, f"crowd_{n}", PASSWORD) for n in range(16)))
    assert len({member.user for member in made}) == 16
    assert len(await accounts.member_handles(market.operator)) == 16


async def test_a_closed_market_lets_nobody_sign_up_but_through_the_operator(market: Market) -> None:
    guest = await accounts.make_guest(market.operator_tcp)
    await set_market_setting(market.operator, "sign_up", "closed")
    with pytest.raises(SignUpClosed) as error:
        await accounts.sign_up(guest, "ada", PASSWORD)
    assert "operator" in str(error.value)
    # nor does it tell which handles there are
    with pytest.raises(SignUpClosed):
        await accounts.sign_up(guest, "phresh", PASSWORD)
    await accounts.sign_up(market.operator_tcp, "ada", PASSWORD)
    assert (await market_settings(guest)).sign_up == "closed"


async def test_a_market_without_its_setting_is_closed(market: Market) -> None:
    guest = await accounts.make_guest(market.operator_tcp)
    await market.psql("delete from public.market_settings where name = 'sign_up'")
    with pytest.raises(SignUpClosed):
        await accounts.sign_up(guest, "ada", PASSWORD)


BAD_VERIFIERS = [
    "",
    "a plain password",
    "md5" + "0" * 32,
    verifier(PASSWORD).replace("$4096:", "$1:"),
    verifier(PASSWORD).replace("$4096:", "$40960:"),
    verifier(PASSWORD) + "\n",
    verifier(PASSWORD) + "'",
    verifier(PASSWORD)[:-1],
    verifier(PASSWORD, b"short"),
    verifier(PASSWORD).replace("SCRAM-SHA-256", "scram-sha-256"),
    verifier(PASSWORD).replace(":", "", 1),
    verifier(PASSWORD).replace("==$", "=$"),
]


async def test_only_a_proper_verifier_is_taken_for_a_password(market: Market) -> None:
    for bad in BAD_VERIFIERS:
        with pytest.raises(BadInput):
            await market.psql("select public.sign_up('ada', $1)", bad)
    assert await accounts.member_handles(market.operator) == []
    await market.psql("select public.sign_up('ada', $1)", verifier(PASSWORD, os.urandom(32)))


async def test_a_new_guest_password_replaces_the_old_one(market: Market) -> None:
    first = await accounts.make_guest(market.operator_tcp)
    second = await accounts.make_guest(market.operator_tcp)
    await check_sign_in(second)
    with pytest.raises(SignInError):
        await check_sign_in(first)


async def test_only_an_operator_makes_a_guest_or_sets_the_market(market: Market) -> None:
    ada = await market.member("ada", tcp=True)
    with pytest.raises(PhreshError, match="may not do that"):
        await accounts.make_guest(ada)
    with pytest.raises(PhreshError, match="may not do that"):
        await set_market_setting(ada, "currency", "EUR")
    with pytest.raises(BadInput):
        await set_market_setting(market.operator, "currency", "euro")
    with pytest.raises(BadInput):
        await set_market_setting(market.operator, "evil", "EUR")
