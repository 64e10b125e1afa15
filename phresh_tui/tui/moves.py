"""Moves of the member who is signed in: sent until they are answered, told, and undone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from uuid import UUID, uuid4

from phresh_tui.database import cleanings
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.errors import DatabaseUnavailable, JobNotOpen, PhreshError, PriceChanged, TimeOverlaps
from phresh_tui.market.price import show_price
from phresh_tui.market.text import visible
from phresh_tui.tui.workers import in_background

if TYPE_CHECKING:
    from phresh_tui.tui.app import PhreshApp

Result = TypeVar("Result")

# seconds in which a move can be undone with one key; the database allows five minutes, and the answer takes time
UNDO_SECONDS = 290
# seconds that a move waits for the connection to come back before it is given up
PATIENCE = 120
# seconds after an undo in which another press is the same press, from a key held down or pressed twice
SAME_PRESS = 0.5
# refusals of an undo of several that are told in full
TOLD = 3
# moves that are remembered for undo
DEPTH = 20


class Undo(NamedTuple):
    """A move that can be taken back.

    Attributes:
        move: ``claim``.
        about: the thing, with the word that joins them: ``of “Windows”``.
        job_id: the job; another move on it leaves nothing to undo.
        call: takes it back.
        done: what is told then.
        parts: what is taken back one by one, when several jobs were moved at once; ``call`` is not used then.
        until: on the monotonic clock, seconds; `Moves.remember` says it.

    """

    move: str
    about: str
    job_id: int
    call: Callable[[Session, UUID], Awaitable[object]]
    done: str
    parts: tuple[Undo, ...] = ()
    until: float = 0.0


class Step(NamedTuple):
    """A move of a job that is about to be made, and what is told of it.

    Attributes:
        job: as it was shown.
        what: the move, for the person who waits: ``The claim``.
        call: sends it.
        done: what is told when it is made.
        refused: how the sentence begins when it is not: ``Not claimed``.
        undo: takes it back, or None when it cannot be taken back.

    """

    job: Cleaning
    what: str
    call: Callable[[Session, UUID], Awaitable[Any]]
    done: str
    refused: str
    undo: Undo | None = None


class Outcome(NamedTuple):
    """What became of several moves.

    Attributes:
        made: the steps that were made.
        refused: those that were not, each with its sentence.

    """

    made: tuple[Step, ...]
    refused: tuple[tuple[Step, str], ...]


def undo_of(made: Sequence[Step]) -> Undo | None:
    """Takes several moves back together; None when none of them can be."""
    parts = tuple(step.undo for step in made if step.undo is not None)
    if len(parts) < 2:
        return parts[0] if parts else None
    number = f"{len(parts):,} jobs"
    return Undo(parts[0].move, f"of {number}", 0, parts[0].call, "", parts)


class Moves:
    """What the member does: one for the program, whichever screen it is done on."""

    def __init__(self, app: PhreshApp) -> None:
        self._app = app
        self.typed: dict[tuple[str, int], dict[str, str]] = {}
        """What was typed into dialogs that were left: by their name and the number of the job, then by field."""
        self._undos: list[Undo] = []
        self._undoing = False
        self._undone_at = -SAME_PRESS
        self._connected = asyncio.Event()

    def connection_is(self, connected: bool) -> None:
        """Whoever waits for the connection goes on when it is there."""
        if connected:
            self._connected.set()
        else:
            self._connected.clear()

    async def make(self, what: str, call: Callable[[UUID], Awaitable[Result]]) -> Result:
        """Sends a move until it is answered: one whose answer was lost is sent again with the same request id.

        Args:
            what: the move, for the person who waits: "The claim".
            call: sends it.

        Raises:
            Refused: when the market says no.
            DatabaseUnavailable: when the connection does not come back in two minutes.

        """
        session, request = self._app.session, uuid4()
        give_up = time.monotonic() + PATIENCE
        while True:
            try:
                with self._app.messages.meanwhile(f"{what} is on its way …"):
                    return await call(request)
            except DatabaseUnavailable:
                # whoever signs in next has not asked for it
                if time.monotonic() > give_up or session is None or self._app.session is not session:
                    raise
                self._app.tell(
                    f"{what} has no answer yet. It is sent again as soon as the connection is back.", error=True
                )
                try:
                    await asyncio.wait_for(self._connected.wait(), max(give_up - time.monotonic(), 0.1))
                except TimeoutError:
                    continue

    async def run(self, step: Step) -> Any:  # noqa: ANN401  whatever the move answers
        """Makes a move and tells that it is made.

        Raises:
            PhreshError: when it is not; `reason` has the sentence for it.

        """
        session = self._app.session
        if session is None:
            raise DatabaseUnavailable("nobody is signed in", "", "Sign in again")
        begun = time.monotonic()
        try:
            result = await self.make(step.what, lambda request: step.call(session, request))
        finally:
            # a move that was refused means that what is shown is not true any more
            self._app.look_again()
        self.forget(step.job.id)
        if step.undo is not None:
            self.remember(step.undo, begun)
        self._app.tell(step.done)
        return result

    async def run_all(self, steps: Sequence[Step]) -> Outcome:
        """Makes several moves, one after the other; each is made or refused on its own."""
        session, begun = self._app.session, time.monotonic()
        made, refused = list[Step](), list[tuple[Step, str]]()
        for step in steps:
            try:
                if session is None or self._app.session is not session:
                    raise DatabaseUnavailable("nobody is signed in", "", "Sign in again")
                await self.make(step.what, lambda request, step=step: step.call(session, request))  # type: ignore[misc]
            except PhreshError as error:
                refused.append((step, await self.reason(step, error)))
                if isinstance(error, DatabaseUnavailable):
                    refused += [
                        (late, f"{late.refused}: there is no connection.") for late in steps[len(made) + len(refused) :]
                    ]
                    break
            else:
                self.forget(step.job.id)
                made.append(step)
        undo = undo_of(made)
        if undo is not None:
            self.remember(undo, begun)
        self._app.look_again()
        return Outcome(tuple(made), tuple(refused))

    def start(self, step: Step) -> None:
        """Makes a move in the background and tells how it went."""
        in_background(self._app, partial(self._start, step), "move")

    async def _start(self, step: Step) -> None:
        try:
            await self.run(step)
        except PhreshError as error:
            self._app.tell(await self.reason(step, error), error=True)

    async def reason(self, step: Step, error: PhreshError) -> str:
        """Why a move was not made, in a sentence that names what people know: the job's name, handles, prices."""
        job, session = step.job, self._app.session
        name = f"“{visible(job.name)}”"
        if isinstance(error, DatabaseUnavailable):
            return f"{step.what} on {name} was not answered. Whether it was made shows when the connection is back."
        if isinstance(error, TimeOverlaps):
            return f"{step.refused}: {await self._overlap(job, error)}"
        if session is not None and isinstance(error, PriceChanged):
            price = show_price(error.price, session.market.currency)
            return f"{step.refused}: it now costs {price} per hour. {error.todo}"
        if session is not None and isinstance(error, JobNotOpen) and error.taken_by:
            if session.handle in (job.owner, error.taken_by):
                return f"{step.refused}: {name} is claimed by @{error.taken_by} by now."
            return f"{step.refused}: @{error.taken_by} was faster. {name} is taken."
        what = error.what.replace(f"job {job.id}", name)
        return f"{step.refused}: {PhreshError(what, error.why, error.todo)}"

    async def _overlap(self, job: Cleaning, error: TimeOverlaps) -> str:
        numbers = [int(number) for number in error.jobs.replace(",", " ").split() if number.isdigit()]
        session = self._app.session
        try:
            found = await cleanings.by_id(session, numbers) if session is not None else {}
        except PhreshError:
            found = {}
        names = " and ".join(
            f"“{visible(other.name)}”"
            + (f" ({other.starts_at.astimezone():%a %d %b %H:%M})" if other.starts_at is not None else "")
            for other in found.values()
        )
        who = "you have" if session is not None and session.handle != job.owner else "the cleaner has"
        return f"{who} {names or 'another job'} at that time. {error.todo}"

    # --- undo

    @property
    def undo(self) -> Undo | None:
        """The last move that can still be taken back."""
        while self._undos and time.monotonic() > self._undos[-1].until:
            # what lies below is older still
            self._undos.clear()
        return None if self._undoing or not self._undos else self._undos[-1]

    @property
    def undo_labels(self) -> tuple[str, ...]:
        """What the key for undo does now, for the footer and the palette: in full, and in short."""
        undo = self.undo
        return () if undo is None else (f"Undo {undo.move} {undo.about}", f"Undo {undo.move}")

    def remember(self, undo: Undo, begun: float | None = None) -> None:
        """From now on this is what undo takes back first.

        Args:
            undo: of a move that was made.
            begun: when it was sent, on the monotonic clock, if not just now: the database counts from its commit,
                and the answer may have been on its way for long.

        """
        undo = undo._replace(until=(time.monotonic() if begun is None else begun) + UNDO_SECONDS)
        self._undos = [*self._undos[-DEPTH + 1 :], undo]
        self._tell_footer()

    def forget(self, job_id: int | None = None) -> None:
        """Leaves nothing to undo of a job that has moved on, or of all."""
        if job_id is None:
            self.typed.clear()
        self._undos = [] if job_id is None else [left for undo in self._undos if (left := _without(undo, job_id))]
        self._tell_footer()

    def undo_last(self) -> None:
        """Takes the last move back; a second press right after does nothing."""
        undo = self.undo
        if undo is not None and time.monotonic() - self._undone_at > SAME_PRESS:
            self._undoing = True
            self._undone_at = time.monotonic()
            self._undos.remove(undo)
            self._tell_footer()
            in_background(self._app, partial(self._undo, undo), "move")

    async def _undo(self, undo: Undo) -> None:
        session = self._app.session
        try:
            if session is not None and undo.parts:
                await self._undo_parts(undo, session)
            elif session is not None:
                await self.make("The undo", lambda request: undo.call(session, request))
                self._app.tell(undo.done)
        except DatabaseUnavailable as error:
            self._undos.append(undo)
            self._app.tell_error(error)
        except PhreshError as error:
            why = str(error)
            if session is not None and isinstance(error, JobNotOpen) and error.taken_by == session.handle:
                why = "It was accepted meanwhile, and the job is yours: R on My jobs gives it back."
            self._app.tell(f"The {undo.move} {undo.about} cannot be undone. {why}", error=True)
        finally:
            self._undoing = False
            self._tell_footer()
            self._app.look_again()

    async def _undo_parts(self, undo: Undo, session: Session) -> None:
        """Takes several moves back; what cannot be taken back is named."""
        kept, refused = list[str](), list[Undo]()
        for part in undo.parts:
            try:
                await self.make("The undo", lambda request, part=part: part.call(session, request))  # type: ignore[misc]
            except DatabaseUnavailable:
                raise
            except PhreshError as error:
                refused.append(part)
                kept.append(f"The {part.move} {part.about} cannot be undone. {error}")
        done = len(undo.parts) - len(kept)
        if done == 1:
            self._app.tell(next(part.done for part in undo.parts if part not in refused))
        elif done:
            self._app.tell(f"The {undo.move} of {done:,} jobs is undone.")
        for sentence in kept[:TOLD]:
            self._app.tell(sentence, error=True)
        if len(kept) > TOLD:
            self._app.tell(f"Nor can {len(kept) - TOLD:,} more be undone.", error=True)

    def _tell_footer(self) -> None:
        if self._app.screen_stack:
            self._app.screen.refresh_bindings()


def _without(undo: Undo, job_id: int) -> Undo | None:
    """What is left to undo when a job has moved on."""
    if not undo.parts:
        return undo if undo.job_id != job_id else None
    parts = tuple(part for part in undo.parts if part.job_id != job_id)
    if len(parts) < 2:
        return parts[0]._replace(until=undo.until) if parts else None
    return undo if len(parts) == len(undo.parts) else undo._replace(parts=parts, about=f"of {len(parts):,} jobs")
