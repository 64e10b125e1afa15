"""Runs the program on the screen, with what goes on beside it, until it is left."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from phresh_tui.database.first_look import FirstPage
from phresh_tui.database.preparation import Prepared
from phresh_tui.database.session import Session
from phresh_tui.logs import log_file
from phresh_tui.market.errors import PhreshError
from phresh_tui.preferences import Preferences
from phresh_tui.tui.app import PhreshApp
from phresh_tui.tui.collection import collect_when_quiet
from phresh_tui.tui.hangup import watch_terminal

if TYPE_CHECKING:
    from phresh_tui.settings import Settings

logger = logging.getLogger("phresh")


async def run_program(
    settings: Settings,
    prepared: Prepared,
    *,
    handle: str | None,
    leaving: Callable[[Callable[[int], None]], AbstractContextManager[None]],
    preferences: Preferences | None = None,
    opening: Session | Awaitable[Session] | None = None,
    terminal_is_dark: bool | None = None,
    first_page: FirstPage | None = None,
) -> int:
    """Shows the program until it is left.

    Args:
        settings: what is configured.
        prepared: a database that is ready; whoever prepared it takes it down again.
        handle: who to sign in as, or None to ask.
        leaving: listens, while it is entered, to the signals that ask the program to leave with an exit code.
        preferences: what the member likes.
        opening: the session of `Prepared.account_of` the handle, when it is being opened already, or is there.
        terminal_is_dark: None when the terminal does not say.
        first_page: the first jobs, when they are here already.

    Returns:
        The exit code: 0, or 128 + the signal that ended it.

    Raises:
        ConfigurationError: for preferences that cannot be used.
        PhreshError: after a fault that was logged.

    """
    app = PhreshApp(settings, prepared, handle, preferences, opening, terminal_is_dark, first_page)
    beside = (
        asyncio.create_task(collect_when_quiet(app.settled)),
        asyncio.create_task(watch_terminal(app.exit)),
    )
    try:
        with leaving(app.exit):
            result = await app.run_async()
    except Exception:
        logger.exception("phresh stopped")
        result = 1
    finally:
        for task in beside:
            task.cancel()
    code = app.return_code or result or 0
    if code == 1:
        # Textual has written its traceback into the log as well
        raise PhreshError(
            "phresh stopped because of a fault of its own", "", f"The details are in {log_file()}; drafts are kept"
        )
    return code
