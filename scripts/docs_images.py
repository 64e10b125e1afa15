"""Draws the pictures of README.md and docs/tour.md: the real program, on a real PostgreSQL, driven by key presses.

`make docs-images` runs it. The server, its data and what the program remembers lie in a temporary folder, so nothing of
whoever runs it is read or touched. The sample jobs come from a seed, so a picture changes when the program does.
"""

from __future__ import annotations

import asyncio
import os
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

from phresh_tui.database import accounts, cleanings, events, offers, people
from phresh_tui.database.connections import connected
from phresh_tui.database.preparation import Prepared, prepare
from phresh_tui.database.samples import add_samples
from phresh_tui.database.session import Session
from phresh_tui.database.target import Target
from phresh_tui.market.agenda import monday_of, start_of
from phresh_tui.market.cleaning import Booking, CleaningType, Draft
from phresh_tui.market.member import login_of
from phresh_tui.market.record import ASPECTS
from phresh_tui.settings import Settings
from phresh_tui.tui.app import PhreshApp
from phresh_tui.tui.memory import EVERYTHING, no_longer_new
from phresh_tui.tui.themes import DARK, LIGHT
from scripts.svg import squeezed
from tests.tui.support import Driver

IMAGES = Path(__file__).parent.parent / "docs" / "images"
SAMPLES = 400
SEED = 7
# whose program the pictures show, and who else is there
MEMBER, OTHER, THIRD = "ben", "ada", "cleo"
PROFILES = {
    MEMBER: ("Ben", "Windows and floors, early in the morning.", "Old Town, Harbour"),
    OTHER: ("Ada", "I bring my own vacuum.", "Old Town"),
    THIRD: ("Cleo", "Ovens are my favourite. Never on Fridays.", "Harbour, Station"),
}


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
        offers=(
            (OTHER, "20.00", "I live next door and bring my own vacuum. Saturday morning would suit me best."),
            (THIRD, "23.50", "Any day but Friday"),
        ),
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
class Past:
    """A job that is over, with both reviews.

    Attributes:
        owner: who posted it.
        cleaner: who did it.
        name: what was done.
        kind: of cleaning.
        price: per hour.
        hours: that it took.
        weeks: since it was done.
        stars: overall, professionalism, completeness and efficiency of the cleaner, and overall of the owner.
        words: of the owner.

    """

    owner: str
    cleaner: str
    name: str
    kind: CleaningType
    price: str
    hours: str
    weeks: int
    stars: tuple[int, int, int, int, int]
    words: tuple[str, str]


