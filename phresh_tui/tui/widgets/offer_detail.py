"""One offer in full: what it says, and who made it."""

from __future__ import annotations

from datetime import UTC, datetime

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.price import estimate, show_price
from phresh_tui.market.record import ASPECTS, Offer, Profile
from phresh_tui.market.text import age, visible, visible_paragraphs
from phresh_tui.market.words import show_hours, show_stars
from phresh_tui.tui.widgets.reading import Reading


class OfferDetail(Reading):
    """Scrolls by itself when the message is long."""

    DEFAULT_CSS = """
    OfferDetail { background: $surface; padding: 0 1; border-top: solid $primary 60%; }
    OfferDetail:focus { border-top: solid $primary; background-tint: $foreground 3%; }
    OfferDetail > Static { width: 100%; }
    """

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static(id="offer-text", markup=False)

    def show_offer(self, offer: Offer | None, profile: Profile | None, job: Cleaning, currency: str) -> None:
        """Shows an offer on a job, or nothing."""
        text = Content("") if offer is None else offer_text(offer, profile, job, currency)
        self.query_one("#offer-text", Static).update(text)
        self.scroll_home(animate=False)


def offer_text(offer: Offer, profile: Profile | None, job: Cleaning, currency: str) -> Content:
    """What it comes to, what was said with it, and what is known of whoever made it."""
    name = f"  {visible(profile.name)}" if profile is not None and profile.name else ""
    money = f"{show_price(offer.price, currency)} per hour"
    if job.hours is not None:
        money += f", about {show_price(estimate(offer.price, job.hours), currency)} for {show_hours(job.hours)}"
    less = job.price - offer.price
    compared = "as the job says" if not less else (
        f"{show_price(abs(less), currency)} {'less' if less > 0 else 'more'} than the job says"
    )  # fmt: skip
    parts: list[tuple[str, str]] = [
        (f"@{offer.handle}", "bold $text-accent"), (f"{name}\n", "bold"),
        (f"{money}\n", "$text-success bold"), (f"{compared}\n", ""),
        (f"{offer.status.value} · made {_ago(offer.updated_at)}\n", "$text-muted"),
    ]  # fmt: skip
    if offer.message:
        parts.append((f"“{visible_paragraphs(offer.message)}”\n", ""))
    if profile is None:
        return Content.assemble(*parts)
    done = f"{profile.jobs_done} {'job' if profile.jobs_done == 1 else 'jobs'} done"
    rate = "" if profile.completion_rate is None else f" · {profile.completion_rate:.0%} completed"
    missed = "" if not profile.no_shows else f" · {profile.no_shows} did not come"
    parts.append((f"\n{show_stars(profile)} · {done}{rate}{missed}\n", "bold"))
    for aspect in ASPECTS:
        rated = profile.stars[aspect]
        if rated.average is not None:
            full = int(float(rated.average) + 0.5)
            parts += [
                (f"{aspect:<16}", "$text-muted"), ("★" * full + "☆" * (5 - full), "$text-warning"),
                (f" {rated.average:.2f}\n", ""),
            ]  # fmt: skip
    if profile.areas:
        parts += [("Works in  ", "$text-muted"), (f"{visible(profile.areas)}\n", "")]
    if profile.bio:
        parts.append((f"{visible_paragraphs(profile.bio)}\n", ""))
    return Content.assemble(*parts)


def _ago(moment: datetime) -> str:
    past = age(moment, datetime.now(UTC))
    return "just now" if past == "now" else f"{past} ago"
