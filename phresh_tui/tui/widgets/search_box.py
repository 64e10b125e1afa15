"""The lines above the list that are typed into: what to look for, and where to go."""

from __future__ import annotations

from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.suggester import Suggester
from textual.widget import Widget
from textual.widgets import Static

from phresh_tui.database import listings
from phresh_tui.database.session import Session
from phresh_tui.market.errors import PhreshError
from phresh_tui.market.query import Problem, gone_on, stored_begun, with_quotes
from phresh_tui.market.search import Sort
from phresh_tui.market.text import visible
from phresh_tui.tui.widgets.field import Field

# members that are asked for: the first one is shown
HANDLES = 1
# letters of a message that say something
LEAST = 24
# what is expected where a jump is asked for, by the order in force
EXPECTED = {
    Sort.NEWEST: "a day: yesterday, 2026-12-01",
    Sort.OLDEST: "a day: yesterday, 2026-12-01",
    Sort.STARTS: "a day: tomorrow, mon 14:30",
    Sort.STARTS_LATEST: "a day: tomorrow, mon 14:30",
    Sort.PRICE_UP: "a price",
    Sort.PRICE_DOWN: "a price",
    Sort.NAME: "the first letters of a name",
    Sort.NAME_DOWN: "the first letters of a name",
    Sort.AREA: "the first letters of an area",
    Sort.AREA_DOWN: "the first letters of an area",
}


BY_LETTERS = (Sort.NAME, Sort.NAME_DOWN, Sort.AREA, Sort.AREA_DOWN)


class QuerySuggester(Suggester):
    """Goes on with what is typed: a key, or one of its values; areas and handles come from the database."""

    def __init__(self, session: Session) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._session = session

    async def get_suggestion(self, value: str) -> str | None:
        """The whole query with its likeliest end, or None."""
        stored: list[str] = []
        if (begun := stored_begun(value)) is not None:
            key, typed = begun
            try:
                if key == "area":
                    stored = await listings.areas(self._session, typed)
                else:
                    from phresh_tui.database import people

                    stored = await people.find_members(self._session, typed.lower(), HANDLES)
            except PhreshError:
                return None
        return gone_on(value, stored)


class TypedLine(Field):
    """One line above the list. Enter and Down go to the list, Escape leaves it."""

    leads_to = ""
    """What gets the focus at once when the line is done, so that the next key is not typed into it."""

    # before the field sees the key, so that what is typed right after it goes to the list
    BINDINGS = [
        Binding("down,enter", "done", "To the list", priority=True),
        Binding("escape", "leave", "Clear", priority=True),
    ]

    class _Ended(Message):
        def __init__(self, control: TypedLine) -> None:
            super().__init__()
            self.line = control

        @property
        def control(self) -> TypedLine:
            """The line."""
            return self.line

    class Done(_Ended):
        """What is typed counts."""

    class Left(_Ended):
        """What is typed does not count."""

    def action_done(self) -> None:
        """It is typed."""
        self.post_message(self.Done(self))
        if self.leads_to:
            # not focus(), which waits for what is in the queue
            self.screen.set_focus(self.screen.query_one(self.leads_to))

    def action_leave(self) -> None:
        """It is dropped."""
        self.post_message(self.Left(self))

    def accept(self) -> None:
        """Takes the suggestion, or goes on to the list."""
        if self._suggestion:
            self.value = with_quotes(self._suggestion)
            self.cursor_position = len(self.value)
        else:
            self.action_done()


class ProblemLine(Static):
    """Says what is wrong in the line above it, pointing at the word."""

    DEFAULT_CSS = """
    ProblemLine {
        height: auto; max-height: 3; padding: 0 1; color: $text-error; display: none;
    }
    """

    def show(self, problems: tuple[Problem, ...]) -> None:
        """Shows the first problem, or nothing."""
        self.display = bool(problems)
        if problems:
            problem = problems[0]
            marks = " " * problem.start + "^" * max(problem.end - problem.start, 1)
            assert isinstance(self.parent, Widget)
            room = self.parent.size.width - 3 - len(marks)
            message = visible(problem.message)
            if room < min(LEAST, len(message)):
                # beside the word nothing could be read
                marks = "^"
            self.update(Content(f"{marks} {message}"))