PAST = (
    Past(OTHER, MEMBER, "Windows of the shop", SPOT, "23", "3", 9, (5, 5, 5, 4, 5), ("Not a streak", "")),
    Past(OTHER, MEMBER, "Floors after the painters", FULL, "28", "4.5", 7, (4, 5, 4, 3, 5), ("Thorough, not fast", "")),
    Past(THIRD, MEMBER, "Stairs of the house", DUST, "17", "2", 5, (5, 5, 4, 5, 4), ("Quick and friendly", "")),
    Past(THIRD, MEMBER, "Office before the audit", FULL, "30", "6", 3, (5, 5, 5, 5, 5), ("Would book again", "")),
    Past(OTHER, MEMBER, "Kitchen after the party", FULL, "26", "3.5", 1, (5, 4, 5, 4, 5), ("All of it shines", "")),
    Past(MEMBER, OTHER, "Cellar", FULL, "24", "4", 8, (5, 5, 5, 4, 5), ("Came early", "")),
    Past(MEMBER, OTHER, "Bathroom tiles", SPOT, "22", "2", 4, (4, 5, 4, 4, 5), ("Good work", "")),
    Past(MEMBER, THIRD, "Curtains", DUST, "18", "3", 6, (5, 5, 5, 5, 5), ("Careful with the silk", "")),
    Past(MEMBER, OTHER, "Mirrors in the hall", SPOT, "20", "1", 0, (5, 5, 5, 5, 5), ("", "")),
    Past(MEMBER, THIRD, "Oven", SPOT, "25", "1.5", 2, (4, 4, 5, 4, 4), ("Clean to the last corner", "")),
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
    driver.app.screen.query_one("#form").scroll_home(animate=False)
    await driver.see("Name")


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


async def _mine(driver: Driver) -> None:
    await driver.browsing()
    await driver.press("m")
    await driver.see("Clean the attic", "Oven and fridge")
    await driver.press("j", "j")


async def _review(driver: Driver) -> None:
    await driver.browsing()
    await driver.press("m")
    await driver.see("Reviews to write", "Mirrors in the hall")
    await driver.press("j")
    await driver.until(lambda: all(detail.is_settled for detail in driver.details), "which keys there are")
    await driver.press("v")
    await driver.see("overall")
    await driver.press("5", "tab", "4", "tab", "5", "tab", "5", "tab")
    await driver.type("Not a fingerprint left")


async def _profile(driver: Driver) -> None:
    await driver.browsing()
    await driver.press("P")
    await driver.see("Works in", "Reviews")


PICTURES = (
    Picture("browse", (100, 30), MEMBER, _browse),
    Picture("post", (100, 34), MEMBER, _post),
    Picture("offers", (120, 18), MEMBER, _offers),
    Picture("mine", (100, 26), MEMBER, _mine),
    Picture("review", (80, 24), MEMBER, _review),
    Picture("profile", (100, 26), MEMBER, _profile),
    Picture("agenda", (100, 30), MEMBER, _agenda),
    Picture("market", (150, 42), MEMBER, _market),
)
LOOKS = {"dark": DARK.name, "light": LIGHT.name}
# the window around a light picture: Rich draws a dark one
LIGHT_WINDOW = {"#292929": "#dfe5e2", "#c5c8c6": "#454d4a", "rgba(255,255,255,0.35)": "rgba(0,0,0,0.25)"}


async def _fill(prepared: Prepared, settings: Settings) -> None:
    """Sample jobs, and on top of them those of two members, posted and claimed by the functions that members call."""
    operator = prepared.target
    await add_samples(operator, SAMPLES, seed=SEED)
    sessions: dict[str, Session] = {}
    for handle, (name, bio, areas) in PROFILES.items():
        await accounts.sign_up(operator, handle, None)
        session = sessions[handle] = await Session.open(operator.as_account(login_of(handle), None), settings)
        await people.set_profile(session, uuid4(), name=name, bio=bio, areas=areas)
    monday = start_of(monday_of(date.today()))
    try:
        for past in PAST:
            await _live_through(past, sessions, operator)
        await events.mark_all_read(sessions[MEMBER], request=uuid4())
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


async def _live_through(past: Past, sessions: dict[str, Session], operator: Target) -> None:
    """From the post to both reviews, and then some weeks back."""
    owner, cleaner = sessions[past.owner], sessions[past.cleaner]
    draft = Draft(past.name, None, past.kind, Decimal(past.price), "Old Town")
    number = await cleanings.post(owner, uuid4(), draft)
    job = await cleanings.one(cleaner, number)
    assert job is not None
    await cleanings.claim(cleaner, uuid4(), job)
    await cleanings.finish(cleaner, uuid4(), number, Decimal(past.hours))
    await cleanings.confirm(owner, uuid4(), number)
    *of_cleaner, of_owner = past.stars
    if past.words[0]:
        await people.review(owner, uuid4(), number, dict(zip(ASPECTS, of_cleaner, strict=True)), *past.words)
    await people.review(cleaner, uuid4(), number, {"overall": of_owner}, "A pleasure")
    async with connected(operator) as connection:
        await connection.execute(
            """
            with past as (select make_interval(weeks => $2) as weeks), jobs as (
                update public.cleanings set created_at = created_at - weeks, updated_at = updated_at - weeks,
                    claimed_at = claimed_at - weeks, done_at = done_at - weeks from past where id = $1
            ), reviews as (
                update public.reviews set written_at = written_at - weeks from past where cleaning_id = $1
            ), members as (
                update public.members set joined_at = least(joined_at, now() - interval '40 weeks')
            )
            update public.events set happened_at = happened_at - weeks from past where cleaning_id = $1
            """,
            number,
            past.weeks,
        )


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
            for before, after in LIGHT_WINDOW.items() if look == "light" else ():
                svg = svg.replace(before, after)
            file = IMAGES / f"{picture.name}-{look}.svg"
            file.write_text(squeezed(svg), encoding="utf-8")
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
