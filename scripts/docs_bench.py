"""The tables of what `make bench` has measured last, from ``benchmarks/results.json``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from benchmarks.claims import BAR, BELL_BAR
from benchmarks.data import short
from benchmarks.report import RESULTS

US = "phresh"
MINIMAL = "minimal Textual app"


def _figure(line: dict[str, Any]) -> str:
    """The median, and behind a stroke the 99th percentile when there were several tries."""
    unit = line["unit"]
    if unit == "/s":
        return f"{line['median']:,.0f} a second"
    numbers = [line["median"]] + ([line["p99"]] if line["tries"] > 1 else [])
    return f"{' / '.join(f'{number:,.4g}' if number < 1000 else f'{number:,.0f}' for number in numbers)} {unit}"


def _target(lines: Iterable[dict[str, Any]]) -> str:
    """What is wanted, and whether it was reached, at each size for which something is wanted."""
    measured = [line for line in lines if line["met"] is not None]
    for line in measured:
        if line["least"] is not None:
            wanted = f"at least {line['least']:,.0f}"
        else:
            wanted = " / ".join("–" if limit is None else f"{limit:.4g}" for limit in line["limits"])
        return f"{wanted} {_mark(all(line['met'] for line in measured))}"
    return ""


def _mark(is_met: bool) -> str:
    return "✓" if is_met else "✗ missed"


def _group(line: dict[str, Any]) -> str:
    return str(line["group"]).partition(", 1")[0]


def results() -> dict[str, Any]:
    """What the last run has written."""
    found: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return found


def own() -> str:
    """What phresh takes, at each size of the market."""
    everything = results()["lines"]
    lines = [line for line in everything if line["size"]]
    sizes = sorted({line["size"] for line in lines})
    rows = [
        "| from key press to repaint: median / 99th percentile |"
        + "".join(f" {short(size)} jobs |" for size in sizes)
        + " wanted |",
        "|---" * (len(sizes) + 2) + "|",
    ]
    for group in dict.fromkeys(map(_group, lines)):
        here = [line for line in lines if _group(line) == group]
        by_size = {line["size"]: _figure(line) for line in here}
        cells = [by_size.get(size, "") for size in sizes]
        rows.append(f"| {group} | {' | '.join(cells)} | {_target(here)} |")
        if group == "start":
            # measured in turns with it, at each size
            cells = [_figure(line) for line in everything if line["who"] == MINIMAL]
            rows.append(f"| start of the smallest Textual app | {' | '.join(cells)} | |")
    return "\n".join(rows)


def others() -> str:
    """Other programs in the same run, beside this one at the same size."""
    lines = [line for line in results()["lines"] if line["size"] in (None, 10_000)]
    groups = [
        group
        for group in dict.fromkeys(map(_group, lines))
        if any(_group(line) == group and not line["who"].startswith(US) for line in lines)
    ]
    # what is compared with itself has a table of its own
    groups = [group for group in groups if any(_group(line) == group and line["size"] for line in lines)]
    names = list(dict.fromkeys(line["who"] for line in lines if _group(line) in groups))
    rows = [f"| | {' | '.join(groups)} |", "|---" * (len(groups) + 1) + "|"]
    for name in sorted(names, key=lambda name: not name.startswith(US)):
        found: dict[str, str] = {}
        for line in lines:
            if line["who"] == name:
                # the first is that of this size
                found.setdefault(_group(line), _figure(line))
        rows.append(f"| {name} | {' | '.join(found.get(group, '') for group in groups)} |")
    return "\n".join(rows)


def together() -> str:
    """Another member's change, and claims a second."""
    measured = results()
    rows = ["| | measured | wanted |", "|---|---|---|"]
    for line in measured["lines"]:
        if line["group"] == "another's change":
            what = f"another member's commit to the repaint here, {line['who']}"
            rows.append(f"| {what} | {_figure(line)} | {_target([line])} |")
    claims = measured["claims_per_second"]
    for what, figure, compared in (
        ("claims a second as a member, with the bell and 100 listeners", "with_bell", None),
        ("the same without the bell, stopped by turns", "without_bell", ("bell_ratio", BELL_BAR)),
        ("claims a second by turns with a bare statement", "function", None),
        ("the bare `UPDATE` and its record, by pgbench", "bare", ("ratio", BAR)),
    ):
        wanted = ""
        if compared is not None:
            ratio, bar = compared
            wanted = f"{claims[ratio]} x, at least {bar} {_mark(claims[ratio] >= bar)}"
        rows.append(f"| {what} | {claims[figure]:,} | {wanted} |")
    return "\n".join(rows)


def machine() -> str:
    """What it was measured on."""
    measured = results()
    machine, versions = measured["machine"], measured["versions"]
    named = ", ".join(f"{name} {number}" for name, number in versions.items())
    return f"{machine['processors']} processors, Python {machine['python']}; {named}."
