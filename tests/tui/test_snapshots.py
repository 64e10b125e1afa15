"""What the screens look like, at the sizes of a small and of a large terminal.

A snapshot that differs is looked at (snapshot_report.html) before `pytest --snapshot-update` accepts it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from phresh_tui.database.preparation import Door, Prepared
from phresh_tui.settings import Settings
from phresh_tui.tui.app import PhreshApp
from tests.support import Market
from tests.tui.gallery import READING
from tests.tui.support import Driver

Compare = Callable[..., bool]
SIZES = pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=["80x24", "160x48"])

JOBS = """
insert into cleanings (name, description, cleaning_type, price, owner, created_at, updated_at, status, claimed_by,
    agreed_price, claimed_at)
select name, description, cleaning_type, price::numeric, owner, now() - age, now() - age, status, claimed_by,
    case when claimed_by is not null then price end, case when claimed_by is not null then now() - age end
from (values
    ('Wash the windows', e'All six of them.\nThe small one in the hall too; a ladder is there.', 'spot_clean', 20.50,
        'm_ada', interval '90 s', 'open', null),
    ('Deep clean before we move out, four rooms and a kitchen that has seen a lot of cooking', null, 'full_clean', 35,
        'm_zoe', '3.5 h', 'open', null),
    ('大掃除 🧽 窓拭きと床', 'ユニコード', 'full_clean', 28, 'm_kenji_with_a_long_handle', '26 h', 'open', null),
    ('نظافة الشقة', null, 'dust_up', 12.05, 'm_zoe', '3.5 d', 'open', null),
    ('👩‍👩‍👧‍👦 family flat, [red]not markup[/red]', null, 'dust_up', 99999999.99, 'm_zoe', '30 d', 'open', null),
    ('Iron the curtains', 'Twelve.', 'dust_up', 15, 'm_bob', '20 m', 'open', null),
    ('Oven', null, 'spot_clean', 18, 'm_bob', '40 m', 'claimed', 'm_ada'),
    ('Hall and stairs', null, 'spot_clean', 18, 'm_bob', '50 m', 'cancelled', null),
    ('Bathroom', 'Tiles.', 'full_clean', 22, 'm_ada', '70 m', 'claimed', 'm_bob')
) as job (name, description, cleaning_type, price, owner, age, status, claimed_by)
"""


@pytest.fixture
async def filled(market: Market) -> Market:
    for handle in ("ada", "bob"):
        await market.member(handle)
    await market.psql(JOBS)
    return market


def app_for(market: Market, handle: str | None) -> PhreshApp:
    # a poll would only ever show the same again
    settings = Settings(PHRESH_REFRESH_SECONDS="600")  # type: ignore[call-arg]
    return PhreshApp(settings, Prepared(replace(market.operator, embedded=True), Door.OPERATOR), handle)


def steps(*keys: str, see: str, first: str = "open jobs") -> Callable[[Pilot[int]], object]:
    """Waits for the first text, presses the keys, waits for the last text; the cursor of a field does not blink."""

    async def run(pilot: Pilot[int]) -> None:
        app = pilot.app
        assert isinstance(app, PhreshApp)
        driver = Driver(app, pilot)
        await driver.see(first)
        for key in keys:
            await driver.press(key)
            await pilot.pause()
        await driver.see(see)
        await driver.until(lambda: all(detail.is_settled for detail in driver.details), "all that is known of the job")
        await driver.until(lambda: driver.is_counted, "how many jobs there are")
        await driver.until(lambda: not any(worker.is_running and worker.group in READING for worker in app.workers))
        for field in app.screen.query("Input, TextArea"):
            field.cursor_blink = False  # type: ignore[attr-defined]
        await pilot.pause()
        # messages that go away by themselves belong to no picture
        app.clear_notifications()
        await asyncio.sleep(0.05)
        await pilot.pause()

    return run


SCREENS = {
    "browse": steps(see="@ada"),
    "browse_selected": steps("j", "j", see="no. 2"),
    "claim": steps("c", see="Claim “"),
    "search": steps("slash", "w", "i", "n", see="“win”"),
    "search_without_hit": steps("slash", "q", "q", "q", see="Nothing fits"),
    "filter": steps("f", see="Price per hour from"),
    "now": steps("m", see="[Now 3]"),
    "posted": steps("m", "tab", see="[Posted 3]"),
    "claimed": steps("m", "tab", "tab", see="[Claimed 1]"),
    "reason": steps("m", "tab", "X", see="why?"),
    "help": steps("question_mark", see="What you can do here"),
    "post": steps("n", see="Price per hour"),
    "post_wrong": steps("n", "tab", "a", "tab", "tab", "minus", "1", "ctrl+s", see="✗ A price is more than zero"),
    "post_understood": steps("n", "O", "v", "tab", "tab", "right", "tab", "2", "0", "comma", "5", see="= $20.50"),
}


@SIZES
@pytest.mark.parametrize("screen", SCREENS)
def test_screen_looks_as_it_did(filled: Market, snap_compare: Compare, screen: str, size: tuple[int, int]) -> None:
    assert snap_compare(app_for(filled, "bob"), terminal_size=size, run_before=SCREENS[screen])


@SIZES
def test_sign_in_looks_as_it_did(filled: Market, snap_compare: Compare, size: tuple[int, int]) -> None:
    run = steps(first="Who are you?", see="@bob")
    assert snap_compare(app_for(filled, None), terminal_size=size, run_before=run)


@SIZES
def test_sign_up_with_a_password_looks_as_it_did(filled: Market, snap_compare: Compare, size: tuple[int, int]) -> None:
    # the port of a test's server is another one each time
    settings = Settings()
    prepared = Prepared(replace(filled.operator, host="market.example.org", port=5432, embedded=False), Door.GUEST)
    run = steps("ctrl+n", "a", "d", "tab", "x", first="Ctrl+N", see="Password again")
    assert snap_compare(PhreshApp(settings, prepared), terminal_size=size, run_before=run)


@SIZES
def test_an_empty_market_looks_as_it_did(market: Market, snap_compare: Compare, size: tuple[int, int]) -> None:
    asyncio.run(_sign_up(market))
    run = steps(first="No open jobs yet", see="samples")
    assert snap_compare(app_for(market, "ada"), terminal_size=size, run_before=run)


@SIZES
def test_the_change_of_a_password_looks_as_it_did(filled: Market, snap_compare: Compare, size: tuple[int, int]) -> None:
    wait = steps(see="@ada")

    async def run(pilot: Pilot[int]) -> None:
        await wait(pilot)  # type: ignore[misc]
        assert isinstance(pilot.app, PhreshApp)
        pilot.app.action_change_password()
        await Driver(pilot.app, pilot).see("The same again")
        for field in pilot.app.screen.query("Input"):
            field.cursor_blink = False  # type: ignore[attr-defined]
        await pilot.pause()

    assert snap_compare(app_for(filled, "bob"), terminal_size=size, run_before=run)


async def _sign_up(market: Market) -> None:
    await market.member("ada")
