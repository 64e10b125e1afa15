"""Draws the pictures of README.md: the real program, on a real PostgreSQL, driven by key presses.

`make docs-images` runs it. The server, its data and what the program remembers lie in a temporary folder, so nothing of
whoever runs it is read or touched. The sample jobs come from a seed, so a picture changes when the program does.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

from phresh_tui.database import accounts, cleanings, offers
from phresh_tui.database.connections import connected
from phresh_tui.database.preparation import Prepared, prepare
from phresh_tui.database.samples import add_samples
from phresh_tui.database.session import Session
from phresh_tui.market.agenda import monday_of, start_of
from phresh_tui.market.cleaning import Booking, CleaningType, Draft
from phresh_tui.market.member import login_of
from phresh_tui.settings import Settings
from phresh_tui.tui.app import PhreshApp
from phresh_tui.tui.memory import EVERYTHING, no_longer_new
from phresh_tui.tui.themes import DARK, LIGHT
from tests.tui.support import Driver

IMAGES = Path(__file__).parent.parent / "docs" / "images"
SAMPLES = 400
SEED = 7
# whose program the pictures show, and who else is there
MEMBER, OTHER = "ben", "ada"


@dataclass(frozen=True, slots=True)
class Shown:
    """A job of one of the two.

    Attributes:
        owner: who posts it.
        name: what is to be done.
        description: more of it.
        kind: of cleaning.
        price: per hour.
        minutes: since it was posted.
        area: where.
        start: days from this Monday and the hour, or None.
        hours: about.
        claimed_by: who has it, or an empty text.
        offers: what others would do it for, with their words.

    """

    owner: str
    name: str
    description: str | None
    kind: CleaningType
    price: str
    minutes: int
    area: str
    start: tuple[int, float] | None = None
    hours: str | None = None
    claimed_by: str = ""
    offers: tuple[tuple[str, str, str], ...] = ()


DUST, SPOT, FULL = CleaningType.DUST_UP, CleaningType.SPOT_CLEAN, CleaningType.FULL_CLEAN
JOBS = (
    Shown(
        OTHER,
        "Wash the windows of a small flat",
        "Six windows, third floor.\nA ladder is in the hall.",
        SPOT,
        "20.50",
        4,
        "Old Town",
        (8, 9),
        "2",
    ),
    Shown(
        OTHER,
        "Deep clean before we move out",
        "Three rooms and a kitchen.\nKeys at the café below.",
        FULL,
        "32.00",
        11,
        "Harbour",
        (9, 10),
        "5.5",
    ),
    Shown(
        MEMBER,
        "Dust the bookshelves",
        "About four hundred books; dry cloths only, please.",
        DUST,
        "16.00",
        18,
        "Old Town",
    ),
    Shown(
        MEMBER,
        "Clean the attic",
        "Nobody has been there for years.",
        FULL,
        "22.00",
        60,
        "Old Town",
        (10, 10),
        "4",
        offers=((OTHER, "20.00", "I live next door and bring my own vacuum"), ("cleo", "23.50", "Any day but Friday")),
    ),
    Shown(
        OTHER,
        "Oven and fridge",
        "The oven has seen a lot of cooking.",
        SPOT,
        "24.00",
        95,
        "Harbour",
        (1, 9),
        "2.5",
        MEMBER,
    ),
    Shown(OTHER, "Stairs of the house, every week", None, DUST, "18.00", 120, "Harbour", (1, 14.5), "1.5", MEMBER),
    Shown(OTHER, "Carpets in the study", "Two of them, wool.", FULL, "27.00", 140, "Old Town", (4, 10), "3", MEMBER),
    Shown(MEMBER, "Hall and stairs, every Friday", None, SPOT, "18.50", 170, "Old Town", claimed_by=OTHER),
)


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture.

    Attributes:
        name: of its file, without the ending.
        size: columns and rows of the terminal.
        handle: who is signed in, or None for the question who.
        steps: what is done before it is taken.

    """

    name: str
    size: tuple[int, int]
    handle: str | None
    steps: Callable[[Driver], Coroutine[Any, Any, None]]


async def _browse(driver: Driver) -> None:
    await driver.browsing()
    await driver.press("j")
    await driver.see("Keys at the café below.")


async def _post(driver: Driver) -> None:
    await driver.browsing()
    await driver.press("n")
    await driver.see("Price per hour")
    await driver.type("Clean the balcony\tFlower pots may be moved.")
    await driver.press("tab", "tab")
    await driver.type("20,50\tOld Town\ttomorrow 9:00\t2.5")
    await driver.see("= 2.5 hours, about $51.25 in total")


async def _offers(driver: Driver) -> None:
    await driver.browsing()
    await driver.press("m")
    await driver.see("Clean the attic")
    await driver.until(lambda: all(detail.is_settled for detail in driver.details), "the offers")
    await driver.press("o")
    await driver.see("2 of 2 offers stand", "I live next door")


