"""What happened to a job, as a timeline."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from phresh_tui.database.events import history
from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.errors import PhreshError
from phresh_tui.market.export import EVENT_FIELDS, event_record
from phresh_tui.market.record import Event
from phresh_tui.market.text import visible
from phresh_tui.market.words import said, show_moment
from phresh_tui.tui.actions import Where, bindings
from phresh_tui.tui.exporting import Export, counted, of_records
from phresh_tui.tui.screens.menu import Item
from phresh_tui.tui.screens.narrowed import Narrowed
from phresh_tui.tui.widgets.bars import KeyBar, MessageLine, TopBar
from phresh_tui.tui.widgets.reading import Reading
from phresh_tui.tui.workers import read_again


class HistoryScreen(Narrowed):
    """One move a line, oldest first, each day once."""

    HELP_PLACES = (Where.HISTORY, Where.READ)
    BINDINGS = bindings(Where.HISTORY)
    AUTO_FOCUS = "#timeline"
    LIST = "#timeline"

    def __init__(self, job: Cleaning) -> None:
        super().__init__()
        self._job = job
        self._events: list[Event] = []
        self._is_read = False

    def compose(self) -> ComposeResult:
        """What it is about, and the line of time."""
        yield TopBar("History")
        yield Static(f"No. {self._job.id}, “{visible(self._job.name)}”", id="about-offers", markup=False)
        yield self.narrow_line()
        with Reading(id="timeline"):
            yield Static("Looking …", id="events", markup=False)
        yield MessageLine()
        yield KeyBar()

    def on_mount(self) -> None:
        """Reads it."""
        self.look_again()

    def look_again(self) -> None:
        """Reads it again."""
        read_again(self, self._read, "history")

    async def _read(self) -> None:
        try:
            found = await history(self.session, self._job.id)
        except PhreshError as error:
            self.phresh.tell_error(error)
            return
        self._events = found
        self._is_read = True
        self.narrowed()

    def narrowed(self) -> None:
        """Shows only the moves with the typed words."""
        if self._is_read:
            self.query_one("#events", Static).update(self._content(self._events))

    def _content(self, found: list[Event]) -> Content:
        parts: list[str | tuple[str, str]] = []
        me, currency = self.session.handle, self.session.market.currency
        shown = ""
        for event in found:
            day, clock = show_moment(event.happened_at).split(" ")
            who = "you" if event.actor == me else f"@{event.actor}"
            words = visible(said(event, currency))
            if not self.is_wanted(day, clock, who, words):
                continue
            if day != shown:
                shown = day
                parts.append((f"{day}\n", "bold"))
            parts.append((f"  {clock} {event.after.sign} ", "$text-muted"))
            parts.append((f"{who} ", "bold" if event.actor == me else "bold $text-accent"))
            parts.append(f"{words}\n")
        parts.append(
            ("\nEverybody sees posts and changes; the rest is for both sides of the job.", "$text-muted italic")
        )
        return Content.assemble(*parts)

    def copyable(self) -> list[Item]:
        """The whole timeline; a line for each move."""
        from phresh_tui.tui.copying import copies_of_record

        currency = self.session.market.currency
        lines = [f"{show_moment(e.happened_at)} @{e.actor} {said(e, currency)}" for e in self._events]
        records = [event_record(event) for event in self._events]
        return copies_of_record("number", str(self._job.id), "\n".join(lines), records)

    def exports(self) -> list[Export]:
        """Every move of the job that this member may see."""
        records = [event_record(event) for event in self._events]
        return [of_records("history", f"{counted(len(records), 'move')} of this job", EVENT_FIELDS, records)]
