"""Prices per hour: what people type, what is stored, what is shown."""

from __future__ import annotations

import re
from decimal import Decimal

from phresh_tui.market.errors import BadInput

LOWEST = Decimal("0.01")
HIGHEST = Decimal("99999999.99")
SIGNS = {
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "JPY": "¥",
    "INR": "₹",
    "KRW": "₩",
    "UAH": "₴",
    "ILS": "₪",
    "VND": "₫",
}
_NUMBER = re.compile(r"(?P<minus>-?)(?P<whole>\d{0,12})(?:[.,](?P<cents>\d*))?")
_DECORATION = re.compile(r"^[\s$€£¥₹₩₴₪₫]+|[\s$€£¥₹₩₴₪₫]+$|^[A-Za-z]{3}\s*(?=\d)|(?<=\d)\s*[A-Za-z]{3}$")
_GROUPED = re.compile(r"^\d{1,3}([ '’_\u00a0\u202f]\d{3})+(?=[.,]|$)")


def parse_price(text: str) -> Decimal:
    """What a person means by a price per hour.

    Takes ``20``, ``20.5``, ``20,50``, ``$20``, ``20 €``, ``EUR 20``, ``1 200.00``: point or comma before at most two
    decimals, a currency sign or code on either side, thousands apart by a space or an apostrophe.

    Returns:
        The price per hour with two decimals.

    Raises:
        BadInput: with ``field`` price, when it is empty, no number, negative, zero, too high, or has three decimals.

    """
    bare = re.sub(r"\s*(/|per\s+)\s*h(our)?$", "", text.strip())
    bare = _DECORATION.sub("", bare)
    bare = _DECORATION.sub("", bare)
    if not bare:
        raise BadInput(
            "a job needs a price", "the field is empty", "Type an amount per hour, such as 20", field="price"
        )
    if _GROUPED.match(bare):
        bare = re.sub(r"[ '’_\u00a0\u202f]", "", bare)
    match = _NUMBER.fullmatch(bare) if bare.isascii() else None
    if match is None or not (match["whole"] or match["cents"]):
        raise BadInput(
            "this is not a price",
            "it is not a plain number",
            "Type an amount such as 20 or 20.50",
            field="price",
        )
    cents = match["cents"] or ""
    if len(cents.rstrip("0")) > 2 or (len(cents) == 3 and "," in bare):
        raise BadInput(
            "a price has at most two decimals",
            "",
            "Round it, or leave out the thousands separator",
            field="price",
        )
    amount = Decimal(f"{match['minus']}{match['whole'] or '0'}.{cents or '0'}").quantize(LOWEST)
    return check_price(amount)


def check_price(amount: Decimal) -> Decimal:
    """The same bounds as in the database: 0.01 to 99999999.99 per hour, two decimals.

    Raises:
        BadInput: with ``field`` price.

    """
    if not amount.is_finite():
        raise BadInput("this is not a price", "it is not a number", "Type an amount such as 20", field="price")
    if amount < LOWEST:
        raise BadInput(
            "a price is more than zero",
            "somebody is going to work for it",
            "Type at least 0.01",
            field="price",
        )
    if amount > HIGHEST:
        raise BadInput(
            "this price is too high", "the highest is 99999999.99 per hour", "Type a lower one", field="price"
        )
    if amount != amount.quantize(LOWEST):
        raise BadInput("a price has at most two decimals", "", "Round it to cents", field="price")
    return amount.quantize(LOWEST)


def show_price(amount: Decimal, currency: str) -> str:
    """A price with its currency, for example ``$20.00`` or ``CHF 20.00``.

    Args:
        amount: per hour, or a total.
        currency: an ISO 4217 code.

    """
    sign = SIGNS.get(currency)
    return f"{sign}{amount:.2f}" if sign else f"{currency} {amount:.2f}"
