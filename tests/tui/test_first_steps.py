"""The first time: three short questions, and one line about each screen; never again."""

from __future__ import annotations

import pytest

from phresh_tui.database.connections import connected
from phresh_tui.database.session import Link
from phresh_tui.market.member import check_handle
from phresh_tui.paths import state_folder
from phresh_tui.tui.own_name import FIRST, SECOND, own_name
from phresh_tui.tui.screens.browse import BrowseScreen
from phresh_tui.tui.screens.menu import Menu
from tests.support import Market
from tests.tui.conftest import Drive


@pytest.fixture(autouse=True)
def newcomer(home: object) -> None:
    (state_folder() / "told.json").unlink()


async def test_three_questions_and_then_never_again(market: Market, drive: Drive) -> None:
    async with drive() as driver:
        await driver.see("Who are you?  (1 of 3)")
        await driver.type("ada\n")
        await driver.see("2 of 3: what is in the market?", "200 jobs of sample members")
        await driver.press("enter")
        await driver.see("3 of 3: light or dark?")
        await driver.press("j", "j")
        await driver.until(lambda: driver.app.theme == "phresh-light", "the light theme")
        await driver.press("enter")
        # the line about the first screen, with its own keys
        await driver.see("c claim · ", "says more")
        await driver.see("sample jobs are there")
        await driver.until(lambda: isinstance(driver.app.screen, BrowseScreen))
        await driver.press("n")
        await driver.see("^s post", "F1 says more")
        # what the keys of another screen are is told no longer
        assert "c claim" not in driver.text
        await driver.press("escape")
        driver.app.clear_notifications()
        await driver.press("n")
        await driver.see("Price per hour")
        assert "says more" not in driver.text
    async with drive("ada") as driver:
        await driver.browsing()
        assert driver.app.theme == "phresh-light"
        assert "says more" not in driver.text


async def test_each_question_is_skipped_by_escape(market: Market, drive: Drive) -> None:
    async with drive() as driver:
        await driver.see("(1 of 3)")
        await driver.type("ada\n")
        await driver.see("2 of 3")
        await driver.press("escape")
        await driver.see("3 of 3")
        await driver.press("escape")
        await driver.see("c claim · ", "says more")
        await driver.see("No open jobs yet")
        assert driver.app.theme == "phresh-dark"
        assert not isinstance(driver.app.screen, Menu)


async def test_whoever_is_quicker_than_a_question_is_asked_afterwards(market: Market, drive: Drive) -> None:
    async with drive(refresh="60") as driver, connected(market.operator) as operator:
        await driver.see("(1 of 3)")
        async with operator.transaction():
            # so long nobody knows whether the market is empty
            await operator.execute("lock table public.cleanings in access exclusive mode")
            await driver.type("ada\n")
            await driver.see("Looking for jobs")
            await driver.press("n")
            await driver.see("Price per hour")
        await driver.until(lambda: driver.app.session is not None and driver.app.session.link is Link.CONNECTED)
        await driver.type("Oven")
        await driver.see("Price per hour", "Oven")
        await driver.press("escape")
        await driver.see("2 of 3")


async def test_even_the_first_question_is_skipped_by_escape(
    market: Market, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "Ada.L")
    async with drive() as driver:
        await driver.see("(1 of 3)", "Esc skips this, and you are", "@ada_l.")
        await driver.press("escape")
        await driver.see("2 of 3", "@ada_l")
        await driver.press("escape")
        await driver.see("3 of 3")
        await driver.press("escape")
        await driver.see("No open jobs yet")
    # a name that something else on the server has is no reason to ask again
    monkeypatch.setattr("getpass.getuser", lambda: "Some Service")
    await market.psql("create role m_some_service createdb")
    try:
        (state_folder() / "told.json").unlink()
        async with drive() as driver:
            await driver.see("you are", "@some_service.")
            await driver.press("escape")
            await driver.see("2 of 3")
            assert driver.app.session is not None
            assert driver.app.session.handle.partition("_")[0] in FIRST
    finally:
        await market.psql("drop role m_some_service")


def test_whoever_is_nobody_gets_a_friendly_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, handle in (("bob", "bob"), ("Zoë Núñez", "zoe_nunez")):
        monkeypatch.setattr("getpass.getuser", lambda name=name: name)
        assert own_name() == handle
    every = {f"{first}_{second}" for first in FIRST for second in SECOND}
    for name in ("root", "1", "phresh", "Administrator", "窓"):
        monkeypatch.setattr("getpass.getuser", lambda name=name: name)
        assert own_name() in every
        assert own_name(every - {"quiet_otter"}) == "quiet_otter"
        assert check_handle(own_name(every)) not in every
