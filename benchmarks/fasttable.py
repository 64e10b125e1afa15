"""A peer of the list: textual-fastdatatable over as many rows in memory (Arrow)."""

import sys

from textual.app import App, ComposeResult
from textual_fastdatatable import ArrowBackend, DataTable  # type: ignore[import-not-found]  # only in the peers' venv


class Table(App[None]):
    """A table of jobs in memory."""

    def compose(self) -> ComposeResult:
        """Draws it."""
        numbers = range(int(sys.argv[1]))
        columns = {
            "Job": [f"Job {number}" for number in numbers],
            "Type": ["spot clean" for _ in numbers],
            "Posted by": ["@ada" for _ in numbers],
            "Per hour": ["$20.00" for _ in numbers],
        }
        yield DataTable(backend=ArrowBackend.from_pydict(columns), cursor_type="row")


if __name__ == "__main__":
    Table().run()
