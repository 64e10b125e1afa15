"""What goes on in the background."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, cast

from textual.dom import DOMNode
from textual.worker import WorkType

from phresh_tui.logs import unexpected
from phresh_tui.tui.leaving import unless_late

if TYPE_CHECKING:
    from phresh_tui.tui.app import PhreshApp


def in_background(
    node: DOMNode, work: Callable[[], Coroutine[Any, Any, None]], group: str = "default", *, exclusive: bool = False
) -> None:
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
    node.run_worker(begun, group=group, description=group, exclusive=exclusive, exit_on_error=False)


def read_latest(node: DOMNode, read: Callable[[], Coroutine[Any, Any, None]], group: str) -> None:
    """Reads instead of what the same group is reading: the latest counts."""
    in_background(node, read, group, exclusive=True)
