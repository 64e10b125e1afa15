"""Every screen of the program and how to come to it: for tests that look.

The clock that the program reads stands still, so that a week, an age and a chart are the same every day.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
import time_machine
from rich.console import RenderableType
from textual._compositor import Compositor
from textual.pilot import Pilot
from textual.screen import Screen

from phresh_tui.database.preparation import Door, Prepared
from phresh_tui.database.session import Link
from phresh_tui.database.target import Target
from phresh_tui.market.cleaning import Booking
from phresh_tui.market.errors import PhreshError
from phresh_tui.paths import state_folder
from phresh_tui.settings import Settings
from phresh_tui.tui.app import PhreshApp
from phresh_tui.tui.exporting import Progress, of_records
from phresh_tui.tui.job_moves import claim
from phresh_tui.tui.memory import EVERYTHING, no_longer_new
from phresh_tui.tui.moves import Outcome
from phresh_tui.tui.palette import Palette
from phresh_tui.tui.screens.agenda import AgendaScreen
from phresh_tui.tui.screens.browse import BrowseScreen
from phresh_tui.tui.screens.calendar import CalendarScreen
from phresh_tui.tui.screens.confirm import AskReason, Confirm
from phresh_tui.tui.screens.export import ExportDialog, ExportProgress
from phresh_tui.tui.screens.filter import FilterScreen
from phresh_tui.tui.screens.finish import FinishDialog
from phresh_tui.tui.screens.help import HelpScreen
from phresh_tui.tui.screens.history import HistoryScreen
from phresh_tui.tui.screens.inbox import InboxScreen
from phresh_tui.tui.screens.jump import JumpScreen
from phresh_tui.tui.screens.looks import ThemeMenu
from phresh_tui.tui.screens.market import MarketOverviewScreen
from phresh_tui.tui.screens.menu import Menu
from phresh_tui.tui.screens.mine import MineScreen
from phresh_tui.tui.screens.offer import OfferDialog
from phresh_tui.tui.screens.offers import OffersScreen
from phresh_tui.tui.screens.owner_dialogs import NoShowDialog, PrivateDialog
from phresh_tui.tui.screens.password import PasswordScreen
from phresh_tui.tui.screens.post import PostScreen
from phresh_tui.tui.screens.preview import PreviewScreen
from phresh_tui.tui.screens.profile import ProfileScreen
from phresh_tui.tui.screens.profile_form import EditProfile
from phresh_tui.tui.screens.review import ReviewDialog
from phresh_tui.tui.screens.several import AskReasonForAll, OutcomeScreen
from phresh_tui.tui.screens.sign_in import SignInScreen
from phresh_tui.tui.screens.sort import SortScreen
from phresh_tui.tui.widgets.detail import REST, JobDetail
from tests.support import Market
from tests.tui.contents import NOW, Content, furnish, sign_up
from tests.tui.support import Driver

Steps = Callable[[Driver], Awaitable[None]]


class Stage(Enum):
    """Who looks, at what."""

    NEW = "somebody who was never here, at an empty market"
    NOBODY = "nobody yet, on a server with accounts"
    EMPTY = "a member, at an empty market"
    MARKET = "a member, at a market with jobs in every state"


@dataclass(frozen=True, slots=True)
class Scene:
    """Something to look at.

    Attributes:
        screen: which one it is.
        come: how to come to it.
        stage: from where.
        told: a message that goes away by itself; every other one is taken away.
        holds: whether it goes along when the terminal changes its size, or the program its theme; if not, it is come to
            each time.
        after: in SQL, what takes back what was done in the market.

    """

    screen: type[Screen[Any]]
    come: Steps
    stage: Stage = Stage.MARKET
    told: str = ""
    holds: bool = True
    after: str = ""


@contextmanager
def clock_stands() -> Iterator[None]:
    """The time of day is `NOW`, in UTC; what is measured in seconds goes on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        try:
            with time_machine.travel(NOW, tick=False):
                yield
        finally:
            patch.undo()
            time.tzset()


