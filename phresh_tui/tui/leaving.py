"""What comes late: it looks for a part of a screen that has just been left, which is no fault, for nobody sees it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from traceback import walk_tb

from textual.app import App, ScreenStackError
from textual.css.query import DOMQuery, NoMatches
from textual.dom import DOMNode, NoScreen
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen

logger = logging.getLogger("phresh")


def is_going(node: DOMNode) -> bool:
    """Whether a part of the program is being taken away, or is gone, alone or with the whole program."""
    return not node.is_attached or not node.app.is_running or any(part._pruning for part in node.ancestors_with_self)


def is_late(error: BaseException) -> bool:
    """Whether an error is that of a part which is being taken away, or of a program that is."""
    # a palette that is left has no styles any more for what it still finds: KeyError
    if not isinstance(error, NoMatches | NoScreen | ScreenStackError | KeyError):
        return False
    asked = None
    for frame, _ in walk_tb(error.__traceback__):
        # the innermost is the one that could not answer
        asked = frame.f_locals.get("self")
    if isinstance(asked, DOMQuery):
        asked = asked.node
    if not isinstance(asked, DOMNode):
        return False
    # a program that is left has no screens first, and is told later that it does not run any more
    if is_going(asked) or (isinstance(asked, App) and not asked.screen_stack):
        logger.info("Too late: %s", error)
        return True
    return False


@contextmanager
def unless_late() -> Iterator[None]:
    """Lets what is late be; Textual would deliver no further message to the part that it happens in."""
    try:
        yield
    except (NoMatches, NoScreen, ScreenStackError, KeyError) as error:
        if not is_late(error):
            raise


async def until_there(part: MessagePump) -> None:
    """Waits until a part has all that it is made of, or is gone: one that is left before that never has.

    What begins when the program ends already has no task, and never will have anything.
    """
    if part._task is not None and not part._mounted_event.is_set():
        there = asyncio.ensure_future(part._mounted_event.wait())
        try:
            await asyncio.wait({there, part._task}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            there.cancel()


class Leavable(MessagePump):
    """A screen for which what is late ends nothing, and which keeps none of those that were left before it."""

    async def _dispatch_message(self, message: Message) -> None:
        """What is late ends nothing here."""
        with unless_late():
            await super()._dispatch_message(message)

    def on_unmount(self) -> None:
        """Textual keeps what others wanted to do after its next frame, which never comes."""
        if isinstance(self, Screen):
            self._callbacks.clear()