async def _agenda(driver: Driver) -> None:
    await driver.browsing()
    await driver.press("A")
    await driver.see("this week", "Oven and fridge")


async def _market(driver: Driver) -> None:
    await driver.browsing()
    await driver.press("M")
    await driver.see("Each day", "Time to claim", "median")


PICTURES = (
    Picture("browse", (100, 30), MEMBER, _browse),
    Picture("post", (100, 30), MEMBER, _post),
    Picture("offers", (100, 18), MEMBER, _offers),
    Picture("agenda", (100, 30), MEMBER, _agenda),
    Picture("market", (150, 42), MEMBER, _market),
)
LOOKS = {"dark": DARK.name, "light": LIGHT.name}


def _without_outside_addresses(picture: str) -> str:
    """Drops the fonts that would be fetched from elsewhere, and the line that says what made the picture.

    A viewer falls back to the monospace font that it has.
    """
    picture = re.sub(r"\s*@font-face \{.*?\}", "", picture, flags=re.DOTALL)
    picture = re.sub(r"\s*<!--.*?-->", "", picture, flags=re.DOTALL)
    picture = picture.replace("Fira Code, monospace", "monospace").replace(
        "font-family: arial", "font-family: sans-serif"
    )
    return "\n".join(line.rstrip() for line in picture.splitlines()) + "\n"


async def _fill(prepared: Prepared, settings: Settings) -> None:
    """Sample jobs, and on top of them those of two members, posted and claimed by the functions that members call."""
    operator = prepared.target
    await add_samples(operator, SAMPLES, seed=SEED)
    sessions: dict[str, Session] = {}
    for handle in (MEMBER, OTHER, "cleo"):
        await accounts.sign_up(operator, handle, None)
        sessions[handle] = await Session.open(operator.as_account(login_of(handle), None), settings)
    monday = start_of(monday_of(date.today()))
    try:
        for shown in JOBS:
            days = None if shown.start is None else timedelta(days=shown.start[0], hours=shown.start[1])
            draft = Draft(
                shown.name, shown.description, shown.kind, Decimal(shown.price), shown.area,
                None if days is None else monday + days, None if shown.hours is None else Decimal(shown.hours),
                Booking.BY_OFFER if shown.offers else Booking.INSTANTLY,
            )  # fmt: skip
            number = await cleanings.post(sessions[shown.owner], uuid4(), draft)
            if shown.claimed_by:
                session = sessions[shown.claimed_by]
                job = await cleanings.one(session, number)
                assert job is not None
                await cleanings.claim(session, uuid4(), job)
            for handle, price, words in shown.offers:
                await offers.make(sessions[handle], uuid4(), number, Decimal(price), words)
            # otherwise all of them would be of this moment
            async with connected(operator) as connection:
                await connection.execute(
                    "update public.cleanings set created_at = now() - make_interval(mins => $2, secs => 30), "
                    "updated_at = now() - make_interval(mins => $2) where id = $1",
                    number,
                    shown.minutes,
                )
    finally:
        for session in sessions.values():
            await session.close()


async def _take(picture: Picture, prepared: Prepared, settings: Settings) -> None:
    app = PhreshApp(settings, prepared, picture.handle)
    async with app.run_test(size=picture.size, notifications=True) as pilot:
        driver = Driver(app, pilot)
        await picture.steps(driver)
        await driver.until(lambda: all(detail.is_settled for detail in driver.details), "all that is known of the job")
        for field in app.screen.query("Input, TextArea"):
            cast("Any", field).cursor_blink = False
        app.clear_notifications()
        for look, theme in LOOKS.items():
            app.theme = theme
            await pilot.pause(0.3)
            svg = app.export_screenshot(title="phresh")
            file = IMAGES / f"{picture.name}-{look}.svg"
            file.write_text(_without_outside_addresses(svg), encoding="utf-8")
            sys.stdout.write(f"{file.relative_to(IMAGES.parent.parent)}\n")


async def _draw() -> None:
    settings = Settings()
    prepared = await prepare(settings, lambda _: None)
    try:
        await _fill(prepared, settings)
        # first steps and greetings are for those who come for the first time
        no_longer_new(EVERYTHING)
        for picture in PICTURES:
            await _take(picture, prepared, settings)
    finally:
        assert prepared.server is not None
        prepared.server.leave()


def main() -> None:
    """Draws all pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="phresh pictures "))
    # as root the server runs as a user of its own, who has to get in
    folder.chmod(0o711)
    for name in list(os.environ):
        if name.startswith(("POSTGRES_", "PHRESH_", "PG", "DATABASE_URL", "XDG_", "TEXTUAL_", "NO_COLOR")):
            del os.environ[name]
    os.environ |= {
        "PHRESH_DATA_DIR": str(folder / "data"),
        "XDG_STATE_HOME": str(folder / "state"),
        "PHRESH_REFRESH_SECONDS": "600",
        "TEXTUAL_ANIMATIONS": "none",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
    }
    os.chdir(folder)
    try:
        asyncio.run(_draw())
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
