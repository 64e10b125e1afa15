"""What tests share: clusters, markets and members on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import itertools
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import asyncpg

from phresh_tui.database import accounts, cleanings
from phresh_tui.database.connections import connected
from phresh_tui.database.embedded import EmbeddedServer
from phresh_tui.database.migrations import migrate_up
from phresh_tui.database.session import Session
from phresh_tui.database.target import Target
from phresh_tui.market.cleaning import Cleaning, CleaningType, Draft
from phresh_tui.settings import Settings

OPERATOR_PASSWORD = "operator's p@ss:w/rd?"
PASSWORD = "correct horse battery"
ACCESS = "host all all 127.0.0.1/32 scram-sha-256\n"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Cluster:
    """A running server, reached over its socket (trust) and over TCP (SCRAM)."""

    def __init__(self, server: EmbeddedServer, port: int) -> None:
        self.server = server
        self.port = port
        self._numbers = itertools.count()
        self._template: str | None = None

    def over_socket(self, database: str) -> Target:
        return self.server.target(database=database)

    def over_tcp(self, database: str) -> Target:
        return Target("127.0.0.1", self.port, database, "postgres", OPERATOR_PASSWORD)

    def new_name(self) -> str:
        return f"t{os.getpid()}_{next(self._numbers)}"

    async def new_market(self) -> Market:
        """A database of its own, copied from one that dbmate has migrated."""
        if self._template is None:
            template = self.new_name()
            await migrate_up(self.over_socket(template))
            async with connected(self.over_socket("postgres")) as connection:
                await connection.execute(
                    f"alter role postgres password '{OPERATOR_PASSWORD.replace(chr(39), chr(39) * 2)}'"
                )
            self._template = template
        name = self.new_name()
        async with connected(self.over_socket("postgres")) as connection:
            await connection.execute(f"create database {name} template {self._template}")
            # a copy does not take the rights on the database itself along
            await connection.execute(f"revoke temporary, connect on database {name} from public")
            await connection.execute(f"grant connect on database {name} to phresh_member")
        return Market(self, name)

    async def drop(self, database: str) -> None:
        async with connected(self.over_socket("postgres")) as connection:
            await connection.execute(f"drop database if exists {database} with (force)")


@contextmanager
def running_cluster(folder: Path) -> Iterator[Cluster]:
    """A server with its data in a folder: trust on its socket, SCRAM-SHA-256 on TCP."""
    port = free_port()
    server = EmbeddedServer(
        folder,
        port=port,
        access=ACCESS,
        options={
            "listen_addresses": "127.0.0.1",
            "max_connections": "200",
            # a test's data need not survive a power cut
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "autovacuum": "off",
            "max_wal_size": "256MB",
        },
    )
    server.start()
    try:
        yield Cluster(server, port)
    finally:
        server.leave()


class Market:
    """A database with members; sessions opened through it are closed with it."""

    def __init__(self, cluster: Cluster, database: str) -> None:
        self.cluster = cluster
        self.database = database
        self.operator = cluster.over_socket(database)
        self.operator_tcp = cluster.over_tcp(database)
        self._sessions: list[Session] = []

    async def member(self, handle: str, *, tcp: bool = False) -> Target:
        """Makes a member; over TCP with the password `PASSWORD`, over the socket without one."""
        if tcp:
            return await accounts.sign_up(self.operator_tcp, handle, PASSWORD)
        return await accounts.sign_up(self.operator, handle, None)

    async def session(self, handle: str, *, tcp: bool = False) -> Session:
        """Makes a member and signs them in."""
        return await self.open(await self.member(handle, tcp=tcp))

    async def open(self, target: Target) -> Session:
        session = await Session.open(target, Settings())
        self._sessions.append(session)
        return session

    async def psql(self, query: str, *arguments: object, user: str = "postgres") -> list[asyncpg.Record]:
        """What `psql` would do on the socket: any SQL as anybody."""
        async with connected(self.operator._replace(user=user)) as connection:
            return await connection.fetch(query, *arguments)

    async def psql_script(self, script: str) -> None:
        """Several statements as the operator, in one transaction."""
        async with connected(self.operator) as connection:
            await connection.execute(script)

    async def leave(self) -> None:
        """Closes the sessions; the database stays."""
        for session in self._sessions:
            with suppress(Exception):
                await session.close()
        self._sessions.clear()

    async def close(self) -> None:
        await self.leave()
        await self.cluster.drop(self.database)


def draft(
    name: str = "Wash the windows",
    price: str = "20.00",
    cleaning_type: CleaningType = CleaningType.SPOT_CLEAN,
    description: str | None = "All six of them.",
) -> Draft:
    return Draft(name, description, cleaning_type, Decimal(price))


async def post(session: Session, name: str = "Wash the windows", price: str = "20.00", **more: object) -> Cleaning:
    """Posts a job and reads it back."""
    job_id = await cleanings.post(session, uuid4(), draft(name, price, **more))  # type: ignore[arg-type]
    job = await cleanings.one(session, job_id)
    assert job is not None
    return job


async def eventually(condition: object, seconds: float = 10.0) -> None:
    """Waits until a callable is true, and fails when it does not become true in time."""
    assert callable(condition)
    deadline = asyncio.get_running_loop().time() + seconds
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, "it did not happen in time"
        await asyncio.sleep(0.02)
