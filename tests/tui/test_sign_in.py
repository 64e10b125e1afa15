"""Signing in, up and out."""

from __future__ import annotations

from phresh_tui.database.market_settings import set_market_setting
from phresh_tui.tui.screens.sign_in import SignInScreen
from tests.support import PASSWORD, Market
from tests.tui.conftest import Drive


async def test_with_the_embedded_server_a_new_handle_is_all_it_takes(market: Market, drive: Drive) -> None:
    async with drive() as driver:
        await driver.see("Who are you?")
        await driver.type("ada")
        await driver.press("enter")
        await driver.browsing()
        await driver.see("@ada", "embedded", "● connected")
    user = await market.psql(
        "select usename from pg_stat_activity where usename like 'm\\_%' and datname = $1", market.database
    )
    assert not user, "the member's connections are closed with the program"


async def test_a_handle_that_exists_is_picked_from_the_list(market: Market, drive: Drive) -> None:
    await market.member("ada")
    await market.member("bob")
    async with drive() as driver:
        await driver.see("@ada", "@bob")
        await driver.press("down", "down", "enter")
        await driver.see("@bob", "● connected")


async def test_a_handle_that_is_none_says_why_and_stays(market: Market, drive: Drive) -> None:
    async with drive() as driver:
        await driver.see("Who are you?")
        await driver.type("Ada")
        await driver.press("enter")
        await driver.see("Ada", "A handle has 3 to 31 small letters", "does not begin")
        await driver.press("end", *["backspace"] * 3)
        await driver.type("phresh")
        await driver.press("enter")
        await driver.see("phresh", "is taken")


async def test_the_handle_of_the_last_sign_in_is_remembered(market: Market, drive: Drive) -> None:
    async with drive() as driver:
        await driver.see("Who are you?")
        await driver.type("carla")
        await driver.press("enter")
        await driver.browsing()
    async with drive() as driver:
        await driver.see("carla")
        await driver.press("enter")
        await driver.see("@carla", "● connected")


async def test_over_tcp_a_newcomer_signs_up_and_comes_back_with_the_password(market: Market, drive: Drive) -> None:
    async with drive(tcp=True) as driver:
        await driver.see("Enter signs you in. Ctrl+N if you are new here.")
        await driver.press("ctrl+n")
        await driver.see("Password again")
        await driver.type("dora")
        await driver.press("tab")
        await driver.type(PASSWORD)
        await driver.press("tab")
        await driver.type(PASSWORD)
        assert PASSWORD not in driver.text
        await driver.press("enter")
        await driver.browsing()
        await driver.see("@dora", "127.0.0.1")
        doors = await market.psql("select from pg_stat_activity where usename = 'phresh_guest'")
        assert not doors, "the door is closed behind the member"
    async with drive(tcp=True) as driver:
        await driver.see("dora")
        await driver.type("not the password")
        await driver.press("enter")
        await driver.see("Wrong handle or password for member dora")
        assert "dora" in driver.text
        await driver.press(*["backspace"] * 20)
        await driver.type(PASSWORD)
        await driver.press("enter")
        await driver.see("● connected")


async def test_each_refusal_of_a_sign_up_has_its_own_words(market: Market, drive: Drive) -> None:
    await market.member("ada", tcp=True)
    async with drive(tcp=True) as driver:
        await driver.see("Who are you?")
        await driver.press("ctrl+n")
        await driver.type("ada\tshort\tshort\n")
        await driver.see("A password has at least 8 characters")
        await driver.type(" but longer now")
        await driver.press("enter")
        await driver.see("The two passwords differ")
        await driver.press("tab")
        await driver.type(" but longer now")
        await driver.press("enter")
        await driver.see("The handle ada is taken")
        await set_market_setting(market.operator, "sign_up", "closed")
        await driver.press("shift+tab", "shift+tab", "end", "x")
        await driver.press("enter")
        await driver.see("adax", "Sign-up is closed")


async def test_a_password_is_changed_in_the_program(market: Market, drive: Drive) -> None:
    await market.member("ada", tcp=True)
    async with drive(tcp=True) as driver:
        await driver.see("Who are you?")
        await driver.type(f"ada\t{PASSWORD}\n")
        await driver.browsing()
        await driver.press("ctrl+p")
        await driver.type("change passw")
        await driver.see("Give your account a new one")
        await driver.press("enter")
        await driver.see("New password")
        await driver.type("a fresh secret\na fresh secret\n")
        await driver.see("Your password is changed")
        await driver.browsing()
    async with drive(tcp=True) as driver:
        await driver.see("ada")
        await driver.type("a fresh secret\n")
        await driver.see("● connected")


async def test_signing_out_asks_again_who_you_are(market: Market, drive: Drive) -> None:
    await market.member("ada")
    async with drive("ada") as driver:
        await driver.browsing()
        await driver.press("ctrl+p")
        await driver.type("sign out")
        await driver.see("Close the connections and ask who you are")
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, SignInScreen))
        await driver.see("Who are you?")
        assert driver.app.session is None
