"""What others did that concerns me: read, unread, and the way to the job."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from functools import partial
from uuid import UUID, uuid5

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from phresh_tui.database import cleanings, events
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.errors import PhreshError
from phresh_tui.market.export import EVENT_FIELDS, Record, event_record
from phresh_tui.market.record import Event
from phresh_tui.market.text import age, visible
from phresh_tui.market.words import said
from phresh_tui.tui.actions import Where, bindings
from phresh_tui.tui.exporting import Export
from phresh_tui.tui.moves import Undo
from phresh_tui.tui.screens.base import BREADTHS, HEIGHTS
from phresh_tui.tui.screens.narrowed import Narrowed
from phresh_tui.tui.widgets.bars import KeyBar, MessageLine, TopBar
from phresh_tui.tui.widgets.columns import fit, two_columns
from phresh_tui.tui.widgets.detail import JobDetail
from phresh_tui.tui.widgets.lines import Lines
from phresh_tui.tui.widgets.side_panel import SidePanel
from phresh_tui.tui.workers import in_background, read_again, read_latest

PAGE = 60
# events that are looked through for typed words
LOOKED_THROUGH = 2_000
# events that are read at once for a file
EXPORTED = 500
# cells of the sign before an event and of its age; what of the rest belongs to what happened at least
SIGN, AGE, WORDS_SHARE = 2, 6, 0.6


def _key(event: Event) -> str:
    return f"{event.cleaning_id}-{event.version}"


def name_of(event: Event, jobs: dict[int, Cleaning]) -> str:
    """The name of an event's job."""
    job = jobs.get(event.cleaning_id)
    return visible(job.name) if job is not None else f"job {event.cleaning_id}"


