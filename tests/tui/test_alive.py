"""What others do comes onto the screen by itself; a cut cable is told, survived, and loses nothing."""

from __future__ import annotations

from phresh_tui.database.preparation import Door, Prepared
from phresh_tui.settings import Settings
from phresh_tui.tui.app import PhreshApp
from phresh_tui.tui.screens.browse import BrowseScreen
from tests.support import Market, post
from tests.support_proxy import Proxy
from tests.tui.conftest import Drive
from tests.tui.support import Driver


async def test_what_another_member_does_is_seen_without_a_poll_and_what_was_hidden_when_it_is_shown(
    market: Market, drive: Drive
) -> None:
    ada = await market.session("ada")
    await market.member("bob")
    async with drive("bob", refresh="3600") as driver:
        await driver.browsing()
        session = driver.app.session
        assert session is not None
        await driver.until(lambda: session.is_bell_heard, "the bell")
        await post(ada, "Wash the windows")
        await driver.see("1 open job", "Wash the windows")
        await driver.press("m")
        await driver.see("My jobs")
        seen = driver.app.looks
        await post(ada, "Sweep the yard")
        looks = session._looks
        assert looks is not None
        await driver.until(lambda: driver.app.looks > seen and looks._timer is None, "the looks to be over")
        hidden = next(screen for screen in driver.app.screen_stack if isinstance(screen, BrowseScreen))
        assert hidden.looked != driver.app.looks, "nobody sees it now, so it is not read"
        await driver.press("escape")
        await driver.see("2 open jobs", "Sweep the yard")


async def test_a_cut_cable_is_told_loses_no_draft_and_shows_afterwards_what_happened(market: Market) -> None:
    bob = await market.session("bob")
    member = await market.member("ada", tcp=True)
    async with Proxy(market.cluster.port) as proxy:
        target = member._replace(port=proxy.port, sslmode="disable", connect_timeout=0.6)
        settings = Settings(PHRESH_REFRESH_SECONDS="3600", PHRESH_HEARTBEAT_SECONDS="0.3")  # type: ignore[call-arg]
        app = PhreshApp(settings, Prepared(target, Door.MEMBER))
        async with app.run_test(notifications=True) as pilot:
            driver = Driver(app, pilot)
            await driver.browsing()
            await driver.press("n")
            await driver.see("Price per hour")
            await driver.type("Half a thought")
            proxy.swallow()
            # nobody has asked anything: the heartbeat finds out, and the line at the top says what is being done
            await driver.see("reconnecting, ", "Half a thought")
            await driver.see("next try in ")
            await driver.type(" more")
            await post(bob, "Posted meanwhile")
            proxy.pass_on()
            await driver.see("● connected", "Half a thought more", seconds=20)
            await driver.press("escape")
            await driver.see("1 open job", "Posted meanwhile")
            await driver.press("n")
            await driver.see("Half a thought more")
