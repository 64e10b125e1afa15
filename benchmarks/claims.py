"""Claims a second: ``claim_cleaning`` as a member, against the least that could hold the same, by an operator.

``python -m benchmarks.claims`` runs it alone. All sides take jobs that are open, one job for each transaction, with
eight clients of pgbench, while a hundred connections listen to the bell. Only claims that won are counted.

The function as it is and the bare statement take turns. With the bell and without it the function is measured in two
databases of one server, the second a copy of the first in which a claim does not pull the bell. Eight clients work in
each, and every half second one eight is stopped and the other goes on: clients that have just connected, or whose
function was just changed, have it to read and to plan. What else the machine does changes from one second to the next,
so each turn is held against those beside it, and the middle half of those ratios counts.
"""

from __future__ import annotations

import asyncio
import itertools
import math
import os
import re
import selectors
import shutil
import signal
import statistics
import subprocess
import tempfile
import threading
import time
from bisect import bisect
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, cast

from phresh_tui.database import accounts
from phresh_tui.database.bell import CHANNEL
from phresh_tui.database.connections import Connection, connected
from phresh_tui.database.embedded import EmbeddedServer
from phresh_tui.database.installation import binaries
from phresh_tui.database.migrations import migrate_up
from phresh_tui.database.target import Target

CLIENTS = 8
LISTENERS = 100
QUICK = bool(os.environ.get("QUICK"))
RUNS = 2 if QUICK else 8
# claims of each client in a turn, which takes most of a second: the machine's speed changes from one second to the next
CLAIMS = 500
# seconds of the two that are stopped by turns, and those at first that do not count: what is read and planned once
LONG = 10 if QUICK else 80
WARM = 2.0
# seconds of a turn there; before them those that do not count, in which the other eight end what they had begun
WINDOW, SKIPPED = 0.4, 0.05
# the database in which no bell is rung
WITHOUT = "without"
# what a claim does about the bell, from its first word to its last
PULL = re.compile(r" +if current_setting\('phresh\.rung'.*?public\.pull_bell\(request\);\s+end if;\n", re.DOTALL)
# the share of the bare statement's throughput that the function has to reach, and of its own without the bell
BAR, BELL_BAR = 0.75, 0.95
NEXT_JOB = "\\set n :n + 1\n\\set job :first + :client_id * :claims + :n\n"
FUNCTION = NEXT_JOB + "select public.claim_cleaning(gen_random_uuid(), :job, 20.00);\n"
# a conditional UPDATE and the two rows that go with it, in one statement: one round trip, as the function has
BARE = (
    NEXT_JOB
    + """with claimed as (
    update public.cleanings set status = 'claimed', claimed_by = 'm_bob', agreed_price = price, claimed_at = now(),
        updated_at = now(), version = version + 1
    where id = :job and status = 'open' and price = 20.00
    returning id, version, owner, price
), recorded as (
    insert into public.events (cleaning_id, version, actor, move, from_state, to_state, owner, other, details)
    select id, version, 'm_bob', 'claim', 'open', 'claimed', owner, 'm_bob', jsonb_build_object('price', price)
    from claimed
)
insert into public.requests (login, request_id, move, arguments_hash, answer)
select 'm_bob', gen_random_uuid(), 'claim', sha256('x'),
    jsonb_build_object('id', id, 'status', 'claimed', 'price', price)
from claimed;
"""
)
JOBS = """
    insert into public.cleanings (name, price, owner)
    select 'Wash the windows', 20.00, 'm_ada' from generate_series(1, $1::integer)
"""
WON = "select count(*) from public.events where move = 'claim'"


@dataclass(frozen=True, slots=True)
class Claims:
    """What was measured: claims a second that won.

    Attributes:
        bell: through the function, which rings the bell, one figure for each turn.
        bare: by the bare statement, which rings nothing, one figure for each turn.
        windows: through the function, with the bell and without it by turns, the first one with it.

    """

    bell: list[float]
    bare: list[float]
    windows: list[float]

    @property
    def long(self) -> tuple[list[float], list[float]]:
        """With the bell, and without it."""
        return self.windows[::2], self.windows[1::2]

    @property
    def ratio(self) -> float:
        """The function as it is, as a share of the bare statement."""
        return math.exp(middle([math.log(ours / theirs) for ours, theirs in zip(self.bell, self.bare, strict=True)]))

    @property
    def bell_ratio(self) -> float:
        """The function as it is, as a share of the same without the bell: each window, and both beside it."""
        logs = [math.log(window) for window in self.windows]
        ratios = [
            (-1) ** number * (logs[number] - (logs[number - 1] + logs[number + 1]) / 2)
            for number in range(1, len(logs) - 1)
        ]
        return math.exp(middle(ratios))


def middle(values: Sequence[float]) -> float:
    """The mean of the middle half: less is left to chance than by the median, and what is far off does not count."""
    quarter = len(values) // 4
    return statistics.fmean(sorted(values)[quarter : len(values) - quarter])


