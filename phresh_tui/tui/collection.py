"""Python's garbage collector, kept out of the way of the keys.

Textual makes thousands of objects that live as long as the program, and some hundred in cycles whenever it paints. A
full collection looks at all of them: 30 ms for 73,000 objects, in the middle of a key press. So there is none before
the first jobs stand there, and then what lives for long is put aside (`gc.freeze`). The small collections go on as
Python has them: higher thresholds only make them longer, for most of what they see is garbage. A full one still takes
22 ms after some hundred pages, for each line that was drawn is some dozen objects; so it comes twenty times less often,
and otherwise when nobody has touched anything for a while. Then what was put aside is looked through as well, and a
screen that was left is given back.
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
# middle collections before a full one, instead of Python's ten
RARELY = 200
# seconds after which garbage is collected even when somebody is still asked who they are
LATEST = 5.0


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
        gc.set_threshold(*before[:2], RARELY)
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
