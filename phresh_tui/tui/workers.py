"""What goes on in the background."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual.dom import DOMNode
from textual.worker import Worker, WorkType

from phresh_tui.logs import unexpected
from phresh_tui.tui.leaving import unless_late

if TYPE_CHECKING:
    from phresh_tui.tui.app import PhreshApp

Read = Callable[[], Coroutine[Any, Any, None]]


def in_background(node: DOMNode, work: Read, group: str = "default", *, exclusive: bool = False) -> Worker[None]:
    """Does something in the background, as long as the node is there; errors end nothing, and are told.

    The coroutine is made when the worker begins: one that is replaced before that, or whose node is taken away, would
    never be awaited, of which Python complains, and keeps what it was about.

    Args:
        node: who does it.
        work: a coroutine function without arguments.
        group: what kind of work it is.
        exclusive: ends what the same group is doing.

    """

    async def until_left() -> None:
        try:
            # the parts of what is left are gone before its workers are
            with unless_late():
                await work()
        except Exception as error:
            # Textual would keep it to itself
            cast("PhreshApp", node.app).tell_error(unexpected(error))
            raise

    begun: WorkType[None] = until_left
    # without a description Textual would write out all that the work is about
    return node.run_worker(begun, group=group, description=group, exclusive=exclusive, exit_on_error=False)


class _Turn:
    """What a group reads, and what it reads when it has."""

    def __init__(self, read: Read) -> None:
        self.read = read
        self.worker: Worker[None] | None = None
        self.is_begun = False
        self.after: list[Read] = []

    @property
    def is_over(self) -> bool:
        # one that is stopped before it begins never ends
        return self.worker is None or self.worker.is_finished or self.worker.is_cancelled


def _turns(node: DOMNode) -> dict[str, _Turn]:
    # kept by the node itself: they know it, and would keep it
    turns: dict[str, _Turn] = vars(node).setdefault("_phresh_turns", {})
    return turns


def read_latest(node: DOMNode, read: Read, group: str) -> None:
    """Reads instead of what the same group is reading, for something else is wanted now."""
    turn = _turns(node)[group] = _Turn(read)
    turn.worker = in_background(node, partial(_take, turn), group, exclusive=True)


def read_again(node: DOMNode, read: Read, group: str) -> None:
    """Reads when the same group has read what it is reading, once, however often it is asked meanwhile.

    Nothing is cut off: where something happens all the time, and an answer takes its time, nothing else would ever be
    read to its end.
    """
    turn = _turns(node).get(group)
    if turn is None or turn.is_over:
        read_latest(node, read, group)
    elif (turn.is_begun or turn.read != read) and read not in turn.after:
        turn.after.append(read)


async def _take(turn: _Turn) -> None:
    turn.is_begun = True
    try:
        await turn.read()
        while turn.after:
            await turn.after.pop(0)()
    finally:
        # it knows the screen from which it was asked for, which may be left long before the next turn
        turn.worker = None
