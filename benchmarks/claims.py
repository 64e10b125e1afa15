"""Claims a second: ``claim_cleaning`` as a member, against the least that could hold the same, by an operator.

``python -m benchmarks.claims`` runs it alone. Both sides take jobs that are open, one job for each transaction, with
eight clients of pgbench; runs alternate, and the median of each side counts. Only claims that won are counted.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import statistics
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from phresh_tui.database import accounts
from phresh_tui.database.connections import connected
from phresh_tui.database.embedded import EmbeddedServer
from phresh_tui.database.installation import binaries
from phresh_tui.database.migrations import migrate_up
from phresh_tui.database.target import Target

CLIENTS = 8
RUNS = 3 if os.environ.get("QUICK") else 5
# claims of each client in a run
CLAIMS = 300 if os.environ.get("QUICK") else 2_000
# the share of the bare statement's throughput that the function has to reach
BAR = 0.75
NEXT_JOB = f"\\set n :n + 1\n\\set job :first + :client_id * {CLAIMS} + :n\n"
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
    select 'Job ' || n, 20.00, 'm_ada' from generate_series(1, $1::integer) n
"""
WON = "select count(*) from public.events where move = 'claim'"


@dataclass(frozen=True, slots=True)
class Claims:
    """What was measured.

    Attributes:
        function: claims a second that won through the function, one figure for each run.
        bare: the same for the bare statement.

    """

    function: list[float]
    bare: list[float]

    @property
    def ratio(self) -> float:
        """The function's median as a share of the bare statement's."""
        return statistics.median(self.function) / statistics.median(self.bare)


async def _prepare(operator: Target, jobs: int) -> None:
    await migrate_up(operator)
    for handle in ("ada", "bob"):
        await accounts.sign_up(operator, handle, None)
    async with connected(operator) as connection:
        # a member has at most six otherwise
        await connection.execute(f"alter role m_bob connection limit {CLIENTS + 2}")
        await connection.execute(JOBS, jobs, timeout=300)
        await connection.execute("vacuum analyze", timeout=300)


async def _won(operator: Target) -> int:
    async with connected(operator) as connection:
        return int(await connection.fetchval(WON))


def _run(target: Target, script: Path, first: int) -> float:
    """Seconds that all clients took together."""
    command = [
        str(binaries() / "bin" / "pgbench"), "--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}", "--jobs=2",
        f"--transactions={CLAIMS}", f"--define=first={first}", "--define=n=0", f"--file={script}",
        f"--host={target.host}", f"--username={target.user}", f"--port={target.port}", target.database,
    ]  # fmt: skip
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"tps = ([\d.]+)", shown)
    assert found, shown
    return CLIENTS * CLAIMS / float(found[1])


def measure(folder: Path) -> Claims:
    """Runs both sides in turns on a server of its own in this folder."""
    server = EmbeddedServer(folder / "claims")
    server.start()
    try:
        operator = server.target()
        size = CLIENTS * CLAIMS
        asyncio.run(_prepare(operator, size * (2 * RUNS + 2)))
        sides = {}
        for name, script, user in (("function", FUNCTION, "m_bob"), ("bare", BARE, operator.user)):
            (folder / f"{name}.sql").write_text(script)
            sides[name] = (folder / f"{name}.sql", server.target(user=user))
        found: dict[str, list[float]] = {"function": [], "bare": []}
        for turn in range(2 * RUNS + 2):
            name = ("function", "bare")[turn % 2]
            script_file, target = sides[name]
            before = asyncio.run(_won(operator))
            seconds = _run(target, script_file, turn * size)
            won = asyncio.run(_won(operator)) - before
            assert won == size, f"{won} of {size} claims won"
            # the first turn of each side warms the server up
            if turn >= 2:
                found[name].append(won / seconds)
        return Claims(found["function"], found["bare"])
    finally:
        server.leave()


def report(folder: Path) -> dict[str, float]:
    """Measures, prints, and returns the figures for the results."""
    claims = measure(folder)
    function, bare = statistics.median(claims.function), statistics.median(claims.bare)
    print(f"  claims a second that won, {CLIENTS} clients, median of {RUNS} runs in turns")
    print(f"  {'bare conditional UPDATE and two inserts, one statement':<58} {bare:8.0f}")
    print(f"  {'claim_cleaning as a member':<58} {function:8.0f}  {claims.ratio:.2f} x (bar {BAR})", flush=True)
    return {"bare": round(bare), "function": round(function), "ratio": round(claims.ratio, 2)}


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
