"""Bad days: the database goes away while the program runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from phresh_tui.database import accounts
from phresh_tui.database.connections import connected
from phresh_tui.database.embedded import EmbeddedServer
from phresh_tui.database.migrations import migrate_up
from phresh_tui.database.preparation import Door, Prepared
from phresh_tui.database.target import Target
from phresh_tui.settings import Settings
from phresh_tui.tui.app import PhreshApp
from tests.tui.support import Driver


@pytest.fixture
async def server(public_folder: Path, tmp_path: Path) -> AsyncIterator[EmbeddedServer]:
    """A server of this test alone, to be stopped and started."""
    server = EmbeddedServer(public_folder / tmp_path.name, options={"fsync": "off"})
    server.start()
    await migrate_up(server.target())
    yield server
    server.leave()


async def posted(target: Target) -> list[str]:
    async with connected(target) as connection:
        return [row["name"] for row in await connection.fetch("select name from cleanings order by id")]


async def test_a_job_sent_while_the_server_is_stopped_is_posted_once_when_it_is_back(server: EmbeddedServer) -> None:
    # not told that it is the embedded one, the program does not start it again by itself
    target = server.target()
    prepared = Prepared(target._replace(embedded=True), Door.OPERATOR)
    await accounts.sign_up(target, "ada", None)
    app = PhreshApp(Settings(PHRESH_REFRESH_SECONDS="0.3"), prepared, "ada")  # type: ignore[call-arg]
    async with app.run_test(notifications=True) as pilot:
        driver = Driver(app, pilot)
        await driver.browsing()
        await driver.press("n")
        await driver.see("Price per hour")
        await driver.type("Wash the windows\t\t\t20")
        server.leave()
        await driver.see("reconnecting, ")
        await driver.press("ctrl+s")
        await driver.see("The job has no answer yet", "Wash the windows")
        server.start()
        await driver.see("is posted, at $20.00", "● connected", seconds=20)
        await driver.browsing()
        await driver.see("1 open job ")
    assert await posted(target) == ["Wash the windows"]


async def test_the_embedded_server_is_started_again_when_it_dies(server: EmbeddedServer) -> None:
    import os
    import signal

    from phresh_tui.database.session import Link

    target = server.target()
    await accounts.sign_up(target, "ada", None)
    prepared = Prepared(target, Door.OPERATOR, server)
    app = PhreshApp(Settings(PHRESH_REFRESH_SECONDS="0.3"), prepared, "ada")  # type: ignore[call-arg]
    async with app.run_test(notifications=True) as pilot:
        driver = Driver(app, pilot)
        await driver.browsing()
        number = int((server.data / "postmaster.pid").read_text().split("\n", 1)[0])
        assert app.session is not None
        links: list[Link] = []
        tell_app = app.session._on_link

        def changed(link: Link) -> None:
            links.append(link)
            tell_app(link)

        app.session.watch_link(changed)
        os.kill(number, signal.SIGKILL)
        await driver.until(lambda: Link.CONNECTED in links, "the way back", seconds=20)
        assert Link.RECONNECTING in links
        await driver.see("● connected")
        await driver.press("n")
        await driver.type("After the crash\t\t\t20")
        await driver.press("ctrl+s")
        await driver.see("is posted")
    assert await posted(target) == ["After the crash"]


async def test_a_move_is_sent_again_with_the_same_request(server: EmbeddedServer) -> None:
    """The answer is lost, not the move: the connection is cut after the commit and before the answer."""
    from uuid import UUID

    from phresh_tui.database import cleanings
    from phresh_tui.market.errors import DatabaseUnavailable
    from tests.support import draft

    target = server.target()
    await accounts.sign_up(target, "ada", None)
    app = PhreshApp(Settings(PHRESH_REFRESH_SECONDS="60"), Prepared(target, Door.OPERATOR), "ada")  # type: ignore[call-arg]
    requests: list[UUID] = []
    async with app.run_test() as pilot:
        driver = Driver(app, pilot)
        await driver.browsing()
        session = app.session
        assert session is not None

        async def post(request: UUID) -> int:
            number = await cleanings.post(session, request, draft("Once"))
            requests.append(request)
            if len(requests) == 1:
                raise DatabaseUnavailable("the answer is lost")
            return number

        await app.moves.make("The job", post)
    assert len(requests) == 2
    assert requests[0] == requests[1]
    assert await posted(target) == ["Once"]
