"""Every screen of the program, how to come to it, and what may stand in it: for tests that look.

The clock that the program reads stands still, so that a week, an age and a chart are the same every day.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import time_machine

from phresh_tui.database.preparation import Door, Prepared
from phresh_tui.market.cleaning import Booking
from phresh_tui.paths import state_folder
from phresh_tui.settings import Settings
from phresh_tui.tui.app import PhreshApp
from phresh_tui.tui.screens.password import PasswordScreen
from phresh_tui.tui.screens.profile import ProfileScreen
from phresh_tui.tui.widgets.detail import REST
from tests.support import Market
from tests.tui.support import Driver

# a Wednesday
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)

JOBS = """
create temp table shown (
    name text, description text, cleaning_type text, price numeric, owner text, age interval, status text,
    claimed_by text, area text, starts interval, hours numeric, booking text, worked numeric
);
insert into shown values {rows};
insert into cleanings (name, description, cleaning_type, price, owner, created_at, updated_at, status, claimed_by,
    agreed_price, claimed_at, area, starts_at, hours, booking, hours_worked, total, done_at, version)
select name, description, cleaning_type, price, owner, {now} - age, {now} - age / 2, status, claimed_by,
    case when claimed_by is not null then price end, case when claimed_by is not null then {now} - age / 2 end,
    area, date_trunc('day', {now}) + starts, hours, booking, worked, round(worked * price, 2),
    case when worked is not null then {now} - age / 4 end,
    case status when 'open' then 1 when 'claimed' then 2 when 'cancelled' then 2 when 'done' then 3 else 4 end
from shown;
insert into events (cleaning_id, version, happened_at, actor, move, from_state, to_state, owner, other, details)
select id, 1, created_at, owner, 'post', null, 'open', owner, null, '{{}}'::jsonb from cleanings
union all
select id, 2, claimed_at, claimed_by, 'claim', 'open', 'claimed', owner, claimed_by,
    jsonb_build_object('price', price) from cleanings where claimed_by is not null
union all
select id, 3, done_at, claimed_by, 'finish', 'claimed', 'done', owner, claimed_by,
    jsonb_build_object('hours', hours_worked, 'total', total) from cleanings where done_at is not null
union all
select id, 4, done_at + interval '1 h', owner, 'confirm', 'done', 'confirmed', owner, claimed_by, '{{}}'::jsonb
from cleanings where status = 'confirmed';
insert into bookings (login, cleaning_id, during)
select claimed_by, id, tstzrange(starts_at, starts_at + hours * interval '1 h') from cleanings
where status = 'claimed' and starts_at is not null and hours is not null;
insert into private_details (cleaning_id, owner, address, access_notes, phone)
select id, owner, {address}, {access}, {phone} from cleanings where status = 'claimed';
insert into offers (cleaning_id, login, price, message, status, made_at, updated_at)
select id, login, least(price + more, 99999999.99), message, answer, {now} - interval '3 h', {now} - interval '2 h'
from cleanings, (values {offers}) as offer (login, more, message, answer)
where owner = '{me}' and cleanings.status = 'open' and booking = 'by_offer';
insert into offers (cleaning_id, login, price, message, made_at, updated_at)
select id, '{me}', price, {message}, {now} - interval '3 h', {now} - interval '2 h'
from cleanings where owner <> '{me}' and status = 'open' and booking = 'by_offer';
insert into reviews (cleaning_id, author, subject, overall, professionalism, completeness, efficiency, headline,
    comment, written_at)
