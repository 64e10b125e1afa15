"""The moves of the job that is shown: which are possible, and what their keys do."""

from __future__ import annotations

from datetime import UTC, datetime

from phresh_tui.database.about import About
from phresh_tui.market.cleaning import Booking, Cleaning
from phresh_tui.market.moves import possible
from phresh_tui.market.price import show_price
from phresh_tui.market.text import visible
from phresh_tui.market.words import show_span
from phresh_tui.tui import job_moves
from phresh_tui.tui.moves import Step
from phresh_tui.tui.screens.base import MarketScreen
from phresh_tui.tui.screens.confirm import Confirm
from phresh_tui.tui.screens.offer import OfferDialog
from phresh_tui.tui.widgets.detail import JobDetail


class JobKeys(MarketScreen):
    """A screen that shows one job at a time in a `JobDetail`, and can move it."""

    @property
    def shown_job(self) -> Cleaning | None:
        """The job that keys are about."""
        raise NotImplementedError

    @property
    def about(self) -> About | None:
        """What else is known about it, or None."""
        known = next((detail.about for detail in self.query(JobDetail)), None)
        return known if known is not None and self.shown_job is not None and known.job.id == self.shown_job.id else None

    def look_again(self) -> None:
        """Reads again what is known of the job; offers and stars change without its row."""
        for detail in self.query(JobDetail):
            detail.read_again()

    def on_job_detail_known(self) -> None:
        """What is known decides which keys there are."""
        self.refresh_bindings()

    def can(self, action: str, job: Cleaning) -> bool:
        """Whether a key about this job would do something now."""
        me, about = self.session.handle, self.about
        if action == "offer":
            return job.booking is Booking.BY_OFFER and possible("offer", job, me)
        if action == "withdraw":
            return possible("withdraw", job, me) and about is not None and bool(about.live_offers)
        return True

    def ask_claim(self, job: Cleaning) -> None:
        """Asks in one line, then claims; says first when it overlaps with another job of one's own."""
        price = show_price(job.price, self.session.market.currency)
        overlaps = self.about.overlaps if self.about is not None else ()
        after = f"” for {price}/h from @{job.owner}?"
        for other in overlaps[:1]:
            when = show_span(other.starts_at, other.hours, datetime.now(UTC)) if other.starts_at is not None else ""
            after += f" It overlaps with “{visible(other.name)}” ({when}), so it will be refused."
        self.ask("Claim “", job, after, job_moves.claim(job))

    def action_offer(self) -> None:
        """Asks for price and message."""
        job, about = self.shown_job, self.about
        if job is not None:
            live = about.live_offers if about is not None else ()
            self.app.push_screen(OfferDialog(job, live[0] if live else None))

    def action_withdraw(self) -> None:
        """Asks in one line, then takes the offer back."""
        job = self.shown_job
        if job is not None:
            self.ask("Withdraw your offer on “", job, "”?", job_moves.withdraw(job))

    def ask(self, before: str, job: Cleaning, after: str, step: Step) -> None:
        """Asks a yes or no about a job, and makes the move."""

        def answered(yes: bool | None) -> None:
            if yes:
                self.phresh.moves.start(step)

        self.app.push_screen(Confirm(before, job_moves.shown_name(job), after), answered)
