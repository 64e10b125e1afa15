"""Making members and listing them, with and without passwords."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pexpect

from phresh_tui.database.accounts import make_guest
from phresh_tui.database.session import Session
from phresh_tui.settings import Settings
from tests.cli.support import COMMAND, as_member, as_operator, phresh, phresh_process
from tests.support import PASSWORD, Market


def on_a_terminal(market: Market, *arguments: str) -> pexpect.spawn[str]:
    environment = os.environ | as_operator(market)
    return pexpect.spawn(COMMAND[0], [*COMMAND[1:], *arguments], env=environment, encoding="utf-8", timeout=30)


async def test_a_password_is_read_from_one_line_and_the_member_can_sign_in(market: Market) -> None:
    password = "pässword, with a blank"
    made = (await phresh_process("member", "add", "ana", environment=as_operator(market), stdin=f"{password}\n")).ok()
    assert made.out == "Made the member @ana.\n"
    assert password not in made.out + made.err
    session = await Session.open(market.operator_tcp.as_account("m_ana", password), Settings())
    await session.close()


async def test_a_password_is_asked_for_twice_and_never_shown(market: Market) -> None:
    def type_it() -> tuple[str, int | None]:
        shown = ""
        with on_a_terminal(market, "member", "add", "ana") as terminal:
            for prompt in ("New password for @ana", "same again"):
                terminal.expect(prompt)
                shown += terminal.before + terminal.after
                terminal.sendline(PASSWORD)
            terminal.expect(pexpect.EOF)
            shown += terminal.before
        return shown, terminal.exitstatus

    shown, code = await asyncio.to_thread(type_it)
    assert code == 0, shown
    assert "Made the member @ana" in shown
    assert PASSWORD not in shown
    done = await phresh("mine", "--as", "ana", environment={**as_operator(market), "PGPASSWORD": PASSWORD})
    done.ok()


async def test_two_different_passwords_make_nobody(market: Market) -> None:
    def type_it() -> tuple[str, int | None]:
        with on_a_terminal(market, "member", "add", "ana") as terminal:
            terminal.expect("New password")
            terminal.sendline(PASSWORD)
            terminal.expect("same again")
            terminal.sendline(PASSWORD + "!")
            terminal.expect(pexpect.EOF)
            shown = terminal.before
        return shown, terminal.exitstatus

    shown, code = await asyncio.to_thread(type_it)
    assert code == 5
    assert "two passwords differ" in shown
    assert (await phresh("member", "list", "--json", environment=as_operator(market))).ok().json == []


async def test_ctrl_c_at_a_password_prompt_ends_the_program_and_leaves_the_terminal_as_it_was(market: Market) -> None:
    await market.member("ana", tcp=True)

    def type_it() -> tuple[str, int | None, bool]:
        with on_a_terminal(market, "mine", "--as", "ana") as terminal:
            terminal.expect("Password of @ana")
            terminal.waitnoecho()
            terminal.sendintr()
            terminal.expect(pexpect.EOF)
            shown, echo = terminal.before, terminal.getecho()
        return shown, terminal.exitstatus, echo

    shown, code, echo = await asyncio.to_thread(type_it)
    assert code == 130, shown
    assert "Traceback" not in shown
    assert echo


async def test_a_member_is_asked_for_their_password_on_a_terminal(market: Market) -> None:
    await market.member("ana", tcp=True)

    def type_it() -> tuple[str, int | None]:
        with on_a_terminal(market, "mine", "--as", "ana") as terminal:
            terminal.expect("Password of @ana")
            terminal.sendline(PASSWORD)
            terminal.expect(pexpect.EOF)
            shown = terminal.before
        return shown, terminal.exitstatus

    shown, code = await asyncio.to_thread(type_it)
    assert code == 0, shown
    assert "nothing yet" in shown


async def test_refusals_each_have_their_own_words(market: Market) -> None:
    operator = as_operator(market)
    await market.member("ana", tcp=True)
    (await phresh("member", "add", "ana", environment=operator, stdin=PASSWORD)).failed(5, "taken")
    (await phresh("member", "add", "Ana B", environment=operator, stdin=PASSWORD)).failed(5, "small letters")
    (await phresh("member", "add", "ben", environment=operator, stdin="short\n")).failed(5, "8 characters")
    (await phresh("member", "add", "ben", environment=operator)).failed(5, "8 characters")
    (await phresh("member", "add", "ben", environment=as_member(market, "ana"), stdin=PASSWORD)).failed(5, "@ana")


async def test_a_guest_makes_members_while_sign_up_is_open_and_does_not_see_them(market: Market) -> None:
    guest = await make_guest(market.operator_tcp)
    environment = {**as_operator(market), "POSTGRES_USER": guest.user, "POSTGRES_PASSWORD": guest.password or ""}
    (await phresh("member", "add", "ana", environment=environment, stdin=PASSWORD)).ok()
    (await phresh("member", "list", environment=environment)).failed(6, "guest")
    (await phresh("db", "set", "sign_up", "closed", environment=as_operator(market))).ok()
    (await phresh("member", "add", "ben", environment=environment, stdin=PASSWORD)).failed(5, "closed")
    assert (await phresh("member", "list", environment=as_operator(market))).ok().out == "ana\n"


async def test_no_password_stands_in_the_arguments_of_any_process(market: Market) -> None:
    """Looks at all processes while commands run that start others and that know two passwords."""
    new = market.cluster.new_name()
    environment = {**as_operator(market), "POSTGRES_DB": new, "PGPASSWORD": PASSWORD}
    operator_password = environment["POSTGRES_PASSWORD"]
    running = asyncio.create_task(phresh_process("db", "up", environment=environment))
    seen: set[str] = set()
    while not running.done():
        for process in Path("/proc").glob("[0-9]*"):
            try:
                seen.add((process / "cmdline").read_bytes().decode(errors="replace").replace("\0", " "))
            except OSError:
                continue
        await asyncio.sleep(0)
    try:
        (await running).ok()
        assert any("dbmate" in arguments for arguments in seen)
        assert not [arguments for arguments in seen if operator_password in arguments or PASSWORD in arguments]
    finally:
        await market.cluster.drop(new)
