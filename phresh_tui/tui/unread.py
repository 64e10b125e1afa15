"""How much there is to read: the counter on every screen, and the terminal's own notification."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phresh_tui.database.session import Link
from phresh_tui.market.errors import PhreshError
from phresh_tui.market.text import visible
from phresh_tui.market.words import said
from phresh_tui.tui.widgets.bars import TopBar
from phresh_tui.tui.workers import read_again

if TYPE_CHECKING:
    from phresh_tui.market.record import Event
    from phresh_tui.tui.app import PhreshApp

# counted up to here; more is shown as 99+
MOST = 100


def notification(text: str) -> str:
    """What makes a terminal notify: OSC 9, and the bell for those that do not know it."""
    return f"\x1b]9;{visible(text)}\x07\x07"


class Unread:
    """The unread events of the member who is signed in."""

    def __init__(self, app: PhreshApp) -> None:
        self._app = app
        self._newest: Event | None = None
        self._known = False
        self.number = 0

    @property
    def label(self) -> str:
        """For the top line: ``3 unread``, or an empty string."""
        return "" if not self.number else "99+ unread" if self.number >= MOST else f"{self.number} unread"

    def forget(self) -> None:
        """Another member reads other events."""
        self._newest, self._known, self.number = None, False, 0

    def look(self) -> None:
        """Counts again."""
        session = self._app.session
        if session is not None and session.link is Link.CONNECTED:
            read_again(self._app, self._look, "unread")

    async def _look(self) -> None:
        from phresh_tui.database import events

        session = self._app.session
        if session is None:
            return
        try:
            self.number, newest = await events.unread(session, MOST)
        except PhreshError:
            # the top line says that there is no connection, and it is counted again when there is
            return
        if self._app.session is not session:
            return
        if newest is not None and self._known and (self._newest is None or _later(newest, self._newest)):
            self._notify(newest)
        self._newest, self._known = newest or self._newest, True
        self.show()

    def show(self) -> None:
        """Tells the top line of the screen."""
        for bar in self._app.screen.query(TopBar):
            bar.unread = self.label

    def _notify(self, event: Event) -> None:
        session = self._app.session
        driver = self._app._driver
        if session is not None and self._app.preferences.notifications and driver is not None:
            words = said(event, session.market.currency)
            driver.write(notification(f"phresh: @{event.actor} {words}, job {event.cleaning_id}"))


def _later(event: Event, other: Event) -> bool:
    return (event.happened_at, event.cleaning_id, event.version) > (other.happened_at, other.cleaning_id, other.version)
