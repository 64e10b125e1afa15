"""The offers on one's own job, side by side."""

from __future__ import annotations

from datetime import UTC, datetime

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from phresh_tui.database.about import Profiles
from phresh_tui.database.cleanings import one
from phresh_tui.database.offers import on_job
from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.errors import PhreshError
from phresh_tui.market.export import OFFER_FIELDS, offer_record
from phresh_tui.market.moves import possible
from phresh_tui.market.price import estimate, show_price
from phresh_tui.market.record import Offer, OfferStatus, Profile
from phresh_tui.market.text import age, visible
from phresh_tui.market.words import show_stars
from phresh_tui.tui import job_moves
from phresh_tui.tui.actions import Where, bindings
from phresh_tui.tui.exporting import Export, counted, of_records
from phresh_tui.tui.moves import Step
from phresh_tui.tui.screens.base import BREADTHS, HEIGHTS
from phresh_tui.tui.screens.confirm import Confirm
from phresh_tui.tui.screens.menu import Item
from phresh_tui.tui.screens.narrowed import Narrowed
from phresh_tui.tui.widgets.bars import KeyBar, MessageLine, TopBar
from phresh_tui.tui.widgets.columns import fit, shortened
from phresh_tui.tui.widgets.lines import Lines
from phresh_tui.tui.widgets.offer_detail import OfferDetail
from phresh_tui.tui.workers import read_again

# cells of the columns, from the widest list to the smallest; 0 leaves one out
TITLES = ("By", "Stars", "Jobs", "Completed", "Per hour", "Total")
ROOMY, USUAL, SMALL = (24, 14, 6, 11, 12, 12), (14, 14, 6, 0, 12, 12), (14, 0, 0, 0, 12, 0)
# cells for what became of an offer, and how old it is
STATE = 18


