"""``make bench``: what a person waits for, in a real pseudo-terminal, with peers in the same run.

Prints a table and writes ``benchmarks/results.json`` and the chart. ``QUICK=1`` takes fewer samples and leaves the
largest market out. ``PHRESH_BENCH_DATA`` names a folder that keeps the markets for the next run.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from benchmarks import alive, chart, claims, keys, peers, starts
from benchmarks.data import market
from benchmarks.report import Line, Report

SIZES = (10_000, 1_000_000) if os.environ.get("QUICK") else (10_000, 1_000_000, 10_000_000)


def measure(folder: Path) -> None:
    """All of the table, smallest market first."""
    state = folder / "home"
    state.mkdir()
    report = Report()
    for size in SIZES:
        with market(folder, size) as (server, place):
            environment = keys.base_environment(state, place)
            starts.measure(report, size, environment)
            keys.measure(report, size, environment)
            if size == SIZES[0]:
                peers.measure(report, folder, server, environment)
    for name, median, p99, _ in alive.report(folder, tell=lambda _: None):
        limits = (300.0, 600.0) if "bell" in name else (None, None)
        # only these two figures are handed over
        report.add(Line("another's change", name.rpartition(", ")[2], [median, median, p99], limits=limits))
    report.write(claims_per_second=claims.report(folder))
    chart.main()


def main() -> None:
    """Measures in a folder that everybody may enter, for as root the server runs as another user."""
    # compiled modules are what a person has
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    folder = Path(tempfile.mkdtemp(prefix="phresh-bench-"))
    folder.chmod(0o711)
    try:
        measure(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
