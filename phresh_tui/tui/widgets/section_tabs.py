"""The member's own sections, as tabs with how many jobs are in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
    """One line: all jobs, then the sections with their numbers. ``+`` says that something new came in.

    Args:
        session: the member who looks.
        sections: of the member's own file.
        seen: what `seen` gave the last time.
        id: of the widget.

    """

    def __init__(
        self,
        session: Session,
        sections: Sequence[Section],
        seen: Mapping[str, Sequence[int]],
        *,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._session = session
        self._sections = sections
        self._chosen = 0
        self._counts: dict[int, Count] = {}
        # the newest job of each section and how many there are: when it was last looked at, and now
        self._seen: dict[int, tuple[int, int]] = {}
        self._last: dict[int, tuple[int, int]] = {}
        for number, section in enumerate(sections, 1):
            match seen.get(section.query):
                # from a file, in which anything may stand
                case [int(newest), int(many)]:
                    self._seen[number] = newest, many
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

    @property
    def seen(self) -> dict[str, tuple[int, int]]:
        """By query: the newest job and how many there were when a section was last looked at."""
        return {
            section.query: self._seen[number]
            for number, section in enumerate(self._sections, 1)
            if number in self._seen
        }

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
        self._last[number] = (newest[0].id if newest else 0, self._counts[number].number)
        self._seen.setdefault(number, self._last[number])
        self._draw()

    def _is_new(self, number: int) -> bool:
        """Whether something came in since: a new job, or one that was changed so that it fits."""
        if number not in self._last:
            return False
        (newest, many), (seen, seen_many) = self._last[number], self._seen[number]
        if many < seen_many:
            # some are gone, and one that comes now is one more than those
            self._seen[number] = (seen, many)
        return newest > seen or (self._counts[number].exact and many > self._seen[number][1])

    def _draw(self) -> None:
        if self._chosen in self._last:
            self._seen[self._chosen] = self._last[self._chosen]
        labels, new = [], set()
        for number, name in enumerate(("All", *(visible(section.name) for section in self._sections))):
            count = self._counts.get(number)
            label = f"{number} {name}"
            if count is not None:
                label += f" {'' if count.exact else '~'}{count.number:,}"
            if self._is_new(number):
                new.add(number)
                label += "+"
            labels.append(label)
        self.show_tabs(labels, self._chosen, new=new)