def app_for(market: Market, handle: str | None, *, stage: Stage = Stage.MARKET) -> PhreshApp:
    # a poll would only ever show the same again
    settings = Settings(PHRESH_REFRESH_SECONDS="600")  # type: ignore[call-arg]
    prepared = Prepared(market.operator._replace(embedded=True), Door.OPERATOR)
    if stage is Stage.NOBODY:
        # the port of a test's server is another one each time
        prepared = Prepared(Target("market.example.org", 5432, "market", "phresh_guest", None), Door.GUEST)
    return PhreshApp(settings, prepared, handle)


def _drawn_when_looked_at(compositor: Compositor, full: bool = False, **more: Any) -> RenderableType | None:
    """In place of `Compositor.render_update`: half of the time would go into drawing what no terminal shows."""
    if full:
        return compositor.render_full_update()
    compositor._dirty_regions.clear()
    return None


@asynccontextmanager
async def opened(market: Market, content: Content, stage: Stage) -> AsyncIterator[Driver]:
    """The program, begun anew by somebody; call it in the order of the stages."""
    if not await market.psql("select 1 from members"):
        await sign_up(market, content)
    if stage is Stage.MARKET:
        await furnish(market, content)
    shutil.rmtree(state_folder(), ignore_errors=True)
    if stage is not Stage.NEW:
        no_longer_new(EVERYTHING)
    who = content.me if stage in (Stage.EMPTY, Stage.MARKET) else None
    app = app_for(market, who, stage=stage)
    # what is told stays until it has been looked at; a file is written where this person would
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("phresh_tui.tui.messages.SECONDS", 600)
        patch.setenv("LOGNAME", content.me)
        patch.setattr(Compositor, "render_update", _drawn_when_looked_at)
        for module in ("exporting", "screens.export"):
            patch.setattr(f"phresh_tui.tui.{module}.folder", lambda: Path(content.folder))
        pilot: Pilot[int]
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            driver = Driver(app, pilot)
            tell_error = app.tell_error

            def remembered(error: PhreshError) -> None:
                driver.errors.append(repr(error))
                tell_error(error)

            patch.setattr(app, "tell_error", remembered)
            if who is None:
                await driver.see("Enter signs you in")
            else:
                await driver.browsing()
            yield driver


# the workers that read what is shown once; others look out for changes as long as there is a screen
READING = {
    "read",
    "members",
    "todo",
    "history",
    "offers",
    "about",
    "sections",
    "view",
    "move",
    "places",
    "side",
    "unread",
}


async def still(driver: Driver) -> None:
    """Waits until nothing is read any more, and the same is shown twice."""
    app = driver.app

    def awaited() -> list[str]:
        left = [f"{worker.group} of {worker.node!r}" for worker in app.workers if worker.is_running]
        left = [worker for worker in left if worker.split()[0] in READING]
        left += [f"what is known of {detail.job}" for detail in driver.details if not detail.is_settled]
        left += [word for word in ("reading …", "searching …", "Looking") if word in driver.text]
        return left if app.session is None or driver.is_counted else [*left, "how many jobs there are"]

    for _ in range(2):
        try:
            await driver.until(lambda: not awaited(), "all that is known")
        except AssertionError as error:
            raise AssertionError(f"{awaited()} was not read, {driver.errors} was told: {error}") from error
        await calm(driver)


async def settled(driver: Driver) -> None:
    """Waits until nothing is read any more, and makes the picture hold still."""
    # what is read once the cursor rests
    await asyncio.sleep(REST)
    for field in driver.app.screen.query("Input, TextArea"):
        field.cursor_blink = False  # type: ignore[attr-defined]
    # messages that go away by themselves belong to no picture
    driver.app.clear_notifications()
    await still(driver)


def keys(*pressed: str, see: str = "") -> Steps:
    """Presses keys, then waits for a text."""

    async def run(driver: Driver) -> None:
        for key in pressed:
            await driver.press(key)
        if see:
            await driver.see(see)

    return run


