"""What the keys do that mark jobs, in every list that has them."""

from __future__ import annotations

from abc import abstractmethod
from functools import partial
from typing import TYPE_CHECKING, cast

from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.errors import PhreshError
from phresh_tui.tui.marks import MANY, Marks
from phresh_tui.tui.workers import in_background

if TYPE_CHECKING:
    from textual.widget import Widget

    from phresh_tui.tui.app import PhreshApp

    _Base = Widget
else:
    _Base = object


class MarkKeys(_Base):
    """For a widget that shows jobs; it draws `marks.SIGN` before those that are in `marks`."""

    marks: Marks

    @property
    @abstractmethod
    def selected(self) -> Cleaning | None:
        """The job under the cursor."""

    @abstractmethod
    async def jobs_between(self, first: Cleaning, last: Cleaning) -> list[Cleaning]:
        """All jobs from one to another one in the order of the list, whichever comes first; none when there are more
        than `MANY`.
        """

    @abstractmethod
    def go_on(self) -> None:
        """To the next line."""

    def action_toggle_mark(self) -> None:
        """Marks the job under the cursor, or takes its mark away, and goes on."""
        if self.selected is not None:
            self.marks.toggle(self.selected)
            self.go_on()

    def action_mark_range(self) -> None:
        """Marks everything from the last mark to the cursor."""
        first, last = self.marks.last, self.selected
        if last is None:
            return
        if first is None or first.id == last.id:
            self.marks.add([last])
        else:
            in_background(self, partial(self._mark_range, first, last), "marks", exclusive=True)

    async def _mark_range(self, first: Cleaning, last: Cleaning) -> None:
        app = cast("PhreshApp", self.app)
        try:
            found = await self.jobs_between(first, last)
        except PhreshError as error:
            app.tell_error(error)
            return
        if not found:
            app.tell(f"The last mark is more than {MANY:,} jobs away in this list, so only this one is marked.")
        self.marks.add(found or [last])
