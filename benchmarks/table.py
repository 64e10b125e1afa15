"""The peer of the list: Textual's DataTable, filled with as many rows."""

import sys

from textual.app import App, ComposeResult
from textual.widgets import DataTable


class Table(App[None]):
    """A table of jobs in memory."""

    def compose(self) -> ComposeResult:
        """Draws it."""
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        """Fills it."""
        table = self.query_one(DataTable)
        table.add_columns("Job", "Type", "Posted by", "Per hour", "Age")
        for number in range(int(sys.argv[1])):
            table.add_row(f"Job {number}", "spot clean", "@ada", "$20.00", "1d")


if __name__ == "__main__":
    Table().run()
