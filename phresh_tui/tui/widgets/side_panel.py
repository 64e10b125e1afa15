"""What stands beside list and detail where there is room: what I have to do, what others ask, who it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.errors import PhreshError
from phresh_tui.market.price import show_price
from phresh_tui.market.text import visible
from phresh_tui.tui.widgets.columns import fit
from phresh_tui.tui.workers import read_again, read_latest

if TYPE_CHECKING:
    from phresh_tui.database.about import About
    from phresh_tui.database.statistics import Near
    from phresh_tui.database.todo import Todo
    from phresh_tui.market.record import Profile

# lines of each part: more are counted
MOST = 5
# jobs of an area that say too little about its prices: then those of all areas are looked at
FEW = 8

Part = tuple[str, str]


class SidePanel(VerticalScroll):
    """Reads only while it is shown, and never before a key is done: in a worker, once the cursor rests."""

    DEFAULT_CSS = """
    SidePanel {
        display: none; width: 44; height: 1fr; padding: 0 1; background: $surface; border-left: solid $primary 60%;
    }
    SidePanel > Static { width: 100%; }
    """

    def __init__(self, session: Session) -> None:
        super().__init__(can_focus=False, id="side")
        self._session = session
        self._text = Static(markup=False)
        self._items: list[Todo] | None = None
        self._about: About | None = None
        self._near: Near | None = None

    def compose(self):  # type: ignore[no-untyped-def]  # noqa: ANN201
        """One text."""
        yield self._text

    def on_show(self) -> None:
        """There is room now."""
        self.look_again()

    def on_resize(self) -> None:
        """Another width, other names are cut."""
        self._draw()

    def look_again(self) -> None:
        """Reads what is shown again."""
        if self.display and self.is_attached:
            read_again(self, self._read, "side")

    def show_about(self, about: About | None) -> None:
        """Another job is selected, and this is known of it."""
        same = about is not None and self._about is not None and about.job.id == self._about.job.id
        if not same:
            self._near = None
        self._about = about
        if self.display:
            self._draw()
            if same:
                self.look_again()
            elif self.is_attached:
                read_latest(self, self._read, "side")

    async def _read(self) -> None:
        from phresh_tui.database.statistics import prices_near
        from phresh_tui.database.todo import todo

        about = self._about
        try:
            self._items = await todo(self._session)
            if about is not None:
                near = await prices_near(self._session, about.job.cleaning_type, about.job.area)
                if near.jobs < FEW:
                    near = await prices_near(self._session, about.job.cleaning_type, None)
                if self._about is not None and about.job.id == self._about.job.id:
                    self._near = near
        except PhreshError:
            # the line at the top says that there is no connection; what is known stays
            return
        self._draw()

    # --- drawing

    def _draw(self) -> None:
        if not (self.is_attached and self.display):
            return
        parts: list[Part] = []
        for part in (self._to_do(), self._prices(), self._people()):
            lines = list(part)
            if lines:
                parts += [("\n\n", ""), *lines] if parts else lines
        self._text.update(Content.assemble(*parts))

    @property
    def _room(self) -> int:
        return max(self.content_region.width, 20)

    def _to_do(self) -> Iterator[Part]:
        from phresh_tui.database.todo import NEXT, TODAY, WAITING

        if self._items is None:
            yield "Looking for what needs you …", "$text-muted"
            return
        urgent = [item for item in self._items if item.group not in (TODAY, NEXT, WAITING)]
        ahead = [item for item in self._items if item.group in (TODAY, NEXT)]
        yield "Needs you", "bold $text-accent"
        yield from self._list(urgent, "Nothing waits for you.")
        yield "\n\nNext", "bold $text-accent"
        yield from self._list(ahead, "No claimed job is ahead.")

    def _list(self, items: Sequence[Todo], nothing: str) -> Iterator[Part]:
        if not items:
            yield f"\n{nothing}", "$text-muted"
        for item in items[:MOST]:
            yield f"\n{item.job.status.sign} {fit(visible(item.job.name), self._room - 2).rstrip()}", ""
            yield f"\n  {fit(visible(item.words), self._room - 2).rstrip()}", "$text-muted"
        if len(items) > MOST:
            yield f"\n  and {len(items) - MOST} more: m shows them", "$text-muted"

    def _prices(self) -> Iterator[Part]:
        if self._about is None:
            return
        job, near, currency = self._about.job, self._near, self._session.market.currency
        yield "Prices of open jobs like this", "bold $text-accent"
        where = f" in {visible(job.area or '')}" if near is None or near.in_area else ", any area"
        yield f"\n{fit(job.cleaning_type.label + (where if job.area else ''), self._room).rstrip()}", "$text-muted"
        if near is None:
            yield "\n…", "$text-muted"
            return
        if near.quartiles is None:
            yield "\nThere is no other one.", "$text-muted"
            return
        low, middle, high = near.quartiles
        for label, price in (("cheapest quarter up to", low), ("half up to", middle), ("dearest quarter from", high)):
            yield f"\n{label:<24}", "$text-muted"
            yield f"{show_price(price, currency):>14}", ""
        yield f"\n{'this one':<24}", "bold"
        yield f"{show_price(job.price, currency):>14}", "bold $text-success"
        jobs = "job" if near.jobs == 1 else "jobs"
        yield f"\n{near.jobs}{'+' if near.capped else ''} {jobs} looked at", "$text-muted"

    def _people(self) -> Iterator[Part]:
        if self._about is None:
            return
        first = True
        for profile in (self._about.poster, self._about.cleaner):
            if profile is not None:
                if not first:
                    yield "\n\n", ""
                first = False
                yield from self._person(profile, self._about.job)

    def _person(self, profile: Profile, job: Cleaning) -> Iterator[Part]:
        from phresh_tui.market.record import ASPECTS

        part = "posted it" if profile.handle == job.owner else "has it"
        yield f"@{profile.handle}", "bold $text-accent"
        yield f" {part}", "$text-muted"
        if profile.name:
            yield f"\n{fit(visible(profile.name), self._room).rstrip()}", ""
        rate = "" if profile.completion_rate is None else f", {profile.completion_rate:.0%} completed"
        yield f"\n{profile.jobs_done} {'job' if profile.jobs_done == 1 else 'jobs'} done{rate}", ""
        for aspect in ASPECTS:
            rated = profile.stars[aspect]
            if rated.average is not None:
                full = int(float(rated.average) + 0.5)
                yield f"\n{aspect:<16}", "$text-muted"
                yield "★" * full + "☆" * (5 - full), "$text-warning"
                yield f" {rated.average:.2f} ({sum(rated.counts)})", ""
        if all(profile.stars[aspect].average is None for aspect in ASPECTS):
            yield "\nno stars yet", "$text-muted"
