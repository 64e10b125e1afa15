"""The commands about members: make one, list them."""

from __future__ import annotations

import argparse
import sys

from phresh_tui.cli.context import Context
from phresh_tui.cli.output import note, write, write_json
from phresh_tui.cli.terminal import is_terminal
from phresh_tui.database import accounts
from phresh_tui.database.preparation import Door
from phresh_tui.market.errors import BadInput, Refused, SignInError
from phresh_tui.market.member import check_handle, handle_of


async def add(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh member add``."""
    handle = check_handle(arguments.new_handle.removeprefix("@"))
    async with context.prepared() as prepared:
        if prepared.door is Door.MEMBER:
            raise Refused(
                "a member makes no other members",
                f"the configured account is that of @{handle_of(prepared.target.user)}",
                "Configure the guest's account or the operator's",
            )
        password = None if prepared.server is not None else _new_password(handle, context)
        await accounts.sign_up(prepared.target, handle, password)
    if arguments.json:
        write_json({"handle": handle})
    else:
        write(f"Made the member @{handle}.")
        note(f"To act as @{handle}: phresh --as {handle}")
    return 0


def _new_password(handle: str, context: Context) -> str:
    if not is_terminal(sys.stdin):
        return context.read_line()
    password = context.ask_password(f"New password for @{handle}: ")
    if context.ask_password("The same again: ") != password:
        raise BadInput("the two passwords differ", "", "Type the same one twice", field="password")
    return password


async def list_all(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh member list``."""
    async with context.prepared() as prepared:
        if prepared.door is Door.GUEST:
            raise SignInError("a guest does not see the members", "", "Use a member's account or the operator's")
        handles = await accounts.member_handles(prepared.target)
    if arguments.json:
        write_json(handles)
        return 0
    for handle in handles:
        write(handle)
    if not handles:
        note("There are no members yet. Make one: phresh member add HANDLE")
    return 0
