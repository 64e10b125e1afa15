"""Prices: what people type, and what is understood, asked back or refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from phresh_tui.market.errors import BadInput
from phresh_tui.market.price import CODES, SIGNS, check_price, parse_price, show_price


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("20", "20.00"),
        ("20.5", "20.50"),
        ("20,50", "20.50"),
        ("20.", "20.00"),
        (".5", "0.50"),
        ("0,01", "0.01"),
        ("$20", "20.00"),
        ("$ 20", "20.00"),
        ("€ 20", "20.00"),
        ("20€", "20.00"),
        ("20 EUR", "20.00"),
        ("20 eur", "20.00"),
        ("EUR20", "20.00"),
        ("CHF 1'200.50", "1200.50"),
        ("1 200", "1200.00"),
        ("1\u00a0200,5", "1200.50"),
        ("1\u202f200\u202f300", "1200300.00"),
        ("1'200.50", "1200.50"),
        ("1’200", "1200.00"),
        ("  20  ", "20.00"),
        ("20/h", "20.00"),
        ("$20 / hour", "20.00"),
        ("20 € per hour", "20.00"),
        ("0020", "20.00"),
        ("1200.5", "1200.50"),
        ("99999999.99", "99999999.99"),
    ],
)
def test_a_price_is_understood_as_people_write_it(typed: str, understood: str) -> None:
    assert str(parse_price(typed)) == understood


@pytest.mark.parametrize("typed", ["1,200", "1.200", "20.000", "999,999", "$1,500", "1.250 EUR"])
def test_a_price_that_can_be_read_in_two_ways_is_asked_back(typed: str) -> None:
    with pytest.raises(BadInput, match="two ways") as error:
        parse_price(typed)
    digits = "".join(c for c in typed if c.isdigit())
    assert f"Type {digits} or {digits[:-3]}.{digits[-3:-1]}" in str(error.value)


NO_PRICES = ["", "   ", "$", "EUR", "abc", ".", ",", "-", "-5", "-0.01", "0", "0.00", "0.001", "0.004", "20.505"]
NO_PRICES += ["20.5000", "1e9", "1E2", "NaN", "nan", "Infinity", "-inf", "100000000", "99999999.995", "9" * 50]
NO_PRICES += [
    "1,200.50",
    "1.200,50",
    "1 20",
    "12 00",
    "20 20",
    "20..5",
    "20.5.5",
    "$$-5",
    "+5",
    "−5",
    "²",
    "２０",
    "٢٠",
]
NO_PRICES += ["½", "20 min", "for 20", "0x14", "20; drop table cleanings", "\x1b[2J20", "20\0", "2\n0"]
NO_PRICES += ["$" * 100_000 + "x", " " * 100_000 + "x", "1 " * 50_000]


@pytest.mark.parametrize("typed", NO_PRICES, ids=lambda typed: ascii(typed[:20]))
def test_what_is_no_price_is_refused_with_the_field(typed: str) -> None:
    with pytest.raises(BadInput) as error:
        parse_price(typed)
    assert error.value.field == "price"
    assert len(str(error.value)) < 200


@pytest.mark.parametrize(
    "amount", ["NaN", "sNaN", "Infinity", "-Infinity", "-5", "0", "0.001", "0.004", "1e9", "1e-300"]
)
def test_an_amount_out_of_bounds_is_refused(amount: str) -> None:
    with pytest.raises(BadInput):
        check_price(Decimal(amount))


def test_what_is_shown_is_understood_again() -> None:
    for currency in sorted(CODES):
        for amount in ("0.01", "20.00", "99999999.99"):
            assert parse_price(show_price(Decimal(amount), currency)) == Decimal(amount), currency
    assert set(SIGNS) <= CODES
