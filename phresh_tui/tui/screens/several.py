"""One move of several jobs: asked once, each made or refused on its own, and said which were not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from phresh_tui.market.cleaning import Cleaning
from phresh_tui.tui.job_moves import shown_name
from phresh_tui.tui.marks import Marks, named
from phresh_tui.tui.moves import Outcome, Step
from phresh_tui.tui.screens.confirm import Confirm, ReasonLine
from phresh_tui.tui.screens.dialog import Dialog
from phresh_tui.tui.widgets.box import Box
from phresh_tui.tui.widgets.columns import shortened
from phresh_tui.tui.widgets.reading import Reading
from phresh_tui.tui.workers import in_background

if TYPE_CHECKING:
    from phresh_tui.tui.app import PhreshApp

# cells of a name of several: what is asked has room on every terminal
LONGEST = 40


class AskReasonForAll(ReasonLine):
    """Asks why, once for all; the moves go on behind it."""

    def __init__(self, question: str, send: Callable[[str], None]) -> None:
        super().__init__(question, 0)
        self._send_all = send

    def give(self, reason: str) -> None:
        """Closes at once: which were not moved is said later."""
        if not self._answered:
            self.phresh.moves.typed.pop(self._key, None)
            self.close(True)
            self._send_all(reason)


class OutcomeScreen(Dialog[None]):
    """Which jobs were not moved, and why."""

    BINDINGS = [Binding("escape,enter,q", "leave", "Close")]
    AUTO_FOCUS = "Reading"

    def __init__(self, title: str, outcome: Outcome) -> None:
        super().__init__()
        self._title = title
        self._outcome = outcome

    def compose(self) -> ComposeResult:
        """A sentence for each."""
        with Box(self._title, "Esc closes"), Reading(classes="outcome"):
            lines = [f"✗ {sentence}" for _, sentence in self._outcome.refused]
            lines += [f"✓ {step.done}" for step in self._outcome.made]
            yield Static(Content("\n".join(lines)))

    def action_leave(self) -> None:
        """It is read."""
        self.close(None)


def ask_all(
    app: PhreshApp,
    marks: Marks,
    verb: str,
    past: str,
    step: Callable[[Cleaning, str | None], Step],
    *,
    why: bool,
    after: str = "?",
) -> None:
    """Asks once, in words that name the jobs, and moves all that are marked.

    Args:
        app: the program.
        marks: the jobs; those that are moved lose their mark.
        verb: ``Cancel``.
        past: ``cancelled``.
        step: the move of one job with its reason.
        why: whether the move needs a reason.
        after: how the question ends when it does not.

    """
    jobs = marks.jobs

    def send(reason: str | None) -> None:
        steps = [step(job, reason) for job in jobs]
        in_background(app, partial(_move_all, app, marks, past, steps), "move")

    def answered(yes: bool | None) -> None:
        if yes:
            send(None)

    question = f"{verb} {named(jobs, lambda job: shortened(shown_name(job), LONGEST))}"
    if why:
        app.push_screen(AskReasonForAll(f"{question}: why?", send))
    else:
        number, _, names = question.partition(" (")
        app.push_screen(Confirm(f"{number}: ", names.removesuffix(")"), after), answered)


async def _move_all(app: PhreshApp, marks: Marks, past: str, steps: Sequence[Step]) -> None:
    outcome = await app.moves.run_all(steps)
    marks.drop([step.job.id for step in outcome.made])
    number = len(outcome.made)
    if outcome.refused:
        app.push_screen(OutcomeScreen(f"{number:,} of {len(steps):,} {past}", outcome))
    else:
        app.tell(f"{number:,} job{'' if number == 1 else 's'} {past}.")
