"""The language of the search box: ``type:full_clean price:<30 area:"old town" starts:tomorrow by:ada windows``.

Words are looked for in name and description. A key and a colon name something else; quotes hold a value with blanks
together, and make a plain word of anything. What is wrong stands in the answer with its place, and the rest counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time
from decimal import Decimal
from typing import NamedTuple

from phresh_tui.market.cleaning import Booking, CleaningType
from phresh_tui.market.errors import BadInput
from phresh_tui.market.member import check_handle
from phresh_tui.market.price import HIGHEST, LOWEST, parse_price
from phresh_tui.market.search import MYSELF, Filter
from phresh_tui.market.text import FORBIDDEN_IN_LINE
from phresh_tui.market.when import WEEKDAYS, parse_range, show_when

_PART = r'(?:"(?:[^"]|"")*"?|[^\s"])+'
_KEYED = r"([A-Za-z]+):"
_PIECE = r'"((?:[^"]|"")*)"?|[^"]+'


class Problem(NamedTuple):
    """Something in a query that cannot be understood, and is left out of the filter.

    Attributes:
        start: its first character.
        end: behind its last one; as ``start`` when something is missing there.
        message: for a person.

    """

    start: int
    end: int
    message: str


class ParsedQuery(NamedTuple):
    """What a query means.

    Attributes:
        filter: of everything that was understood.
        problems: what was not, from left to right.

    """

    filter: Filter
    problems: tuple[Problem, ...] = ()


class Completion(NamedTuple):
    """Something that may stand where the cursor is.

    Attributes:
        start: the first character that it replaces.
        end: behind the last one.
        text: what is put there.
        hint: what it means, in a few words.

    """

    start: int
    end: int
    text: str
    hint: str


class _Query:
    """A query while it is read."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.filter = Filter()

    def set(self, **values: object) -> None:
        for name in values:
            if getattr(self.filter, name) != getattr(Filter(), name):
                raise BadInput("this was said already", "", "Take one of them out")
        self.filter = self.filter._replace(**values)  # type: ignore[arg-type]  # each reader names its own fields

    def type(self, value: str) -> None:
        self.set(cleaning_type=CleaningType(_one_of(value, [str(each) for each in CleaningType])))

    def price(self, value: str) -> None:
        lowest, highest = _prices(value)
        bounds = {"min_price": lowest, "max_price": highest}
        self.set(**{name: bound for name, bound in bounds.items() if bound is not None})
        if self.filter.min_price is not None and self.filter.max_price is not None:
            _in_order(self.filter.min_price, self.filter.max_price)

    def area(self, value: str) -> None:
        if FORBIDDEN_IN_LINE.search(value):
            raise BadInput("no area has such a character", "", "Take it out")
        self.set(area=" ".join(value.split()))

    def starts(self, value: str) -> None:
        begins, ends = parse_range(value, self.now)
        bounds = {"starts_from": begins, "starts_until": ends}
        self.set(**{name: bound for name, bound in bounds.items() if bound is not None})
        first, last = self.filter.starts_from, self.filter.starts_until
        if first is not None and last is not None and last <= first:
            raise BadInput("no start can be like that", "the range ends before it begins", "Change one of them")

    def by(self, value: str) -> None:
        handle = value.strip().removeprefix("@").lower()
        self.set(owner=handle if handle == MYSELF else check_handle(handle))

    def book(self, value: str) -> None:
        self.set(booking=_BOOKINGS[_one_of(value, list(_BOOKINGS))])

    def free(self, value: str) -> None:
        self.set(free_only=_one_of(value, ["yes", "no"]) == "yes")


_BOOKINGS = {"instantly": Booking.INSTANTLY, "offer": Booking.BY_OFFER, "by_offer": Booking.BY_OFFER}
_READERS: dict[str, Callable[[_Query, str], None]] = {
    "type": _Query.type,
    "price": _Query.price,
    "area": _Query.area,
    "starts": _Query.starts,
    "by": _Query.by,
    "book": _Query.book,
    "free": _Query.free,
}
# what is offered for each key: the value, and what it means
KEYS = {
    "type": "what kind of job",
    "price": "per hour",
    "area": "where it is",
    "starts": "when it begins",
    "by": "who posted it",
    "book": "instantly or by offer",
    "free": "at times when I have nothing booked",
}
# those whose values are in the database
STORED = ("area", "by")
_VALUES: dict[str, tuple[tuple[str, str], ...]] = {
    "type": tuple((str(each), each.label) for each in CleaningType),
    "price": (("<30", "less than 30"), (">20", "more than 20"), ("20..30", "from 20 to 30")),
    "area": (),
    "starts": (
        ("today", ""), ("tomorrow", ""), ("weekend", "saturday and sunday"), ('"this week"', "from today to sunday"),
        ('"next week"', "from monday to sunday"), ("mon..fri", "a range of days"), (">=2026-12-01", "from a day on"),
        *((day, "the next one") for day in WEEKDAYS),
    ),
    "by": ((MYSELF, "my own jobs"),),
    "book": (("instantly", "claimed by one key"), ("offer", "the owner chooses")),
    "free": (("yes", "leave out what overlaps with my bookings"),),
}  # fmt: skip


