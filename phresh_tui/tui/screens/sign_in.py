"""Who are you: sign in, sign up, or pick a handle when there is no password."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from phresh_tui.database import accounts
from phresh_tui.database.session import Session
from phresh_tui.database.target import Target
from phresh_tui.market.errors import BadInput, HandleTaken, PhreshError
from phresh_tui.market.member import check_handle, login_of
from phresh_tui.market.text import visible
from phresh_tui.tui.actions import Where, bindings
from phresh_tui.tui.first_steps import WELCOME
from phresh_tui.tui.memory import is_new, last_handle
from phresh_tui.tui.own_name import friendly_name, own_name
from phresh_tui.tui.screens.base import MarketScreen
from phresh_tui.tui.widgets.bars import KeyBar, MessageLine, TopBar
from phresh_tui.tui.widgets.menu import MenuList
from phresh_tui.tui.workers import in_background


class SignInScreen(MarketScreen):
    """One form for both; what was typed stays when it is refused."""

    HELP_PLACES = (Where.SIGN_IN,)
    BINDINGS = bindings(Where.SIGN_IN)
    AUTO_FOCUS = "#handle"

    def __init__(self, message: str = "") -> None:
        super().__init__()
        self._message = message
        self._new = False
        self._busy = False
        self._handles: list[str] = []
        # who one is without saying so
        self._own = own_name()
        self._skipping = False

    @property
    def embedded(self) -> bool:
        """Whether there are no passwords."""
        return self.phresh.prepared.target.embedded

    def compose(self) -> ComposeResult:
        """The form, in the middle of the screen."""
        target = self.phresh.prepared.target
        yield TopBar("Sign in")
        with VerticalScroll(id="sign-in", can_focus=False), Vertical(id="sign-in-box") as box:
            box.border_title = "Who are you?"
            handle = self.phresh.wanted_handle or last_handle(target.masked_url)
            yield Label("Handle", classes="field")
            yield Input(handle, id="handle", placeholder="for example ada", compact=True)
            if not self.embedded:
                yield Label("Password", classes="field")
                yield Input(id="password", password=True, compact=True)
                yield Label("Password again", classes="field new", id="again-label")
                yield Input(id="again", password=True, compact=True, classes="new")
            yield Label(self._message, id="message", markup=False)
            yield Label(self._hint(), id="hint", markup=False)
            if self.embedded:
                yield MenuList(id="members")
        yield MessageLine()
        yield KeyBar()

    def on_mount(self) -> None:
        """Looks who is there, when that is nobody's secret."""
        self._show_mode()
        if self.embedded:
            in_background(self, self._list_members, "members")
        elif self.query_one("#handle", Input).value:
            self.query_one("#password", Input).focus()

    def _hint(self) -> str:
        if self.embedded:
            skip = f" Esc skips this, and you are @{self._own}." if is_new(WELCOME) else ""
            return f"Enter signs you in; a new handle is made for you. Down picks one that exists.{skip}"
        if self._new:
            return "Enter makes your account. Ctrl+N: you have one already."
        return "Enter signs you in. Ctrl+N if you are new here."

    def _show_mode(self) -> None:
        for widget in self.query(".new"):
            widget.display = self._new
        self.query_one("#hint", Label).update(self._hint())
        step = "  (1 of 3)" if is_new(WELCOME) else ""
        self.query_one("#sign-in-box").border_title = ("New here" if self._new else "Who are you?") + step
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Letters are typed here, so q and ? are no commands."""
        if action == "skip":
            return self.embedded and is_new(WELCOME)
        return not (action == "new_here" and self.embedded)

    async def _list_members(self) -> None:
        try:
            self._handles = await accounts.member_handles(self.phresh.prepared.target)
        except PhreshError as error:
            self._say(str(error))
            return
        if self._own in self._handles:
            # a friendly name is for somebody new
            self._own = own_name(self._handles)
            self.query_one("#hint", Label).update(self._hint())
        self._show_members("")

    def _show_members(self, typed: str) -> None:
        members = self.query_one("#members", OptionList)
        fitting = [handle for handle in self._handles if typed in handle]
        members.clear_options()
        members.add_options([Option(f"@{handle}", id=handle) for handle in fitting])
        members.display = bool(fitting)

    @on(Input.Changed, "#handle")
    def _narrowed(self, event: Input.Changed) -> None:
        if self.embedded:
            self._show_members(event.value.strip().lstrip("@"))

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        if event.option_id:
            self.query_one("#handle", Input).value = event.option_id
            self._go()

    def key_down(self) -> None:
        """From the field to the handles that exist."""
        if self.embedded and isinstance(self.focused, Input) and self._handles:
            self.query_one(OptionList).focus()

    def action_skip(self) -> None:
        """The first question is answered by the name of the account on this computer, or by a friendly one."""
        self._skipping = True
        self.query_one("#handle", Input).value = self._own
        self._go()

    def action_new_here(self) -> None:
        """Between signing in and signing up."""
        self._new = not self._new
        self._say("")
        self._show_mode()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        following = {"handle": "#password", "password": "#again" if self._new else ""}
        to = following.get(event.input.id or "", "")
        if to and not self.embedded and not self.query_one(to, Input).value:
            self.query_one(to, Input).focus()
        else:
            self._go()

    def _go(self) -> None:
        if not self._busy:
            self._busy = True
            self._say("Signing in …")
            in_background(self, self._sign_in, "sign-in")

    async def _sign_in(self) -> None:
        try:
            handle = check_handle(self.query_one("#handle", Input).value.strip().lstrip("@"))
            session = await Session.open(await self._account(handle), self.phresh.settings)
        except BadInput as error:
            self._say(str(error))
            self.query_one("#password" if error.field == "password" else "#handle", Input).focus()
        except HandleTaken as error:
            self._say(str(error))
            if self._skipping:
                # whoever does not want to answer is not asked again
                self._own = friendly_name(self._handles)
                self.call_later(self.action_skip)
        except PhreshError as error:
            self._say(str(error))
        else:
            # not from here: this task ends with the screen that it belongs to
            self.phresh.call_later(self.phresh.signed_in, session)
        finally:
            self._busy = False

    async def _account(self, handle: str) -> Target:
        """How to connect as this member, who is made if need be."""
        door = self.phresh.prepared.target
        if self.embedded:
            if handle in await accounts.member_handles(door):
                return door.as_account(login_of(handle), None)
            return await accounts.sign_up(door, handle, None)
        password = self.query_one("#password", Input).value
        if not self._new:
            if not password:
                raise BadInput("a password is needed", "the field is empty", "Type yours", field="password")
            return door.as_account(login_of(handle), password)
        if password != self.query_one("#again", Input).value:
            raise BadInput("the two passwords differ", "", "Type the same one twice", field="password")
        return await accounts.sign_up(door, handle, password)

    def _say(self, text: str) -> None:
        if self.is_attached:
            self.query_one("#message", Label).update(visible(text))
