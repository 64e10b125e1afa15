"""What a command works with: the settings, a database that is ready, and the member who acts."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar, cast

from phresh_tui.cli.output import Progress, note
from phresh_tui.cli.signals import Signals
from phresh_tui.cli.terminal import is_terminal
from phresh_tui.database.preparation import Door, Prepared, prepare
from phresh_tui.database.session import Session
from phresh_tui.database.target import Target
from phresh_tui.logs import open_log
from phresh_tui.market.errors import DatabaseUnavailable, Refused, SignInError
from phresh_tui.market.member import check_handle, handle_of, login_of

if TYPE_CHECKING:
    from phresh_tui.database.first_look import FirstLook
    from phresh_tui.reading import Reading
    from phresh_tui.settings import Settings

Result = TypeVar("Result")
# what PostgreSQL calls a wrong or a missing password
INVALID_PASSWORD = "28P01"  # noqa: S105
# a write whose answer was lost is asked for again, with the same request id
ATTEMPTS = 3


class Context:
    """One run of one command.

    Args:
        signals: those of this process.
        handle: what ``--as`` says, or None.
        reading: a second process that reads the settings already, and then looks at the database, if there is one.

    """

    def __init__(self, signals: Signals, handle: str | None, reading: Reading | None = None) -> None:
        self.signals = signals
        self._as = handle
        self._reading = reading

    @cached_property
    def settings(self) -> Settings:
        """What is configured; reading it opens the log.

        Raises:
            ConfigurationError: as `load_settings`.

        """
        settings = self._reading.next() if self._reading is not None else None
        if settings is None:
            from phresh_tui.settings import load_settings

            settings = load_settings()
        open_log(settings.log_level)
        return settings

    @cached_property
    def first_look(self) -> FirstLook | None:
        """What the second process has seen of the database; waits for it. None when this one has to look itself."""
        if self._reading is None:
            return None
        return cast("FirstLook | None", self._reading.next())

    def end_reading(self) -> None:
        """Lets the second process end, and waits for that."""
        if self._reading is not None:
            self._reading.end()

    @property
    def handle(self) -> str | None:
        """The member who is to act: ``--as``, or PHRESH_MEMBER, or None.

        Raises:
            HandleInvalid: when it is no handle.

        """
        wanted = self._as if self._as is not None else self.settings.member
        # the screens show a handle with the sign
        return None if wanted is None else check_handle(wanted.removeprefix("@"))

    @contextlib.asynccontextmanager
    async def prepared(self, *, migrate: bool = True, ahead: bool = False) -> AsyncIterator[Prepared]:
        """A database that is ready; an embedded server is left at the end, whatever happens.

        Args:
            migrate: False for commands that look after the schema themselves.
            ahead: whether `first_look` may be taken for the look at the schema.

        Raises:
            PhreshError: as `prepare`.

        """
        with Progress() as progress:
            prepared = await prepare(
                self.settings, progress, migrate=migrate, is_checked=self._is_checked if ahead else None
            )
        try:
            yield prepared
        finally:
            if prepared.server is not None:
                # not awaited: nothing may come between
                prepared.server.leave()

    async def _is_checked(self) -> bool:
        return await asyncio.to_thread(lambda: self.first_look) is not None

    @contextlib.asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """The database, as the member who acts.

        Raises:
            SignInError: when it is not known who acts, or the account is refused.

        """
        async with self.prepared() as prepared:
            session = await self._sign_in(prepared)
            try:
                yield session
            finally:
                await session.close()

    @contextlib.asynccontextmanager
    async def reader(self) -> AsyncIterator[Session]:
        """The database, as the member who acts, or read-only through the operator's account.

        Raises:
            SignInError: when it is not known who reads and the configured account may not.

        """
        async with self.prepared() as prepared:
            if self.handle is None and prepared.door is Door.OPERATOR:
                session = await self._open(prepared.target._replace(read_only=True))
            else:
                session = await self._sign_in(prepared)
            try:
                yield session
            finally:
                await session.close()

    async def _open(self, target: Target) -> Session:
        return await Session.open(target, self.settings.model_copy(update={"pool_min_size": 1, "pool_max_size": 1}))

    async def _sign_in(self, prepared: Prepared) -> Session:
        handle = self.handle
        if handle is None or handle == prepared.handle:
            if prepared.door is Door.MEMBER:
                return await self._open(prepared.target)
            handle = await _only_member(prepared)
        if prepared.server is not None:
            return await self._open(prepared.server.target(login_of(handle)))
        member = prepared.target.as_account(login_of(handle), None)
        try:
            return await self._open(member)
        except SignInError as error:
            if getattr(error.__cause__, "sqlstate", None) != INVALID_PASSWORD or not is_terminal(sys.stdin):
                raise
        return await self._open(prepared.target.as_account(member.user, self.ask_password(f"Password of @{handle}: ")))

    def ask_password(self, prompt: str) -> str:
        """Asks a person, who may also press Ctrl+C."""
        import getpass

        with self.signals.raising():
            try:
                return getpass.getpass(prompt, stream=sys.stderr)
            except EOFError:
                return ""

    def read_line(self) -> str:
        """One line of standard input, without its end."""
        with self.signals.raising():
            return "" if sys.stdin is None else sys.stdin.readline().rstrip("\r\n")


async def _only_member(prepared: Prepared) -> str:
    """On one's own computer there may be just one member; whoever else might be meant has to be named.

    The handle of the last sign-in is no answer: with two terminals open it is that of the other one.
    """
    todo = "Say --as HANDLE, or set PHRESH_MEMBER"
    if prepared.server is None:
        raise SignInError(
            "nobody is named who does this",
            f"the configured account {prepared.target.user} is no member's",
            todo,
        )
    from phresh_tui.database.accounts import member_handles

    handles = await member_handles(prepared.target)
    if len(handles) == 1:
        note(f"As @{handles[0]}, who is the only member here.")
        return handles[0]
    if not handles:
        raise SignInError(
            "nobody is named who does this", "there are no members yet", "Make one: phresh member add HANDLE"
        )
    shown = ", ".join(handles[:5]) + (f" and {len(handles) - 5} more" if len(handles) > 5 else "")
    raise SignInError("nobody is named who does this", f"the members here are {shown}", todo)


def require_operator(prepared: Prepared, what: str) -> None:
    """Raises `Refused` unless the configured account is the operator's."""
    if prepared.door is not Door.OPERATOR:
        account = f"@{handle_of(prepared.target.user)}, a member" if prepared.door is Door.MEMBER else "a guest"
        raise Refused(f"only the operator may {what}", f"the configured account is {account}", "Ask the operator")


async def insist(write: Callable[[], Awaitable[Result]]) -> Result:
    """Repeats a write whose answer was lost, so that its outcome is known; the database answers as the first time.

    Raises:
        DatabaseUnavailable: when there is no answer at all.

    """
    for attempt in range(1, ATTEMPTS):
        try:
            return await write()
        except DatabaseUnavailable:
            await asyncio.sleep(0.5 * attempt)
    return await write()
