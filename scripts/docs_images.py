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
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

from phresh_tui.database import accounts, cleanings
from phresh_tui.database.connections import connected
from phresh_tui.database.preparation import Prepared, prepare
from phresh_tui.database.samples import add_samples
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import CleaningType, Draft
from phresh_tui.market.member import login_of
from phresh_tui.settings import Settings
from phresh_tui.tui.app import PhreshApp
from tests.tui.support import Driver

IMAGES = Path(__file__).parent.parent / "docs" / "images"
SAMPLES = 400
SEED = 7
# whose program the pictures show, and who else is there
MEMBER, OTHER = "ben", "ada"
JOBS = (
    # by whom, what, how, price, posted how many minutes ago, claimed by whom
    (OTHER, "Wash the windows of a small flat", "Six windows, third floor.\nA ladder is in the hall.", "20.50", 4, ""),
    (OTHER, "Deep clean before we move out", "Three rooms and a kitchen.\nKeys at the café below.", "32.00", 11, ""),
    (OTHER, "Oven and fridge", "The oven has seen a lot of cooking.", "24.00", 95, MEMBER),
    (MEMBER, "Dust the bookshelves", "About four hundred books; dry cloths only, please.", "16.00", 18, ""),
    (MEMBER, "Hall and stairs, every Friday", None, "18.50", 170, OTHER),
)
KINDS = {"20.50": "spot_clean", "32.00": "full_clean", "24.00": "spot_clean", "16.00": "dust_up", "18.50": "spot_clean"}


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


async def _claim(driver: Driver) -> None:
    await driver.browsing()
    await driver.press("c")
    await driver.see("Claim “Wash the windows")


async def _post(driver: Driver) -> None:
    await driver.browsing()
    await driver.press("n")
    await driver.see("Price per hour")
    await driver.type("Clean the balcony\tFlower pots may be moved.")
    await driver.press("tab", "tab")
    await driver.type("20,50")
    await driver.see("= $20.50 per hour")


async def _mine(driver: Driver) -> None:
    await driver.browsing()
    await driver.press("m")
    await driver.see("[Posted 2]", "claimed by @ada", "no.\u00a0")


async def _sign_in(driver: Driver) -> None:
    await driver.see("Who are you?", "@ada")
    await driver.type("ben")


PICTURES = (
    Picture("browse", (100, 30), MEMBER, _browse),
    Picture("claim", (100, 30), MEMBER, _claim),
    Picture("post", (100, 30), MEMBER, _post),
    Picture("my-jobs", (100, 30), MEMBER, _mine),
    Picture("browse-wide", (160, 40), MEMBER, _browse),
    Picture("sign-in", (100, 30), None, _sign_in),
)


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
    for handle in (MEMBER, OTHER):
        await accounts.sign_up(operator, handle, None)
        sessions[handle] = await Session.open(operator.as_account(login_of(handle), None), settings)
    try:
        for owner, name, description, price, minutes, claimer in JOBS:
            draft = Draft(name, description, CleaningType(KINDS[price]), Decimal(price))
            number = await cleanings.post(sessions[owner], uuid4(), draft)
            if claimer:
                job = await cleanings.one(sessions[claimer], number)
                assert job is not None
                await cleanings.claim(sessions[claimer], uuid4(), job)
            # otherwise all of them would be of this moment
            async with connected(operator) as connection:
                await connection.execute(
                    "update public.cleanings set created_at = now() - make_interval(mins => $2, secs => 30), "
                    "updated_at = now() - make_interval(mins => $2) where id = $1",
                    number,
                    minutes,
                )
    finally:
        for session in sessions.values():
            await session.close()


async def _take(picture: Picture, prepared: Prepared, settings: Settings) -> None:
    app = PhreshApp(settings, prepared, picture.handle)
    async with app.run_test(size=picture.size, notifications=True) as pilot:
        await picture.steps(Driver(app, pilot))
        for field in app.screen.query("Input, TextArea"):
            cast("Any", field).cursor_blink = False
        app.clear_notifications()
        await pilot.pause(0.2)
        svg = app.export_screenshot(title="phresh")
    file = IMAGES / f"{picture.name}.svg"
    file.write_text(_without_outside_addresses(svg), encoding="utf-8")
    sys.stdout.write(f"{file.relative_to(IMAGES.parent.parent)}\n")


async def _draw() -> None:
    settings = Settings()
    prepared = await prepare(settings, lambda _: None)
    try:
        await _fill(prepared, settings)
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
