"""``phresh`` without a command: the program on the whole screen, or a plain list when there is no terminal."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib
import sys
import threading

from phresh_tui.cli.context import Context, is_terminal
from phresh_tui.cli.jobs import list_open, open_list_arguments
from phresh_tui.preferences import load_preferences


async def start(_: argparse.Namespace, context: Context) -> int:
    """Opens the program on a terminal, and prints the open jobs elsewhere."""
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        return await list_open(open_list_arguments(), context)
    handle = context.handle
    preferences = load_preferences()
    # 150 ms of imports, while the database is waited for
    importing = threading.Thread(target=_import_screens, daemon=True)
    importing.start()
    async with context.prepared() as prepared:
        await asyncio.to_thread(importing.join)
        from phresh_tui.tui.app import run_program

        try:
            return await run_program(context.settings, prepared, handle=handle, preferences=preferences)
        finally:
            # the event loop hands a signal back as it found it at the start of Python, and the server is still there
            context.signals.install()


def _import_screens() -> None:
    # whatever goes wrong goes wrong again, and is told, where the program imports it
    with contextlib.suppress(Exception):
        importlib.import_module("phresh_tui.tui.app")
