"""What an owner says besides the moves: who sees a job's address, and who did not come."""

from __future__ import annotations

from uuid import UUID

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Label, Static, TextArea

from phresh_tui.database import people
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning, check_line, check_text
from phresh_tui.market.record import PrivateDetails
from phresh_tui.market.text import visible
from phresh_tui.tui.moves import Step
from phresh_tui.tui.screens.dialog import MoveDialog


class PrivateDialog(MoveDialog):
    """Address, access notes and phone of one's own job, also after it was claimed."""

    TITLE_TEXT = "Private details"
    SENDS = "saves them"

    def __init__(self, job: Cleaning, private: PrivateDetails) -> None:
        super().__init__(job)
        self._private = private

    def fields(self) -> ComposeResult:
        """What is there."""
        seen = f"@{self.job.claimed_by} sees them now." if self.job.claimed_by else "Only who claims it will see them."
        yield Static(Content.assemble((f"“{visible(self.job.name)}”", "bold"), f": {seen}"))
        yield Label("Address", classes="field")
        yield Input(self._private.address, id="address", compact=True)
        yield Label("Access notes", classes="field")
        yield TextArea(self._private.access_notes, id="access-notes", tab_behavior="focus", compact=True)
        yield Label("Phone", classes="field")
        yield Input(self._private.phone, id="phone", compact=True)

    def step(self) -> Step:
        """All three, as they stand."""
        job = self.job
        typed = self.typed()
        details = PrivateDetails(typed["address"].strip(), typed["access-notes"].strip(), typed["phone"].strip())

        async def send(session: Session, request: UUID) -> None:
            await people.set_private_details(session, request, job.id, details)

        done = f"The private details of “{visible(job.name)}” are saved."
        return Step(job, "The change", send, done, "Not saved")


class NoShowDialog(MoveDialog):
    """Says, without stars, that a cleaner did not come."""

    TITLE_TEXT = "No-show"
    SENDS = "reports it"

    def __init__(self, job: Cleaning, missing: str) -> None:
        super().__init__(job)
        self._missing = missing

    def fields(self) -> ComposeResult:
        """What others will read."""
        yield Static(
            Content.assemble(
                (f"@{self._missing}", "bold"), " did not do ", (f"“{visible(self.job.name)}”", "bold"),
                ". Everybody can read that on their profile; it gives no stars, and cannot be taken back.",
            )
        )  # fmt: skip
        yield Label("Headline, if you like", classes="field")
        yield Input(id="headline", compact=True)
        yield Label("Comment, if you like", classes="field")
        yield TextArea(id="comment", tab_behavior="focus", compact=True)

    def step(self) -> Step:
        """The report as it stands."""
        job, missing = self.job, self._missing
        headline = check_line(self.query_one("#headline", Input).value, "headline", 120)
        comment = check_text(self.query_one("#comment", TextArea).text, "comment", 5000)

        async def send(session: Session, request: UUID) -> None:
            await people.report_no_show(session, request, job.id, missing, headline, comment)

        return Step(job, "The report", send, f"It is reported that @{missing} did not come.", "Not reported")