select id, owner, claimed_by, 5, 4, 5, 3, {headline}, {comment}, {now} - interval '20 d' from cleanings
where status = 'confirmed' and claimed_by = '{me}' and area is not null;
insert into reviews (cleaning_id, author, subject, overall, headline, written_at)
select id, claimed_by, owner, 4, {headline}, {now} - interval '20 d' from cleanings
where status = 'confirmed' and claimed_by = '{me}' and area is not null;
update members set joined_at = {now} - interval '400 d', name = {person}, bio = {comment}, areas = {area};
insert into private_profiles (login, phone, email) select login, {phone}, {email} from members;
drop table shown;
analyze cleanings;
"""


@dataclass(frozen=True, slots=True)
class Content:
    """What stands in the market.

    Attributes:
        me: the handle whose screens are shown.
        other: the handle of the other side.
        rows: of the table `shown`, in SQL.
        texts: what else is written, in SQL.

    """

    me: str
    other: str
    rows: str
    texts: dict[str, str]


SHORT = Content(
    "bob",
    "ada",
    """
    ('Wash the windows', e'All six of them.\nThe small one in the hall too; a ladder is there.', 'spot_clean', 20.50,
        'm_ada', '90 s', 'open', null, 'Old Town', '1 d 9 h', 2, 'instantly', null),
    ('Deep clean before we move out', e'Three rooms and a kitchen.\nKeys at the café below.', 'full_clean', 35,
        'm_zoe', '3.5 h', 'open', null, 'Harbour', '3 d 14 h', 6.5, 'instantly', null),
    ('Balcony and its furniture', null, 'spot_clean', 17, 'm_zoe', '26 h', 'open', null, null, null, null,
        'instantly', null),
    ('Office, every second week', 'Eight desks.', 'dust_up', 24, 'm_ada', '3 d', 'open', null, 'Station', '2 d 18 h', 3,
        'by_offer', null),
    ('Oven and fridge', null, 'spot_clean', 18, 'm_zoe', '30 d', 'open', null, 'Old Town', null, 1.5, 'instantly',
        null),
    ('Iron the curtains', 'Twelve of them.', 'dust_up', 15, 'm_bob', '20 m', 'open', null, 'Old Town', null, 2,
        'instantly', null),
    ('Clean the attic', 'Nobody has been there for years.', 'full_clean', 22, 'm_bob', '2 d', 'open', null, 'Old Town',
        '5 d 10 h', 4, 'by_offer', null),
    ('Hall and stairs', null, 'spot_clean', 18, 'm_bob', '50 h', 'cancelled', null, null, null, null, 'instantly',
        null),
    ('Kitchen after the party', 'All of it.', 'full_clean', 21, 'm_bob', '60 h', 'done', 'm_ada', 'Old Town',
        '-1 d 10 h', 2, 'instantly', 2.5),
    ('Bathroom', 'Tiles.', 'full_clean', 22, 'm_ada', '70 h', 'claimed', 'm_bob', 'Harbour', '14 h', 2, 'instantly',
        null),
    ('Shelves in the shop', null, 'dust_up', 19, 'm_zoe', '80 h', 'claimed', 'm_bob', 'Station', '16.25 h', 1.5,
        'instantly', null),
    ('Carpets', null, 'full_clean', 26, 'm_ada', '90 h', 'claimed', 'm_bob', 'Old Town', '2 d 9 h', 3, 'instantly',
        null),
    ('Stairs of the house', null, 'dust_up', 16, 'm_ada', '20 d', 'confirmed', 'm_bob', 'Harbour', '-9 d 9 h', 2,
        'instantly', 2),
    ('Windows of the shop', null, 'spot_clean', 23, 'm_zoe', '30 d', 'confirmed', 'm_bob', null, null, 3, 'instantly',
        3)
    """,
    {
        "address": "'Main Street 1, third floor'",
        "access": "'Ring twice'",
        "phone": "'0151 99'",
        "message": "'I live next door'",
        "headline": "'Bright and quick'",
        "comment": "'Came on time, and the windows shine.'",
        "person": "'Robin'",
        "area": "'Old Town, Harbour'",
        "email": "'robin@example.org'",
        "offers": "('m_ada', -2, 'I live next door', 'live'), ('m_zoe', 3, '', 'live'), "
        "('m_kim', 1, 'Only on Fridays', 'declined')",
    },
)
LONG_ME, LONG_OTHER = "bob_with_the_longest_of_handles", "ada_" + "w" * 27
FAMILY = "👩‍👩‍👧‍👦"
# of more than half a year: names that fill their columns, that are wider or narrower than they seem, that turn round
MONSTROUS = Content(
    LONG_ME,
    LONG_OTHER,
    f"""
    (repeat('W', 120), repeat('An endless word: ' || repeat('w', 300) || e'\n', 20), 'full_clean', 99999999.99,
        'm_{LONG_OTHER}', '90 s', 'open', null, repeat('W', 60), '400 d 9 h', 23.75, 'instantly', null),
    ('大掃除 🧽 窓拭きと床' || repeat(' 大掃除 窓拭きと床', 8), repeat('ユニコード', 200), 'full_clean', 99999999.99,
        'm_{LONG_OTHER}', '3.4 h', 'open', null, repeat('大', 60), '400 d 9 h', 23.75, 'by_offer', null),
    (repeat('{FAMILY}', 10) || ' é̂̃̄ flat', repeat('{FAMILY}', 300), 'spot_clean', 0.01, 'm_{LONG_OTHER}', '300 d',
        'open', null, repeat('{FAMILY}', 5), null, 0.25, 'instantly', null),
    ('نظافة الشقة [red]win[/red] نظافة الشقة نظافة الشقة', 'نظافة الشقة', 'dust_up', 12.05, 'm_{LONG_OTHER}', '1.4 d',
        'open', null, 'نظافة', null, null, 'instantly', null),
    (e'a\u200bb\u200dc\ufeffd' || repeat(e'\u200b', 60), null, 'dust_up', 7, 'm_{LONG_OTHER}', '700 d', 'open', null,
        e'\u200bx', null, null, 'instantly', null),
    (repeat('大', 120), repeat('大', 900), 'full_clean', 99999999.99, 'm_{LONG_ME}', '2 d', 'open', null,
        repeat('大', 60), '400 d 9 h', 23.75, 'by_offer', null),
    (repeat('i', 120), null, 'dust_up', 15, 'm_{LONG_ME}', '20 m', 'open', null, repeat('i', 60), null, 2, 'instantly',
        null),
    (repeat('W', 120), repeat('W ', 400), 'full_clean', 99999999.99, 'm_{LONG_ME}', '60 h', 'done', 'm_{LONG_OTHER}',
        repeat('W', 60), '-1 d 10 h', 23.75, 'instantly', 23.75),
    (repeat('{FAMILY} ', 12), 'x', 'full_clean', 99999999.99, 'm_{LONG_OTHER}', '70 h', 'claimed', 'm_{LONG_ME}',
        repeat('{FAMILY}', 6), '14 h', 2, 'instantly', null),
    (repeat('W', 120), 'x', 'full_clean', 99999999.99, 'm_{LONG_OTHER}', '75 h', 'claimed', 'm_{LONG_ME}',
        repeat('W', 60), '16.25 h', 23.75, 'instantly', null),
    (repeat('大', 120), 'x', 'full_clean', 99999999.99, 'm_{LONG_ME}', '72 h', 'claimed', 'm_{LONG_OTHER}',
        repeat('大', 60), '2 d 14 h', 2, 'instantly', null),
    (repeat('w ', 59) || 'w', 'x', 'full_clean', 99999999.99, 'm_{LONG_ME}', '55 h', 'cancelled', null,
        repeat('大', 60), null, 2, 'instantly', null),
    (repeat('W', 120), 'x', 'full_clean', 99999999.99, 'm_{LONG_OTHER}', '20 d', 'confirmed', 'm_{LONG_ME}',
        repeat('W', 60), '-9 d 9 h', 24, 'instantly', 24),
    (repeat('ل', 120), 'x', 'full_clean', 99999999.99, 'm_{LONG_OTHER}', '30 d', 'confirmed', 'm_{LONG_ME}', null, null,
        3, 'instantly', 23.75)
    """,
    {
        "address": "repeat('W', 500)",
        "access": "repeat('Ring twice ', 180)",
        "phone": "repeat('9', 60)",
        "message": "repeat('大', 2000)",
        "headline": "repeat('W', 120)",
        "comment": "repeat('w', 2000)",
        "person": "repeat('大', 80)",
        "area": "repeat('W', 500)",
        "email": "repeat('e', 240) || '@example.org'",
        "offers": f"('m_{LONG_OTHER}', 0, repeat('W', 2000), 'live'), ('m_zoe', 0, repeat('{FAMILY}', 200), 'live')",
    },
)
CONTENTS = {"short": SHORT, "monstrous": MONSTROUS}


@contextmanager
def clock_stands() -> Iterator[None]:
    """The time of day is `NOW`, in UTC; what is measured in seconds goes on."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    try:
        with time_machine.travel(NOW, tick=False):
            yield
    finally:
        os.environ.pop("TZ")
        if before is not None:
            os.environ["TZ"] = before
        time.tzset()


