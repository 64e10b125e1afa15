"""What others do in the same run, in an environment of their own with pinned versions."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import venv
from importlib.metadata import distributions
from pathlib import Path

from benchmarks.keys import PAGES, QUICK
from benchmarks.pty import DOWN, LEAVE, PAGE_DOWN, TimedTerminal
from benchmarks.report import Line, Report
from phresh_tui.database.embedded import EmbeddedServer

HERE = Path(__file__).parent
FOLDER = HERE.parent / ".venv" / "peers"
ROWS = 10_000
STARTS = 1 if QUICK else 2
CTRL_D = b"\x04"
# the group of the smallest Textual app at the size that they run at
START = "start, 10k"


def installed() -> Path | None:
    """The folder of their programs, installed if it is not; None, and a word why, when it cannot be."""
    inputs = [HERE / "peers.txt", HERE / "peers-constraints.txt"]
    wanted = hashlib.sha256(b"\0".join(file.read_bytes() for file in inputs)).hexdigest()
    stamp = FOLDER / "installed"
    if not (stamp.exists() and stamp.read_text() == wanted):
        print("  installing the peers (once)", flush=True)
        venv.create(FOLDER, clear=True)
        # by the pip that is here: another one would take as long to install as most of them; each program compiles what
        # it needs at its first start, which does not count
        command = [
            sys.executable, "-m", "pip", f"--python={FOLDER / 'bin' / 'python'}", "--disable-pip-version-check",
            "--no-input", "install", "-q", "--no-compile", "-r", str(inputs[0]), "-c", str(inputs[1]),
        ]  # fmt: skip
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            print(done.stderr[-2000:])
            print("  the peers cannot be installed: what they do is left out")
            return None
        stamp.write_text(wanted)
    return FOLDER / "bin"


def versions(programs: Path) -> dict[str, str]:
    """Those that are installed beside their programs."""
    wanted = {re.match(r"[\w-]+", line) for line in (HERE / "peers.txt").read_text().splitlines()}
    names = {found[0] for found in wanted if found}
    packages = distributions(path=[str(folder) for folder in programs.parent.glob("lib/python*/site-packages")])
    return {package.name: package.version for package in packages if package.name in names}


def measure(report: Report, folder: Path, server: EmbeddedServer, environment: dict[str, str]) -> None:
    """Their starts and their keys, over the same number of rows or the same database."""
    programs = installed()
    tables = [("Textual DataTable", sys.executable, "table.py")]
    if programs is not None:
        tables.append(("textual-fastdatatable", str(programs / "python"), "fasttable.py"))
    for name, python, script in tables:
        _table(report, f"{name}, {ROWS:,} rows", (python, str(HERE / script), str(ROWS)), "Job 5", environment)
    if programs is None:
        return
    report.versions |= versions(programs)
    rows = folder / "jobs.csv"
    lines = (f"Job {number},spot clean,@ada,20.00" for number in range(ROWS))
    rows.write_text("\n".join(["job,type,posted by,per hour", *lines]) + "\n")
    _table(report, f"VisiData, {ROWS:,} rows of CSV", (str(programs / "vd"), str(rows)), "Job 5", environment)
    target = server.target()
    address = f"postgresql://{target.user}@/{target.database}?host={target.host}&port={target.port}"
    _start(report, "pgcli, to its prompt", (str(programs / "pgcli"), address), "phresh>", environment, leave=CTRL_D)
    _start(
        report,
        "harlequin, to its catalog",
        (str(programs / "harlequin"), "-a", "postgres", address),
        "phresh",
        environment,
    )


def _start(
    report: Report, name: str, command: tuple[str, ...], text: str, environment: dict[str, str], leave: bytes = LEAVE
) -> None:
    times = []
    try:
        for number in range(STARTS + 1):
            with TimedTerminal(command, environment, leave=leave) as terminal:
                elapsed = terminal.until(text)
            # the first one writes the compiled modules
            if number:
                times.append(elapsed)
    except TimeoutError as error:
        print(f"  {name}: left out, {str(error).splitlines()[0]}")
        return
    report.add(Line(START, name, times))


def _table(report: Report, name: str, command: tuple[str, ...], text: str, environment: dict[str, str]) -> None:
    _start(report, name, command, text, environment)
    try:
        with TimedTerminal(command, environment) as terminal:
            terminal.until(text)
            terminal.settle()
            for group, key in (("down", DOWN), ("page down", PAGE_DOWN)):
                report.add(Line(group, name, [terminal.press_for_lines(key) for _ in range(PAGES // 4)]))
            report.add(Line("memory", name, [terminal.memory()], "MB"))
    except TimeoutError as error:
        print(f"  {name}: left out, {str(error).splitlines()[0]}")