def parse_query(text: str, now: datetime) -> ParsedQuery:
    """What a query means; never raises.

    Args:
        text: as typed.
        now: what days count from, in the member's time zone, as of `when.local_now`.

    """
    query, words, problems = _Query(now), list[str](), list[Problem]()
    for token in re.finditer(_PART, text):
        keyed = re.match(_KEYED, token[0])
        if keyed is None:
            words += _plain(token[0]).split()
            continue
        value = _plain(token[0][keyed.end() :])
        try:
            reader = _READERS.get(keyed[1].lower())
            if reader is None:
                raise _unknown(keyed[1])
            if not value.strip():
                problems.append(Problem(token.end(), token.end(), f"Type what comes after {keyed[0]}"))
                continue
            before = query.filter
            reader(query, value)
        except BadInput as error:
            start = token.start() + (keyed.end() if reader is not None else 0)
            problems.append(Problem(start, token.end(), str(error)))
            if reader is not None:
                query.filter = before
    return ParsedQuery(query.filter._replace(text=" ".join(words)), tuple(problems))


def split_query(text: str) -> tuple[dict[str, list[str]], str]:
    """What is said of each key, without its quotes, and everything else, both as typed."""
    values: dict[str, list[str]] = {}
    rest = []
    for token in re.finditer(_PART, text):
        keyed = re.match(_KEYED, token[0])
        if keyed is not None and keyed[1].lower() in KEYS:
            values.setdefault(keyed[1].lower(), []).append(_plain(token[0][keyed.end() :]))
        else:
            rest.append(token[0])
    return values, " ".join(rest)


def join_query(values: Mapping[str, str], rest: str) -> str:
    """A query of what is said of each key, and everything else; keys of which nothing is said are left out."""
    parts = [f"{key}:{quoted(value.strip())}" for key, value in values.items() if value.strip()]
    return " ".join([*parts, *rest.split()])


def _plain(text: str) -> str:
    return "".join(piece[0] if piece[1] is None else piece[1].replace('""', '"') for piece in re.finditer(_PIECE, text))


def _unknown(key: str) -> BadInput:
    import difflib  # costs 4 ms, and only who mistypes needs it

    near = difflib.get_close_matches(key.lower(), KEYS, 1, 0.5)
    todo = f"Type {near[0]}:" if near else f"Type one of {', '.join(KEYS)}"
    return BadInput(f"there is no {key}:", "", f'{todo}, or put "quotes" around a plain word')


def _one_of(value: str, choices: Sequence[str]) -> str:
    """The choice that a value is, or is the beginning of."""
    wanted = re.sub(r"[\s_-]+", "_", value.strip().lower())
    found = [choice for choice in choices if choice.startswith(wanted)]
    if wanted in found or len(found) == 1:
        return wanted if wanted in found else found[0]
    raise BadInput(f"there is no {value.strip()!r} here", "", f"Type one of {', '.join(choices)}")


def _prices(value: str) -> tuple[Decimal | None, Decimal | None]:
    value = value.strip()
    if match := re.match(r"[<>]=?", value):
        price = _price(value[match.end() :])
        edge = {"<": price - LOWEST, ">": price + LOWEST}.get(match[0], price)
        if not 0 <= edge <= HIGHEST:
            raise BadInput("no price can be like that", "", "Change it")
        return (None, edge) if match[0].startswith("<") else (edge, None)
    first, dots, last = value.partition("..")
    if dash := re.fullmatch(r"([\d.,\s]+)[-–]([\d.,\s]+)", value):
        raise BadInput("a range has two dots", "", f"Type it like {dash[1].strip()}..{dash[2].strip()}")
    if not dots:
        price = _price(value)
        return price, price
    if not first.strip() and not last.strip():
        raise BadInput("a range needs a beginning or an end", "", "Type it like 20..30")
    lowest, highest = (_price(part) if part.strip() else None for part in (first, last))
    if lowest is not None and highest is not None:
        _in_order(lowest, highest)
    return lowest, highest


def _price(text: str) -> Decimal:
    """A bound, which may be zero where a price may not."""
    if not text.strip():
        raise BadInput("there is no price", "", "Type it like <30 or 20..30")
    return Decimal("0.00") if re.fullmatch(r"\s*0+([.,]0*)?\s*", text) else parse_price(text)


def _in_order(lowest: Decimal, highest: Decimal) -> None:
    if lowest > highest:
        raise BadInput("no price can be like that", f"{lowest} is more than {highest}", "Change one of them")


