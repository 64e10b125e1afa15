"""``make profile``: where the time of a start goes, and that of a page-down. Short, to be read from the top."""

from __future__ import annotations

import asyncio
import collections
import cProfile
import os
import pstats
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.data import market
from benchmarks.keys import base_environment
from phresh_tui.database.embedded import EmbeddedServer
from phresh_tui.database.preparation import Door, Prepared
from phresh_tui.settings import Settings
from phresh_tui.tui.app import PhreshApp
from phresh_tui.tui.screens.browse import BrowseScreen

PAGES = 200
SHOWN = 15
# seconds until nothing of the start goes on
SETTLED = 2.0
# where the event loop waits for the next key
WAITING = "poll"
JOBS = 10_000
# what the first process imports, and what the second one that reads the settings does
PARTS = {
    "the program and its screens": "import phresh_tui.cli.program, phresh_tui.tui.app",
    "the settings, in a second process": "import phresh_tui.settings",
}
LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)")


def imports(code: str) -> collections.Counter[str]:
    """Milliseconds of each package's own modules, in the quickest of five runs."""
    runs = []
    for _ in range(5):
        done = subprocess.run(
            [sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True, check=True
        )
        spent: collections.Counter[str] = collections.Counter()
        for microseconds, module in LINE.findall(done.stderr):
            depth = 2 if module.startswith("phresh_tui.") else 1
            spent[".".join(module.split(".")[:depth])] += int(microseconds) / 1000  # type: ignore[assignment]
        runs.append(spent)
    return min(runs, key=lambda run: sum(run.values()))


async def page_downs(server: EmbeddedServer) -> cProfile.Profile:
    """Profiles so many page-downs of the program without a terminal."""
    prepared = Prepared(server.target(), Door.OPERATOR)
    app = PhreshApp(Settings(), prepared, "ada")
    profile = cProfile.Profile()
    async with app.run_test(size=(80, 24)) as pilot:
        while not (isinstance(app.screen, BrowseScreen) and app.screen.jobs.is_loaded):
            await pilot.pause(0.05)
        # what comes after the first frame is part of the start
        await asyncio.sleep(SETTLED)
        profile.enable()
        for _ in range(PAGES):
            app.simulate_key("pagedown")
            # long enough for its rows and its frame, which idle time does not make longer
            await asyncio.sleep(0.05)
        profile.disable()
        assert isinstance(app.screen, BrowseScreen)
        assert app.screen.jobs.cursor > PAGES, "the keys went elsewhere"
    return profile


def main() -> None:
    """Prints both."""
    for what, code in PARTS.items():
        spent = imports(code)
        print(f"imports of {what}: {sum(spent.values()):.0f} ms with the clock of -X importtime running")
        for package, milliseconds in spent.most_common(SHOWN):
            print(f"  {milliseconds:7.1f} ms  {package}")
    folder = Path(tempfile.mkdtemp(prefix="phresh-profile-"))
    folder.chmod(0o711)
    # nothing of the person who runs this is read or changed, and no question of the first start lies over the list
    os.environ |= base_environment(folder, folder) | {"XDG_CONFIG_HOME": str(folder / "config")}
    try:
        with market(folder, JOBS) as (server, _, _):
            profile = asyncio.run(page_downs(server))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{PAGES} page-downs, the functions with the most time of their own")
    rows = pstats.Stats(profile).get_stats_profile().func_profiles
    working = [(name, row) for name, row in rows.items() if WAITING not in name]
    busy = sorted(working, key=lambda row: row[1].tottime, reverse=True)[:SHOWN]
    for name, row in busy:
        place = f"{Path(row.file_name).parent.name}/{Path(row.file_name).name}:{row.line_number}"
        print(f"  {row.tottime * 1000:7.1f} ms  {row.ncalls:>9} calls  {name}  {place}")


if __name__ == "__main__":
    main()
