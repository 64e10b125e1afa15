"""The language of the search box."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phresh_tui.market.cleaning import Booking, CleaningType
from phresh_tui.market.query import KEYS, complete, gone_on, parse_query, query_of, quoted, stored_begun, with_quotes
from phresh_tui.market.search import Filter
from phresh_tui.market.text import FORBIDDEN_IN_LINE

BERLIN = ZoneInfo("Europe/Berlin")
# a Wednesday
NOW = datetime(2026, 11, 25, 15, 30, tzinfo=BERLIN)


def understood(text: str) -> Filter:
    parsed = parse_query(text, NOW)
    assert parsed.problems == ()
    return parsed.filter


def test_the_example_of_the_help_is_understood() -> None:
    text = 'type:full_clean price:<30 area:"old town" starts:tomorrow by:ada book:offer free:yes windows'
    assert understood(text) == Filter(
        text="windows",
        cleaning_type=CleaningType.FULL_CLEAN,
        max_price=Decimal("29.99"),
        area="old town",
        starts_from=datetime(2026, 11, 26, tzinfo=BERLIN),
        starts_until=datetime(2026, 11, 27, tzinfo=BERLIN),
        owner="ada",
        booking=Booking.BY_OFFER,
        free_only=True,
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", Filter()),
        ("  wash   windows ", Filter(text="wash windows")),
        ('"type:full" 9:00', Filter(text="type:full 9:00")),
        ('say ""hi""', Filter(text="say hi")),
        ('"say ""hi"""', Filter(text='say "hi"')),
        ('area:"old t', Filter(area="old t")),
        ("TYPE:Full", Filter(cleaning_type=CleaningType.FULL_CLEAN)),
        ('type:"spot clean"', Filter(cleaning_type=CleaningType.SPOT_CLEAN)),
        ("price:20", Filter(min_price=Decimal(20), max_price=Decimal(20))),
        ("price:20..30,5", Filter(min_price=Decimal(20), max_price=Decimal("30.5"))),
        ("price:>20 price:<=30", Filter(min_price=Decimal("20.01"), max_price=Decimal(30))),
        ("price:..$30", Filter(max_price=Decimal(30))),
        ("price:>=0", Filter(min_price=Decimal(0))),
        ("by:@Ada", Filter(owner="ada")),
        ("by:me", Filter(owner="me")),
        ("book:inst", Filter(booking=Booking.INSTANTLY)),
        ("book:by-offer", Filter(booking=Booking.BY_OFFER)),
        ("free:no", Filter()),
        ("starts:>=mon", Filter(starts_from=datetime(2026, 11, 30, tzinfo=BERLIN))),
    ],
)
def test_a_query_is_understood(text: str, wanted: Filter) -> None:
    assert understood(text) == wanted


@pytest.mark.parametrize(
    ("text", "part", "message"),
    [
        ("wash ownr:ada", "ownr:ada", "There is no ownr:"),
        ("tipe:full", "tipe:full", "Type type:"),
        ("wash type:huge", "huge", "There is no 'huge' here"),
        ("type:", "", "Type what comes after type:"),
        ("price:cheap x", "cheap", "This is not a price"),
        ("price:1,200", "1,200", "two ways"),
        ("price:30..20", "30..20", "30.00 is more than 20.00"),
        ("price:>30 price:<20", "<20", "30.01 is more than 19.99"),
        ("price:<0", "<0", "No price can be like that"),
        ("price:20 price:20-30", "20-30", "Type it like 20..30"),
        ("price:..", "..", "a beginning or an end"),
        ("type:full type:dust", "dust", "said already"),
        ("starts:soon", "soon", "is no day or time"),
        ("starts:>2026-12-02 starts:<2026-12-01", "<2026-12-01", "No start can be like that"),
        ("by:1x", "1x", "A handle has"),
        ("free:maybe", "maybe", "Type one of yes, no"),
        ("area:\x1b[m", "\x1b[m", "No area has such a character"),
    ],
)
def test_a_problem_says_where_it_is_and_leaves_the_rest_in_force(text: str, part: str, message: str) -> None:
    parsed = parse_query(f"{text} book:offer", NOW)
    (problem,) = parsed.problems
    assert f"{text} book:offer"[problem.start : problem.end] == part
    assert problem.start >= text.index(part)
    assert message in problem.message
    assert parsed.filter.booking is Booking.BY_OFFER


@given(st.text(max_size=60), st.integers(0, 60))
def test_any_text_is_parsed_and_completed_with_places_inside_it(text: str, cursor: int) -> None:
    for problem in parse_query(text, NOW).problems:
        assert 0 <= problem.start <= problem.end <= len(text)
    cursor = min(cursor, len(text))
    for completion in complete(text, cursor, ["Old Town"]):
        assert 0 <= completion.start <= cursor <= completion.end <= len(text)


