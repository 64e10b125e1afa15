"""Days and times as people type them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phresh_tui.market.errors import BadInput
from phresh_tui.market.when import LOCAL, local_now, parse_range, parse_when, show_when

BERLIN = ZoneInfo("Europe/Berlin")
# a Wednesday
NOW = datetime(2026, 11, 25, 15, 30, tzinfo=BERLIN)


def at(text: str, zone: tzinfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("today", "2026-11-25"),
        ("Tomorrow", "2026-11-26"),
        ("  tomorrow   9:00 ", "2026-11-26 09:00"),
        ("tomorrow at 9", "2026-11-26 09:00"),
        ("tomorrow 9am", "2026-11-26 09:00"),
        ("tomorrow 12 am", "2026-11-26 00:00"),
        ("tomorrow noon", "2026-11-26 12:00"),
        ("yesterday", "2026-11-24"),
        ("mon", "2026-11-30"),
        ("mon 14:30", "2026-11-30 14:30"),
        ("wed", "2026-11-25"),
        ("next wednesday", "2026-12-02"),
        ("wed 16:00", "2026-11-25 16:00"),
        ("wed 9:00", "2026-12-02 09:00"),
        ("thursday", "2026-11-26"),
        ("16:00", "2026-11-25 16:00"),
        ("9:00", "2026-11-26 09:00"),
        ("2pm", "2026-11-26 14:00"),
        ("2026-12-01", "2026-12-01"),
        ("2026-12-01 09:00", "2026-12-01 09:00"),
        ("2026-12-01T09:00", "2026-12-01 09:00"),
        ("2026-12-01 09:00Z", "2026-12-01 10:00"),
        ("2026-12-01T09:00-05:00", "2026-12-01 15:00"),
        ("1 dec", "2026-12-01"),
        ("1. December 8:15", "2026-12-01 08:15"),
        ("dec 1, 2027", "2027-12-01"),
        ("3 march", "2027-03-03"),
        ("in 3 days", "2026-11-28"),
        ("in 3 days 9:00", "2026-11-28 09:00"),
        ("in 2 weeks", "2026-12-09"),
        ("+3d", "2026-11-28"),
        ("in 2 hours", "2026-11-25 17:30"),
        ("in 90 minutes", "2026-11-25 17:00"),
        ("3 days ago", "2026-11-22"),
        ("2 hours ago", "2026-11-25 13:30"),
        # summer is two hours ahead, whatever the clock shows in November
        ("2027-07-01 09:00", "2027-07-01 09:00"),
    ],
)
def test_a_moment_is_understood_as_people_type_it(typed: str, meant: str) -> None:
    assert parse_when(typed, NOW) == at(meant)
    assert parse_when(typed, NOW).utcoffset() == at(meant).utcoffset()


@pytest.mark.parametrize(
    "typed",
    [
        *("", "soon", "25:00", "tomorrow 9:60", "13pm", "12/01/2026", "1.12.", "2026-02-30", "30 feb", "in 5 moons"),
        *("mon tue", "1999-12-31", "2200-01-01", "in 2 hours 9:00", "9", "99999-01-01", "in 9999 weeks"),
        "2026-12-01 09:00+99:00",
    ],
)
def test_what_is_no_moment_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(BadInput) as error:
        parse_when(typed, NOW)
    assert error.value.field == "starts_at"
    assert "tomorrow 9:00" in error.value.todo or "2200" in error.value.what


def test_a_day_alone_is_no_start_when_a_time_is_needed() -> None:
    with pytest.raises(BadInput, match="names no time"):
        parse_when("tomorrow", NOW, time_needed=True)
    assert parse_when("tomorrow 0:00", NOW, time_needed=True) == at("2026-11-26")


def test_a_time_that_the_clock_skips_is_refused_and_a_day_that_begins_late_is_not() -> None:
    with pytest.raises(BadInput, match="There is no 02:30 on that day"):
        parse_when("2027-03-28 2:30", NOW)
    beirut = NOW.astimezone(ZoneInfo("Asia/Beirut"))
    assert show_when(parse_when("2027-03-28", beirut)) == "2027-03-28T01:00"


@pytest.mark.parametrize(
    ("typed", "begins", "ends"),
    [
        ("tomorrow", "2026-11-26", "2026-11-27"),
        ("mon..fri", "2026-11-30", "2026-12-05"),
        ("fri..mon", "2026-11-27", "2026-12-01"),
        ("mon..", "2026-11-30", None),
        ("..fri", None, "2026-11-28"),
        (">2026-12-01", "2026-12-02", None),
        (">=2026-12-01", "2026-12-01", None),
        ("< 2026-12-01", None, "2026-12-01"),
        ("<=2026-12-01", None, "2026-12-02"),
        (">=2026-12-01 09:00", "2026-12-01 09:00", None),
        ("<2026-12-01 09:00", None, "2026-12-01 09:00"),
        ("tomorrow 9:00..tomorrow 12:00", "2026-11-26 09:00", "2026-11-26 12:00:00.000001"),
        ("this week", "2026-11-25", "2026-11-30"),
        ("next week", "2026-11-30", "2026-12-07"),
        ("weekend", "2026-11-28", "2026-11-30"),
        # the day on which the clock is put back has 25 hours
        ("2027-10-31", "2027-10-31", "2027-11-01"),
    ],
)
def test_a_range_is_understood_as_people_type_it(typed: str, begins: str | None, ends: str | None) -> None:
    assert parse_range(typed, NOW) == (begins and at(begins), ends and at(ends))


@pytest.mark.parametrize(
    ("typed", "begins"),
    [
        *[
            ("mon", "2026-11-23"),
            ("wed", "2026-11-25"),
            ("wed 16:00", "2026-11-18 16:00"),
            ("16:00", "2026-11-24 16:00"),
        ],
        *[("9:00", "2026-11-25 09:00"), ("1 dec", "2025-12-01"), ("1 nov", "2026-11-01"), ("2026-12-01", "2026-12-01")],
    ],
)
def test_of_what_has_been_the_last_one_is_meant(typed: str, begins: str) -> None:
    assert parse_range(typed, NOW, past=True)[0] == at(begins)


@pytest.mark.parametrize("typed", ["", "..", ">", "soon..", "2026-12-02..2026-12-01", "<>mon", "mon..tue..wed"])
def test_what_is_no_range_is_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        parse_range(typed, NOW)


@given(
    st.datetimes(datetime(2001, 1, 1), datetime(2199, 1, 1)),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]),
)
def test_a_moment_that_is_shown_is_read_as_the_same_moment(wall: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    moment = wall.replace(tzinfo=UTC).astimezone(zone)
    again = parse_when(show_when(moment), NOW.astimezone(zone))
    assert again.astimezone(UTC) == moment.astimezone(UTC)


@given(st.text(max_size=40))
def test_any_text_is_a_range_or_refused(text: str) -> None:
    try:
        begins, ends = parse_range(text, NOW)
    except BadInput:
        return
    assert begins is not None or ends is not None


@pytest.fixture
def in_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[ZoneInfo]:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield ZoneInfo("America/New_York")
    monkeypatch.undo()
    time.tzset()
    assert os.environ.get("TZ") != "America/New_York"


def test_the_local_zone_knows_both_halves_of_the_year(in_new_york: ZoneInfo) -> None:
    hours = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(0, 24 * 365, 1)]
    for moment in hours:
        here, there = moment.astimezone(LOCAL), moment.astimezone(in_new_york)
        assert here.replace(tzinfo=None) == there.replace(tzinfo=None)
        assert here.utcoffset() == there.utcoffset(), moment
        assert here.astimezone(UTC) == moment
    assert abs(local_now() - datetime.now(UTC)) < timedelta(minutes=1)
