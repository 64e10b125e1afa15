"""The member's own sections, as tabs with how many jobs are in each."""

from __future__ import annotations

from collections.abc import Sequence

from phresh_tui.database import listings
from phresh_tui.database.listings import Count, Listing
from phresh_tui.database.session import Session
from phresh_tui.market.errors import PhreshError
from phresh_tui.market.query import parse_query
from phresh_tui.market.text import visible
from phresh_tui.market.when import local_now
from phresh_tui.preferences import Preferences, Section
from phresh_tui.tui.widgets.tab_line import TabLine
from phresh_tui.tui.workers import in_background


def check_sections(preferences: Preferences) -> None:
    """Looks at the queries of all sections.

    Raises:
        ConfigurationError: with the lines of those that cannot be understood.

    """
    wrong = [
        (("sections", number, "query"), problem.message)
        for number, section in enumerate(preferences.sections)
        for problem in parse_query(section.query, local_now()).problems
    ]
    if wrong:
        raise preferences.error(wrong)


class SectionTabs(TabLine):
    """One line: all jobs, then the sections with their numbers. ``+`` says that something new came in."""

    def __init__(self, session: Session, sections: Sequence[Section], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._session = session
        self._sections = sections
        self._chosen = 0
        self._counts: dict[int, Count] = {}
        # the newest job of each section: as it was when it was last looked at, and as it is
        self._seen: dict[int, int] = {}
        self._newest: dict[int, int] = {}
        self._asking = self._ask_due = False

    def on_mount(self) -> None:
        """Asks how many jobs are in each."""
        self.display = bool(self._sections)
        self._draw()
        self.look_again()

    def choose(self, number: int) -> None:
        """Marks a section as the one that is shown; 0 is all jobs."""
        self._chosen = number
        self._draw()

    def look_again(self) -> None:
        """Counts again, behind everything else, and once more when something came meanwhile."""
        self._ask_due = True
        if self._sections and not self._asking:
            self._asking = True
            in_background(self, self._ask, "sections")

    async def _ask(self) -> None:
        try:
            while self._ask_due:
                self._ask_due = False
                for number, section in enumerate(self._sections, 1):
                    await self._count(number, section)
        except PhreshError:
            # the list says what is wrong, and asks again
            return
        finally:
            self._asking = False

    async def _count(self, number: int, section: Section) -> None:
        listing = Listing(wanted=parse_query(section.query, local_now()).filter)
        self._counts[number] = await listings.count(self._session, listing)
        newest = await listings.page(self._session, listing, 1)
        self._newest[number] = newest[0].id if newest else 0
        self._seen.setdefault(number, self._newest[number])
        self._draw()

    def _draw(self) -> None:
        if self._chosen:
            self._seen[self._chosen] = self._newest.get(self._chosen, self._seen.get(self._chosen, 0))
        labels = []
        for number, name in enumerate(("All", *(visible(section.name) for section in self._sections))):
            count = self._counts.get(number)
            label = f"{number} {name}"
            if count is not None:
                label += f" {'' if count.exact else '~'}{count.number:,}"
            if self._newest.get(number, 0) > self._seen.get(number, 0):
                label += "+"
            labels.append(label)
        self.show_tabs(labels, self._chosen)
