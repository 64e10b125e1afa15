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
# the currencies that people hold (ISO 4217); other words of three letters are no part of a price
CODES = frozenset(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP
    CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR
    ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT
    MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD
    SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES
    VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
    """.split()  # noqa: SIM905  a list would take 160 lines
)
# longer than any price with its decoration; the expressions below are not meant for more
LONGEST = 60
_NUMBER = r"(?P<minus>-?)(?P<whole>[0-9]*)(?:[.,](?P<cents>[0-9]*))?"
_SIGN = r"^[\s$€£¥₹₩₴₪₫]+|[\s$€£¥₹₩₴₪₫]+$"
_CODE = r"^([A-Za-z]{3})(?=[\s\d])|(?<=[\s\d])([A-Za-z]{3})$"
_PER_HOUR = r"(?i)\s*(/|per\s)\s*h(r|our)?$"
_GROUPED = r"^\d{1,3}([ '’_\u00a0\u2009\u202f]\d{3})+(?=[.,]|$)"


def parse_price(text: str) -> Decimal:
    """What a person means by a price per hour.

    Takes ``20``, ``20.5``, ``20,50``, ``$20``, ``20 €``, ``EUR 20``, ``1 200.00``: point or comma before at most two
    decimals, a currency sign or code on either side, thousands apart by a space or an apostrophe. A point or a comma
    before three digits is refused: it divides thousands in one country and cents in the next.

    Returns:
        The price per hour with two decimals.

    Raises:
        BadInput: with ``field`` price, when it is empty, no number, negative, zero, too high, or has three decimals.

    """
    bare = _bare_number(text)
    if not bare:
        raise BadInput(
            "a job needs a price", "the field is empty", "Type an amount per hour, such as 20", field="price"
        )
    match = re.fullmatch(_NUMBER, bare)
    if match is None or not (match["whole"] or match["cents"]):
        raise BadInput(
            "this is not a price",
            "it is not a plain number",
            "Type an amount such as 20 or 20.50",
            field="price",
        )
    whole, cents = match["whole"], match["cents"] or ""
    if len(cents) == 3 and 1 <= len(whole) <= 3 and whole[0] != "0":
        raise BadInput(
            "this price can be read in two ways",
            f"as {whole}{cents}, or as {whole}.{cents}",
            f"Type {whole}{cents} or {whole}.{cents[:2]}",
            field="price",
        )
    if len(cents) > 2:
        raise BadInput("a price has at most two decimals", f"this one has {len(cents)}", "Round it", field="price")
    return check_price(Decimal(f"{match['minus']}{whole or '0'}.{cents or '0'}"))


def _bare_number(text: str) -> str:
    """The digits of a price, without currency, ``per hour`` and blanks between the thousands."""
    bare = text.strip()
    if len(bare) > LONGEST:
        raise BadInput(
            "this is not a price", f"it has {len(bare)} characters", "Type an amount such as 20", field="price"
        )
    bare = re.sub(_SIGN, "", re.sub(_PER_HOUR, "", bare))
    code = re.search(_CODE, bare)
    if code and (code[1] or code[2]).upper() in CODES:
        bare = re.sub(_SIGN, "", re.sub(_CODE, "", bare, count=1))
    grouped = re.match(_GROUPED, bare)
    return re.sub(r"\D", "", grouped[0]) + bare[grouped.end() :] if grouped else bare


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


def estimate(price: Decimal, hours: Decimal) -> Decimal:
    """What hours at a price per hour come to, rounded to cents as the database does it."""
    return (price * hours).quantize(LOWEST, "ROUND_HALF_UP")