async def _prepare(operator: Target, jobs: int) -> None:
    await migrate_up(operator)
    for handle in ("ada", "bob"):
        await accounts.sign_up(operator, handle, None)
    async with connected(operator) as connection:
        # a member has at most six otherwise
        await connection.execute(f"alter role m_bob connection limit {2 * CLIENTS + 2}")
    await _post(operator, jobs)


async def _post(operator: Target, jobs: int) -> None:
    async with connected(operator) as connection:
        await connection.execute(JOBS, jobs, timeout=300)
        await connection.execute("vacuum analyze", timeout=300)


async def _won(operator: Target) -> int:
    async with connected(operator) as connection:
        return int(await connection.fetchval(WON))


def _pgbench(target: Target, script: Path, first: int, claims: int, *options: str) -> list[str]:
    """The command that has each client claim jobs of its own, so many at the most, all from one on."""
    return [
        str(binaries() / "bin" / "pgbench"), "--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}", "--jobs=2",
        f"--define=first={first}", "--define=n=0", f"--define=claims={claims}", f"--file={script}",
        f"--host={target.host}", f"--username={target.user}", f"--port={target.port}", *options, target.database,
    ]  # fmt: skip


def _run(target: Target, script: Path, first: int) -> float:
    """Seconds that all clients took together."""
    command = _pgbench(target, script, first, CLAIMS, f"--transactions={CLAIMS}")
    shown = subprocess.run(command, check=True, capture_output=True, text=True, cwd=script.parent).stdout
    found = re.search(r"tps = ([\d.]+)", shown)
    assert found, shown
    return CLIENTS * CLAIMS / float(found[1])


class Ears:
    """Hears what rings on many connections, with as little work as that takes.

    The programs that listen are on other machines as a rule; here their work would be taken for that of the database.
    """

    def __init__(self, listeners: Sequence[Connection]) -> None:
        self.heard = 0
        self._selector = selectors.DefaultSelector()
        self._transports = []
        for listener in listeners:
            # the driver does not read meanwhile: a notification would cost it more than it costs the server
            transport = cast("Any", listener)._transport
            transport.pause_reading()
            self._transports.append(transport)
            self._selector.register(transport.get_extra_info("socket").fileno(), selectors.EVENT_READ)
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._hear, daemon=True)

    def _hear(self) -> None:
        while not self._is_over.is_set():
            for key, _ in self._selector.select(0.2):
                self.heard += os.read(key.fd, 4096).count(CHANNEL.encode() + b"\0")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()
        # or it would wait in vain for the end of each connection
        for transport in self._transports:
            transport.resume_reading()


async def _copy(operator: Target) -> Target:
    """The database in which no bell is rung, as it is now, its operator's account."""
    without = operator._replace(database=WITHOUT)
    async with connected(operator._replace(database="postgres")) as connection:
        await connection.execute(f"create database {WITHOUT} template {operator.database}", timeout=300)
    async with connected(without) as connection:
        source = await connection.fetchval("select pg_get_functiondef('public.claim_cleaning'::regproc)")
        changed, places = PULL.subn("", source)
        assert places == 1, "a claim pulls the bell in another way"
        await connection.execute(changed)
    for target in (operator, without):
        async with connected(target) as connection:
            await connection.execute("vacuum analyze", timeout=300)
    return without


async def _stopped_by_turns(sides: Sequence[Target], folder: Path, ears: Ears, first: int, claims: int) -> list[float]:
    """Claims a second of both databases by turns, the first with the bell; each client makes so many at the most."""
    before = [await _won(side) for side in sides]
    files, runs = [], []
    for side in sides:
        place = folder / side.database
        place.mkdir()
        (place / "many.sql").write_text(FUNCTION)
        options = (f"--time={LONG}", "--log", f"--log-prefix={place / 'log'}")
        command = _pgbench(side._replace(user="m_bob"), place / "many.sql", first, claims, *options)
        runs.append(await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL))
        files.append(place)
    windows: list[tuple[int, float, float]] = []
    heard = [0, 0]
    try:
        end = time.monotonic() + LONG - WARM
        await asyncio.sleep(WARM)
        for run in runs:
            run.send_signal(signal.SIGSTOP)
        while time.monotonic() < end:
            turn = len(windows) % 2
            runs[turn].send_signal(signal.SIGCONT)
            await asyncio.sleep(SKIPPED)
            begun, rung = time.time(), ears.heard
            await asyncio.sleep(WINDOW)
            windows.append((turn, begun, time.time()))
            heard[turn] += ears.heard - rung
            runs[turn].send_signal(signal.SIGSTOP)
        for run in runs:
            run.send_signal(signal.SIGCONT)
        assert not any([await run.wait() for run in runs]), "a client of pgbench was refused"
    finally:
        # one that stays stopped would be there for ever
        for run in runs:
            if run.returncode is None:
                run.kill()
    # once in a quarter of a second or in half of one; none where there is no bell, but for one on its way
    assert heard[0] >= LISTENERS * len(windows) / 8, f"{heard[0]} rings were heard in {len(windows)} turns"
    assert heard[1] <= LISTENERS * len(windows) / 40, f"{heard[1]} rings were heard without the bell"
    ends = []
    for side, place, earlier in zip(sides, files, before, strict=True):
        # client, its transaction, microseconds, script, and when it was over: seconds and microseconds
        rows = (line.split() for part in place.glob("log.*") for line in part.read_text().splitlines())
        ends.append(sorted(int(row[4]) + int(row[5]) / 1e6 for row in rows))
        won = await _won(side) - earlier
        assert won == len(ends[-1]), f"{won} of {len(ends[-1])} claims won"
    return [(bisect(ends[turn], until) - bisect(ends[turn], begun)) / (until - begun) for turn, begun, until in windows]


