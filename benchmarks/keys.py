"""From a key press to the end of its repaint, and the memory after all of it, at a size of the market."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from benchmarks.data import short
from benchmarks.pty import DOWN, END, HOME, PAGE_DOWN, TimedTerminal
from benchmarks.report import Line, Report
from phresh_tui.tui.memory import EVERYTHING

QUICK = bool(os.environ.get("QUICK"))
KEYS = 60 if QUICK else 300
COLD = 4 if QUICK else 15
BURST = 200
PHRESH = (sys.executable, "-m", "phresh_tui", "--as", "ada")
WORDS = ("windows", "kitchen", "garden", "oven", "balcony", "stairs")
TYPOS = ("widnows", "kichten", "gardne", "balcny")


def measure(report: Report, size: int, environment: dict[str, str]) -> None:
    """All lines of one size."""
    at = f"phresh, {short(size)} jobs"
    large = size >= 10_000_000
    ends: list[float] = []
    homes: list[float] = []
    for _ in range(COLD):
        with TimedTerminal(PHRESH, environment) as cold:
            _ready(cold)
            ends.append(cold.press(END, 150))
            homes.append(cold.press(HOME, 150))
    limit = (None, 40.0) if large else (None, None)
    report.add(Line("end, cold", at, ends, size=size, limits=limit))
    report.add(Line("home, cold", at, homes, size=size, limits=limit))
    with TimedTerminal(PHRESH, environment) as terminal:
        _ready(terminal)
        down = [terminal.press(DOWN) for _ in range(KEYS)]
        report.add(Line("down", at, down, size=size, limits=(None, 8.0) if large else (None, None)))
        pages = [terminal.press(PAGE_DOWN) for _ in range(KEYS)]
        report.add(Line("page down", at, pages, size=size, limits=(None, 12.0) if large else (None, None)))
        burst(report, terminal, size)
        report.add(
            Line("memory", at, [terminal.memory()], "MB", size=size, limits=(75.0, None) if large else (None, None))
        )
    if size >= 1_000_000:
        search(report, size, environment)


def burst(report: Report, terminal: TimedTerminal, size: int) -> None:
    """Pages down many times at once, and makes sure that it arrives where as many single presses do."""
    times = []
    for _ in range(2 if QUICK else 5):
        terminal.press(HOME, 200)
        times.append(terminal.press(PAGE_DOWN * BURST, 150))
    arrived = terminal.screen()
    terminal.press(HOME, 200)
    for _ in range(BURST):
        terminal.press(PAGE_DOWN, 5)
    terminal.settle()
    if _rows(arrived) != _rows(terminal.screen()):
        print(f"  KEYS ARE LOST: {BURST} page-downs at once arrive elsewhere than one by one")
    limits = (100.0, None) if size >= 10_000_000 else (None, None)
    report.add(Line("200 page-downs", f"phresh, {short(size)} jobs", times, size=size, limits=limits))


def _rows(screen: str) -> list[str]:
    """The lines of the list without their ages."""
    return [line[:60] for line in screen.splitlines()[3:12]]


def search(report: Report, size: int, environment: dict[str, str]) -> None:
    """Types words, one key after the other; each key counts until its rows stand there."""
    at = f"phresh, {short(size)} jobs"
    with TimedTerminal(PHRESH, environment) as terminal:
        _ready(terminal)
        for group, words, limits in (
            ("search", WORDS, (20.0, 60.0)),
            ("search, typo", TYPOS, (None, 150.0)),
        ):
            times: list[float] = []
            for word in words:
                terminal.press(b"/")
                # what counts for a typo is the word when it is whole
                letters = [terminal.press(letter.encode(), 250) for letter in word]
                times += letters if group == "search" else letters[-1:]
                terminal.press(b"\x1b", 600)
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
