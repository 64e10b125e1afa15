"""What a second process sees of the database at a start: the same as the first one would, or nothing."""

from __future__ import annotations

import asyncio
import logging
import pickle
from decimal import Decimal

import pytest
from rich.console import RenderableType
from textual._compositor import CompositorUpdate
from textual.screen import Screen

from phresh_tui.cli.ahead import ahead
from phresh_tui.database import listings
from phresh_tui.database.conditions import Listing
from phresh_tui.database.first_look import FirstLook, first_look
from phresh_tui.database.preparation import Door, Prepared
from phresh_tui.database.session import Link, Session
from phresh_tui.market.errors import PhreshError
from phresh_tui.market.search import Filter, Sort
from phresh_tui.settings import Settings
from phresh_tui.tui.app import PhreshApp
from phresh_tui.tui.memory import View, ViewFile
from phresh_tui.tui.screens.sign_in import SignInScreen
from phresh_tui.tui.widgets.job_list import JobList
from tests.support import Market, eventually, post

CHEAP = Listing(wanted=Filter(text="windows"), sort=Sort.PRICE_UP)


async def test_it_is_what_the_program_would_read_itself(market: Market) -> None:
    ada = await market.session("ada")
    for price in ("30", "10", "20"):
        await post(ada, f"Windows {price}", price)
    await post(ada, "Oven", "5")
    # as the program finds it in its memory
    ViewFile("here", "ada").save(View(query="windows", sort=CHEAP.sort.value))
    seen = await first_look(ada, lambda handle: ViewFile("here", handle).load().listing, 2)
    assert seen is not None
    assert seen.page.listing == CHEAP
    assert seen.page.jobs == await listings.page(ada, CHEAP, 2)
    assert [job.price for job in seen.page.jobs] == [Decimal(10), Decimal(20)]
    assert seen.market == ada.market
    # it goes through a pipe
    assert pickle.loads(pickle.dumps(seen)) == seen


async def test_a_database_that_is_not_ready_is_left_to_the_program(market: Market) -> None:
    ada, operator = await market.session("ada"), await Session.open(market.operator, Settings())
    newest = await market.psql("select max(version) as version from schema_migrations")
    await market.psql("delete from schema_migrations where version = $1", newest[0]["version"])
    assert await first_look(ada, lambda _: Listing(), 2) is None
    await market.psql("insert into schema_migrations values ($1), ('99990101000000')", newest[0]["version"])
    with pytest.raises(PhreshError, match="newer than this program"):
        await first_look(ada, lambda _: Listing(), 2)
    await market.psql("delete from schema_migrations where version = '99990101000000'")
    assert await first_look(ada, lambda _: Listing(), 2) is not None
    # the operator's account shows no jobs to anybody
    assert await first_look(operator, lambda _: Listing(), 2) is None
    await operator.close()


def test_without_a_server_only_the_settings_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYDANTIC_DISABLE_PLUGINS", "")
    try:
        for handle in ("ada", None, "not a handle"):
            answers = ahead(handle)
            assert getattr(next(answers), "is_embedded", None) is True
            if handle is None:
                assert next(answers) is None
            else:
                with pytest.raises(PhreshError):
                    next(answers)
    finally:
        # a process of its own never speaks; this one does
        logging.disable(logging.NOTSET)


