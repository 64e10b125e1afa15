"""Which jobs are listed: everything that the search line can say, as a form."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.suggester import Suggester
from textual.widgets import Input, Label

from phresh_tui.database import listings
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Booking, CleaningType
from phresh_tui.market.errors import PhreshError
from phresh_tui.market.query import ParsedQuery, join_query, parse_query, query_of, split_query
from phresh_tui.market.search import Filter
from phresh_tui.market.when import local_now
from phresh_tui.tui.screens.dialog import Dialog
from phresh_tui.tui.screens.in_force import filter_words
from phresh_tui.tui.styles import PLACES
from phresh_tui.tui.widgets.box import Box
from phresh_tui.tui.widgets.choice import Choice
from phresh_tui.tui.widgets.field import Field

TYPES: tuple[CleaningType | None, ...] = (None, *CleaningType)
BOOKINGS: tuple[Booking | None, ...] = (None, *Booking)
# the fields of one line each: the key of the search line, its label, and what may be typed in ever fewer words
AREA = ("area", "Area", "how it begins; → takes what is suggested", "how it begins")
BY = ("by", "Posted by", "a handle, or me")
# what the search line means by itself: neither the beginning nor the end of a time
WHOLE = ("..", "<", ">", "week")


class AreaSuggester(Suggester):
    """Goes on with an area of open jobs."""

    def __init__(self, session: Session) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._session = session

    async def get_suggestion(self, value: str) -> str | None:
        """The first area that begins so, as it is written; None when what is typed is written otherwise."""
        try:
            found = await listings.areas(self._session, value, 1)
        except PhreshError:
            return None
        return value + found[0][len(value) :] if found and found[0].casefold().startswith(value.casefold()) else None


class FilterScreen(Dialog[str]):
    """Reads the search line into fields, and gives the line that they make; None when nothing is to change."""

    CSS_PATH = PLACES
    BINDINGS = [
        Binding("escape", "leave", "Leave as it is"),
        Binding("enter,ctrl+s", "apply", "Show"),
        Binding("ctrl+x", "clear", "Clear", priority=True),
    ]

    def __init__(self, session: Session, query: str) -> None:
        super().__init__()
        self._session = session
        self._values, self._words = split_query(query)
        self._wanted = parse_query(query, local_now()).filter

    def compose(self) -> ComposeResult:
        """A small form."""
        wanted = self._wanted
        with Box(
            "Show only", "Enter shows · Ctrl+X clears · Esc leaves", "Enter · ^x clears · Esc leaves", id="filter"
        ):
            labels = ["every type" if kind is None else kind.label for kind in TYPES]
            yield Choice(labels, TYPES.index(wanted.cleaning_type), id="type")
            with Horizontal(classes="pair"):
                yield Label("Per hour from")
                yield Input(_text(wanted.min_price), id="min", compact=True)
                yield Label("to")
                yield Input(_text(wanted.max_price), id="max", compact=True)
            yield from self._line(*AREA, suggester=AreaSuggester(self._session))
            begins, ends = self._starts()
            with Horizontal(classes="pair"):
                yield Label("Starts from")
                yield Field(begins, "mon, tomorrow 9:00", "mon, 9:00", "mon", id="starts")
                yield Label("to")
                yield Field(ends, "fri, 2026-12-24", "fri", id="starts-to")
            yield from self._line(*BY)
            labels = ["booked either way" if booking is None else booking.label for booking in BOOKINGS]
            yield Choice(labels, BOOKINGS.index(wanted.booking), id="book")
            yield Choice(["at any time", "only when I am free"], int(wanted.free_only), id="free")
            with Horizontal(classes="pair"):
                yield Label("Words".ljust(9))
                yield Field(self._words, "of name or description", "of the text", id="words")
            yield Label("", id="message", markup=False)

    def _line(self, key: str, label: str, *hints: str, suggester: Suggester | None = None) -> ComposeResult:
        typed = (self._values.get(key) or [""])[0]
        with Horizontal(classes="pair"):
            yield Label(label.ljust(9))
            yield Field(typed, *hints, id=key, suggester=suggester)

    def _starts(self) -> tuple[str, str]:
        """From when to when, as it was typed, so that tomorrow stays tomorrow; two of a kind are one range."""
        said = self._values.get("starts", [])
        if len(said) > 1:
            bounds = Filter(starts_from=self._wanted.starts_from, starts_until=self._wanted.starts_until)
            said = split_query(query_of(bounds))[0].get("starts", [""])
        text = said[0].strip() if said else ""
        first, dots, last = text.partition("..")
        if dots:
            return first, last
        for sign, place in ((">=", 0), ("<=", 1)):
            if text.startswith(sign):
                return (text[2:], "") if place == 0 else ("", text[2:])
        # one day is the first and the last; what else there is stands for itself
        return (text, "") if any(part in text for part in WHOLE) else (text, text)

    @property
    def query_text(self) -> str:
        """The search line that the fields make."""
        low, high = (self.query_one(f"#{name}", Input).value.strip() for name in ("min", "max"))
        price = f"{low}..{high}" if low and high else f">={low}" if low else f"<={high}" if high else ""
        kind = TYPES[self.query_one("#type", Choice).index]
        book = BOOKINGS[self.query_one("#book", Choice).index]
        begins, ends = (self.query_one(f"#{name}", Input).value.strip() for name in ("starts", "starts-to"))
        values = {
            "type": "" if kind is None else str(kind),
            "price": price,
            "area": self.query_one("#area", Input).value,
            "starts": starts_between(begins, ends),
            "by": self.query_one("#by", Input).value,
            "book": {None: "", Booking.INSTANTLY: "instantly", Booking.BY_OFFER: "offer"}[book],
            "free": "yes" if self.query_one("#free", Choice).index else "",
        }
        return join_query(values, self.query_one("#words", Input).value)

    def _parsed(self) -> ParsedQuery:
        return parse_query(self.query_text, local_now())

    @on(Input.Changed)
    @on(Choice.Changed)
    def _understood(self) -> None:
        """Says what is understood while it is typed; what is wrong is told when it is to count."""
        words = filter_words(self._parsed().filter, self._session.market.currency)
        self._say(f"= {', '.join(words)}" if words else "= all open jobs", wrong=False)

    @on(Input.Submitted)
    def action_apply(self) -> None:
        """Shows what fits, or says which field is wrong."""
        problems = self._parsed().problems
        if not problems:
            self.close(self.query_text)
            return
        key = self.query_text[: problems[0].start].rpartition(" ")[2].partition(":")[0]
        name = key
        if key == "price" and not self.query_one("#min", Input).value.strip():
            name = "max"
        elif key == "starts" and not self._is_wrong(self.query_one("#starts", Input).value):
            name = "starts-to"
        self._say(f"✗ {problems[0].message}", wrong=True)
        for field in self.query(f"#{name}") if name else self.query("#words"):
            self.set_focus(field)

    @staticmethod
    def _is_wrong(begins: str) -> bool:
        query = join_query({"starts": starts_between(begins.strip(), "")}, "")
        return bool(begins.strip() and parse_query(query, local_now()).problems)

    def _say(self, text: str, *, wrong: bool) -> None:
        message = self.query_one("#message", Label)
        message.set_class(not wrong, "-understood")
        message.update(text)

    def action_clear(self) -> None:
        """Shows everything again; the searched words stay."""
        self.close(self.query_one("#words", Input).value)

    def action_leave(self) -> None:
        """Changes nothing."""
        self.close(None)


def starts_between(begins: str, ends: str) -> str:
    """What the search line says for a time: nothing, one day, or a range that may be open at one end."""
    if begins == ends:
        return begins
    if ends:
        return f"{begins}..{ends}"
    return begins if any(part in begins for part in WHOLE) else f">={begins}"


def _text(price: object) -> str:
    return "" if price is None else str(price)
