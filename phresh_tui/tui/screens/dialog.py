"""Questions over a screen: closed once, sent once, and what was typed stays until the database has taken it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Label, TextArea

from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.errors import BadInput, PhreshError
from phresh_tui.tui.leaving import Leavable
from phresh_tui.tui.moves import Step
from phresh_tui.tui.styles import PLACES
from phresh_tui.tui.widgets.box import Box
from phresh_tui.tui.widgets.field import fill
from phresh_tui.tui.workers import in_background

if TYPE_CHECKING:
    from phresh_tui.tui.app import PhreshApp

Answer = TypeVar("Answer")


class Dialog(Leavable, ModalScreen[Answer], Generic[Answer]):
    """A question over a screen. Closing it twice, or while something lies over it, closes nothing else."""

    CSS_PATH = PLACES
    _answer: Answer | None = None
    _answered = False

    @property
    def phresh(self) -> PhreshApp:
        """The app, with its type."""
        return cast("PhreshApp", self.app)

    def close(self, answer: Answer | None) -> None:
        """Gives the answer, as soon as nothing lies over the question."""
        if not self._answered:
            self._answered, self._answer = True, answer
            self._leave()

    def on_screen_resume(self) -> None:
        """Goes, when it was answered while something lay over it."""
        if self._answered:
            self._leave()

    def _leave(self) -> None:
        if self.app.screen is self:
            self.dismiss(self._answer)


class FormDialog(Dialog[bool]):
    """Asks for something and sends it. It closes when that is taken; a refusal is told in it.

    What was typed is kept when it is left, for the next time it is opened about the same thing.
    """

    TITLE_TEXT: ClassVar[str] = ""
    SENDS: ClassVar[str] = "sends"
    # columns of the database whose field has another name here
    COLUMNS: ClassVar[dict[str, str]] = {}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave it"),
        Binding("ctrl+s", "send", "Send", priority=True),
        Binding("ctrl+t", "throw_away", "Throw away what was typed", show=False, priority=True),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._sending = False
        self._early: list[str] = []
        self._before: dict[str, str] = {}

    # --- what each dialog says for itself

    def fields(self) -> ComposeResult:
        """What is asked."""
        yield from ()

    @abstractmethod
    def action_send(self) -> None:
        """Sends what stands in the fields, by `send`, or says which field needs another look."""

    @property
    @abstractmethod
    def _key(self) -> tuple[str, int]:
        """What it is about: what was typed is kept by it."""

    # --- the box

    def compose(self) -> ComposeResult:
        """A small form with its keys in the frame."""
        with Box(self.TITLE_TEXT, f"Ctrl+S {self.SENDS} · Esc leaves it", f"^s {self.SENDS} · Esc leaves it"):
            yield from self.fields()
            yield Label("", id="told", markup=False)

    def on_mount(self) -> None:
        """Puts back what was typed last time, and what was typed while there was no field yet."""
        self._before = self.typed()
        if kept := self.phresh.moves.typed.get(self._key):
            self._fill(kept)
            self._tell("What you typed is here again. Ctrl+T throws it away.", kept=True)
        if chain := self.focus_chain:
            self.set_focus(chain[0])
            for character in self._early:
                _insert(chain[0], character)

    def _fill(self, texts: dict[str, str]) -> None:
        for name, text in texts.items():
            for box in self.query(f"#{name}"):
                fill(box, text)

    def on_key(self, event: events.Key) -> None:
        """Keeps what is typed right behind the key that opened it: a field in focus takes its letters itself."""
        if event.is_printable and event.character:
            if self.focused is None:
                self._early.append(event.character)
                event.stop()
            elif isinstance(self.focused, (Input, TextArea)):
                _insert(self.focused, event.character)
                event.stop()

    def typed(self) -> dict[str, str]:
        """What stands in the fields, by id."""
        found = {str(box.id): box.value for box in self.query(Input)}
        return found | {str(box.id): box.text for box in self.query(TextArea)}

    def say(self, text: str, *, wrong: bool = False) -> None:
        """A line below the fields."""
        self._tell(("✗ " if wrong else "") + text)

    def _tell(self, text: str, *, kept: bool = False) -> None:
        for message in self.query("#told").results(Label):
            message.set_class(kept, "-kept")
            message.update(text)
            message.scroll_visible(animate=False)

    def on_input_submitted(self) -> None:
        """Enter goes on; in the last field it sends."""
        boxes = [box for box in self.focus_chain if isinstance(box, (Input, TextArea))]
        if boxes and self.focused is boxes[-1]:
            self.action_send()
        else:
            self.focus_next()

    def send(self, call: Callable[[], Awaitable[object]], why_not: Callable[[PhreshError], Awaitable[str]]) -> None:
        """Sends it once, and closes when it is taken.

        Args:
            call: sends it.
            why_not: why it was refused, in a sentence.

        """
        if not (self._sending or self._answered):
            self._sending = True
            self.say("Sending …")
            # the app's, so that it goes on when the dialog is left
            in_background(self.phresh, partial(self._send, call, why_not), "move")

    async def _send(
        self, call: Callable[[], Awaitable[object]], why_not: Callable[[PhreshError], Awaitable[str]]
    ) -> None:
        try:
            await call()
        except PhreshError as error:
            reason = await why_not(error)
            self._sending = False
            if self._answered:
                self.phresh.tell(reason, error=True)
            else:
                self.wrong(reason, error.field if isinstance(error, BadInput) else "")
        else:
            self.phresh.moves.typed.pop(self._key, None)
            self.close(True)

    def wrong(self, text: str, field: str) -> None:
        """Says what is wrong, and goes to the field of a column."""
        self.say(text, wrong=True)
        name = self.COLUMNS.get(field, field.replace("_", "-"))
        for box in self.query(f"#{name}") if name else ():
            self.set_focus(box)

    def action_leave(self) -> None:
        """Changes nothing; what was typed is there the next time."""
        if not self._answered:
            typed, kept = self.typed(), self.phresh.moves.typed
            kept.pop(self._key, None)
            # also while it is on its way: it may come back refused, and is forgotten when it is taken
            if typed != self._before:
                kept[self._key] = typed
                if not self._sending:
                    self.phresh.tell("What you typed is kept. The same key offers it again.")
        self.close(False)

    def action_throw_away(self) -> None:
        """Asks, when something was typed, and stands in the fields again what was there at first."""
        from phresh_tui.tui.screens.confirm import Confirm

        def answered(yes: bool | None) -> None:
            if yes:
                self.phresh.moves.typed.pop(self._key, None)
                self._fill(self._before)
                self._tell("")

        if not self._sending and self.typed() != self._before:
            self.app.push_screen(Confirm("Throw away ", "what you typed", "?"), answered)


class MoveDialog(FormDialog):
    """Asks for what a move of a job needs, and makes the move."""

    def __init__(self, job: Cleaning) -> None:
        super().__init__()
        self.job = job

    @abstractmethod
    def step(self) -> Step:
        """The move with what was typed.

        Raises:
            BadInput: with its field, when that breaks a rule.

        """

    @property
    def _key(self) -> tuple[str, int]:
        return type(self).__name__, self.job.id

    def action_send(self) -> None:
        """Makes the move once, or says which field needs another look."""
        try:
            step = self.step()
        except BadInput as error:
            self.wrong(str(error), error.field)
            return
        moves = self.phresh.moves
        self.send(lambda: moves.run(step), lambda error: moves.reason(step, error))


def _insert(field: Widget | None, text: str) -> None:
    if isinstance(field, Input):
        field.insert_text_at_cursor(text)
    elif isinstance(field, TextArea):
        field.insert(text)