async def test_it_keeps_no_connection(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = await market.member("ada", tcp=True)
    for name, value in {
        "POSTGRES_SERVER": ada.host,
        "POSTGRES_PORT": ada.port,
        "POSTGRES_USER": ada.user,
        "POSTGRES_PASSWORD": ada.password,
        "POSTGRES_DB": ada.database,
        "PYDANTIC_DISABLE_PLUGINS": "",
    }.items():
        monkeypatch.setenv(name, str(value))

    async def connections() -> int:
        rows = await market.psql("select count(*) as number from pg_stat_activity where usename = 'm_ada'")
        return int(rows[0]["number"])

    answers = ahead(None)
    try:
        assert next(answers) is not None
        seen = await asyncio.to_thread(next, answers)
        assert isinstance(seen, FirstLook)
        assert await connections() == 1
        assert await asyncio.to_thread(next, answers, None) is None
    finally:
        logging.disable(logging.NOTSET)
    for _ in range(100):
        if await connections() == 0:
            break
        await asyncio.sleep(0.05)
    assert await connections() == 0


async def test_the_jobs_are_drawn_before_there_is_a_connection(market: Market) -> None:
    ada = await market.session("ada")
    await post(ada, "Windows")
    seen = await first_look(ada, lambda _: Listing(), 2)
    assert seen is not None
    session = Session(ada.target, ada.market, Settings())
    prepared = Prepared(market.operator._replace(embedded=True), Door.OPERATOR)

    drawn_without: list[bool] = []
    connect = session.connect

    def spy() -> None:
        drawn_without.append(app.screen.query_one(JobList).selected is not None)
        connect()

    session.connect = spy  # type: ignore[method-assign]
    app = PhreshApp(Settings(), prepared, "ada", opening=session, first_page=seen.page)
    async with app.run_test(size=(80, 24)):
        await eventually(lambda: drawn_without)
        # the job stood there when the session was first allowed to connect
        assert drawn_without[0]
        jobs = app.screen.query_one(JobList)
        assert jobs.selected == seen.page.jobs[0]
        # and then it goes on as if the program had read the jobs itself
        await eventually(lambda: jobs.total is not None and session.is_bell_heard)
        await post(ada, "Oven")
        await eventually(lambda: jobs.total is not None and jobs.total.number == 2)
        # another one can sign in, and nothing of this one stays below
        await app.action_sign_out()
        assert [type(screen) for screen in app.screen_stack] == [SignInScreen]
        assert not jobs.is_attached
    assert session.link is Link.CLOSED


async def test_the_first_frame_has_the_jobs_on_it(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = await market.session("ada")
    for number in range(30):
        # more than there is room for, so that a scroll bar stands beside them
        await post(ada, f"Job {number}")
    seen = await first_look(ada, lambda _: Listing(), 30)
    assert seen is not None
    frames: list[str] = []
    display = PhreshApp._display

    def see(app: PhreshApp, screen: Screen[None], frame: RenderableType | None) -> None:
        if isinstance(frame, CompositorUpdate):
            frames.append(frame.render_segments(app.console))
        display(app, screen, frame)

    monkeypatch.setattr(PhreshApp, "_display", see)
    prepared = Prepared(market.operator._replace(embedded=True), Door.OPERATOR)
    session = Session(ada.target, ada.market, Settings())
    app = PhreshApp(Settings(), prepared, "ada", opening=session, first_page=seen.page)
    async with app.run_test(size=(80, 24)):
        await eventually(lambda: any("Quit" in frame for frame in frames))
        assert "Job 29" in next(frame for frame in frames if "Quit" in frame)


async def test_a_first_page_of_another_list_is_not_shown(market: Market) -> None:
    ada = await market.session("ada")
    await post(ada, "Windows")
    await post(ada, "Oven")
    seen = await first_look(ada, lambda _: CHEAP, 2)
    assert seen is not None
    prepared = Prepared(market.operator._replace(embedded=True), Door.OPERATOR)

    async def made() -> Session:
        return Session(ada.target, ada.market, Settings())

    app = PhreshApp(Settings(), prepared, "ada", opening=made(), first_page=seen.page)
    async with app.run_test(size=(80, 24)):
        await eventually(lambda: bool(app.screen.query(JobList)))
        jobs = app.screen.query_one(JobList)
        await eventually(lambda: jobs.selected is not None)
        assert jobs.selected is not None
        assert jobs.selected.name == "Oven"


async def test_the_only_connection_is_not_the_bells(market: Market) -> None:
    ada, bob = await market.member("ada"), await market.session("bob")
    await post(bob, "Windows")
    looking = await Session.open(ada, Settings())
    seen = await first_look(looking, lambda _: Listing(), 2)
    assert seen is not None
    await looking.close()
    await market.psql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'm_ada'")
    await market.psql("alter role m_ada connection limit 1")
    session = Session(ada, seen.market, Settings())
    session.on_change(lambda: None)
    session.connect()
    for _ in range(20):
        assert len(await listings.page(session, Listing(), 2)) == 1
        await asyncio.sleep(0.02)
    assert session.link is Link.CONNECTED
    await session.close()
