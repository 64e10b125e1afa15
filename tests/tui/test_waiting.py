"""A database that does not answer: every screen says so on its first frame, and its keys work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from rich.console import RenderableType
from textual.screen import Screen

from phresh_tui.database import cleanings, offers, people
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Booking
from phresh_tui.market.record import Profile
from phresh_tui.tui.app import PhreshApp
from phresh_tui.tui.screens.base import MarketScreen
from phresh_tui.tui.screens.browse import BrowseScreen
from phresh_tui.tui.screens.history import HistoryScreen
from phresh_tui.tui.screens.inbox import InboxScreen
from phresh_tui.tui.screens.job_keys import JobKeys
from phresh_tui.tui.screens.mine import MineScreen
from phresh_tui.tui.screens.offers import OffersScreen
from phresh_tui.tui.screens.post import PostScreen
from phresh_tui.tui.widgets.detail import JobDetail
from tests.support import Market, draft, post
from tests.support_proxy import Proxy
from tests.tui.conftest import Drive
from tests.tui.support import Driver
from tests.tui.test_slow import program


class FirstFrames:
    """What each screen showed when it was painted for the first time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.text: dict[Screen[Any], str] = {}
        display = PhreshApp._display

        def watched(app: PhreshApp, screen: Screen[Any], renderable: RenderableType | None) -> None:
            display(app, screen, renderable)
            if screen is app.screen and screen.is_mounted and screen not in self.text:
                self.text[screen] = "\n".join(
                    "".join(segment.text for segment in strip) for strip in screen._compositor.render_strips()
                )

        monkeypatch.setattr(PhreshApp, "_display", watched)


@pytest.fixture
def frames(monkeypatch: pytest.MonkeyPatch) -> FirstFrames:
    return FirstFrames(monkeypatch)


@pytest.fixture
async def silent(market: Market) -> AsyncIterator[tuple[Driver, Proxy]]:
    """Bob's program, and what stands between it and the database; he has an offer to answer and work to do."""
    ada, bob = await market.session("ada"), await market.session("bob", tcp=True)
    await post(ada, "Sweep the yard")
    by_offer = draft("Clean the attic")._replace(booking=Booking.BY_OFFER)
    await offers.make(ada, uuid4(), await cleanings.post(bob, uuid4(), by_offer), Decimal(18), "gladly")
    soon = draft("Kitchen")._replace(starts_at=datetime.now(UTC) + timedelta(hours=1), hours=Decimal(2))
    job = await cleanings.one(bob, await cleanings.post(ada, uuid4(), soon))
    assert job is not None
    await cleanings.claim(bob, uuid4(), job)
    async with Proxy(market.cluster.port) as proxy:
        target = bob.target._replace(port=proxy.port, sslmode="disable")
        async with program(target) as driver:
            await driver.browsing()
            yield driver, proxy
            proxy.let_go()


async def known(driver: Driver) -> None:
    """Waits until the job under the cursor is shown, and nothing of it is on its way."""

    def is_all_there() -> bool:
        screen = driver.app.screen
        selected = screen.shown_job if isinstance(screen, JobKeys) else None
        shown = [detail.job.id for detail in screen.query(JobDetail) if detail.job is not None]
        return all(detail.is_settled for detail in driver.details) and (selected is None or shown == [selected.id])

    await driver.until(is_all_there, "all that is known of the job")


# the key of each place, what stands there while it is read, and what afterwards
PLACES = {
    "m": ("Looking for your jobs …", "Clean the attic"),
    "A": ("reading …", "this week"),
    "I": ("Reading …", "1 event, 1 unread"),
    "P": ("reading …", "member since"),
    "M": ("reading …", "median"),
}


async def test_every_place_says_that_it_reads_and_hears_keys(silent: tuple[Driver, Proxy], frames: FirstFrames) -> None:
    driver, proxy = silent
    for key, (waits, there) in PLACES.items():
        await known(driver)
        proxy.hold()
        await driver.press(key)
        screen = driver.app.screen
        assert not isinstance(screen, BrowseScreen), f"{key} opens at once"
        assert waits in frames.text[screen], f"the first frame after {key}:\n{frames.text[screen]}"
        await driver.press("down", "pagedown", "up", "tab", "question_mark")
        await driver.see("What you can do here")
        await driver.press("escape")
        assert driver.app.screen is screen
        assert waits in driver.text, driver.text
        await driver.press("escape")
        assert isinstance(driver.app.screen, BrowseScreen), f"Escape leaves what {key} has opened"
        await driver.press(key)
        if key == "A":
            # a week that is not here is not written as one without jobs
            await driver.press("x")
            await driver.see("The week is still being read")
        proxy.let_go()
        await driver.not_see(waits)
        await driver.see(there)
        await driver.press("escape")


async def test_what_is_opened_from_a_list_says_that_it_reads(silent: tuple[Driver, Proxy], frames: FirstFrames) -> None:
    driver, proxy = silent
    await driver.press("m")
    await driver.see("Clean the attic", "Kitchen")
    opened: dict[str, tuple[type[MarketScreen], str, str]] = {
        "o": (OffersScreen, "Looking for offers …", "gladly"),
        "t": (HistoryScreen, "Looking …", "you posted"),
        "e": (PostScreen, "Reading what is stored …", "Seen by you alone"),
    }
    for key, (kind, waits, there) in opened.items():
        await known(driver)
        proxy.hold()
        await driver.press(key)
        screen = driver.app.screen
        assert isinstance(screen, kind)
        # the form is longer than the terminal: what is said of the private details stands at its end
        shown = frames.text[screen] if key != "e" else str(screen.query_one("#who-sees").render())
        assert waits in shown, shown
        await driver.press("down", "up", "escape")
        assert isinstance(driver.app.screen, MineScreen)
        await driver.press(key)
        proxy.let_go()
        if key == "e":
            await driver.press(*["tab"] * 10)
        await driver.see(there)
        await driver.press("escape")
    # another tab, another job: the row is there at once, and the stars of the other side come
    await known(driver)
    proxy.hold()
    await driver.press("down")
    await driver.see("posted by @ada, … · ")
    proxy.let_go()
    await driver.see("posted by @ada, no stars")


