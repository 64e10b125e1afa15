"""From exec to the first frame or the first rows, against the smallest Textual app, both in turns."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from benchmarks.data import short
from benchmarks.keys import PHRESH
from benchmarks.pty import TimedTerminal
from benchmarks.report import Line, Report

QUICK = bool(os.environ.get("QUICK"))
STARTS = 5 if QUICK else 11
MINIMAL = (sys.executable, str(Path(__file__).parent / "minimal.py"))
# times the smallest Textual app
BAR = 1.5


def once(command: tuple[str, ...], text: str, environment: dict[str, str]) -> float:
    """Milliseconds from exec until a text is written."""
    with TimedTerminal(command, environment) as terminal:
        return terminal.until(text)


def measure(report: Report, size: int, environment: dict[str, str]) -> None:
    """The real program with its settings and a member who is signed in, on a server that runs."""
    floor, ours = [], []
    for number in range(STARTS + 1):
        pair = once(MINIMAL, "first frame", environment), once(PHRESH, "▸", environment)
        # the first pair writes the compiled modules
        if number:
            floor.append(pair[0])
            ours.append(pair[1])
    group = f"start, {short(size)}"
    lowest = report.add(Line(group, "minimal Textual app", floor))
    limit = BAR * lowest.median if size == 1_000_000 else None
    report.add(Line(group, f"phresh, {short(size)} jobs", ours, size=size, limits=(limit, None)))
