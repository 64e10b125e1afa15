"""How soon another member's change is on the screen: from the commit to the repaint, in a real pseudo-terminal.

``python -m benchmarks.alive`` runs it alone. Bob changes the
name of a job that Ada's program shows. Every other time he has changed another job up to a quarter of a second
before, so that the change which is measured may ring no more. The time runs from when his commit is answered until
the new name stands on Ada's screen.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import tempfile
import time
from pathlib import Path

from benchmarks.keys import base_environment
from benchmarks.report import Line, Report
from phresh_tui.database import accounts
from phresh_tui.database.connections import Connection, connected
from phresh_tui.database.embedded import EmbeddedServer
from phresh_tui.database.migrations import migrate_up
from tests.terminal import Terminal

# with the bell, and by the poll
CHANGES, POLLED = (8, 3) if os.environ.get("QUICK") else (45, 6)
# seconds before each change: longer than the second look after the one before
PAUSE = (0.4, 0.9)
# milliseconds at the median and for 99 of 100, and the same when nothing rings: the poll and what a look takes
BARS = (300, 600)
POLL = 1.0
POST = "select public.post_cleaning(gen_random_uuid(), 'Job ' || $1::integer, null, 'dust_up', 20.00)"
EDIT = "select public.edit_cleaning(gen_random_uuid(), $1, $2, null, 'dust_up', 20.00)"


def _read_for(terminal: Terminal, seconds: float) -> None:
    """Waits, and reads the terminal meanwhile, or the program would wait for it."""
    end = time.monotonic() + seconds
    terminal.until(lambda: time.monotonic() > end, "a pause")


async def _times(terminal: Terminal, bob: Connection, job: int, changes: int) -> list[float]:
    """Milliseconds from each commit to its repaint."""
    times = []
    for number in range(changes):
        _read_for(terminal, random.uniform(*PAUSE))
        if number % 2:
            await bob.fetchval(EDIT, job - 1, f"Before {number}")
            _read_for(terminal, random.uniform(0, 0.25))
        name = f"Change {number:03}"
        await bob.fetchval(EDIT, job, name)
        begun = time.perf_counter()
        terminal.until(lambda name=name: name in terminal.text, name)  # type: ignore[misc]
        times.append((time.perf_counter() - begun) * 1000)
    return times


async def _measure(server: EmbeddedServer, environment: dict[str, str]) -> tuple[list[float], list[float]]:
    operator = server.target()
    await migrate_up(operator)
    for handle in ("ada", "bob"):
        await accounts.sign_up(operator, handle, None)
    async with connected(operator._replace(user="m_bob")) as bob, connected(operator) as root:
        for number in range(200):
            await bob.fetchval(POST, number)
        job = await root.fetchval("select max(id) from public.cleanings")
        with Terminal("--as", "ada", environment=environment) as terminal:
            terminal.see("Job 199")
            with_bell = await _times(terminal, bob, job, CHANGES)
            await root.execute("alter table public.requests disable trigger ring_bell")
        # a program whose bell is heard polls less often: this one has no connection left to listen on
        await root.execute("alter role m_ada connection limit 1")
        with Terminal("--as", "ada", environment=environment | {"PHRESH_REFRESH_SECONDS": str(POLL)}) as terminal:
            terminal.see(f"Change {CHANGES - 1:03}")
            without = await _times(terminal, bob, job, POLLED)
        return with_bell, without


def measure(folder: Path) -> tuple[list[float], list[float]]:
    """Milliseconds from commit to repaint, on a server of its own in this folder: with the bell, and by the poll."""
    server = EmbeddedServer(folder / "alive")
    server.start()
    environment = base_environment(folder / "alive-home", folder / "alive")
    try:
        return asyncio.run(_measure(server, environment))
    finally:
        server.leave()


def report(lines: Report, folder: Path) -> None:
    """Measures, and adds both."""
    with_bell, without = measure(folder)
    lines.add(Line("another's change", "with the bell", with_bell, limits=BARS))
    lines.add(Line("another's change", f"by a poll every {POLL:g} s", without))


def main() -> None:
    """Measures in a folder that everybody may enter, for as root the server runs as another user."""
    folder = Path(tempfile.mkdtemp(prefix="phresh-alive-"))
    folder.chmod(0o711)
    try:
        report(Report(), folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
