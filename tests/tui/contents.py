"""What stands in the market in the pictures: ordinary jobs, and jobs that fill and overfill every place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from tests.support import Market

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
update members set name = {person}, bio = {comment}, areas = {area};
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
        folder: where files are written.

    """

    me: str
    other: str
    rows: str
    texts: dict[str, str]
    folder: str = "/home/bob"


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
    "/home/bob_with_the_longest_of_handles/a folder/大掃除/below/which/nobody/finds/anything",
)
CONTENTS = {"short": SHORT, "monstrous": MONSTROUS}


async def sign_up(market: Market, content: Content) -> None:
    """Members, and nothing else."""
    for handle in sorted({content.me, content.other, "zoe", "kim"}):
        await market.member(handle)
    await market.psql("update members set joined_at = $1::timestamptz - interval '400 d'", NOW)


async def furnish(market: Market, content: Content) -> None:
    """A job in every state with all that belongs to it; the members are there already."""
    now = f"timestamptz '{NOW.isoformat()}'"
    await market.psql_script(JOBS.format(me=f"m_{content.me}", now=now, rows=content.rows, **content.texts))
