"""``make bench``: what a person waits for, in a real pseudo-terminal, with peers in the same run.

Prints a table and writes ``benchmarks/results.json`` and the chart. ``QUICK=1`` takes fewer samples of smaller markets,
and writes ``benchmarks/quick.json``. ``PHRESH_BENCH_DATA`` names a folder that keeps the markets for the next run.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from benchmarks import alive, chart, claims, keys, peers, starts
from benchmarks.data import market, short
from benchmarks.report import QUICK_RESULTS, RESULTS, Line, Report

QUICK = bool(os.environ.get("QUICK"))
SIZES = (10_000, 100_000) if QUICK else (10_000, 1_000_000, 10_000_000)
# so many jobs and more are put in at once, at so many a second at least
SAMPLES, RATE = 1_000_000, 50_000


def measure(folder: Path) -> None:
    """All of the table, smallest market first."""
    report = Report()
    for size in SIZES:
        with market(folder, size) as (server, place, rate):
            if rate is not None and size >= SAMPLES:
                report.add(Line("phresh sample", f"{short(size)} jobs", [rate], "/s", size=size, least=RATE))
            environment = _environment(folder, size, place)
            starts.measure(report, size, environment)
            if size == SIZES[-1]:
                with market(folder, SIZES[0]) as (_, smallest, _):
                    keys.measure(report, size, environment, _environment(folder, SIZES[0], smallest))
            else:
                keys.measure(report, size, environment, None)
            if size == SIZES[0]:
                peers.measure(report, folder, server, environment)
    alive.report(report, folder)
    results = QUICK_RESULTS if QUICK else RESULTS
    # nothing of it is lost if what follows goes wrong
    report.write(results)
    report.write(results, claims_per_second=claims.report(folder))
    if not QUICK:
        chart.main()


def _environment(folder: Path, size: int, place: Path) -> dict[str, str]:
    """What leads to a market, with a home for whoever looks at it."""
    home = folder / f"home-{short(size)}"
    home.mkdir(exist_ok=True)
    return keys.base_environment(home, place)


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