def on_job(tab: int, down: int, key: str, see: str) -> Steps:
    """My jobs, one of its tabs, so many lines down, a key."""
    there, do = keys("m", see="[Now"), keys(key, see=see)

    async def run(driver: Driver) -> None:
        def is_known() -> bool:
            details = list(driver.app.screen.query(JobDetail))
            return bool(details) and all(detail.job is not None and detail.is_settled for detail in details)

        await there(driver)
        await driver.until(is_known, "the first job")
        await driver.press(*["tab"] * tab, *["j"] * down)
        await driver.until(is_known, "which keys there are")
        await do(driver)

    return run


def one_after_the_other(*steps: Steps) -> Steps:
    async def run(driver: Driver) -> None:
        for step in steps:
            await step(driver)

    return run


async def _password(driver: Driver) -> None:
    assert driver.app.session is not None
    driver.app.push_screen(PasswordScreen(driver.app.session.target))
    await driver.see("The same again")


async def _themes(driver: Driver) -> None:
    driver.app.action_change_theme()
    await driver.see("phresh-light")


async def _offer(driver: Driver) -> None:
    session = driver.app.session
    assert session is not None
    while (job := driver.jobs.selected) is None or job.booking is not Booking.BY_OFFER or job.owner == session.handle:
        await driver.press("j")
    detail, found = driver.details[0], job
    await driver.until(lambda: detail.job == found and detail.is_settled, "the offers on the job")
    await driver.press("o")
    await driver.see("Price per hour")


async def _other_profile(driver: Driver) -> None:
    job = driver.jobs.selected
    assert job is not None
    driver.app.go_to(ProfileScreen(job.owner))
    await driver.see("member since")


async def _no_show(driver: Driver) -> None:
    job = driver.jobs.selected
    assert job is not None
    driver.app.push_screen(NoShowDialog(job, job.owner))


async def _outcome(driver: Driver) -> None:
    job = driver.jobs.selected
    assert job is not None
    step = claim(job)
    refused = (step, f"{step.refused}: @{job.owner} has taken it back in the meantime.")
    driver.app.push_screen(OutcomeScreen("1 of 12 claimed", Outcome((step,), (refused,) * 11)))


async def _exporting(driver: Driver) -> None:
    progress = Progress(of_records("jobs", "1,000,000 jobs", [], []), Path("phresh-jobs-of-the-whole-market-2.csv"))
    driver.app.push_screen(ExportProgress(progress, lambda: None))


async def _lost(driver: Driver) -> None:
    driver.app._show_link(Link.RECONNECTING)


async def _undoable(driver: Driver) -> None:
    job = driver.jobs.selected
    assert job is not None
    undo = claim(job).undo
    assert undo is not None
    driver.app.moves.remember(undo)


async def _first_question(driver: Driver) -> None:
    await driver.see("1 of 3")


_second_question, _third_question = keys("escape", see="2 of 3"), keys("escape", see="3 of 3")


async def _empty_handle(driver: Driver) -> None:
    await driver.press("end", "ctrl+u")


