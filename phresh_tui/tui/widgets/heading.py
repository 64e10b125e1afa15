"""The names of the columns, above a list of jobs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget

from phresh_tui.market.search import Place, Sort
from phresh_tui.tui.jumping import Spot
from phresh_tui.tui.widgets.columns import SORTS, Column, columns, fit, shape_of, title
from phresh_tui.tui.widgets.job_list import JobList


class JobHeading(Widget):
    """The names of the columns, above the list. A click on one asks for its order, and another click turns it round."""

    DEFAULT_CSS = "JobHeading { height: 1; text-style: bold; color: $text-muted; }"

    class Chosen(Message):
        """An order was asked for."""

        def __init__(self, sort: Sort) -> None:
            super().__init__()
            self.sort = sort

    def __init__(self, jobs: JobList) -> None:
        super().__init__()
        self._jobs = jobs
        jobs.heading = self

    @property
    def _sort(self) -> Sort | None:
        # the other lists have an order of their own
        return self._jobs.listing.sort if self._jobs.listing.place is Place.OPEN else None

    def _columns(self) -> list[tuple[Column, int]]:
        return columns(shape_of(self._jobs.listing), self._jobs.text_width)

    def render(self) -> RenderResult:
        """Draws one line."""
        sort = self._sort
        return Content("".join(fit(title(column, sort), width, column.right) for column, width in self._columns()))

    def _heads(self) -> Iterator[tuple[int, int, Sort]]:
        """The first cell, the width and the order of each column that can be sorted by."""
        start = 0
        for column, width in self._columns():
            by = SORTS.get(column)
            if by is not None and self._sort is not None:
                yield start, width, by.turned if self._sort is by else by
            start += width

    def on_click(self, event: events.Click) -> None:
        """A click on a head asks for its order."""
        for start, width, sort in self._heads():
            if start <= event.x < start + width:
                self.post_message(self.Chosen(sort))

    def jump_targets(self) -> Iterator[Spot]:
        """Each head."""
        for start, width, sort in self._heads():
            region = Region(self.region.x + start, self.region.y, width, 1)
            yield Spot(region, partial(self.post_message, self.Chosen(sort)))