async def furnish(market: Market, content: Content) -> None:
    """Members, and a job in every state with all that belongs to it."""
    for handle in {content.me, content.other, "zoe", "kim"}:
        await market.member(handle)
    now = f"timestamptz '{NOW.isoformat()}'"
    await market.psql_script(JOBS.format(me=f"m_{content.me}", now=now, rows=content.rows, **content.texts))


def app_for(market: Market, handle: str | None) -> PhreshApp:
    # a poll would only ever show the same again
    settings = Settings(PHRESH_REFRESH_SECONDS="600")  # type: ignore[call-arg]
    return PhreshApp(settings, Prepared(replace(market.operator, embedded=True), Door.OPERATOR), handle)


# the workers that read what is shown once; others look out for changes as long as there is a screen
READING = {"read", "todo", "history", "offers", "about", "sections", "view", "move", "places", "side"}


async def settled(driver: Driver) -> None:
    """Waits until nothing is read any more, and makes the picture hold still."""
    await driver.until(lambda: all(detail.is_settled for detail in driver.details), "all that is known of the job")
    # what is read once the cursor rests
    await asyncio.sleep(REST)
    await driver.until(lambda: not any(worker.is_running and worker.group in READING for worker in driver.app.workers))
    for field in driver.app.screen.query("Input, TextArea"):
        field.cursor_blink = False  # type: ignore[attr-defined]
    await driver.pilot.pause()
    # messages that go away by themselves belong to no picture
    driver.app.clear_notifications()
    await driver.pilot.pause()


Steps = Callable[[Driver], Awaitable[None]]