SCENES: dict[str, Scene] = {
    # --- the first time
    "first_1": Scene(SignInScreen, _first_question, Stage.NEW),
    "first_2": Scene(Menu, _second_question, Stage.NEW),
    "first_3": Scene(ThemeMenu, one_after_the_other(_second_question, _third_question), Stage.NEW),
    "first_browse": Scene(
        BrowseScreen,
        one_after_the_other(_second_question, _third_question, keys("escape", see="? says more")),
        Stage.NEW,
        told="c claim · / search · ? says more",
    ),
    # --- a server with accounts
    "sign_in": Scene(SignInScreen, keys(see="Password"), Stage.NOBODY),
    "sign_in_empty": Scene(SignInScreen, _empty_handle, Stage.NOBODY),
    "sign_up": Scene(SignInScreen, keys("ctrl+n", "x", see="Password again"), Stage.NOBODY),
    "sign_up_wrong": Scene(
        SignInScreen, keys("ctrl+n", *"ada", "enter", "x", "enter", "y", "enter", see="differ"), Stage.NOBODY
    ),
    # --- nothing there yet
    "browse_empty": Scene(BrowseScreen, keys(see="No open jobs yet"), Stage.EMPTY),
    "mine_empty": Scene(MineScreen, keys("m", see="[Now"), Stage.EMPTY),
    "posted_empty": Scene(MineScreen, keys("m", "tab", see="[Posted"), Stage.EMPTY),
    "agenda_empty": Scene(AgendaScreen, keys("A", see="this week"), Stage.EMPTY),
    "inbox_empty": Scene(InboxScreen, keys("I", see="Nobody has done"), Stage.EMPTY),
    "profile_empty": Scene(ProfileScreen, keys("P", see="member since"), Stage.EMPTY),
    "market_empty": Scene(MarketOverviewScreen, keys("M", see="Prices"), Stage.EMPTY),
    # --- the open jobs
    "browse": Scene(BrowseScreen, keys()),
    "browse_selected": Scene(BrowseScreen, keys("j", "j")),
    "browse_told": Scene(BrowseScreen, keys(), told="“Wash the windows” is yours. It starts on Thursday at 9:00."),
    "browse_lost": Scene(BrowseScreen, _lost),
    "browse_undoable": Scene(BrowseScreen, _undoable),
    "claim": Scene(Confirm, keys("c", see="y yes")),
    "search": Scene(BrowseScreen, keys("slash", "a")),
    "search_hint": Scene(BrowseScreen, keys("slash", see="free:")),
    "search_wrong": Scene(BrowseScreen, keys("slash", *"price:x", see="price")),
    "nothing_fits": Scene(BrowseScreen, keys("slash", *"qqq", see="Nothing fits")),
    "go_to": Scene(BrowseScreen, keys("g", see="go to")),
    "go_to_wrong": Scene(BrowseScreen, keys("g", *"soon", "enter", see="^^^^")),
    "marked": Scene(BrowseScreen, keys("space", "space", see="2 marked")),
    "claim_marked": Scene(Confirm, keys("space", "space", "c", see="y yes")),
    "outcome": Scene(OutcomeScreen, _outcome),
    "export": Scene(ExportDialog, keys("x", see="Export")),
    "export_which": Scene(Menu, one_after_the_other(_other_profile, keys("x", see="Export"))),
    "exporting": Scene(ExportProgress, _exporting),
    "filter": Scene(FilterScreen, keys("f", see="Show only")),
    "sort": Scene(SortScreen, keys("s", see="Sort by")),
    "help": Scene(HelpScreen, keys("question_mark", see="What you can do here")),
    "help_search": Scene(HelpScreen, keys("question_mark", "slash", "c", see="What you can do here")),
    "palette": Scene(Palette, keys("colon", see="Agenda"), holds=False),
    "palette_hits": Scene(Palette, keys("colon", *"zoe", see="@zoe"), holds=False),
    "copy": Scene(Menu, keys("y", see="JSON")),
    "copy_narrowed": Scene(Menu, keys("y", "slash", see="words")),
    "jump": Scene(JumpScreen, keys("ctrl+o"), holds=False),
    "themes": Scene(ThemeMenu, _themes),
    "password": Scene(PasswordScreen, _password),
    "offer": Scene(OfferDialog, _offer),
    # --- the form
    "post": Scene(PostScreen, keys("n", see="Description")),
    "post_understood": Scene(
        PostScreen, keys("n", *"Oven", "tab", "tab", "right", "tab", *"20,5", "tab", "tab", *"mon", see="= $20.50")
    ),
    "post_wrong": Scene(PostScreen, keys("n", "tab", "a", "ctrl+s", see="✗")),
    "post_end": Scene(PostScreen, keys("n", "shift+tab")),
    "calendar": Scene(CalendarScreen, keys("n", "ctrl+g", see="Which day")),
    "preview": Scene(
        PreviewScreen, keys("n", *"Oven", "tab", "tab", "tab", *"20", "ctrl+l", see="As others will see it")
    ),
    "discard": Scene(Confirm, keys("n", *"Oven", "ctrl+t", see="y yes")),
    # --- my jobs
    "now": Scene(MineScreen, keys("m", see="[Now")),
    "posted": Scene(MineScreen, keys("m", "tab", see="[Posted")),
    "claimed": Scene(MineScreen, keys("m", "tab", "tab", see="[Claimed")),
    "narrowed": Scene(MineScreen, keys("m", "slash", "e")),
    "private": Scene(PrivateDialog, on_job(0, 0, "p", "Private details")),
    "offers": Scene(OffersScreen, on_job(0, 0, "o", "Offers")),
    "confirm": Scene(Confirm, on_job(0, 1, "c", "y yes")),
    "reason": Scene(AskReason, on_job(0, 1, "b", "why")),
    "cancel_marked": Scene(AskReasonForAll, keys("m", "tab", "space", "space", "X", see="why?")),
    "review": Scene(ReviewDialog, on_job(0, 2, "v", "overall")),
    "finish": Scene(FinishDialog, on_job(0, 3, "f", "Hours worked")),
    "no_show": Scene(NoShowDialog, _no_show),
    "history": Scene(HistoryScreen, on_job(0, 1, "t", "History")),
    "edit": Scene(PostScreen, on_job(0, 0, "e", "Description")),
    # --- places
    "agenda": Scene(AgendaScreen, keys("A", see="this week")),
    "agenda_week_without": Scene(AgendaScreen, keys("A", *"hhhhh", see="turn the weeks")),
    "inbox": Scene(InboxScreen, keys("I", see="events")),
    "inbox_read": Scene(
        InboxScreen,
        one_after_the_other(
            keys("I", see="events"), keys("a", see="0 of them"), keys("v", see="You have read everything")
        ),
        after="delete from read_events",
    ),
    "profile": Scene(ProfileScreen, keys("P", see="member since")),
    "profile_edit": Scene(
        EditProfile, one_after_the_other(keys("P", see="member since"), keys("e", see="Your profile"))
    ),
    "profile_other": Scene(ProfileScreen, _other_profile),
    **{f"market_{number}": Scene(MarketOverviewScreen, keys("M", str(number), see="Prices")) for number in range(1, 6)},
}


