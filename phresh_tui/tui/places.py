"""Going from place to place: back is always where one was, and no place is open twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phresh_tui.database import cleanings
from phresh_tui.market.cleaning import Status
from phresh_tui.market.errors import PhreshError
from phresh_tui.market.search import Place
from phresh_tui.tui.leaving import unless_late, until_there
from phresh_tui.tui.screens.base import MarketScreen

if TYPE_CHECKING:
    from phresh_tui.tui.app import PhreshApp


async def go_to(app: PhreshApp, place: MarketScreen) -> None:
    """Opens a place; one of the same kind that is open already is gone back to, with all that was opened over it.

    Args:
        app: the program.
        place: a new screen, thrown away when there is one.

    """
    # it may be left while what lies over it is taken off: then it is opened, for nothing else would be left in the end
    while is_open(app, place):
        if isinstance(app.screen, MarketScreen) and _same(app.screen, place):
            return
        await app.take_off()
    # who has signed out meanwhile goes nowhere
    if app.session is not None:
        await app.push_screen(place)


def is_open(app: PhreshApp, place: MarketScreen) -> bool:
    """Whether a place of the same kind is open, maybe behind others."""
    return any(_same(screen, place) for screen in _places(app))


def _places(app: PhreshApp) -> list[MarketScreen]:
    return [screen for screen in app.screen_stack if isinstance(screen, MarketScreen)]


def _same(screen: MarketScreen, other: MarketScreen) -> bool:
    return type(screen) is type(other) and screen.key == other.key


async def open_job(app: PhreshApp, job_id: int) -> None:
    """Jumps to a job: to My jobs when it is one's own or one's work, else to the open jobs."""
    from phresh_tui.tui.screens.browse import BrowseScreen
    from phresh_tui.tui.screens.mine import MineScreen

    session = app.session
    if session is None:
        return
    try:
        with app.messages.meanwhile(f"Looking for job {job_id} …"):
            job = await cleanings.one(session, job_id)
    except PhreshError as error:
        app.tell_error(error)
        return
    if job is None:
        app.tell(f"There is no job {job_id}.", error=True)
    elif session.handle in (job.owner, job.claimed_by):
        await go_to(app, MineScreen())
        mine = app.screen
        if isinstance(mine, MineScreen):
            # it may have been left again while it was put together
            await until_there(mine)
            with unless_late():
                mine.reveal(job, Place.POSTED if job.owner == session.handle else Place.CLAIMED)
    elif job.status is Status.OPEN:
        await app.to_the_first()
        if isinstance(app.screen, BrowseScreen):
            app.screen.reveal(job)
    else:
        app.tell(f"Job {job_id} is {job.status.value}, and between others.", error=True)


async def show_posted(app: PhreshApp, number: int, *, is_new: bool) -> None:
    """Closes the form; a new job is selected in the list of open jobs."""
    from phresh_tui.tui.screens.browse import BrowseScreen

    if is_new:
        await app.to_the_first()
    else:
        await app.take_off()
    app.look_again()
    browse = app.screen
    if is_new and isinstance(browse, BrowseScreen) and app.session is not None:
        try:
            job = await cleanings.one(app.session, number)
        except PhreshError as error:
            app.tell_error(error)
            return
        if job is not None:
            browse.reveal(job)