async def _in_turns(server: EmbeddedServer, folder: Path, ears: Ears, first: int) -> dict[str, list[float]]:
    operator, member = server.target(), server.target(user="m_bob")
    scripts = {"bell": (FUNCTION, member), "bare": (BARE, operator)}
    size = CLIENTS * CLAIMS
    found: dict[str, list[float]] = {side: [] for side in scripts}
    jobs = itertools.count(first, size)
    # the first turn warms the server up
    for turn in range(RUNS + 1):
        # the other way round each time, for a machine that becomes slower does so for the last one of a turn
        for side, (script, target) in list(scripts.items())[:: -1 if turn % 2 else 1]:
            file = folder / f"{side}.sql"
            file.write_text(script)
            before, heard = await _won(operator), ears.heard
            seconds = await asyncio.to_thread(_run, target, file, next(jobs))
            won = await _won(operator) - before
            assert won == size, f"{won} of {size} claims won"
            # once in a quarter or half of a second, each of them; the first may be of the turn before
            rings = (ears.heard - heard) / LISTENERS
            assert (rings >= 1) if side == "bell" else (rings <= 1), f"{rings} rings were heard with {side}"
            if turn:
                found[side].append(won / seconds)
    return found


async def _measure(server: EmbeddedServer, folder: Path) -> Claims:
    operator = server.target()
    size = CLIENTS * CLAIMS
    await _prepare(operator, size)
    file = folder / "first.sql"
    file.write_text(FUNCTION)
    # how fast it is here, and rows in every table before statements are planned for both
    rate = size / await asyncio.to_thread(_run, server.target(user="m_bob"), file, 0)
    # twice as many as each side makes in half of the time, for the machine may become quicker
    claims = round(LONG * rate / CLIENTS)
    turns = size * 2 * (RUNS + 1)
    await _post(operator, CLIENTS * claims + turns)
    without = await _copy(operator)
    async with AsyncExitStack() as stack:
        listeners = [await stack.enter_async_context(connected(operator)) for _ in range(LISTENERS)]
        for listener in listeners:
            await listener.add_listener(CHANNEL, lambda *_: None)
        ears = stack.enter_context(Ears(listeners))
        windows = await _stopped_by_turns((operator, without), folder, ears, size, claims)
        found = await _in_turns(server, folder, ears, size + CLIENTS * claims)
        return Claims(found["bell"], found["bare"], windows)


def measure(folder: Path) -> Claims:
    """Runs all sides in turns on a server of its own in this folder."""
    server = EmbeddedServer(folder / "claims", options={"max_connections": str(LISTENERS + 2 * CLIENTS + 20)})
    server.start()
    try:
        return asyncio.run(_measure(server, folder))
    finally:
        server.leave()


def report(folder: Path) -> dict[str, float]:
    """Measures, prints, and returns the figures for the results."""
    claims = measure(folder)
    bell, bare, with_bell, without_bell = map(statistics.median, (claims.bell, claims.bare, *claims.long))
    print(f"  claims a second that won, {CLIENTS} clients, {LISTENERS} listeners, medians")
    print(f"  {'bare conditional UPDATE and two inserts, one statement':<58} {bare:8.0f}")
    print(f"  {'claim_cleaning as a member, by turns with that':<58} {bell:8.0f}  {claims.ratio:.2f} x (bar {BAR})")
    print(f"  {'claim_cleaning, with the bell':<58} {with_bell:8.0f}")
    print(
        f"  {'claim_cleaning beside it, with the bell taken away':<58} {without_bell:8.0f}  "
        f"with it {claims.bell_ratio:.3f} x (bar {BELL_BAR})",
        flush=True,
    )
    return {
        "bare": round(bare),
        "function": round(bell),
        "with_bell": round(with_bell),
        "without_bell": round(without_bell),
        "ratio": round(claims.ratio, 2),
        "bell_ratio": round(claims.bell_ratio, 3),
    }


def main() -> None:
    """Measures in a folder that everybody may enter, for as root the server runs as another user."""
    folder = Path(tempfile.mkdtemp(prefix="phresh-claims-"))
    folder.chmod(0o711)
    try:
        report(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
