"""Python's garbage collector, kept out of the way of the keys.

Textual makes thousands of objects that live as long as the program, and some hundred in cycles whenever it paints. A
full collection looks at all of them: 30 ms for 73,000 objects, in the middle of a key press. So there is none before
the first jobs stand there, and then what lives for long is put aside (`gc.freeze`). A full collection takes 1 to 4 ms
from then on, whenever it comes, and the thresholds can stay as Python has them: higher ones only make the small
collections longer, for most of what they see is garbage (6 ms with 20,000). When nobody has touched anything for a
while, what was put aside is looked through as well, so that a screen that was left is given back.
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
# seconds after which garbage is collected even when somebody is still asked who they are
LATEST = 5.0


async def collect_when_quiet(settled: asyncio.Event) -> None:
    """Puts aside what is there when the program has settled, and looks through everything in quiet moments."""
    gc.disable()
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(LATEST):
                await settled.wait()
        # without a collection before it, this takes 0.2 ms
        gc.freeze()
        gc.enable()
        while True:
            before = time.process_time()
            await asyncio.sleep(QUIET)
            if time.process_time() - before < WORK:
                gc.unfreeze()
                gc.collect()
                gc.freeze()
                await asyncio.sleep(PAUSE)
    finally:
        gc.enable()
        gc.unfreeze()
