"""The jobs that are under way, below headings that say what they need."""

from __future__ import annotations

from textual.content import Content
from textual.message import Message
from textual.widgets.option_list import Option

from phresh_tui.database.session import Session
from phresh_tui.database.todo import Todo, todo
from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.errors import PhreshError
from phresh_tui.market.search import Filter
from phresh_tui.market.text import visible
from phresh_tui.tui.actions import Where, bindings
from phresh_tui.tui.marks import SIGN, Marks
from phresh_tui.tui.widgets.columns import fit, shortened, two_columns
from phresh_tui.tui.widgets.lines import Lines
from phresh_tui.tui.widgets.mark_keys import MarkKeys
from phresh_tui.tui.workers import read_again

# cells of a line in which its signs stand, and with the blank behind them
SIGNS, BESIDE = 3, 4
# what of the rest belongs to the names at least
NAME_SHARE = 0.4


class NowList(Lines, MarkKeys):
    """One line a job; the cursor stays on its job when the list changes."""

    BINDINGS = bindings(Where.MARKS)

    class Loaded(Message):
        """The list was read."""

    class Failed(Message):
        """The list could not be read."""

        def __init__(self, error: PhreshError) -> None:
            super().__init__()
            self.error = error

    def __init__(self, session: Session, marks: Marks, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, markup=False)
        self.marks = marks
        self._session = session
        self._items: list[Todo] | None = None
        self._wanted = Filter()

    @property
    def items(self) -> list[Todo] | None:
        """What is under way, or None before it was read."""
        return self._items

    @property
    def shown(self) -> list[Todo] | None:
        """What of it fits what is looked for, or None before it was read."""
        me = self._session.handle
        return None if self._items is None else [item for item in self._items if self._wanted.fits(item.job, me)]

    def show_wanted(self, wanted: Filter) -> None:
        """Shows only what is like that."""
        self._wanted = wanted
        self.draw_again()

    @property
    def selected(self) -> Cleaning | None:
        """The job under the cursor, or None."""
        number = self.selected_id
        return next((item.job for item in self._items or () if str(item.job.id) == number), None)

    def on_mount(self) -> None:
        """Reads it."""
        self.look_again()

    def clicked(self, column: int) -> None:
        """A click on the signs of a line marks it."""
        if column < SIGNS and self.selected is not None:
            self.marks.toggle(self.selected)

    def on_resize(self) -> None:
        """Another width has room for other names."""
        super().on_resize()
        self.draw_again()

    def go_on(self) -> None:
        """To the next line."""
        self.action_cursor_down()

    def draw_again(self) -> None:
        """Other jobs are marked."""
        if self._items is not None:
            self._show(self._items)

    async def jobs_between(self, first: Cleaning, last: Cleaning) -> list[Cleaning]:
        """All jobs from one to another one."""
        jobs = list({item.job.id: item.job for item in self._items or ()}.values())
        ends = [number for number, job in enumerate(jobs) if job.id in (first.id, last.id)]
        return jobs[ends[0] : ends[1] + 1] if len(ends) == 2 else []

    def look_again(self) -> None:
        """Reads it again."""
        read_again(self, self._read, "todo")

    async def _read(self) -> None:
        try:
            found = await todo(self._session)
        except PhreshError as error:
            self.post_message(self.Failed(error))
            return
        if found != self._items:
            self._show(found)
        self.post_message(self.Loaded())

    def _show(self, items: list[Todo]) -> None:
        self._items = items
        options: list[Option] = []
        group = ""
        firsts: dict[int, Todo] = {}
        for item in self.shown or ():
            # a job may need more than one thing: the first of them counts
            firsts.setdefault(item.job.id, item)
        room = max((self.scrollable_content_region.width or self.app.size.width) - BESIDE, 0)
        jobs, todos = (
            [visible(item.job.name) for item in firsts.values()],
            [visible(item.words) for item in firsts.values()],
        )
        # long names make room for what is to do
        names, words = two_columns(jobs, todos, room, NAME_SHARE)
        for item in firsts.values():
            if item.group != group:
                group = item.group
                options.append(Option(Content.styled(group, "bold $text-accent"), disabled=True))
            text = Content.assemble(
                f" {item.job.status.sign}{SIGN if item.job.id in self.marks else ' '} ",
                (fit(visible(item.job.name), names - 1) + " ", "bold"),
                (shortened(visible(item.words), words), "$text-muted"),
            )
            options.append(Option(text, id=str(item.job.id)))
        self.show(options)
        if options and self.selected_id is None:
            # a heading is no job
            self.action_cursor_down()
