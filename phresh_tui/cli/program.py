"""``phresh`` without a command: the program on the whole screen, or a plain list when there is no terminal."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from phresh_tui.cli.context import Context
from phresh_tui.cli.terminal import is_terminal
from phresh_tui.database.session import Session
from phresh_tui.paths import data_folder

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable

SCREENS = "phresh_tui.tui.running"
# seconds after which the second process may end: the first jobs stand there then
STAYS = 1.0


async def start(_: argparse.Namespace, context: Context) -> int:
    """Opens the program on a terminal and in a browser, and prints the open jobs elsewhere."""
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)) and not is_served():
        from phresh_tui.cli.jobs import list_open, open_list_arguments

        return await list_open(open_list_arguments(), context)
    from phresh_tui.tui.background import ask_terminal

    loop = asyncio.get_running_loop()
    # the terminal answers while the screens are imported, which is most of the start; the second process reads the
    # settings and asks the database meanwhile
    asking = loop.run_in_executor(None, ask_terminal)
    importing = None
    if _server_seems_to_run():
        importlib.import_module(SCREENS)
    else:
        # in a thread it takes longer, but a server is started meanwhile
        importing = loop.run_in_executor(None, importlib.import_module, SCREENS)
    handle = context.handle
    from phresh_tui.preferences import load_preferences

    preferences = load_preferences()
    async with context.prepared(ahead=True) as prepared:
        account = prepared.account_of(handle)
        seen = context.first_look
        opening: Session | Awaitable[Session] | None = None
        if account is not None:
            # it connects later, when the first jobs are here already
            opening = (
                Session(account, seen.market, context.settings)
                if seen is not None
                else asyncio.ensure_future(Session.open(account, context.settings))
            )
        if importing is not None:
            await importing
        from phresh_tui.tui.running import run_program

        background = await asking
        if background.is_awaited or background.typed:
            from phresh_tui.tui.late_answer import hear

            hear(background)
        loop.call_later(STAYS, loop.run_in_executor, None, context.end_reading)
        return await run_program(
            context.settings,
            prepared,
            handle=handle,
            leaving=context.signals.leaving,
            preferences=preferences,
            opening=opening,
            terminal_is_dark=background.is_dark,
            first_page=seen.page if seen is not None else None,
        )


def _server_seems_to_run() -> bool:
    """A guess, before the settings are read: when it is wrong, the start takes a little longer."""
    configured = os.environ.get("PHRESH_DATA_DIR")
    folder = data_folder(Path(configured) if configured else None)
    with contextlib.suppress(OSError):
        return (folder / "postgres" / "postmaster.pid").exists()
    return False


def is_served() -> bool:
    """Whether `phresh serve` started this program for a visitor, whose browser is the terminal."""
    return os.environ.get("TEXTUAL_DRIVER", "").endswith(":WebDriver")
