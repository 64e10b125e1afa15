"""The moves of the job that is shown: which are possible, and what their keys do."""

from __future__ import annotations

from abc import abstractmethod
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from phresh_tui.market.cleaning import Booking, Cleaning, Status
from phresh_tui.market.moves import possible
from phresh_tui.market.price import show_price
from phresh_tui.market.text import visible
from phresh_tui.market.words import show_span
from phresh_tui.tui import job_moves
from phresh_tui.tui.leaving import is_going
from phresh_tui.tui.marks import Marks
from phresh_tui.tui.screens.base import MarketScreen
from phresh_tui.tui.widgets.detail import JobDetail

if TYPE_CHECKING:
    from collections.abc import Callable

    from phresh_tui.database.about import About
    from phresh_tui.tui.exporting import Export
    from phresh_tui.tui.moves import Step

# in the first five minutes a claim is given back without a word; asked a little earlier, for the answer takes time
WITHOUT_REASON = timedelta(minutes=4, seconds=30)
# keys that are about the job under the cursor
ABOUT_A_JOB = frozenset({
    "offer", "withdraw", "offers", "edit", "post_again", "cancel_job", "release", "finish", "confirm", "send_back",
    "review", "history", "no_show", "private_details",
})  # fmt: skip

# those that are about all marked jobs when there are any
ABOUT_MARKED = {"claim": "Claim", "confirm": "Confirm", "cancel_job": "Cancel", "release": "Release"}


