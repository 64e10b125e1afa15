"""From a key press until the lines of the list stand as they stay, and the memory after all of it, at one size.

What belongs to the selected job is read and drawn when the cursor rests on it, and is no part of these figures.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.data import short
from benchmarks.pty import DOWN, END, HOME, PAGE_DOWN, TimedTerminal
from benchmarks.report import Line, Report
from phresh_tui.tui.memory import EVERYTHING

QUICK = bool(os.environ.get("QUICK"))
# a page of the list is read for each 120
DOWNS = 60 if QUICK else 300
# the same by turns in two markets, so many keys each, and so many of them in a turn
IN_TURNS, TURN = (60, 20) if QUICK else (500, 50)
PAGES = 60 if QUICK else 300
COLD = 4 if QUICK else 10
BURST = 200
# milliseconds without a byte after which no answer is on its way: the program says sooner that it waits for one
SETTLED = 150
# times the smallest market: what counts as the same
SAME = 1.1
PHRESH = (sys.executable, "-m", "phresh_tui", "--as", "ada")
# of sample jobs (`phresh_tui.database.sample_texts`)
WORDS = ("windows", "bathroom", "oven", "fridge", "studio", "builders")
TYPOS = ("widnows", "bathrom", "frigde", "stduio", "bokshelves", "tenacny")
TYPO = "search, typo"
INSTEAD = "nothing with “"


def measure(report: Report, size: int, environment: dict[str, str], smallest: dict[str, str] | None) -> None:
    """All lines of one size.

    Args:
        report: where they go.
        size: of the market.
        environment: what leads to it.
        smallest: what leads to the smallest market, when this is the largest one and is to be held against it.

    """
    at = f"phresh, {short(size)} jobs"
    large = size >= 10_000_000
    # of the smaller ones the chart has the median only
    share = 1 if smallest is not None else 2
    ends: list[float] = []
    homes: list[float] = []
    for _ in range(COLD // share):
        with TimedTerminal(PHRESH, environment) as cold:
            _ready(cold)
            ends.append(cold.press_for_lines(END, 300))
            homes.append(cold.press_for_lines(HOME, 300))
    limit = (None, 40.0) if large else (None, None)
    report.add(Line("end, cold", at, ends, size=size, limits=limit))
    report.add(Line("home, cold", at, homes, size=size, limits=limit))
    with TimedTerminal(PHRESH, environment) as terminal:
        _ready(terminal)
        if smallest is None:
            down = [terminal.press_for_lines(DOWN) for _ in range(DOWNS // share)]
        else:
            down = in_turns(report, terminal, size, smallest)
        report.add(Line("down", at, down, size=size, limits=(None, 8.0) if large else (None, None)))
        pages = [terminal.press_for_lines(PAGE_DOWN) for _ in range(PAGES // share)]
        report.add(Line("page down", at, pages, size=size, limits=(None, 12.0) if large else (None, None)))
        burst(report, terminal, size)
        small = _smallest(report, "memory")
        most = 75.0 if small is None else min(75.0, small.median + 5)
        report.add(
            Line("memory", at, [terminal.memory()], "MB", size=size, limits=(most, None) if large else (None, None))
        )
    jumps(report, size, environment)
    if size >= 1_000_000:
        search(report, size, environment)


def in_turns(report: Report, terminal: TimedTerminal, size: int, smallest: dict[str, str]) -> list[float]:
    """Goes down in both markets by turns, for how fast this machine is changes from one minute to the next.

    Returns:
        The times of the market of this size.

    """
    small = next(line.size for line in report.lines if line.size)
    with TimedTerminal(PHRESH, smallest) as other:
        _ready(other)
        times: dict[TimedTerminal, list[float]] = {other: [], terminal: []}
        for turn in range(IN_TURNS // TURN):
            for now in list(times)[:: 1 if turn % 2 else -1]:
                # what was drawn after its last turn
                now.settle(10)
                times[now] += [now.press_for_lines(DOWN) for _ in range(TURN)]
    group = "down, in turns"
    line = report.add(Line(group, f"phresh, {short(small)} jobs", times[other], size=small))
    limits = (None, SAME * line.p99 if size >= 10_000_000 else None)
    report.add(Line(group, f"phresh, {short(size)} jobs", times[terminal], size=size, limits=limits))
    return times[terminal]


def _smallest(report: Report, group: str) -> Line | None:
    """The same at the smallest size, if that was measured."""
    return next((line for line in report.lines if line.group == group), None)


def burst(report: Report, terminal: TimedTerminal, size: int) -> None:
    """Pages down many times at once, and makes sure that it arrives where as many single presses do."""
    times = []
    for _ in range(2 if QUICK else 5):
        terminal.press_for_lines(HOME, SETTLED)
        times.append(terminal.press_for_lines(PAGE_DOWN * BURST, SETTLED))
    arrived = terminal.lines()
    terminal.press_for_lines(HOME, SETTLED)
    for _ in range(BURST - 1):
        terminal.press(PAGE_DOWN, 5)
    terminal.press_for_lines(PAGE_DOWN, SETTLED)
    if arrived != terminal.lines():
        print(f"  KEYS ARE LOST: {BURST} page-downs at once arrive elsewhere than one by one")
    limits = (100.0, None) if size >= 10_000_000 else (None, None)
    report.add(Line("200 page-downs", f"phresh, {short(size)} jobs", times, size=size, limits=limits))


def jumps(report: Report, size: int, environment: dict[str, str]) -> None:
    """Goes to a price, a letter, a day; from Enter until the jobs there stand."""
    today = datetime.now().astimezone().date()
    orders: dict[bytes, list[str]] = {
        b"p": [f"{price}.5" for price in range(15, 25)],
        # g alone goes to the top
        b"t": list("bcdefhiklm"),
        # sample jobs begin tomorrow at the earliest: that is where this order begins, and nothing would change
        b"s": [(today + timedelta(days=days)).isoformat() for days in range(2, 12)],
    }
    times = []
    with TimedTerminal(PHRESH, environment) as terminal:
        _ready(terminal)
        for order, values in orders.items():
            terminal.press(b"s")
            terminal.press_for_lines(order, SETTLED)
            for value in values[: 3 if QUICK else None]:
                terminal.press(b"g")
                terminal.press(value.encode())
                times.append(terminal.press_for_lines(b"\r", SETTLED))
    limits = (None, 40.0) if size >= 10_000_000 else (None, None)
    report.add(Line("jump to a value", f"phresh, {short(size)} jobs", times, size=size, limits=limits))


def search(report: Report, size: int, environment: dict[str, str]) -> None:
    """Types words, one key after the other; each key counts until its rows stand there, of a typo the last one.

    Newest first, as the program begins, and once more by start, where jobs beside each other lie far apart on the disk.
    """
    at = f"phresh, {short(size)} jobs"
    with TimedTerminal(PHRESH, environment) as terminal:
        _ready(terminal)
        for group, order, words, limits in (
            ("search", b"n", WORDS, (20.0, 60.0)),
            (TYPO, b"n", TYPOS, (None, 150.0)),
            ("search by start", b"s", WORDS, (None, None)),
        ):
            if order == b"s" and size < 10_000_000:
                continue
            # what has no bar at this size is known well enough by half of them
            typed = words if size == 1_000_000 else words[::2]
            times: list[float] = []
            terminal.press(b"s")
            terminal.press(order, SETTLED)
            for word in typed:
                terminal.press(b"/")
                for number, letter in enumerate(word, 1):
                    before = terminal.lines()
                    time = terminal.press_for_lines(letter.encode(), 250)
                    # lines that stay the same do not tell when they were read; those of a typo are away in between
                    if number == len(word) if group == TYPO else terminal.lines() != before:
                        times.append(time)
                if (INSTEAD in terminal.screen()) is not (group == TYPO):
                    print(f"  WHAT IS NOT THERE: {word} is found as something that it is not")
                terminal.press_for_lines(b"\x1b", SETTLED)
            report.add(Line(group, at, times, size=size, limits=limits if size == 1_000_000 else (None, None)))


def _ready(terminal: TimedTerminal) -> None:
    terminal.until("▸")
    terminal.settle()


def base_environment(state: Path, data: Path) -> dict[str, str]:
    """What the shell of a person would give who has used the program before, and nothing of whoever runs this."""
    told = state / "state" / "phresh" / "told.json"
    told.parent.mkdir(parents=True, exist_ok=True)
    # the questions and hints of the first start would lie over the list
    told.write_text(json.dumps({EVERYTHING: True}))
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return kept | {
        "HOME": str(state),
        "TERM": "xterm-256color",
        "XDG_STATE_HOME": str(state / "state"),
        "PHRESH_DATA_DIR": str(data),
        "TEXTUAL_ANIMATIONS": "none",
    }
