"""The markets that are measured: so many open jobs each, on an embedded server of its own.

``PHRESH_BENCH_DATA`` names a folder in which they are kept for the next run; otherwise they go away with this one.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from phresh_tui.database import accounts
from phresh_tui.database.connections import connected
from phresh_tui.database.embedded import EmbeddedServer
from phresh_tui.database.migrations import migrate_up
from phresh_tui.database.sample_jobs import CANCELLED, CLAIMED
from phresh_tui.database.samples import add_samples

READY = "ready"
# of a hundred sample jobs so many are open; a size of the market is that of its list
OPEN = 100 - CLAIMED - CANCELLED


def short(size: int) -> str:
    """10000 as ``10k``, 1000000 as ``1M``."""
    return f"{size // 1_000_000}M" if size >= 1_000_000 else f"{size // 1000}k"


@contextlib.contextmanager
def market(folder: Path, size: int) -> Iterator[tuple[EmbeddedServer, Path, float | None]]:
    """A running server with about so many open jobs and the member ada; how many jobs a second it took, if made now."""
    kept = os.environ.get("PHRESH_BENCH_DATA")
    place = (Path(kept) if kept else folder) / short(size)
    place.mkdir(mode=0o711, parents=True, exist_ok=True)
    # it would look through the record of new jobs, which nothing here reads, while keys are measured
    server = EmbeddedServer(place, options={"autovacuum": "off"})
    server.start()
    try:
        yield server, place, asyncio.run(_fill(server, size, place / READY))
    finally:
        server.leave()


async def _fill(server: EmbeddedServer, size: int, ready: Path) -> float | None:
    await migrate_up(server.target())
    if ready.exists():
        return None
    await accounts.sign_up(server.target(), "ada", None)
    number = size * 100 // OPEN
    print(f"  making {number:,} jobs", flush=True)
    began = time.perf_counter()
    await add_samples(server.target(), number, progress=lambda *_: None)
    rate = number / (time.perf_counter() - began)
    # the server would go on writing for minutes while keys are measured
    async with connected(server.target()) as operator:
        await operator.execute("checkpoint", timeout=600)
    await asyncio.to_thread(os.sync)
    ready.touch()
    return rate