async def test_everything_is_read_on_a_slow_line_where_something_happens_all_the_time(
    silent: tuple[Driver, Proxy],
) -> None:
    driver, proxy = silent
    await known(driver)
    proxy.delay = 0.06

    async def keep_ringing() -> None:
        while True:
            driver.app.look_again()
            await asyncio.sleep(0.1)

    ringing = asyncio.create_task(keep_ringing())
    for key, (_, there) in PLACES.items():
        await driver.press(key)
        await driver.see(there)
        await driver.press("escape")
    await driver.press("m")
    await driver.see("Clean the attic", "1 offer, from")
    await known(driver)
    for key, there in (("o", "gladly"), ("t", "you posted")):
        await driver.press(key)
        await driver.see(there)
        await driver.press("escape")
    await driver.press("down")
    await driver.see("posted by @ada, no stars")
    ringing.cancel()


async def test_a_claim_shows_the_phone_also_when_the_profile_was_being_read(
    market: Market, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    await people.set_profile(ada, uuid4(), phone="0151 99")
    job = await post(ada, "Sweep the yard")
    read, asked, answers = people.profile, asyncio.Event(), asyncio.Event()

    async def slow(session: Session, handle: str) -> Profile:
        found = await read(session, handle)
        asked.set()
        await answers.wait()
        return found

    monkeypatch.setattr(people, "profile", slow)
    async with drive("bob") as driver:
        await driver.browsing()
        await asked.wait()
        await cleanings.claim(bob, uuid4(), job)
        await driver.see("claimed by you")
        answers.set()
        await driver.see("0151 99")


async def test_what_is_searched_moved_or_jumped_to_says_that_it_is_on_its_way(silent: tuple[Driver, Proxy]) -> None:
    driver, proxy = silent
    await known(driver)
    proxy.hold()
    await driver.press("colon", *"zzqq")
    await driver.see("Loading...")
    await driver.press("escape")
    assert isinstance(driver.app.screen, BrowseScreen)
    # what is typed stands there, and what is shown stays until the answer is there
    await driver.press("slash", *"sweep")
    await driver.see("searching … ", "“sweep”", "Clean the attic")
    await driver.press("enter", "down", "up", "escape", "slash", *"yard")
    await driver.see("searching … ", "“yard”")
    proxy.let_go()
    await driver.see("1 open job ")
    assert driver.selected == "Sweep the yard"
    await driver.press("escape")
    await driver.see("2 open jobs")
    await known(driver)
    # what nothing has is not told before something like it was looked for
    proxy.hold(b"from public.words where word = any")
    await driver.press("slash", *"yrad")
    await driver.until(lambda: proxy.holds, "the question for words like that")
    await driver.see("searching … ", "“yrad”")
    assert "Nothing fits" not in driver.text
    await driver.press("x")
    await driver.see("“yradx”")
    await driver.press("backspace")
    proxy.let_go()
    await driver.see("1 open job ", "nothing with “yrad”; showing “yard”")
    await driver.press("escape")
    await driver.see("2 open jobs")
    await known(driver)
    proxy.hold()
    await driver.press("g", *"2026-01-01", "enter")
    await driver.see("searching … ")
    proxy.let_go()
    await driver.see("2 open jobs")
    await known(driver)
    proxy.hold()
    # the form of the filter asks nobody
    await driver.press("f")
    await driver.see("Show only")
    await driver.press("escape")
    proxy.let_go()
    await driver.press("I")
    await driver.see("offered to do it")
    await known(driver)
    proxy.hold()
    await driver.press("enter")
    await driver.see("Looking for job ")
    assert isinstance(driver.app.screen, InboxScreen)
    proxy.let_go()
    await driver.until(lambda: isinstance(driver.app.screen, MineScreen), "the job")
    assert "Looking for job " not in driver.text
    await driver.press("escape", "escape")
    await driver.browsing()
    while driver.selected != "Sweep the yard":
        await driver.press("down")
    await known(driver)
    proxy.hold()
    await driver.press("c")
    await driver.see("Claim “Sweep the yard”")
    await driver.press("y")
    await driver.see("is on its way …")
    await driver.press("up")
    assert driver.selected == "Clean the attic", "the list goes on"
    proxy.let_go()
    await driver.see("is yours")
    assert "is on its way" not in driver.text


async def test_a_list_that_could_not_be_read_is_read_again_without_a_key(market: Market, drive: Drive) -> None:
    await post(await market.session("ada"))
    async with drive("ada", refresh="3600") as driver:
        await driver.browsing()
        # of the bell that is heard; afterwards there is no reason to look again
        await driver.until(lambda: driver.app.looks == 2, "both looks")
        await market.psql("alter table cleanings rename to elsewhere")
        await driver.press("m")
        await driver.see("does not exist", "Posted …", "Claimed …")
        await market.psql("alter table elsewhere rename to cleanings")
        await driver.see("Posted 1", "Claimed 0")