def complete(text: str, cursor: int, stored: Sequence[str] = ()) -> list[Completion]:
    """What may stand where the cursor is: keys where a word begins, and behind a key its values.

    Args:
        text: as typed.
        cursor: how many characters are before it.
        stored: areas or handles in the database, as they are offered behind ``area:`` or ``by:``.

    Returns:
        The likeliest first; nothing that stands there already.

    """
    token = next((each for each in re.finditer(_PART, text) if each.start() <= cursor <= each.end()), None)
    start, end = (cursor, cursor) if token is None else token.span()
    typed = text[start:cursor]
    keyed = re.match(_KEYED, typed)
    if keyed is None:
        used = {match[1].lower() for each in re.finditer(_PART, text) if (match := re.match(_KEYED, each[0]))}
        return [
            Completion(start, end, f"{key}:", hint)
            for key, hint in KEYS.items()
            if key.startswith(typed.lower()) and key not in used
        ]
    key, value_start = keyed[1].lower(), start + keyed.end()
    values = _VALUES.get(key, ())
    if key in STORED:
        values += tuple((quoted(each), "") for each in stored)
    begun = _plain(typed[keyed.end() :]).lower()
    return [
        Completion(value_start, end, value, hint)
        for value, hint in values
        if _plain(value).lower().startswith(begun) and value != text[value_start:end]
    ]


def _last(text: str) -> str:
    """What a query ends with: a word, or a key and its value; empty where the next one begins."""
    tokens = re.findall(_PART, text)
    return tokens[-1] if tokens and text.endswith(tokens[-1]) else ""


def stored_begun(text: str) -> tuple[str, str] | None:
    """A key of `STORED` and how its value begins, typed at the end of a query, or None when something else is."""
    keyed = re.match(_KEYED, last := _last(text))
    if keyed is None or (key := keyed[1].lower()) not in STORED:
        return None
    return key, _plain(last[keyed.end() :])


def gone_on(text: str, stored: Sequence[str] = ()) -> str | None:
    """A query with its likeliest end, or None; what is typed stays as it is.

    Args:
        text: as typed.
        stored: as for `complete`.

    """
    for completion in complete(text, len(text), stored) if _last(text) else ():
        typed, whole = text[completion.start :], completion.text
        quote = ""
        if typed and whole.startswith('"') and not typed.startswith('"'):
            # the quotes stand around what is not typed yet
            quote, whole = '"', whole[1:]
        begins, rest = whole[: len(typed)], whole[len(typed) :]
        if rest and begins.casefold() == typed.casefold():
            return text + quote + rest
    return None


def with_quotes(text: str) -> str:
    """A query with the quotes of its last value around all of it: ``area:ol"d Town"`` as ``area:"old Town"``."""
    last = _last(text)
    keyed = re.match(_KEYED, last)
    value = _plain(last[keyed.end() :]) if keyed is not None else ""
    return f"{text.removesuffix(last)}{keyed[0]}{quoted(value)}" if keyed is not None and value else text


def quoted(value: str, *, plain: bool = False) -> str:
    """A value, or a plain word, as it stands in a query: in quotes when it would be something else without."""
    if value and not re.search(r'[\s"]', value) and not (plain and re.match(_KEYED, value)):
        return value
    doubled = value.replace('"', '""')
    return f'"{doubled}"'


def query_of(wanted: Filter) -> str:
    """A filter as a query: `parse_query` makes the same filter of it, with a ``now`` in the zone of its starts."""
    parts = [f"type:{wanted.cleaning_type}"] if wanted.cleaning_type is not None else []
    lowest, highest = wanted.min_price, wanted.max_price
    if lowest is not None and highest is not None:
        parts.append(f"price:{lowest}" if lowest == highest else f"price:{lowest}..{highest}")
    elif lowest is not None or highest is not None:
        parts.append(f"price:>={lowest}" if lowest is not None else f"price:<={highest}")
    if wanted.area:
        parts.append(f"area:{quoted(wanted.area)}")
    parts += _starts(wanted.starts_from, wanted.starts_until)
    if wanted.owner is not None:
        parts.append(f"by:{wanted.owner}")
    if wanted.booking is not None:
        parts.append("book:offer" if wanted.booking is Booking.BY_OFFER else "book:instantly")
    if wanted.free_only:
        parts.append("free:yes")
    parts += [quoted(word, plain=True) for word in wanted.text.split()]
    return " ".join(parts)


def _starts(begins: datetime | None, ends: datetime | None) -> list[str]:
    if (
        begins is not None
        and ends is not None
        and begins.time() == ends.time() == time()
        and not begins.fold | ends.fold
    ):
        days = (ends.date() - begins.date()).days
        last = ends.date().fromordinal(ends.toordinal() - 1)
        return [f"starts:{begins:%Y-%m-%d}" if days == 1 else f"starts:{begins:%Y-%m-%d}..{last}"]
    return [f"starts:{sign}{show_when(bound)}" for sign, bound in ((">=", begins), ("<", ends)) if bound is not None]
