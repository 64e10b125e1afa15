"""One job in full."""

from __future__ import annotations

from datetime import UTC, datetime

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Booking, Cleaning
from phresh_tui.market.price import show_price
from phresh_tui.market.text import age, visible, visible_paragraphs
from phresh_tui.tui.widgets.columns import state_of


class JobDetail(VerticalScroll):
    """Everything that is known about the selected job; scrolls by itself when the text is long."""

    DEFAULT_CSS = """
    JobDetail { background: $surface; padding: 0 1; border-top: solid $primary 60%; }
    JobDetail:focus { border-top: solid $primary; background-tint: $foreground 3%; }
    JobDetail > Static { width: 100%; }
    """

    def __init__(self, session: Session, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._session = session
        self._text = Static(markup=False)

    def compose(self):  # type: ignore[no-untyped-def]  # noqa: ANN201
        """One text."""
        yield self._text

    def show_job(self, job: Cleaning | None) -> None:
        """Shows a job, or nothing."""
        self._text.update(Content("") if job is None else self._content(job))
        self.scroll_home(animate=False)

    def _content(self, job: Cleaning) -> Content:
        now = datetime.now(UTC)
        me = self._session.handle
        owner = "you" if job.owner == me else f"@{job.owner}"
        posted = age(job.created_at, now)
        facts = [
            job.cleaning_type.label,
            f"posted by {owner}" + ("" if posted == "now" else f" {posted} ago"),
            f"{job.status.sign}\u00a0{state_of(job, me)}",
            f"no.\u00a0{job.id}",
        ]
        facts += _when_and_where(job)
        price = job.agreed_price if job.agreed_price is not None else job.price
        return Content.assemble(
            (visible(job.name), "bold"),
            "\n",
            (f"{show_price(price, self._session.market.currency)} per hour", "$text-success bold"),
            (" · " + " · ".join(facts), "$text-muted"),
            "\n",
            visible_paragraphs(job.description) if job.description else ("No description.", "$text-muted italic"),
        )


def _when_and_where(job: Cleaning) -> list[str]:
    facts = []
    if job.area:
        facts.append(visible(job.area))
    if job.starts_at is not None:
        facts.append(f"{job.starts_at.astimezone():%a %d %b %H:%M}".replace(" ", "\u00a0"))
    if job.hours is not None:
        facts.append(f"{job.hours.normalize():f}\u00a0h")
    if job.booking is Booking.BY_OFFER:
        facts.append("by\u00a0offer")
    return facts