def keys(*pressed: str, see: str = "") -> Steps:
    """Presses keys, then waits for a text."""

    async def run(driver: Driver) -> None:
        for key in pressed:
            await driver.press(key)
            await driver.pilot.pause()
        if see:
            await driver.see(see)

    return run


def on_job(tab: int, down: int, key: str, see: str) -> Steps:
    """My jobs, one of its tabs, so many lines down, a key."""
    there, do = keys("m", *["tab"] * tab, *["j"] * down, see="["), keys(key, see=see)

    async def run(driver: Driver) -> None:
        await there(driver)
        # before the list is read there is no job, and nothing more to know of it
        await driver.until(
            lambda: all(detail.job is not None and detail.is_settled for detail in driver.details),
            "which keys there are",
        )
        await do(driver)

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
    await driver.until(lambda: driver.details[0].is_settled, "the offers on the job")
    await driver.press("o")
    await driver.see("Price per hour")


async def _other_profile(driver: Driver) -> None:
    job = driver.jobs.selected
    assert job is not None
    driver.app.go_to(ProfileScreen(job.owner))
    await driver.see("member since")


SCREENS: dict[str, Steps] = {
    "browse": keys(),
    "browse_selected": keys("j", "j"),
    "claim": keys("c", see="y yes"),
    "search": keys("slash", "a"),
    "search_wrong": keys("slash", *"price:x", see="price"),
    "nothing_fits": keys("slash", *"qqq", see="Nothing fits"),
    "go_to": keys("g", see="go to"),
    "go_to_wrong": keys("g", *"soon", "enter", see="^^^^"),
    "marked": keys("space", "space", see="2 marked"),
    "export": keys("x", see="Export"),
    "filter": keys("f", see="Show only"),
    "sort": keys("s", see="Sort by"),
    "help": keys("question_mark", see="What you can do here"),
    "help_search": keys("question_mark", "slash", "c", see="What you can do here"),
    "palette": keys("colon", see="Search"),
    "palette_hits": keys("colon", "a"),
    "copy": keys("y", see="JSON"),
    "jump": keys("ctrl+o"),
    "themes": _themes,
    "password": _password,
    "offer": _offer,
    "post": keys("n", see="Description"),
    "post_wrong": keys("n", "tab", "a", "ctrl+s", see="✗"),
    "post_end": keys("n", "shift+tab"),
    "calendar": keys("n", "ctrl+g", see="Which day"),
    "preview": keys("n", *"Oven", "tab", "tab", "tab", *"20", "ctrl+l", see="As others will see it"),
    "now": keys("m", see="[Now"),
    "posted": keys("m", "tab", see="[Posted"),
    "claimed": keys("m", "tab", "tab", see="[Claimed"),
    "narrowed": keys("m", "slash", "e"),
    "private": on_job(0, 0, "p", "Private details"),
    "offers": on_job(0, 0, "o", "Offers"),
    "confirm": on_job(0, 1, "c", "y yes"),
    "reason": on_job(0, 1, "b", "why"),
    "review": on_job(0, 2, "v", "overall"),
    "finish": on_job(0, 3, "f", "Hours worked"),
    "history": on_job(0, 1, "t", "History"),
    "edit": on_job(0, 0, "e", "Description"),
    "agenda": keys("A", see="this week"),
    "agenda_empty": keys("A", *"hhhhh", see="turn the weeks"),
    "inbox": keys("I", see="events"),
    "inbox_empty": keys("I", "a", "v", see="You have read everything"),
    "profile": keys("P", see="member since"),
    "profile_edit": keys("P", "e", see="Your profile"),
    "profile_other": _other_profile,
    **{f"market_{number}": keys("M", str(number), see="Prices") for number in range(1, 6)},
}


async def begin(driver: Driver) -> None:
    """Back to the open jobs, all of them, at the first one."""
    app = driver.app
    app.clear_notifications()
    while len(app.screen_stack) > 2:
        await app.pop_screen()
    browse = await driver.browsing()
    browse.show_query("")
    browse.marks.clear()
    browse.jobs.focus()
    await driver.until(lambda: not browse.jobs.is_stale, "all jobs")
    browse.jobs.action_cursor_top()
    if app.session is not None:
        # drafts of a form that was left
        for file in state_folder().glob("drafts/*"):
            file.unlink()


async def resize(driver: Driver, size: tuple[int, int]) -> None:
    """Gives the terminal another size, and waits until all of it is drawn for that."""
    await driver.pilot.resize_terminal(*size)
    await driver.until(lambda: driver.app.size == size == driver.app.screen._compositor.size, "the size")
    await calm(driver)


async def calm(driver: Driver) -> None:
    """Waits until two looks in a row show the same."""
    before = ""
    while before != (now := driver.text):
        before = now
        await driver.pilot.pause()