class InboxScreen(Narrowed):
    """The activity of others on my jobs, newest first, in pages."""

    HELP_PLACES = (Where.INBOX, Where.LIST, Where.PLACES)
    BINDINGS = [*bindings(Where.INBOX), *bindings(Where.PLACES)]
    HORIZONTAL_BREAKPOINTS = BREADTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    AUTO_FOCUS = "Lines"

    def __init__(self) -> None:
        super().__init__()
        self._events: dict[str, Event] = {}
        self._jobs: dict[int, Cleaning] = {}
        self._unread_only = False
        self._loaded = False
        self._more = True

    def compose(self) -> ComposeResult:
        """The events, and the job of the selected one."""
        yield TopBar("Inbox")
        yield Static(id="in-force", markup=False)
        with Container(id="panes"):
            with Vertical(id="list-pane"):
                yield self.narrow_line()
                yield Lines(id="events")
                yield Static(id="empty", markup=False)
            yield JobDetail(self.session, id="detail")
            yield SidePanel(self.session)
        yield MessageLine()
        yield KeyBar()

    def on_mount(self) -> None:
        """Reads the newest."""
        self._draw()
        self.look_again()

    # --- reading

    def look_again(self) -> None:
        """Reads what is shown again, with what has come since."""
        read_again(self, self._refresh, "read")

    async def _refresh(self) -> None:
        await self._read(max(PAGE, len(self._events)))

    async def _read_on(self) -> None:
        if self._lacks_more:
            await self._read(PAGE, next(reversed(self._events.values())))

    async def _read(self, limit: int, after: Event | None = None) -> None:
        session, only = self.session, self._unread_only
        try:
            # one more than is shown tells whether there are more
            found = await events.activity(session, limit + 1, after=after, unread_only=only)
            jobs = await cleanings.by_id(session, sorted({event.cleaning_id for event in found}))
        except PhreshError as error:
            self.phresh.tell_error(error)
            return
        if only != self._unread_only:
            return
        self._more = len(found) > limit
        page = {_key(event): event for event in found[:limit]}
        self._events = page if after is None else {**self._events, **page}
        self._jobs |= jobs
        self._loaded = True
        self._draw()

    # --- drawing

    @property
    def _lines(self) -> Lines:
        return self.query_one(Lines)

    @property
    def selected(self) -> Event | None:
        """The event under the cursor."""
        return self._events.get(self._lines.selected_id or "")

    def _draw(self) -> None:
        unread = sum(event.unread for event in self._events.values())
        more = "+" if self._more and self._loaded else ""
        if not self._loaded:
            text = "Reading …"
        elif self._unread_only:
            text = f"{unread}{more} unread · v shows all"
        else:
            number = len(self._events)
            text = f"1 event, {unread} unread" if number == 1 else f"{number}{more} events, {unread} of them unread"
        if self.narrow_text and self._more and len(self._events) >= LOOKED_THROUGH:
            text += f" · the newest {LOOKED_THROUGH:,} are looked through"
        self.query_one("#in-force", Static).update(Content(text))
        lines, empty = self._lines, self.query_one("#empty", Static)
        nothing = self._loaded and not self._events
        lines.display, empty.display = not nothing, nothing
        self.focus_again(lines)
        self.query_one("#panes").set_class(nothing, "-nothing")
        if nothing and self._unread_only:
            empty.update(Content.assemble("You have read everything.\n\n", ("v", "bold"), " shows what you have read."))
        elif nothing:
            empty.update(
                Content.assemble(
                    "Nobody has done anything with your jobs yet.\n\n",
                    ("n", "bold"), " in the open jobs posts one.",
                )
            )  # fmt: skip
        else:
            shown = {key: event for key, event in self._events.items() if self._is_wanted(event)}
            lines.show(self._options(shown))
            self._read_more()
        self.refresh_bindings()

    def _options(self, shown: dict[str, Event]) -> list[Option]:
        """A line for each: what happened to which job, and when."""
        now, currency = datetime.now(UTC), self.session.market.currency
        said_of = [f"@{event.actor} {visible(said(event, currency))}" for event in shown.values()]
        names = [name_of(event, self._jobs) for event in shown.values()]
        room = max(self._lines.scrollable_content_region.width - SIGN - AGE, 0)
        first, second = two_columns(said_of, names, room, WORDS_SHARE)
        options = []
        for (key, event), words, name in zip(shown.items(), said_of, names, strict=True):
            style = "bold" if event.unread else "$text-muted"
            options.append(
                Option(
                    Content.assemble(
                        ("● " if event.unread else "  ", "$text-accent"), (fit(words, first - 1) + " ", style),
                        (fit(name, second), style),
                        (fit(age(event.happened_at, now), AGE, right=True), "$text-muted"),
                    ),
                    id=key,
                )
            )  # fmt: skip
        return options

    @on(Lines.Widened)
    def _widened(self) -> None:
        """Another width leaves another room for the words."""
        if self._loaded:
            self._draw()

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        event = self.selected
        self.query_one(JobDetail).show_job(None if event is None else self._jobs.get(event.cleaning_id))
        self.refresh_bindings()
        self._read_more()

    @property
    def _lacks_more(self) -> bool:
        """Whether there is more, and the cursor is near the end of what is here, or what is looked for may be there."""
        if not (self._more and self._loaded and self._events):
            return False
        if self.narrow_text and len(self._events) >= LOOKED_THROUGH:
            return False
        lines = self._lines
        near = lines.highlighted is not None and lines.highlighted >= lines.option_count - 10
        return near or (bool(self.narrow_text) and lines.option_count < lines.size.height)

    def _read_more(self) -> None:
        if self._lacks_more:
            read_again(self, self._read_on, "read")

    def _is_wanted(self, event: Event) -> bool:
        words = said(event, self.session.market.currency)
        return self.is_wanted(f"@{event.actor}", words, name_of(event, self._jobs))

    def narrowed(self) -> None:
        """Shows only the events with the typed words."""
        if self._loaded:
            self._draw()

    def exports(self) -> list[Export]:
        """All events, or all unread ones: not only those that were read so far."""
        session, only = self.session, self._unread_only

        async def pages() -> AsyncIterator[list[Record]]:
            last: Event | None = None
            while True:
                found = await events.activity(session, EXPORTED, after=last, unread_only=only)
                jobs = await cleanings.by_id(session, sorted({event.cleaning_id for event in found}))
                yield [
                    event_record(event)
                    | {"name": job.name if (job := jobs.get(event.cleaning_id)) else "", "unread": event.unread}
                    for event in found
                ]
                if len(found) < EXPORTED:
                    return
                last = found[-1]

        what = "all unread events" if only else "all events of the inbox"
        return [Export("inbox", what, (*EVENT_FIELDS, "name", "unread"), pages)]

    # --- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The footer tells the truth."""
        if not self.is_mounted or not self.query(Lines):
            return True
        if action == "open_job":
            return isinstance(self.focused, Lines) and self.selected is not None
        if action == "toggle_read":
            return self.selected is not None
        if action == "read_all":
            return any(event.unread for event in self._events.values())
        if action == "inbox":
            return False
        if action == "undo":
            return self.phresh.moves.undo is not None
        return super().check_action(action, parameters)

    @on(OptionList.OptionSelected)
    def _chosen(self) -> None:
        self.action_open_job()

    def action_open_job(self) -> None:
        """Goes to the job; whoever goes there has read it."""
        event = self.selected
        if event is None:
            return
        if event.unread:
            self._mark(event, read=True)
        self.phresh.open_job(event.cleaning_id)

    def action_toggle_read(self) -> None:
        """Read or unread, and on to the next."""
        event = self.selected
        if event is None:
            return
        self._mark(event, read=event.unread)
        if event.unread:
            self._lines.action_cursor_down()

    def action_read_all(self) -> None:
        """Marks all as read."""
        unread = [event for event in self._events.values() if event.unread]
        in_background(self, partial(self._read_all, unread), "move")

    async def _read_all(self, unread: Sequence[Event]) -> None:
        session = self.session

        async def mark(request: UUID) -> int:
            return await events.mark_all_read(session, request=request)

        try:
            number = await self.phresh.moves.make("Marking all as read", mark)
        except PhreshError as error:
            self.phresh.tell_error(error)
        else:
            self._can_undo(unread, read=True)
            self.phresh.tell(f"{number} marked as read.")
        self.phresh.look_again()

    def _mark(self, event: Event, *, read: bool) -> None:
        in_background(self, partial(self._mark_read, event, read=read), "move")

    async def _mark_read(self, event: Event, *, read: bool) -> None:
        session = self.session

        async def mark(request: UUID) -> None:
            await events.mark_read(session, event, is_read=read, request=request)

        try:
            await self.phresh.moves.make("Marking it as read", mark)
        except PhreshError as error:
            self.phresh.tell_error(error)
        else:
            self._can_undo([event], read=read)
        self.phresh.look_again()

    def _can_undo(self, which: Sequence[Event], *, read: bool) -> None:
        async def take_back(session: Session, request: UUID) -> None:
            for event in which:
                # one request for each, the same ones when all of it is sent again
                await events.mark_read(session, event, is_read=not read, request=uuid5(request, _key(event)))

        about = f"of {len(which)} events" if len(which) != 1 else f"of “{name_of(which[0], self._jobs)}”"
        move = "mark read" if read else "mark unread"
        done = "Unread again." if read else "Read again."
        # it is no move of a job, which another move on the job would make obsolete
        self.phresh.moves.remember(Undo(move, about, job_id=0, call=take_back, done=done))

    def action_undo(self) -> None:
        """Takes the last move back, or the last mark."""
        self.phresh.moves.undo_last()

    def action_toggle_unread(self) -> None:
        """All, or only what is unread."""
        self._unread_only = not self._unread_only
        self._events, self._loaded, self._more = {}, False, True
        self._draw()
        read_latest(self, self._refresh, "read")