class JobKeys(MarketScreen):
    """A screen that shows one job at a time in a `JobDetail`, and can move it, or several that are marked."""

    def __init__(self) -> None:
        super().__init__()
        self.marks = Marks()
        # asked for by every key about a job, with every move of the cursor
        self._detail: JobDetail | None = None
        self.marks.changed = self._marks_changed

    @property
    @abstractmethod
    def shown_job(self) -> Cleaning | None:
        """The job that keys are about."""

    @property
    def about(self) -> About | None:
        """What else is known about it, or None."""
        if self._detail is None:
            self._detail = next(iter(self.query(JobDetail)), None)
        known = self._detail.about if self._detail is not None else None
        return known if known is not None and self.shown_job is not None and known.job.id == self.shown_job.id else None

    def look_again(self) -> None:
        """Reads again what is known of the job; offers and stars change without its row."""
        for detail in self.query(JobDetail):
            detail.read_again()

    def on_job_detail_known(self) -> None:
        """What is known decides which keys there are."""
        self.refresh_bindings()

    def _marks_changed(self) -> None:
        # a move of several jobs goes on when the screen is left, and takes the marks away at its end
        if not is_going(self):
            self.marks_changed()

    def marks_changed(self) -> None:
        """Draws the lists again, and looks which keys there are."""
        from phresh_tui.tui.widgets.now_list import NowList

        for part in self.query("JobList, NowList"):
            if isinstance(part, NowList):
                part.draw_again()
            else:
                part.refresh()
        self.refresh_bindings()

    def key_labels(self, action: str) -> tuple[str, ...]:
        """A key that is about all marked jobs says so."""
        number = len(self.marks)
        if number and action in ABOUT_MARKED:
            verb = ABOUT_MARKED[action]
            return (f"{verb} {number:,} jobs", f"{verb} {number:,}")
        return super().key_labels(action)

    def exports(self) -> list[Export]:
        """The marked jobs."""
        from phresh_tui.tui.exporting import of_marked

        return [of_marked(self.session, self.marks.jobs)] if self.marks else []

    def can_now(self, action: str) -> bool:
        """Whether a key about a job would do something now: with the marked jobs, or with the one that is shown."""
        if self.marks and action in ABOUT_MARKED:
            return any(self.can(action, job) for job in self.marks.jobs)
        job = self.shown_job
        return job is not None and self.can(action, job)

    def can(self, action: str, job: Cleaning) -> bool:
        """Whether a key about this job would do something now."""
        me, about = self.session.handle, self.about
        match action:
            case "offer":
                return job.booking is Booking.BY_OFFER and possible("offer", job, me)
            case "withdraw":
                return possible("withdraw", job, me) and about is not None and bool(about.live_offers)
            case "offers":
                return self.can("offer", job) or (job.owner == me and about is not None and bool(about.offers))
            case "review":
                return possible("review", job, me) and about is not None and not about.reviewed
            case "no_show":
                return about is not None and about.missing is not None
            case "private_details":
                under_way = job.status in (Status.OPEN, Status.CLAIMED, Status.DONE)
                return job.owner == me and under_way and about is not None
            case "claim":
                return job.booking is Booking.INSTANTLY and possible("claim", job, me)
            case "post_again":
                return job.owner == me
            case "cancel_job":
                return possible("cancel", job, me)
            case "edit" | "release" | "finish" | "confirm" | "send_back":
                return possible(action, job, me)
            case _:
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
        from phresh_tui.tui.screens.offer import OfferDialog

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
        from phresh_tui.tui.screens.confirm import Confirm

        def answered(yes: bool | None) -> None:
            if yes:
                self.phresh.moves.start(step)

        self.app.push_screen(Confirm(before, job_moves.shown_name(job), after), answered)

    def ask_why(self, question: str, job: Cleaning, step: Callable[[Cleaning, str], Step]) -> None:
        """Asks for a reason, and makes the move."""
        from phresh_tui.tui.screens.confirm import AskReason

        self.app.push_screen(AskReason(question, job, lambda reason: step(job, reason)))

    def action_undo(self) -> None:
        """Takes the last move back."""
        self.phresh.moves.undo_last()

    def action_history(self) -> None:
        """Shows what happened to the job."""
        from phresh_tui.tui.screens.history import HistoryScreen

        if self.shown_job is not None:
            self.app.push_screen(HistoryScreen(self.shown_job))

    # --- one's own jobs, from the post to the review

    def action_offers(self) -> None:
        """Shows the offers on one's own job side by side; on another's asks for one's own offer."""
        from phresh_tui.tui.screens.offers import OffersScreen

        job = self.shown_job
        if job is not None and job.owner == self.session.handle:
            self.app.push_screen(OffersScreen(job))
        else:
            self.action_offer()

    def action_edit(self) -> None:
        """Opens the form with the job in it."""
        if self.shown_job is not None:
            self.phresh.open_form(self.shown_job)

    def action_post_again(self) -> None:
        """Opens the form for a new job like this one."""
        if self.shown_job is not None:
            self.phresh.open_form(self.shown_job, again=True)

    def action_cancel_job(self) -> None:
        """Asks why, then takes one's own job back, or all that are marked."""
        from phresh_tui.tui.screens.several import ask_all

        if self.marks:
            ask_all(self.phresh, self.marks, "Cancel", "cancelled", job_moves.cancel, why=True)
            return
        job = self.shown_job
        if job is not None:
            question = f"Cancel “{visible(job.name)}”: why?"
            self.ask_why(question, job, job_moves.cancel)

    def action_release(self) -> None:
        """Asks, then opens a claimed job again, or all that are marked; why, when one was not claimed just now."""
        from phresh_tui.tui.screens.several import ask_all

        if self.marks:
            why = any(_needs_reason(job) for job in self.marks.jobs)
            ask_all(self.phresh, self.marks, "Release", "released", job_moves.release, why=why)
            return
        job = self.shown_job
        if job is None:
            return
        before, after = ("Take “", f"” away from @{job.claimed_by}") if job.owner == self.session.handle else (
            "Give “", f"” back to @{job.owner}")  # fmt: skip
        if _needs_reason(job):
            question = f"{before}{visible(job.name)}{after}: why?"
            self.ask_why(question, job, job_moves.release)
        else:
            self.ask(before, job, f"{after}?", job_moves.release(job))

    def action_finish(self) -> None:
        """Asks for the hours, then says that the job is done."""
        from phresh_tui.tui.screens.finish import FinishDialog

        if self.shown_job is not None:
            self.app.push_screen(FinishDialog(self.shown_job))

    def action_confirm(self) -> None:
        """Asks, then closes a job that is done, or all that are marked."""
        if self.marks:
            from phresh_tui.tui.screens.several import ask_all

            ask_all(self.phresh, self.marks, "Confirm", "confirmed", lambda job, _: job_moves.confirm(job), why=False)
            return
        job = self.shown_job
        if job is not None:
            total = "" if job.total is None else f" for {show_price(job.total, self.session.market.currency)}"
            self.ask("Confirm “", job, f"” by @{job.claimed_by}{total}?", job_moves.confirm(job))

    def action_send_back(self) -> None:
        """Asks why, then returns a job to its cleaner."""
        job = self.shown_job
        if job is not None:
            question = f"Send “{visible(job.name)}” back to @{job.claimed_by}: why?"
            self.ask_why(question, job, job_moves.send_back)

    def action_no_show(self) -> None:
        """Asks for words, then reports who did not come."""
        from phresh_tui.tui.screens.owner_dialogs import NoShowDialog

        about = self.about
        if about is not None and about.missing is not None:
            self.app.push_screen(NoShowDialog(about.job, about.missing))

    def action_private_details(self) -> None:
        """Opens address, access notes and phone of one's own job."""
        from phresh_tui.market.record import PrivateDetails
        from phresh_tui.tui.screens.owner_dialogs import PrivateDialog

        about = self.about
        if about is not None:
            self.app.push_screen(PrivateDialog(about.job, about.private or PrivateDetails()))

    def action_review(self) -> None:
        """Asks for stars, then writes the review."""
        from phresh_tui.tui.screens.review import ReviewDialog

        job = self.shown_job
        if job is not None:
            other = job.claimed_by if job.owner == self.session.handle else job.owner
            self.app.push_screen(ReviewDialog(job, str(other)))


def _needs_reason(job: Cleaning) -> bool:
    return job.claimed_at is not None and datetime.now(UTC) - job.claimed_at > WITHOUT_REASON
