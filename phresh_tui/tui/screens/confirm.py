"""A question in one line, at the bottom of the screen that it is about."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

from rich.cells import cell_len, set_cell_size
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Input, Static

from phresh_tui.market.cleaning import Cleaning, check_reason
from phresh_tui.market.errors import BadInput
from phresh_tui.tui.moves import Step
from phresh_tui.tui.screens.dialog import Dialog, FormDialog

# cells of a name that one can still tell from others
SHORT_NAME = 20


class Confirm(Dialog[bool]):
    """Asks for a yes or a no. The key that opened it says neither, so that a key held down confirms nothing."""

    BINDINGS = [
        Binding("y,enter", "answer(True)", "Yes"),
        Binding("n,escape,q", "answer(False)", "No"),
    ]

    def __init__(self, before: str, name: str, after: str) -> None:
        super().__init__()
        self._parts = (before, name, after)
        self._opened_by = ""

    def compose(self) -> ComposeResult:
        """One line, or a few on a narrow terminal; a name is cut, never the keys."""
        yield Static(id="question", markup=False)

    def on_mount(self) -> None:
        """Draws the question."""
        self._opened_by = getattr(self.app, "last_key", "")
        self._draw()

    def on_resize(self) -> None:
        """Another width leaves another room for the name."""
        self._draw()

    def _draw(self) -> None:
        before, name, after = self._parts
        width = self.size.width - 2
        keys = (("y", "bold"), " yes", ("  n", "bold"), " no")
        room = width - cell_len(before + after + "  y yes  n no")
        between = "  "
        if room < min(cell_len(name), SHORT_NAME):
            # the keys stand in a line of their own below as many lines as there are
            between = "\n"
            room = width * max(self.size.height // 2 - 1, 1) - cell_len(before + after) - width // 2
        if cell_len(name) > room:
            name = set_cell_size(name, max(room - 1, 0)).rstrip() + "…"
        self.query_one("#question", Static).update(Content.assemble(before, (name, "bold"), after, between, *keys))

    def action_answer(self, yes: bool) -> None:
        """Closes with the answer; also when its own key was given to what asks, that key does not say yes."""
        if not (yes and self._opened_by and getattr(self.app, "last_key", "") == self._opened_by):
            self.close(yes)


class ReasonLine(FormDialog):
    """Asks why, in one line at the bottom.

    Args:
        question: ends with a question mark.
        about: the number of the job, or 0 for several.

    """

    def __init__(self, question: str, about: int) -> None:
        super().__init__()
        self._question = question
        self._about = about

    def compose(self) -> ComposeResult:
        """The question, and a line for the answer."""
        yield Static(Content(f"{self._question}  Enter does it, Esc leaves it."), id="question")
        yield Input(id="reason", compact=True, placeholder="why, in a few words")

    def say(self, text: str, *, wrong: bool = False) -> None:
        """In place of the question."""
        self.query_one("#question", Static).update(Content(("✗ " if wrong else "") + text))

    @abstractmethod
    def give(self, reason: str) -> None:
        """Does it, for a reason."""

    def action_send(self) -> None:
        """Does it, when there is a reason."""
        try:
            reason = check_reason(self.query_one(Input).value)
        except BadInput as error:
            self.say(str(error), wrong=True)
        else:
            self.give(reason)

    @property
    def _key(self) -> tuple[str, int]:
        return self._question, self._about


class AskReason(ReasonLine):
    """Makes the move of a job with the reason."""

    def __init__(self, question: str, job: Cleaning, step: Callable[[str], Step]) -> None:
        super().__init__(question, job.id)
        self._step = step

    def give(self, reason: str) -> None:
        """Closes when the move is made."""
        step, moves = self._step(reason), self.phresh.moves
        self.send(lambda: moves.run(step), lambda error: moves.reason(step, error))