words = st.text(max_size=30).map(lambda text: " ".join(text.split()))
prices = st.none() | st.decimals(0, 99_999_999, places=2)
starts = st.none() | st.datetimes(datetime(2001, 1, 1), datetime(2198, 1, 1)).flatmap(
    lambda moment: st.sampled_from([moment, moment.replace(hour=0, minute=0, second=0, microsecond=0)])
).map(lambda moment: moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(BERLIN))


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    lowest, highest = draw(prices), draw(prices)
    if lowest is not None and highest is not None:
        lowest, highest = min(lowest, highest), max(lowest, highest)
    begins, ends = draw(starts), draw(starts)
    if begins is not None and ends is not None:
        begins, ends = min(begins, ends), max(begins, ends) + timedelta(days=draw(st.integers(1, 3)))
    return Filter(
        draw(words),
        draw(st.none() | st.sampled_from(CleaningType)),
        lowest,
        highest,
        draw(words.filter(lambda text: not FORBIDDEN_IN_LINE.search(text))),
        begins,
        ends,
        draw(st.none() | st.sampled_from(Booking)),
        draw(st.none() | st.just("me") | st.from_regex(r"[a-z][a-z0-9_]{2,30}", fullmatch=True)),
        draw(st.booleans()),
    )


@given(filters())
def test_a_filter_written_as_a_query_is_read_as_the_same_filter(wanted: Filter) -> None:
    assert understood(query_of(wanted)) == wanted


def test_a_day_is_written_as_a_day() -> None:
    for query in ("starts:2026-12-01", "starts:2026-12-01..2026-12-03", "price:20.00", 'area:"old town" windows'):
        assert query_of(understood(query)) == query


def completions(text: str) -> list[str]:
    """What may stand at the ``|``, put in."""
    cursor = text.index("|")
    text = text.replace("|", "")
    return [
        text[: each.start] + each.text + text[each.end :] for each in complete(text, cursor, ["Old Town", "Oldham"])
    ]


def test_keys_and_values_are_completed_where_the_cursor_is() -> None:
    assert completions("wash t|") == ["wash type:"]
    assert completions("wash |") == [f"wash {key}:" for key in KEYS]
    assert completions("type:full_clean t|") == []
    assert completions("type:f| windows") == ["type:full_clean windows"]
    assert completions("type:full_clean|") == []
    assert completions("type:|") == ["type:dust_up", "type:spot_clean", "type:full_clean"]
    assert completions("starts:to|") == ["starts:today", "starts:tomorrow"]
    assert completions("starts:this|") == ['starts:"this week"']
    assert completions('area:"old t|') == ['area:"Old Town"']
    assert completions("area:old|") == ['area:"Old Town"', "area:Oldham"]
    assert completions("nothing:|") == []


def test_what_is_typed_is_gone_on_with_and_stays_as_it_is() -> None:
    areas = ["Old Town", 'The "Hill"', "Süd"]
    for typed, whole in {
        "wash t": "wash type:", "type:F": "type:Full_clean", "starts:this": 'starts:this" week"',
        'area:"old ': 'area:"old Town"', "area:old": 'area:old" Town"', "area:sü": "area:süd",
        "area:the": 'area:the" ""Hill"""', "type:": "type:dust_up",
    }.items():  # fmt: skip
        assert gone_on(typed, areas) == whole, typed
        assert not parse_query(whole, NOW).problems or whole.endswith("type:")
        assert parse_query(with_quotes(whole), NOW).filter == parse_query(whole, NOW).filter
    assert with_quotes('wash starts:this" week"') == 'wash starts:"this week"'
    for text in ("wash type:full_clean", "wash", "", "area:", 'area:"Old Town" '):
        assert with_quotes(text) == text
    for nothing in ("", "wash ", "xyz", "type:full_clean", 'area:"Old Town"', "area:süd"):
        assert gone_on(nothing, areas) is None, nothing
    for typed, begun in {
        'area:"old t': ("area", "old t"),
        "wash area:Old": ("area", "Old"),
        "area:": ("area", ""),
        "area:x ": None,
        "old": None,
        "By:ad": ("by", "ad"),
        "type:f": None,
    }.items():
        assert stored_begun(typed) == begun, typed
    assert gone_on("by:ad", ["ada"]) == "by:ada"
    assert gone_on("by:m", ["max"]) == "by:me"
    assert gone_on("by:ma", ["max"]) == "by:max"


def test_every_completion_of_a_value_is_understood() -> None:
    for key in KEYS:
        for each in complete(f"{key}:", len(key) + 1, ["ada"]):
            assert each.hint or key in ("starts", "area", "by")
            assert understood(f"{key}:{each.text}") != Filter()
    assert quoted("Old Town") == '"Old Town"'
