"""One job in full."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Booking, Cleaning, Status
from phresh_tui.market.errors import PhreshError
from phresh_tui.market.price import estimate, show_price
from phresh_tui.market.text import age, visible, visible_paragraphs
from phresh_tui.market.words import show_hours, show_span, show_stars
from phresh_tui.tui.widgets.columns import state_of
from phresh_tui.tui.widgets.reading import Reading
from phresh_tui.tui.workers import read_again, read_latest

if TYPE_CHECKING:
    from phresh_tui.database.about import About, Profiles
    from phresh_tui.market.record import Profile

# seconds that the cursor rests on a job before more is read about it
REST = 0.12


class JobDetail(Reading):
    """Everything that is known about the selected job; scrolls by itself when the text is long.

    The row of the job is shown at once. What else belongs to it is read when the cursor rests on it: the stars of the
    other side, offers, what it overlaps with, and private details as far as they are for this member.
    """

    DEFAULT_CSS = """
    JobDetail { background: $surface; padding: 0 1; border-top: solid $primary 60%; }
    JobDetail:focus { border-top: solid $primary; background-tint: $foreground 3%; }
    JobDetail > Static { width: 100%; min-height: 100%; }
    """

    class Known(Message):
        """More is known about the job that is shown, or nothing is shown any more."""

    def __init__(self, session: Session, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._session = session
        self._profiles: Profiles | None = None
        self._text = Static(markup=False)
        self._job: Cleaning | None = None
        self._about: About | None = None
        self._is_resting = False
        self._drawn = Content("")

    def compose(self):  # type: ignore[no-untyped-def]  # noqa: ANN201
        """One text."""
        yield self._text

    @property
    def job(self) -> Cleaning | None:
        """The job that is shown."""
        return self._job

    @property
    def about(self) -> About | None:
        """What was read about the job that is shown, or None while that is under way."""
        return self._about

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is known of the job that is shown."""
        return self._job is None or self._about is not None

    def show_job(self, job: Cleaning | None) -> None:
        """Shows a job, or nothing."""
        before = self._job
        same = job is not None and before is not None and job.id == before.id
        self._job = job
        was_known = self._about is not None
        if not same:
            self._about = None
            if self.scroll_offset.y:
                self.scroll_home(animate=False)
        elif before != job or (self._about is not None and self._about.job != job):
            # a move may have opened or closed the eyes of both sides; what is being read now keeps its own
            self._profiles = None
        self._draw()
        if job is not None:
            if same and not self._is_resting:
                self.read_again()
            elif self.is_attached:
                self._is_resting = not same
                read_latest(self, partial(self._read, job, 0 if same else REST), "about")
        elif was_known:
            # what stands beside it was about another job
            self.post_message(self.Known())

    def read_again(self) -> None:
        """Reads once more what belongs to the job."""
        if self.is_attached and self._job is not None:
            read_again(self, self._read_now, "about")

    async def _read_now(self) -> None:
        if self._job is not None:
            await self._read(self._job)

    async def _read(self, job: Cleaning, rest: float = 0) -> None:
        await asyncio.sleep(rest)
        self._is_resting = False
        # not before the first jobs stand there
        from phresh_tui.database.about import Profiles, about

        if self._profiles is None:
            self._profiles = Profiles(self._session)
        try:
            found = await about(self._session, job, self._profiles)
        except PhreshError:
            # the line at the top says that there is no connection; what is known stays
            return
        now = self._job
        if now is None or now.id != job.id:
            return
        # it may have been changed meanwhile; then this is read once more
        if found != self._about:
            self._about = found
            self._draw()
            self.post_message(self.Known())
        elif not job_text(now, found, self._session).is_same(self._drawn):
            # it has grown older
            self._draw()

    def _draw(self) -> None:
        text = Content("") if self._job is None else job_text(self._job, self._about, self._session)
        self._drawn = text
        here = self._text.size
        # the whole screen is laid out anew only when there is something to scroll, or was
        fits = 0 < here.height <= self.scrollable_content_region.height
        # in a terminal that is far too narrow there is no cell for it
        fits = fits and here.width > 0 and text.get_height({}, here.width) <= here.height
        self._text.update(text, layout=not fits)


