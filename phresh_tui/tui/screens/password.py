"""A new password for the member who is signed in."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Input, Label

from phresh_tui.database import accounts
from phresh_tui.database.target import Target
from phresh_tui.market.errors import PhreshError
from phresh_tui.tui.screens.dialog import Dialog
from phresh_tui.tui.styles import PLACES
from phresh_tui.tui.widgets.box import Box
from phresh_tui.tui.workers import in_background


class PasswordScreen(Dialog[Target]):
    """Asks twice; gives the account with its new password, or None."""

    CSS_PATH = PLACES
    BINDINGS = [Binding("escape", "leave", "Leave it as it is")]

    def __init__(self, member: Target) -> None:
        super().__init__()
        self._member = member

    def compose(self) -> ComposeResult:
        """Two fields."""
        with Box("New password", "Enter changes it · Esc leaves it", id="password-box"):
            yield Label("New password", classes="field")
            yield Input(id="first", password=True, compact=True)
            yield Label("The same again", classes="field")
            yield Input(id="second", password=True, compact=True)
            yield Label("", id="message", markup=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if event.input.id == "first":
            self.query_one("#second", Input).focus()
        else:
            in_background(self, self._change, exclusive=True)

    async def _change(self) -> None:
        first, second = self.query_one("#first", Input).value, self.query_one("#second", Input).value
        message = self.query_one("#message", Label)
        if first != second:
            message.update("The two differ. Type the same one twice.")
            return
        try:
            account = await accounts.change_password(self._member, first)
        except PhreshError as error:
            message.update(str(error))
        else:
            self.close(account)

    def action_leave(self) -> None:
        """Changes nothing."""
        self.close(None)
