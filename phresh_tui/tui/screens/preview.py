"""A job as others will see it, before it is posted."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.record import PrivateDetails
from phresh_tui.market.text import visible
from phresh_tui.tui.screens.dialog import Dialog
from phresh_tui.tui.widgets.box import Box
from phresh_tui.tui.widgets.detail import job_text


class PreviewScreen(Dialog[bool]):
    """Shows what everybody will see, and what only the cleaner will; gives True to send it."""

    BINDINGS = [
        Binding("ctrl+s", "answer(True)", "Send"),
        Binding("escape,q,enter,ctrl+l", "answer(False)", "Back"),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def __init__(self, job: Cleaning, private: PrivateDetails, sends: str) -> None:
        super().__init__()
        self._job = job
        self._private = private
        self._sends = sends

    def compose(self) -> ComposeResult:
        """One sheet."""
        sends = self._sends
        with Box(
            "As others will see it",
            f"Ctrl+S {sends} · Esc goes back to the form",
            f"^s {sends} · Esc back",
            id="preview",
        ):
            yield Static(self._content())

    def _content(self) -> Content:
        session = self.phresh.session
        assert session is not None
        private = self._private
        lines = [
            f"\n{label}: {visible(text)}"
            for label, text in (
                ("Address", private.address),
                ("Access", private.access_notes),
                ("Phone", private.phone),
            )
            if text
        ]
        after = "\n\nOnly whoever has the job will see:" if lines else "\n\nThere are no private details."
        return Content.assemble(job_text(self._job, None, session, me=""), (after, "bold"), *lines)

    def action_answer(self, send: bool) -> None:
        """Closes it."""
        self.close(send)

    def action_scroll(self, lines: int) -> None:
        """Down or up."""
        self.query_one("#preview").scroll_relative(y=lines, animate=False)
