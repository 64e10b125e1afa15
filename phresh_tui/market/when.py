"""Days and times as people type them: ``tomorrow 9:00``, ``mon 14:30``, ``2026-12-01``, ``in 3 days``, ``mon..fri``."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from phresh_tui.market.errors import BadInput

DAY, MOMENT = timedelta(days=1), timedelta(microseconds=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
# outside of these no job can begin
YEARS = range(2000, 2200)

_TIME = r"(?i)(?:(?:^|\s)at\s+|(?:^|[\sT]))(\d{1,2})(?::(\d\d)(?::(\d\d(?:\.\d{1,6})?))?)?\s*(am|pm)?$"
_OFFSET = r"(?i)(?<=\d)\s*(Z|[+-]\d\d:\d\d)$"
_AHEAD = r"(?:in\s*|\+)(\d{1,4})\s*(m|h|d|w)(?:in|inutes?|ours?|ays?|eeks?)?"
_AGO = r"(\d{1,4})\s*(m|h|d|w)(?:in|inutes?|ours?|ays?|eeks?)?\s+ago"
_NAMED_DAY = r"(\d{1,2})\.?\s+([a-z]{3})[a-z]*(?:\s+(\d{4}))?|([a-z]{3})[a-z]*\s+(\d{1,2})(?:,?\s+(\d{4}))?"
_NAMED_TIMES = {"noon": "12:00", "midnight": "0:00"}


class _Local(tzinfo):
    """The time zone of this machine with its changes of the clock; ``astimezone()`` fixes the offset of one day."""

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        return None if moment is None else moment.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, _: datetime | None) -> timedelta | None:
        return None

    def tzname(self, moment: datetime | None) -> str | None:
        return None if moment is None else moment.replace(tzinfo=None).astimezone().tzname()

    def fromutc(self, moment: datetime) -> datetime:
        there = moment.replace(tzinfo=UTC).astimezone()
        here = there.replace(tzinfo=self, fold=0)
        return here if here.utcoffset() == there.utcoffset() else here.replace(fold=1)


LOCAL = _Local()


def local_now() -> datetime:
    """The moment in the time zone of this machine, which also knows its offset in the other half of the year."""
    return datetime.now(LOCAL)


class _Said(NamedTuple):
    """What was typed: a moment, and how long it lasts when a range is meant: a day, or only itself."""

    moment: datetime
    lasts: timedelta


def parse_when(text: str, now: datetime, *, time_needed: bool = False) -> datetime:
    """The moment that a person means.

    Takes ``today``, ``tomorrow``, ``mon``, ``next mon``, ``1 dec``, ``2026-12-01``, ``in 3 days``, ``3 days ago``, each
    with a time after it or without, ``9:00`` alone, and ``in 2 hours``. A time is ``9:00``, ``14:30``, ``9am``,
    ``noon``. A day alone is its first moment; a weekday or a time alone is the next one that comes.

    Args:
        text: as typed.
        now: what it counts from, with the member's time zone; `local_now` knows it.
        time_needed: whether a day alone is refused.

    Returns:
        A moment in the zone of ``now``.

    Raises:
        BadInput: with ``field`` starts_at, when it is none, lies outside 2000 to 2200, or is skipped by the clock.

    """
    said = _said(text, now)
    if time_needed and said.lasts == DAY:
        raise _bad(f"{text.strip()!r} is no start", "it names no time of the day")
    return said.moment


def parse_range(text: str, now: datetime, *, past: bool = False) -> tuple[datetime | None, datetime | None]:
    """The range of time that a person means.

    Takes whatever `parse_when` takes, which is that day or that moment, ``mon..fri``, ``mon..``, ``..fri``, ``>mon``,
    ``>=mon``, ``<mon``, ``<=mon``, ``this week``, ``next week``, ``weekend``. Both ends belong to a range.

    Args:
        text: as typed.
        now: what it counts from, as in `parse_when`.
        past: whether a weekday, a time or a day of a month alone is the last one that was, and not the next one.

    Returns:
        From when on and before when, in the zone of ``now``; None for no bound.

    Raises:
        BadInput: with ``field`` starts_at, as `parse_when`, and for a range that ends before it begins.

    """
    text = text.strip()
    if match := re.match(r"([<>]=?)", text):
        said = _said(text[match.end() :], now, past=past)
        edge = said.moment if match[1] in ("<", ">=") else _end(said)
        return (None, edge) if match[1].startswith("<") else (edge, None)
    first, dots, last = text.partition("..")
    if not dots:
        return _span(text, now, past=past)
    if not first.strip() and not last.strip():
        raise _bad("a range needs a beginning or an end")
    begins = _said(first, now, past=past).moment if first.strip() else None
    ends = _end(_said(last, now, past=past)) if last.strip() else None
    if begins is not None and ends is not None and ends <= begins:
        # the friday of mon..fri is the one after that monday
        ends = _end(_said(last, max(begins, now)))
    if begins is not None and ends is not None and ends <= begins:
        raise _bad(f"{text!r} ends before it begins")
    return begins, ends


def _span(text: str, now: datetime, *, past: bool) -> tuple[datetime, datetime]:
    name = " ".join(text.lower().split())
    monday = _day(now.date() - timedelta(days=now.weekday()), now)
    if name in ("week", "this week"):
        return _day(now.date(), now), _shift(monday, 7)
    if name == "next week":
        return _shift(monday, 7), _shift(monday, 14)
    if name in ("weekend", "this weekend"):
        return max(_shift(monday, 5), _day(now.date(), now)), _shift(monday, 7)
    said = _said(text, now, past=past)
    return said.moment, _end(said)


def _end(said: _Said) -> datetime:
    return _shift(said.moment, 1) if said.lasts == DAY else said.moment + said.lasts


def _shift(moment: datetime, days: int) -> datetime:
    return _day(moment.date() + timedelta(days=days), moment)


def _day(day: date, now: datetime) -> datetime:
    # in some places the clock is put forward at midnight: that day begins at one
    return datetime.combine(day, time(), now.tzinfo).astimezone(UTC).astimezone(now.tzinfo)


def _said(text: str, now: datetime, *, past: bool = False) -> _Said:
    words = " ".join(text.split())
    if not words:
        raise _bad("there is no day and no time")
    rest, zone = _without(_OFFSET, words) if ":" in words else (words, None)
    for name, clock in _NAMED_TIMES.items():
        rest = re.sub(rf"\b{name}$", clock, rest, flags=re.IGNORECASE)
    try:
        if match := re.fullmatch(_AHEAD, rest.lower()) or re.fullmatch(_AGO, rest.lower()):
            ahead = _ahead(match)
            if match[2] in "mh":
                # hours are counted by the clock of the world: where it is put forward, one is missing on the wall
                return _Said(_checked((now.astimezone(UTC) + ahead).astimezone(now.tzinfo)), MOMENT)
            return _Said(_checked(_day(now.date() + ahead, now)), DAY)
        day_text, clock_time = _clock(rest)
        if clock_time is None:
            return _Said(_checked(_day(_date(day_text, now, past=past), now)), DAY)
        return _Said(_moment(day_text, clock_time, zone, now, past=past), MOMENT)
    except (ValueError, OverflowError):
        raise _bad(f"{words!r} is no day or time") from None


def _moment(day_text: str, clock: time, zone: str | None, now: datetime, *, past: bool) -> datetime:
    day = _date(day_text, now, past=past) if day_text else now.date()
    if zone is not None:
        return _checked(datetime.fromisoformat(f"{day}T{clock}{zone}").astimezone(now.tzinfo))
    moment = datetime.combine(day, clock, now.tzinfo)
    if (moment > now if past else moment < now) and (not day_text or day_text.lower()[:3] in WEEKDAYS):
        days = timedelta(days=7 if day_text else 1)
        moment = datetime.combine(day - days if past else day + days, clock, now.tzinfo)
    return _checked(moment)


def _without(pattern: str, text: str) -> tuple[str, str | None]:
    match = re.search(pattern, text)
    return (text[: match.start()], match[1].upper()) if match else (text, None)


def _clock(text: str) -> tuple[str, time | None]:
    """What stands before the time, and the time: a bare number is one only after a day, and with am or pm."""
    match = re.search(_TIME, text)
    if match is None or (match[2] is None and match[4] is None and not re.search(r"\bat\s", match[0], re.IGNORECASE)):
        return text, None
    hour, half = int(match[1]), (match[4] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError
        hour = hour % 12 + (12 if half == "pm" else 0)
    seconds, _, fraction = (match[3] or "0").partition(".")
    return text[: match.start()].strip(), time(hour, int(match[2] or 0), int(seconds), int(fraction.ljust(6, "0")))


def _ahead(match: re.Match[str]) -> timedelta:
    ahead = timedelta(**{_UNITS[match[2]]: int(match[1])})
    return -ahead if match[0].endswith("ago") else ahead


def _date(text: str, now: datetime, *, past: bool) -> date:
    """A day, from today on unless it says its year; or up to today."""
    today = now.date()
    name = text.lower()
    if name in ("today", "tomorrow", "yesterday"):
        return today + timedelta(days={"today": 0, "tomorrow": 1, "yesterday": -1}[name])
    if match := re.fullmatch(_AHEAD, name) or re.fullmatch(_AGO, name):
        if match[2] in "mh":
            raise ValueError
        return today + _ahead(match)
    if match := re.fullmatch(r"(next )?(mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur)?(?:day)?", name):
        ahead = (WEEKDAYS.index(match[2]) - today.weekday()) % 7
        if past:
            return today - timedelta(days=-ahead % 7)
        return today + timedelta(days=ahead or (7 if match[1] else 0))
    if match := re.fullmatch(_NAMED_DAY, name):
        day, month = int(match[1] or match[5]), MONTHS.index(match[2] or match[4]) + 1
        year = match[3] or match[6]
        if year:
            return date(int(year), month, day)
        this_year = date(today.year, month, day)
        if past:
            return this_year if this_year <= today else date(today.year - 1, month, day)
        return this_year if this_year >= today else date(today.year + 1, month, day)
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", name):
        raise ValueError
    return date.fromisoformat(name)


def _checked(moment: datetime) -> datetime:
    if moment.year not in YEARS:
        raise _bad("a start lies between the years 2000 and 2200")
    # what the clock skips is another time when it has gone round the world
    if moment.astimezone(UTC).astimezone(moment.tzinfo).replace(fold=0) != moment.replace(fold=0):
        raise _bad(f"there is no {moment:%H:%M} on that day", "the clock is put forward then", "Choose another time")
    return moment


def _bad(what: str, why: str = "", todo: str = "Type it like tomorrow 9:00, mon 14:30 or 2026-12-01 09:00") -> BadInput:
    return BadInput(what, why, todo, field="starts_at")


def show_when(moment: datetime) -> str:
    """A moment as `parse_when` reads it, in its own zone: ``2026-12-01``, ``2026-12-01T09:00``."""
    if moment.time() == time() and not moment.fold:
        return f"{moment:%Y-%m-%d}"
    wall = moment.replace(tzinfo=None, fold=0)
    text = wall.isoformat(timespec="auto" if wall.second or wall.microsecond else "minutes")
    # an hour that comes twice needs its offset
    offset = f"{moment:%z}" if moment.fold else ""
    return f"{text}{offset[:3]}:{offset[3:5]}" if offset else text
