"""Text of members: what may be stored, and how it is shown so that a terminal never interprets it."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta

# the same characters as in the constraints of the table cleanings
CONTROL = "\u0000-\u001f\u007f-\u009f"
TURNING = "\u2028-\u202e\u2066-\u2069"
# every blank of Unicode, and what takes no room or draws nothing: fillers, joiners, selectors, tags
BLANK = (
    "\u0020\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u202f\u205f-\u206f"
    "\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
FORBIDDEN_IN_LINE = re.compile(f"[{CONTROL}{TURNING}\ud800-\udfff]")
FORBIDDEN_IN_PARAGRAPHS = re.compile(f"[\u0000-\u0008\u000b-\u001f\u007f-\u009f{TURNING}\ud800-\udfff]")
# compiled when it is first needed, as most expressions here: that takes longer than to import the module
NOT_BLANK = f"[^{BLANK}\t\n]"


def visible(text: str) -> str:
    """One line that a terminal can be given: whatever it could interpret becomes a visible replacement sign."""
    return FORBIDDEN_IN_LINE.sub("�", text.replace("\n", " ").replace("\t", " "))


def visible_paragraphs(text: str) -> str:
    """Like `visible`, for text of several lines: line feeds stay, tabs become four spaces."""
    return FORBIDDEN_IN_PARAGRAPHS.sub("�", text.replace("\t", "    "))


def named(character: str) -> str:
    """How a character that cannot be shown is named in an error, for example ``U+001B``."""
    return f"U+{ord(character):04X}"


def age(moment: datetime, now: datetime) -> str:
    """How long ago a moment was, in at most four characters: ``now``, ``5m``, ``3h``, ``12d``, ``7w``, ``3y``."""
    seconds = max((now - moment) / timedelta(seconds=1), 0)
    for size, name in ((31_557_600, "y"), (604_800, "w"), (86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size and not (name == "w" and seconds < 2 * size):
            return f"{int(seconds // size)}{name}"
    return "now"


def normal(text: str) -> str:
    """In lower case and without accents, nearly as the database's own `normal_text`."""
    return "".join(
        letter for letter in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(letter)
    )


def has_words(text: str, wanted: str) -> bool:
    """Whether every word stands in a text."""
    text = normal(text)
    return all(word in text for word in normal(wanted).split())
