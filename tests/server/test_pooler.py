"""Through PgBouncer in transaction mode nothing is heard of the bell: the program notices, and the poll has to do."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from phresh_tui.database.session import Link, Session
from phresh_tui.market.errors import DatabaseUnavailable
from phresh_tui.settings import Settings
from tests.support import Cluster, Market, eventually, free_port, post

pytestmark = pytest.mark.soak
CONFIGURATION = """
[databases]
* = host=127.0.0.1 port={server} user=m_ada password='correct horse battery'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = users.txt
pool_mode = transaction
default_pool_size = 2
logfile = bouncer.log
pidfile = bouncer.pid
ignore_startup_parameters = search_path,plan_cache_mode,work_mem,max_parallel_workers_per_gather,statement_timeout
"""


@pytest.fixture
def bouncer(cluster: Cluster, public_folder: Path) -> Iterator[int]:
    """The port of a PgBouncer in front of the test's server."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "this needs PgBouncer; on Debian and Ubuntu: apt install pgbouncer"
    port, folder = free_port(), public_folder / "bouncer"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    (folder / "users.txt").write_text('"m_ada" ""\n')
    (folder / "bouncer.ini").write_text(CONFIGURATION.format(server=cluster.port, port=port))
    nobody = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen([program, "-q", *nobody, "bouncer.ini"], cwd=folder)
    yield port
    process.terminate()
    process.wait()


async def test_a_pooler_that_loses_rings_is_noticed_and_the_poll_tells(market: Market, bouncer: int) -> None:
    bob = await market.session("bob")
    ada = await market.member("ada", tcp=True)
    target = ada._replace(port=bouncer, sslmode="disable")
    deadline = asyncio.get_running_loop().time() + 10
    while True:
        try:
            session = await Session.open(target, Settings(PHRESH_REFRESH_SECONDS="0.3"))  # type: ignore[call-arg]
        except DatabaseUnavailable:
            assert asyncio.get_running_loop().time() < deadline
            await asyncio.sleep(0.1)
        else:
            break
    try:
        looks: list[int] = []
        session.on_change(lambda: looks.append(1))
        # more looks than a bell that is heard would leave in that time
        await eventually(lambda: len(looks) >= 4)
        assert not session.is_bell_heard
        await post(bob)
        looks.clear()
        await eventually(lambda: looks)
        assert len(await session.fetch("select id from public.cleanings")) == 1
        assert session.link is Link.CONNECTED
    finally:
        await session.close()
