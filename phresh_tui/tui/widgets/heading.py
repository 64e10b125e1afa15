"""The names of the columns, above a list of jobs."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

from phresh_tui.tui.widgets.columns import columns, fit
from phresh_tui.tui.widgets.job_list import JobList


class JobHeading(Widget):
    """The names of the columns, above the list."""

    DEFAULT_CSS = "JobHeading { height: 1; text-style: bold; color: $text-muted; }"

    def __init__(self, jobs: JobList) -> None:
        super().__init__()
        self._jobs = jobs
        jobs.heading = self

    def render(self) -> RenderResult:
        """Draws one line."""
        layout = columns(self._jobs.listing.place, self._jobs.text_width)
        return Content("".join(fit(column.title, width, column.right) for column, width in layout))
