"""Apps for tests: always as a member, never as a superuser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from textual.pilot import Pilot

from phresh_tui.database.accounts import make_guest
from phresh_tui.database.preparation import Door, Prepared
from phresh_tui.preferences import load_preferences
from phresh_tui.settings import Settings
from phresh_tui.tui.app import PhreshApp
from tests.support import Market
from tests.tui.support import Driver

Drive = Callable[..., AbstractAsyncContextManager[Driver]]
# jobs of a list that is longer than the screen, each a dollar dearer than the one before
JOBS = 60


@pytest.fixture(autouse=True)
def quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pilot looks every 5 ms, not every 20, whether the program is idle after a key: a quarter of a typist's time."""
    monkeypatch.setattr("textual._wait.SLEEP_GRANULARITY", 0.005)


@pytest.fixture(autouse=True)
def no_motion(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual has read the environment before the tests set theirs."""
    monkeypatch.setattr("textual.constants.TEXTUAL_ANIMATIONS", "none")


@pytest.fixture
def drive(market: Market) -> Drive:
    """Runs the program on the test's market: ``async with drive("ada") as driver``.

    Over the socket, as with the embedded server, unless ``tcp=True``: then through the guest's account, with passwords.
    """

    @asynccontextmanager
    async def run(
        handle: str | None = None, *, size: tuple[int, int] = (80, 24), tcp: bool = False, refresh: str = "0.3"
    ) -> AsyncIterator[Driver]:
        if tcp:
            guest = await make_guest(market.operator_tcp)
            prepared = Prepared(guest, Door.GUEST)
        else:
            prepared = Prepared(market.operator._replace(embedded=True), Door.OPERATOR)
        settings = Settings(PHRESH_REFRESH_SECONDS=refresh)  # type: ignore[call-arg]
        app = PhreshApp(settings, prepared, handle, load_preferences())
        pilot: Pilot[int]
        async with app.run_test(size=size, notifications=True) as pilot:
            yield Driver(app, pilot)

    return run


@asynccontextmanager
async def long_list(market: Market, drive: Drive) -> AsyncIterator[Driver]:
    """Ada at a list of 60 jobs, with the cursor on the first and nothing under way."""
    await market.session("ada")
    await market.psql(
        "insert into cleanings (name, price, owner, created_at) select 'Job ' || n, 10 + n, 'm_zoe', "
        f"now() - n * interval '1 minute' from generate_series(1, {JOBS}) n"
    )
    async with drive("ada") as driver:
        await driver.until(lambda: driver.selected == "Job 1")
        await driver.pilot.pause()
        yield driver