async def begin(driver: Driver, stage: Stage) -> None:
    """Back to where the steps of a scene begin: the first of all open jobs."""
    app = driver.app
    app.clear_notifications()
    if stage is Stage.NEW:
        shutil.rmtree(state_folder(), ignore_errors=True)
    if stage in (Stage.NEW, Stage.NOBODY):
        await app.action_sign_out()
        await driver.see("Enter signs you in")
        return
    while len(app.screen_stack) > 1:
        await app.pop_screen()
    browse = await driver.browsing()
    browse.show_query("")
    browse.marks.clear()
    browse.jobs.focus()
    await driver.until(lambda: not browse.jobs.is_stale, "all jobs")
    browse.jobs.action_cursor_top()
    app.moves.forget()
    app._show_link(Link.CONNECTED)
    # drafts of a form that was left
    for file in state_folder().glob("drafts/*"):
        file.unlink()


async def show(driver: Driver, scene: Scene) -> None:
    """Comes to a scene, and waits until all of it is there."""
    await begin(driver, scene.stage)
    await scene.come(driver)
    await driver.until(lambda: type(driver.app.screen) is scene.screen, f"the {scene.screen.__name__}")
    await settled(driver)
    if scene.told:
        driver.app.tell(scene.told)
        await calm(driver)


async def resize(driver: Driver, size: tuple[int, int]) -> None:
    """Gives the terminal another size, and waits until all of it is drawn for that."""
    if driver.app.size == size:
        return
    await driver.pilot.resize_terminal(*size)
    await driver.until(lambda: driver.app.size == size == driver.app.screen._compositor.size, "the size")
    await calm(driver)


async def calm(driver: Driver) -> None:
    """Waits until two looks in a row show the same."""
    before = ""
    while before != (now := driver.text):
        before = now
        await driver.pilot.pause()
