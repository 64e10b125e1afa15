"""From exec to the first frame or the first rows, against the smallest Textual app, both in turns."""

from __future__ import annotations

import os
import statistics
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
    floor: list[float] = []
    ours: list[float] = []
    for number in range(STARTS + 1):
        # the other way round each time, for a machine that becomes slower does so for the second one
        sides = [(floor, MINIMAL, "first frame"), (ours, PHRESH, "▸")][:: -1 if number % 2 else 1]
        for times, command, text in sides:
            time = once(command, text, environment)
            # the first pair writes the compiled modules
            if number:
                times.append(time)
    group = f"start, {short(size)}"
    report.add(Line(group, "minimal Textual app", floor))
    # How fast this machine is changes within seconds: each start is held against the one beside it, for half of all
    # starts of either may fall into a quick moment that the other one did not have.
    ratio = statistics.median(mine / smallest for mine, smallest in zip(ours, floor, strict=True))
    print(f"  {group}: {ratio:.2f} x the minimal Textual app beside it, in the middle of {STARTS} pairs (bar {BAR})")
    limit = BAR * statistics.median(ours) / ratio if size == 1_000_000 else None
    report.add(Line(group, f"phresh, {short(size)} jobs", ours, size=size, limits=(limit, None)))
