"""What a second process does for the full-screen program, while the first one imports the screens.

It reads the settings, which takes half as long as to import the whole of Textual, then looks at the database and reads
the jobs that will be shown first: two cores are busy, and the first one need not import the driver before it draws.
Everything is read at this start, for this start. Whatever goes wrong here goes wrong again, and is told, in the first
process, which does without.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from phresh_tui.reading import plain_values

if TYPE_CHECKING:
    from phresh_tui.database.conditions import Listing
    from phresh_tui.database.first_look import FirstLook
    from phresh_tui.database.session import Session
    from phresh_tui.database.target import Target
    from phresh_tui.settings import Settings

# seconds; after that the first process asks by itself, and says what it waits for
PATIENCE = 1.0


def ahead(handle: str | None) -> Iterator[object]:
    """The settings, and then what the database says, if it can be asked at all.

    Args:
        handle: what ``--as`` says, or None.

    """
    # no plugin of pydantic is used, and to look for them goes through everything that is installed
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    from phresh_tui.settings import load_settings

    settings = load_settings()
    yield plain_values(settings)
    # the first process waits for the settings
    import asyncio
    import logging

    # it speaks through the first process alone
    logging.disable(logging.CRITICAL)
    configured, account = _accounts(settings, handle)
    if account is None:
        yield None
        return
    # the loop is not closed, which would wait for a name that is being looked up: the process ends with it
    loop = asyncio.new_event_loop()
    session, seen = loop.run_until_complete(_look(account, settings, configured.masked_url))
    yield seen
    # a member has few connections, and the first process is about to open its own
    loop.run_until_complete(session.close())


def _accounts(settings: Settings, handle: str | None) -> tuple[Target, Target | None]:
    """The configured account, and that of the member who will be shown the jobs, unless somebody has to be asked."""
    from phresh_tui.database.target import configured_target
    from phresh_tui.market.member import check_handle, login_of

    if not settings.is_embedded:
        target = configured_target(settings)
        return target, target
    from phresh_tui.database.embedded import EmbeddedServer
    from phresh_tui.paths import data_folder

    wanted = handle if handle is not None else settings.member
    server = EmbeddedServer(data_folder(settings.data_dir))
    login = login_of(check_handle(wanted.removeprefix("@"))) if wanted is not None else None
    return server.target(), server.target(login) if login is not None else None


async def _look(account: Target, settings: Settings, place: str) -> tuple[Session, FirstLook | None]:
    from asyncio import timeout

    from phresh_tui.database.first_look import first_look
    from phresh_tui.database.session import Session
    from phresh_tui.tui.job_window import PAGE
    from phresh_tui.tui.memory import ViewFile

    def listing_of(handle: str) -> Listing:
        return ViewFile(place, handle).load().listing

    async with timeout(PATIENCE):
        session = await Session.open(account, settings)
        return session, await first_look(session, listing_of, PAGE)