def job_text(job: Cleaning, known: About | None, session: Session, *, me: str | None = None) -> Content:
    """A job in full, as the member who looks may see it; or somebody else, for a job that is not posted yet."""
    now, me = datetime.now(UTC), session.handle if me is None else me
    parts: list[str | tuple[str, str]] = [(visible(job.name), "bold"), "\n"]
    what, who, where = _facts(job, known, me, now)
    parts += [(_money(job, session), "$text-success bold"), (f" · {what}\n{who}", "")]
    if where:
        parts.append(f"\n{where}")
    for text, style in _news(job, known, session, now):
        parts += ["\n", (text, style)]
    description = visible_paragraphs(job.description) if job.description else ("No description.", "$text-muted italic")
    return Content.assemble(*parts, "\n", description)


def _money(job: Cleaning, session: Session) -> str:
    currency = session.market.currency
    price = job.agreed_price if job.agreed_price is not None else job.price
    text = f"{show_price(price, currency)} per hour"
    if job.total is not None and job.hours_worked is not None:
        return f"{text}, {show_price(job.total, currency)} for {show_hours(job.hours_worked)}"
    if job.hours is not None:
        return f"{text}, about {show_price(estimate(price, job.hours), currency)} for {show_hours(job.hours)}"
    return text


def _facts(job: Cleaning, known: About | None, me: str, now: datetime) -> tuple[str, str, str]:
    """What it is; whose it is, and in which state; when and where, or an empty text."""
    posted = age(job.created_at, now)
    owner = "you" if job.owner == me else f"@{job.owner}"
    poster, cleaner = (known.poster, known.cleaner) if known is not None else (None, None)
    # the stars of whoever posted it are on their way
    coming = ", …" if known is None and job.id and job.owner != me else ""
    what = [job.cleaning_type.label]
    if job.booking is Booking.BY_OFFER:
        what.append("by offer")
    who = [
        f"{job.status.sign} {_state(job, me)}{_stars(cleaner)}",
        f"posted by {owner}{_stars(poster) or coming}" + ("" if posted == "now" else f", {posted} ago"),
    ]
    if job.id:
        who.append(f"no. {job.id}")
    where = [show_span(job.starts_at, job.hours, now)] if job.starts_at is not None else []
    if job.area:
        where.append(visible(job.area))
    return " · ".join(what), " · ".join(who), " · ".join(where)


def _state(job: Cleaning, me: str) -> str:
    """Its state, also when it is done with whoever did it."""
    state = state_of(job, me)
    if job.claimed_by is None or job.status not in (Status.DONE, Status.CONFIRMED):
        return state
    by = f"done by {'you' if job.claimed_by == me else f'@{job.claimed_by}'}"
    return by if job.status is Status.DONE else f"{state}, {by}"


def _stars(profile: Profile | None) -> str:
    return f", {show_stars(profile)}" if profile is not None else ""


def _news(job: Cleaning, known: About | None, session: Session, now: datetime) -> list[tuple[str, str]]:
    """What one should know before the next move: overlaps, offers, where to go and whom to call."""
    if known is None:
        return []
    from phresh_tui.market.record import OfferStatus

    currency, mine = session.market.currency, job.owner == session.handle
    lines = []
    for other in known.overlaps:
        when = show_span(other.starts_at, other.hours, now) if other.starts_at is not None else ""
        lines.append(
            (f"! Overlaps with “{visible(other.name)}”, which you have claimed: {when}.", "$text-warning bold")
        )
    if mine and job.status is Status.OPEN and known.live_offers:
        count, cheapest = len(known.live_offers), known.live_offers[0]
        word = "offer" if count == 1 else "offers"
        lines.append((f"{count} {word}, from {show_price(cheapest.price, currency)} per hour.", "$text-accent bold"))
    if known.missing is not None:
        lines.append((f"@{known.missing} did not do it: ! on My jobs reports it.", "$text-warning bold"))
    for offer in known.offers if not mine else ():
        words = f"Your offer: {show_price(offer.price, currency)} per hour, {offer.status.value}"
        if offer.status is OfferStatus.LIVE and job.status is Status.CLAIMED:
            words += ", stands by in case the job is released"
        lines.append((f"{words}." + (f" “{visible(offer.message)}”" if offer.message else ""), "$text-accent"))
    if known.private is not None:
        for label, text in (
            ("Address", known.private.address),
            ("Access", known.private.access_notes),
            ("Phone", known.private.phone),
        ):
            if text:
                lines.append((f"{label}: {visible(text)}", "$text-accent"))
    sides = [side for side in (known.poster, known.cleaner) if side is not None]
    return lines + [(_contact(side), "$text-accent") for side in sides if _contact(side)]


def _contact(profile: Profile) -> str:
    ways = [visible(way) for way in (profile.phone, profile.email) if way]
    return f"@{profile.handle}: {', '.join(ways)}" if ways else ""
