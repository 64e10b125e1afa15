"""Python's garbage collector, kept out of the way of the keys.

Textual makes thousands of objects that live as long as the program, and some hundred in cycles whenever it paints. A
full collection looks at all of them: 30 ms for 73,000 objects, in the middle of a key press. So there is none before
the first jobs stand there, and then what lives for long is put aside (`gc.freeze`). The small collections come in the
moment after a key, when what it changed has been painted, and by themselves only when there is no such moment. A full
one still takes 22 ms after some hundred pages, for each line that was drawn is some dozen objects; so it comes when a
hand rests. When nobody has touched anything for a while, what was put aside is looked
through as well, and a screen that was left is given back.
"""

from __future__ import annotations

import asyncio
import gc
import time
from contextlib import suppress

# seconds of quiet after which everything is looked through
QUIET = 5.0
# processor time in those seconds that still counts as quiet, for the clock and the poll go on
WORK = 0.25
# seconds between two such looks
PAUSE = 60.0
# objects, small and middle collections before the next larger one, instead of 700, 10 and 10
OBJECTS, SMALL, RARELY = 10_000, 10, 200
# seconds after a key when it is painted as a rule, and objects that are worth a look then
PAINTED = 0.02
WORTH_IT = 500
# seconds without a key after which a hand rests, and middle collections that are worth a full one then
RESTED, SOME = 0.25, 5
# seconds after which garbage is collected even when somebody is still asked who they are
LATEST = 5.0


class AfterKeys:
    """Collects what a key leaves behind, once nothing more is pressed for a moment."""

    def __init__(self) -> None:
        self._timer: asyncio.TimerHandle | None = None

    def pressed(self) -> None:
        """A key was pressed; to be called in the event loop."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(PAINTED, self._collect)

    def _collect(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(RESTED - PAINTED, self._collect_all, SOME)
        small, middle, _ = gc.get_count()
        # off before the first jobs
        if not gc.isenabled():
            return
        if middle >= SMALL:
            gc.collect(1)
            self._collect_all(RARELY)
        elif small > WORTH_IT:
            # what is on the screen now goes with the next key: it is not to count as what lives for long
            gc.collect(0)

    def _collect_all(self, after: int) -> None:
        """A full collection, if there were so many middle ones since the last."""
        if gc.isenabled() and gc.get_count()[2] > after:
            gc.collect()


async def collect_when_quiet(settled: asyncio.Event) -> None:
    """Puts aside what is there when the program has settled, and looks through everything in quiet moments."""
    before = gc.get_threshold()
    gc.disable()
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(LATEST):
                await settled.wait()
        # without a collection before it, this takes 0.2 ms
        gc.freeze()
        gc.set_threshold(OBJECTS, SMALL, RARELY)
        gc.enable()
        while True:
            used = time.process_time()
            await asyncio.sleep(QUIET)
            if time.process_time() - used < WORK:
                gc.unfreeze()
                gc.collect()
                gc.freeze()
                await asyncio.sleep(PAUSE)
    finally:
        gc.enable()
        gc.set_threshold(*before)
        gc.unfreeze()
