"""Which jobs are listed: everything that the search line can say, as a form."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.suggester import Suggester
from textual.widgets import Input, Label

from phresh_tui.database import listings
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Booking, CleaningType
from phresh_tui.market.errors import PhreshError
from phresh_tui.market.query import ParsedQuery, join_query, parse_query, query_of, split_query
from phresh_tui.market.search import Filter
from phresh_tui.market.when import local_now
from phresh_tui.tui.screens.in_force import filter_words
from phresh_tui.tui.styles import PLACES
from phresh_tui.tui.widgets.box import Box
from phresh_tui.tui.widgets.choice import Choice

TYPES: tuple[CleaningType | None, ...] = (None, *CleaningType)
BOOKINGS: tuple[Booking | None, ...] = (None, *Booking)
# the fields of one line each: the key of the search line, its label, and what may be typed
TYPED = (
    ("area", "Area", "how it begins; → takes what is suggested"),
    ("starts", "Starts", "tomorrow, mon..fri, >=2026-12-01, weekend"),
    ("by", "Posted by", "a handle, or me"),
)


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


class FilterScreen(ModalScreen[str | None]):
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
                yield Label("Price per hour from")
                yield Input(_text(wanted.min_price), id="min", compact=True)
                yield Label("to")
                yield Input(_text(wanted.max_price), id="max", compact=True)
            for key, label, hint in TYPED:
                with Horizontal(classes="pair"):
                    yield Label(label.ljust(9))
                    suggester = AreaSuggester(self._session) if key == "area" else None
                    yield Input(self._typed(key), id=key, placeholder=hint, suggester=suggester, compact=True)
            labels = ["booked either way" if booking is None else booking.label for booking in BOOKINGS]
            yield Choice(labels, BOOKINGS.index(wanted.booking), id="book")
            yield Choice(["at any time", "only when I am free"], int(wanted.free_only), id="free")
            with Horizontal(classes="pair"):
                yield Label("Words".ljust(9))
                yield Input(self._words, id="words", placeholder="of name or description", compact=True)
            yield Label("", id="message", markup=False)

    def _typed(self, key: str) -> str:
        """What was typed, so that tomorrow stays tomorrow; two of a kind are one range."""
        said = self._values.get(key, [])
        if key == "starts" and len(said) > 1:
            bounds = Filter(starts_from=self._wanted.starts_from, starts_until=self._wanted.starts_until)
            said = split_query(query_of(bounds))[0].get("starts", [""])
        return said[0] if said else ""

    @property
    def query_text(self) -> str:
        """The search line that the fields make."""
        low, high = (self.query_one(f"#{name}", Input).value.strip() for name in ("min", "max"))
        price = f"{low}..{high}" if low and high else f">={low}" if low else f"<={high}" if high else ""
        kind = TYPES[self.query_one("#type", Choice).index]
        book = BOOKINGS[self.query_one("#book", Choice).index]
        values = {
            "type": "" if kind is None else str(kind),
            "price": price,
            **{key: self.query_one(f"#{key}", Input).value for key, *_ in TYPED},
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
            self.dismiss(self.query_text)
            return
        key = self.query_text[: problems[0].start].rpartition(" ")[2].partition(":")[0]
        name = {"price": "max" if not self.query_one("#min", Input).value.strip() else "min"}.get(key, key)
        self._say(f"✗ {problems[0].message}", wrong=True)
        for field in self.query(f"#{name}") if name else self.query("#words"):
            self.set_focus(field)

    def _say(self, text: str, *, wrong: bool) -> None:
        message = self.query_one("#message", Label)
        message.set_class(not wrong, "-understood")
        message.update(text)

    def action_clear(self) -> None:
        """Shows everything again; the searched words stay."""
        self.dismiss(self.query_one("#words", Input).value)

    def action_leave(self) -> None:
        """Changes nothing."""
        self.dismiss(None)


def _text(price: object) -> str:
    return "" if price is None else str(price)