class OffersScreen(Narrowed):
    """One offer a line, cheapest first: who, stars, jobs done, price, total; beside or below them one in full."""

    HELP_PLACES = (Where.OFFERS, Where.LIST)
    BINDINGS = bindings(Where.OFFERS)
    AUTO_FOCUS = "#offers"
    HORIZONTAL_BREAKPOINTS = BREADTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    def __init__(self, job: Cleaning) -> None:
        super().__init__()
        self._job = job
        self._offers: list[Offer] | None = None
        self._profiles: dict[str, Profile | None] = {}

    def compose(self) -> ComposeResult:
        """What it is about, the columns, the offers, the selected one in full."""
        yield TopBar("Offers")
        yield Static(id="about-offers", markup=False)
        yield self.narrow_line()
        with Container(id="panes"):
            with Vertical(id="list-pane"):
                yield Static(id="offers-heading", markup=False)
                yield Lines(id="offers", markup=False)
            yield OfferDetail(id="offer-detail")
        yield MessageLine()
        yield KeyBar()

    @property
    def offer(self) -> Offer | None:
        """The offer under the cursor."""
        option = self.query_one(Lines).highlighted_option
        return next((o for o in self._offers or () if option is not None and o.handle == option.id), None)

    def on_mount(self) -> None:
        """Reads the offers."""
        self.query_one("#about-offers", Static).update("Looking for offers …")
        self.look_again()

    def narrowed(self) -> None:
        """Shows only the offers with the typed words."""
        self._draw()

    @on(Lines.Widened)
    def _widened(self) -> None:
        """Another width leaves another room."""
        self._draw()

    def look_again(self) -> None:
        """Reads them again."""
        read_again(self, self._read, "offers")

    async def _read(self) -> None:
        profiles = Profiles(self.session)
        try:
            self._job = await one(self.session, self._job.id) or self._job
            self._offers = await on_job(self.session, self._job.id)
            for offer in self._offers:
                self._profiles[offer.handle] = await profiles.of(offer.handle)
        except PhreshError as error:
            self.phresh.tell_error(error)
            return
        self._draw()

    def _draw(self) -> None:
        if self._offers is None:
            return
        job, currency = self._job, self.session.market.currency
        width = max(self.query_one(Lines).size.width - 2, 20)
        standing = sum(offer.status is OfferStatus.LIVE for offer in self._offers)
        name = shortened(visible(job.name), max(width, 36))
        text = f"“{name}”, {show_price(job.price, currency)} per hour, {job.status.value}"
        text += f" · {standing} of {len(self._offers)} {'offer stands' if standing == 1 else 'offers stand'}"
        self.query_one("#about-offers", Static).update(text)
        cells = ROOMY if width >= sum(ROOMY) + STATE else USUAL if width >= sum(USUAL) + 8 else SMALL
        self.query_one("#offers-heading", Static).update(
            " " * 2
            + "".join(fit(title, room, title in TITLES[2:]) for title, room in zip(TITLES, cells, strict=True) if room)
        )
        menu = self.query_one(Lines)
        at = self.offer.handle if self.offer is not None else None
        shown = [offer for offer in self._offers if self.is_wanted(f"@{offer.handle}", offer.message, offer.status)]
        menu.set_options([Option(self._line(offer, cells), id=offer.handle) for offer in shown])
        handles = [offer.handle for offer in shown]
        if handles:
            menu.highlighted = handles.index(at) if at in handles else 0
        self._draw_offer()
        self.refresh_bindings()

    def _draw_offer(self) -> None:
        offer = self.offer
        profile = None if offer is None else self._profiles.get(offer.handle)
        self.query_one(OfferDetail).show_offer(offer, profile, self._job, self.session.market.currency)

    def _line(self, offer: Offer, cells: tuple[int, ...]) -> Content:
        profile, currency = self._profiles.get(offer.handle), self.session.market.currency
        total = "" if self._job.hours is None else show_price(estimate(offer.price, self._job.hours), currency)
        columns = (
            f"@{offer.handle}",
            "" if profile is None else show_stars(profile),
            "" if profile is None else str(profile.jobs_done),
            "" if profile is None or profile.completion_rate is None else f"{profile.completion_rate:.0%}",
            show_price(offer.price, currency),
            total,
        )
        sign = {"live": "○", "accepted": "●", "declined": "×", "withdrawn": "×"}[offer.status.value]
        line = f"{sign} " + "".join(
            fit(text, room, index > 1) for index, (text, room) in enumerate(zip(columns, cells, strict=True)) if room
        )
        said = f"\n    “{visible(offer.message)}”" if offer.message else ""
        state = "" if offer.status is OfferStatus.LIVE else f"  {offer.status.value}"
        made = age(offer.updated_at, datetime.now(UTC))
        return Content.assemble((line, "bold"), f"{state}  {made}", (said, "$text-muted"))

    def copyable(self) -> list[Item]:
        """The offer under the cursor."""
        from phresh_tui.tui.copying import copies_of_record

        offer, currency = self.offer, self.session.market.currency
        if offer is None:
            return []
        line = f"@{offer.handle}: {show_price(offer.price, currency)}/h for no. {self._job.id}, {self._job.name}"
        return copies_of_record("handle", offer.handle, line, offer_record(offer, currency))

    def exports(self) -> list[Export]:
        """All offers on the job."""
        currency = self.session.market.currency
        records = [offer_record(offer, currency) for offer in self._offers or ()]
        return [of_records("offers", counted(len(records), "offer"), OFFER_FIELDS, records)]

    # --- answering

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The footer tells the truth."""
        if not self.is_mounted or not self.query(Lines):
            return True
        if action in ("accept", "decline"):
            live = self.offer is not None and self.offer.status is OfferStatus.LIVE
            return live and possible(action, self._job, self.session.handle)
        if action == "undo":
            return self.phresh.moves.undo is not None
        return super().check_action(action, parameters)

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        """Another offer, other keys."""
        self._draw_offer()
        self.refresh_bindings()

    @on(OptionList.OptionSelected)
    def action_focus_detail(self) -> None:
        """Goes into the message."""
        self.query_one(OfferDetail).focus()

    def action_back(self) -> None:
        """Out of the message, or back to where one was."""
        if isinstance(self.focused, OfferDetail):
            self.set_focus(self.query_one(Lines))
        else:
            super().action_back()

    def action_accept(self) -> None:
        """Asks, then gives the job away."""
        offer = self.offer
        if offer is not None:
            price = show_price(offer.price, self.session.market.currency)
            self._ask("Give “", f"” to @{offer.handle} for {price}/h?", job_moves.accept(self._job, offer))

    def action_decline(self) -> None:
        """Asks, then says no."""
        offer = self.offer
        if offer is not None:
            self._ask(f"Say no to @{offer.handle}, who offers to do “", "”?", job_moves.decline(self._job, offer))

    def _ask(self, before: str, after: str, step: Step) -> None:
        def answered(yes: bool | None) -> None:
            if yes:
                self.phresh.moves.start(step)

        self.app.push_screen(Confirm(before, visible(self._job.name), after), answered)

    def action_undo(self) -> None:
        """Takes the last move back."""
        self.phresh.moves.undo_last()
