"""What is listed goes into files: all of it, exactly, without overwriting anything."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest

from phresh_tui.database import cleanings
from phresh_tui.database.cleanings import Listing
from phresh_tui.database.counts import Count
from phresh_tui.market.cleaning import CleaningType, Status
from phresh_tui.market.export import (
    EVENT_FIELDS,
    JOB_FIELDS,
    OFFER_FIELDS,
    REVIEW_FIELDS,
    Format,
    Record,
    Writer,
    event_record,
    job_record,
    offer_record,
    review_record,
    unformulated,
)
from phresh_tui.market.record import Event, Offer, OfferStatus, Review
from phresh_tui.tui import exporting
from phresh_tui.tui.exporting import Export
from tests.support import Market, post
from tests.tui.conftest import Drive

NASTY = ("=1+1", "+44", "-5", "@sum(a1)", " =2", "＝3", 'a "quoted", cell', "a | b", "<b>*bold*</b>", "窓拭き 👩‍👩‍👧‍👦")


def written(kind: Format, fields: Sequence[str], records: Sequence[Record]) -> str:
    writer = Writer(kind, fields)
    return writer.begin() + writer.rows(records[:1]) + writer.rows(records[1:]) + writer.end()


def test_text_comes_back_from_json_and_is_no_formula_in_csv() -> None:
    records: list[Record] = [{"name": name, "text": "two\nlines\t\u2028", "none": None} for name in NASTY]
    assert json.loads(written(Format.JSON, ("name", "text", "none"), records)) == records
    rows = list(csv.reader(written(Format.CSV, ("name", "text", "none"), records).splitlines(keepends=True)))
    assert rows[0] == ["name", "text", "none"]
    found = [row[0] for row in csv.reader(written(Format.CSV, ("name",), records).split("\r\n")) if row][1:]
    assert found == [f"'{name}" for name in NASTY[:6]] + list(NASTY[6:])
    assert unformulated("\tx") == "'\tx"
    lines = written(Format.MARKDOWN, ("name", "text"), records).split("\n")
    assert lines[:2] == ["| name | text |", "| --- | --- |"]
    assert lines[9] == r"| a \| b | two<br>lines	 |"
    for kind, empty in ((Format.JSON, "[]\n"), (Format.CSV, "name\r\n"), (Format.MARKDOWN, "| name |\n| --- |\n")):
        assert written(kind, ("name",), []) == empty


async def test_every_record_has_the_fields_that_are_said_of_it(market: Market) -> None:
    now = datetime.now(UTC)
    ada = await market.session("ada")
    job = await post(ada)
    # an estimate is not told as a count
    whats = [exporting.of_listing(ada, Listing(), "jobs", Count(20_000, exact)).what for exact in (True, False)]
    assert whats == ["20,000 jobs of this list", "about 20,000 jobs of this list"]
    offer = Offer(1, "bob", Decimal(1), "", OfferStatus.LIVE, now, now)
    event = Event(1, 1, now, "ada", "post", None, Status.OPEN, "ada", None, None)
    review = Review(1, "ada", "bob", False, {"overall": 5}, "", "", now)
    for record, fields in (
        (job_record(job, "USD"), JOB_FIELDS),
        (offer_record(offer, "USD"), OFFER_FIELDS),
        (event_record(event), EVENT_FIELDS),
        (review_record(review), REVIEW_FIELDS),
    ):
        assert tuple(record) == fields


@pytest.fixture
async def nasty(market: Market) -> AsyncIterator[Market]:
    ada = await market.session("ada")
    await market.member("bob")
    for name in NASTY:
        await post(ada, name, cleaning_type=CleaningType.DUST_UP)
    yield market


async def test_what_is_listed_and_what_is_marked_is_written_and_nothing_is_overwritten(
    nasty: Market, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "PAGE", 3)
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.press("x")
        await driver.see("Export 10 jobs of this list", "(●) CSV", "phresh-jobs.csv")
        await driver.press("right", "enter")
        await driver.see("10 records written to phresh-jobs.json")
        found = json.loads(Path("phresh-jobs.json").read_text(encoding="utf-8"))
        assert [job["name"] for job in found] == list(reversed(NASTY))
        # the same again gets a name of its own; what was narrowed is what is written
        await driver.press("slash", *"sum", "enter")
        await driver.see("1 open job ")
        await driver.press("x", "right")
        await driver.see("phresh-jobs-2.json")
        await driver.press("tab", "ctrl+u")
        await driver.type("phresh-jobs.json\n")
        await driver.see("There is such a file already. phresh-jobs-2.json is free.")
        await driver.press("ctrl+u")
        await driver.type("mine.csv\n")
        await driver.see("1 record written to")
        assert len(json.loads(Path("phresh-jobs.json").read_text(encoding="utf-8"))) == 10
        # the ending says nothing: what is chosen counts
        assert json.loads(Path("mine.csv").read_text(encoding="utf-8"))[0]["name"] == "@sum(a1)"
        # the marked ones, as they are now
        await driver.press("escape")
        await driver.see("10 open jobs")
        await driver.press("home", "space", "space")
        await driver.see("2 marked")
        eve = await nasty.session("eve")
        job = await cleanings.one(eve, found[0]["id"])
        assert job is not None
        await cleanings.claim(eve, uuid4(), job)
        await driver.press("x", "enter")
        await driver.see("2 records written to phresh-marked.csv")
        text = Path("phresh-marked.csv").read_bytes().decode()
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        assert [row["name"] for row in rows] == [NASTY[-1], NASTY[-2]]
        assert rows[0]["status"] == "claimed"
        # every list
        await driver.press("escape", "m")
        await driver.see("[Now 0]")
        await driver.press("x", "escape", "tab", "x")
        await driver.see("Export 0 jobs of this list", "phresh-posted.csv")
        await driver.press("escape", "escape", "I")
        await driver.see("Inbox")
        await driver.press("x", "enter")
        await driver.see("phresh-inbox.csv")
        await driver.press("escape", "P")
        await driver.see("member since")
        await driver.press("x")
        await driver.see("0 reviews of @bob")


async def test_a_long_export_says_how_far_it_is_and_can_be_stopped(
    nasty: Market, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def endless() -> AsyncIterator[list[Record]]:
        number = 0
        while True:
            number += 1
            yield [{"number": number}] * 100

    monkeypatch.setattr(exporting, "QUIET", 0.0)
    async with drive("bob") as driver:
        screen = await driver.browsing()
        monkeypatch.setattr(screen, "exports", lambda: [Export("long", "many", ("number",), endless, 1_000_000)])
        await driver.press("x", "enter")
        await driver.see("Writing phresh-long.csv", "of about 1,000,000 written", "Esc stops it")
        assert Path("phresh-long.csv").exists()
        # it can go on behind, and the list takes keys
        await driver.press("enter")
        await driver.not_see("Writing phresh-long.csv")
        before = driver.jobs.cursor
        await driver.press("j")
        assert driver.jobs.cursor == before + 1
        await driver.press("x", "enter")
        await driver.see("Writing phresh-long-2.csv")
        await driver.press("escape")
        await driver.see("Stopped. phresh-long-2.csv was not written.")
        assert not Path("phresh-long-2.csv").exists()
    # who leaves the program stops what goes on behind it
    assert not Path("phresh-long.csv").exists()
