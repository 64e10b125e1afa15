"""Claims a second: ``claim_cleaning`` as a member, against the least that could hold the same, by an operator.

``python -m benchmarks.claims`` runs it alone. All sides take jobs that are open, one job for each transaction, with
eight clients of pgbench, while a hundred connections listen to the bell. Only claims that won are counted.

The function as it is and the bare statement without the bell take turns. With the bell and without it the function
is measured in one long run, in which the bell is taken away and put back every second: clients that have just
connected have its functions to read and to plan, which would be a fortieth of a short turn. What else the machine does
changes from one second to the next, so each turn is held against those beside it, and the middle half of those ratios
counts.
"""

from __future__ import annotations

import asyncio
import itertools
import math
import os
import re
import selectors
import shutil
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
# seconds of the long run
LONG = 10 if QUICK else 90
# seconds with the bell, and as many without; before them those that do not count, for statements are planned anew
WINDOW, SKIPPED = (1.0, 0.3) if QUICK else (0.8, 0.2)
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
        bare: by the bare statement, with the bell taken away, one figure for each turn.
        windows: of the long run through the function, with the bell and without it by turns, the first one with it.

    """

    bell: list[float]
    bare: list[float]
    windows: list[float]

    @property
    def long(self) -> tuple[list[float], list[float]]:
        """Of the long run: with the bell, and without it."""
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
        await connection.execute(f"alter role m_bob connection limit {CLIENTS + 2}")
    await _post(operator, jobs)


async def _post(operator: Target, jobs: int) -> None:
    async with connected(operator) as connection:
        await connection.execute(JOBS, jobs, timeout=300)
        await connection.execute("vacuum analyze", timeout=300)


async def _won(operator: Target) -> int:
    async with connected(operator) as connection:
        return int(await connection.fetchval(WON))


def _pgbench(target: Target, script: Path, first: int, claims: int, *options: str) -> str:
    """Has all clients claim so many jobs each, from one on; what pgbench says."""
    command = [
        str(binaries() / "bin" / "pgbench"), "--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}", "--jobs=2",
        f"--transactions={claims}", f"--define=first={first}", "--define=n=0", f"--define=claims={claims}",
        f"--file={script}", f"--host={target.host}", f"--username={target.user}", f"--port={target.port}", *options,
        target.database,
    ]  # fmt: skip
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=script.parent).stdout


def _run(target: Target, script: Path, first: int) -> float:
    """Seconds that all clients took together."""
    shown = _pgbench(target, script, first, CLAIMS)
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


async def _switch(operator: Connection, *, on: bool) -> None:
    await operator.execute(f"alter table public.requests {'enable' if on else 'disable'} trigger ring_bell")


async def _in_turns(server: EmbeddedServer, folder: Path, ears: Ears) -> dict[str, list[float]]:
    operator, member = server.target(), server.target(user="m_bob")
    scripts = {"bell": (FUNCTION, member), "bare": (BARE, operator)}
    size = CLIENTS * CLAIMS
    found: dict[str, list[float]] = {side: [] for side in scripts}
    jobs = itertools.count(0, size)
    # the first turn warms the server up
    for turn in range(RUNS + 1):
        # the other way round each time, for a machine that becomes slower does so for the last one of a turn
        for side, (script, target) in list(scripts.items())[:: -1 if turn % 2 else 1]:
            async with connected(operator) as connection:
                await _switch(connection, on=side == "bell")
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


async def _in_one_run(server: EmbeddedServer, folder: Path, ears: Ears, first: int, claims: int) -> list[float]:
    """Claims a second with the bell and without it by turns, the first one with it; each client makes so many."""
    operator, member = server.target(), server.target(user="m_bob")
    before, windows = await _won(operator), []
    file, log = folder / "many.sql", folder / "many"
    file.write_text(FUNCTION)
    await _post(operator, CLIENTS * claims)
    async with connected(operator) as connection:
        await _switch(connection, on=True)
        run = asyncio.create_task(
            asyncio.to_thread(_pgbench, member, file, first, claims, "--log", f"--log-prefix={log}")
        )
        # what all clients have to read and to plan once
        await asyncio.sleep(WINDOW)
        on = True
        while not run.done():
            await _switch(connection, on=on)
            begun, heard = time.time() + SKIPPED, ears.heard
            await asyncio.wait({run}, timeout=WINDOW + SKIPPED)
            if not run.done():
                windows.append((begun, time.time()))
                rings = (ears.heard - heard) / LISTENERS
                assert (rings >= 1) if on else (rings <= 1), f"{rings} rings were heard with the bell {on=}"
            on = not on
        await run
        await _switch(connection, on=True)
    won = await _won(operator) - before
    assert won == CLIENTS * claims, f"{won} of {CLIENTS * claims} claims won"
    # client, its transaction, microseconds, script, and when it was over: seconds and microseconds
    rows = (line.split() for part in folder.glob("many.*") if part != file for line in part.read_text().splitlines())
    ends = sorted(int(row[4]) + int(row[5]) / 1e6 for row in rows)
    assert len(windows) >= 3, "the run was over too soon"
    return [(bisect(ends, end) - bisect(ends, begun)) / (end - begun) for begun, end in windows]


async def _measure(server: EmbeddedServer, folder: Path) -> Claims:
    operator = server.target()
    first = CLIENTS * CLAIMS * 2 * (RUNS + 1)
    await _prepare(operator, first)
    async with AsyncExitStack() as stack:
        listeners = [await stack.enter_async_context(connected(operator)) for _ in range(LISTENERS)]
        for listener in listeners:
            await listener.add_listener(CHANNEL, lambda *_: None)
        ears = stack.enter_context(Ears(listeners))
        turns = await _in_turns(server, folder, ears)
        claims = round(LONG * statistics.median(turns["bell"]) / CLIENTS)
        return Claims(turns["bell"], turns["bare"], await _in_one_run(server, folder, ears, first, claims))


def measure(folder: Path) -> Claims:
    """Runs all sides in turns on a server of its own in this folder."""
    server = EmbeddedServer(folder / "claims", options={"max_connections": str(LISTENERS + CLIENTS + 20)})
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
    print(f"  {'claim_cleaning in one run, with the bell':<58} {with_bell:8.0f}")
    print(
        f"  {'claim_cleaning in the same run, with the bell taken away':<58} {without_bell:8.0f}  "
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
