"""What a member does with the account."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from phresh_tui.database.session import Session
from phresh_tui.database.target import Target
from phresh_tui.market.errors import PhreshError
from phresh_tui.tui.screens.password import PasswordScreen
from phresh_tui.tui.workers import in_background

if TYPE_CHECKING:
    from phresh_tui.tui.app import PhreshApp


def change_password(app: PhreshApp) -> None:
    """Asks for a new password."""

    async def reconnect(target: Target) -> None:
        old = app.session
        try:
            session = await Session.open(target, app.settings)
        except PhreshError as error:
            app.tell_error(error)
            return
        await app.signed_in(session)
        if old is not None:
            await old.close()
        app.tell("Your password is changed.")

    def changed(target: Target | None) -> None:
        if target is not None:
            in_background(app, partial(reconnect, target))

    if app.session is not None:
        app.push_screen(PasswordScreen(app.session.target), changed)
