"""What a sample job is like: drawn from texts in thirteen languages by its number and a seed, in one statement."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from phresh_tui.database.connections import Connection
from phresh_tui.database.sample_texts import LANGUAGES, Language

# how far back the oldest job was posted
SPAN = timedelta(weeks=6)
# of a hundred jobs so many are claimed, and so many cancelled
CLAIMED, CANCELLED = 12, 3
# of a hundred jobs so many say how long they may take; of a hundred open ones so many have a start, and so many are
# booked by offer. A claimed one has no start, so nobody is in two places at once.
WITH_HOURS, WITH_START, BY_OFFER = 70, 60, 30
# of a hundred jobs so many say how large the place is, and so many carry the number of an order
WITH_SIZE, WITH_ORDER = 40, 10
# an open job begins tomorrow at the earliest, between seven in the morning and six in the afternoon (UTC)
DAYS_AHEAD, FIRST_HOUR, LAST_HOUR = 21, 7, 18
HANDLES = tuple(handle for language in LANGUAGES for handle in language.handles)
# rows of the tables that a job's texts are drawn from: tasks of all languages, and descriptions and members of each
TASKS, DESCRIPTIONS, MEMBERS = 4096, 256, 16
# So many jobs in a row are all of different kinds; as many of the same kinds follow, with other times and numbers of
# orders, until there are so many that new kinds are drawn. To draw a kind takes as long as to write some ten jobs.
SAME, RENEWED = 25_000, 2_000_000
# seconds: no statement here is cut off by the driver
PATIENCE = 86_400.0

PALETTE = """
    create temp table if not exists sample_tasks (
        slot integer primary key, language integer, name text, cleaning_type text, cents integer, area text
    );
    create temp table if not exists sample_descriptions (slot integer primary key, description text);
    create temp table if not exists sample_owners (slot integer primary key, number integer, login text);
    create temp table if not exists sample_members (number integer primary key, login text);
    create temp table if not exists sample_kinds (
        slot integer, name text, description text, cleaning_type text, price numeric(10, 2), owner text, status text,
        claimed_by text, area text, starts_at timestamptz, hours numeric(4, 2), booking text, ordered boolean,
        details jsonb, sort_name text, search_text text, sort_area text
    );
    truncate sample_tasks, sample_descriptions, sample_owners, sample_members, sample_kinds
"""

# Kinds of job number $1 to $2, for jobs that are made at $4. What a kind is like depends on the seed $3 and its number
# alone: the bits of three hashes draw it, so that nothing has to be drawn in order, and two sessions draw the same.
# What only the record of a job has is made if $5 says so, for it takes a third of the time.
KINDS = f"""
    with drawn as (
        select n, a, b, c, a >> 52 as fate, (b >> 8) % 100 as hours, (b >> 15) % 100 as start, (b >> 22) % 100 as offer,
            (b >> 29) % 100 as size, (b >> 36) % 100 as ordered, (array[100, 100, 100, 50, 50, 5])[c % 6 + 1] as step
        from (
            -- 63 bits each
            select n, hashint8extended(n, $3::bigint * 3) & 9223372036854775807 as a,
                hashint8extended(n, $3::bigint * 3 + 1) & 9223372036854775807 as b,
                hashint8extended(n, $3::bigint * 3 + 2) & 9223372036854775807 as c
            from generate_series($1::bigint, $2::bigint) n
            offset 0
        ) hashes
        offset 0
    ), made as (
        select n - $1 as slot, t.name, nullif(concat_ws(
                ' ', d.description, case when size < {WITH_SIZE} then 20 + b % 180 || ' m²' end
            ), '') as description, t.cleaning_type,
            -- three dice make most prices usual ones, and most are round, as people make them
            (greatest(
                (cents - 900 + (c >> 5) % 601 + (c >> 17) % 601 + (c >> 29) % 601 + step / 2) / step * step, 800
            ) / 100.0)::numeric(10, 2) as price, o.login as owner, s.status, m.login as claimed_by, t.area,
            case when s.status = 'open' and start < {WITH_START}
                then date_trunc('day', $4::timestamptz, 'UTC') + interval '1 minute' * (
                    1440 * (1 + (a >> 40) % {DAYS_AHEAD})
                    + 15 * ({4 * FIRST_HOUR} + (b >> 50) % {4 * (LAST_HOUR - FIRST_HOUR) + 1})
                ) end as starts_at,
            case when hours < {WITH_HOURS} then ((2 + (a >> 46) % 23) * 0.25)::numeric(4, 2) end as hours,
            case when s.status = 'open' and offer < {BY_OFFER} then 'by_offer' else 'instantly' end as booking,
            ordered < {WITH_ORDER} as ordered
        from drawn
        join sample_tasks t on t.slot = a % {TASKS}
        join sample_descriptions d on d.slot = t.language * {DESCRIPTIONS} + (a >> 12) % {DESCRIPTIONS}
        join sample_owners o on o.slot = t.language * {MEMBERS} + (a >> 20) % {MEMBERS}
        cross join lateral (select case when fate < {CLAIMED * 2048 // 100} then 'claimed'
            when fate < {(CLAIMED + CANCELLED) * 2048 // 100} then 'cancelled' else 'open' end as status) s
        left join sample_members m on s.status = 'claimed'
            and m.number = (o.number + 1 + (a >> 24) % {len(HANDLES) - 1}) % {len(HANDLES)}
    )
    insert into sample_kinds
    select made.*, case when $5 then jsonb_build_object('after', to_jsonb(terms)) end,
        "left"(public.normal_text(made.name), 120),
        public.normal_text(made.name || e'\n' || coalesce(made.description, '')), public.normal_text(made.area)
    from made, lateral (
        select made.name, made.description, made.cleaning_type, made.price, made.area, made.starts_at, made.hours,
            made.booking
    ) terms
    order by slot
"""  # noqa: S608  only numbers of our own are put in
# Jobs number $1 to $2 of $3, as they are at $5, in seconds since 1970, by the seed $4; the one with the number n has
# the id $6 + n. Each has a share of the time for itself, so that no two are of the same moment. Numbers are float8 as
# long as they can be: numeric and interval would be a seventh of the work.
_MADE = f"""
    with drawn as (
        select k.*, $5::float8 + {SPAN.total_seconds()}::float8 / $3::float8
                * (n - 1 - $3::float8 + 0.9::float8 / 1048576 * (chance >> 43)) as created,
            1 / 524288::float8 * ((chance >> 24) & 524287) as later,
            case when ordered then case when description is null then '' else ' ' end || 'Ref. '
                || 10000000 + chance % 90000000 end as mark
        from (
            select *, hashint8extended(n, $4::bigint * 3 + 2) & 9223372036854775807 as chance
            from (
                select *, $1::bigint + slot - ($1::bigint - 1) % {SAME} as n from sample_kinds
                where slot between ($1::bigint - 1) % {SAME} and ($2::bigint - 1) % {SAME}
            ) numbered
            offset 0
        ) k
        offset 0
    ), made as (
        select *, case when ordered then coalesce(description, '') || mark else description end as words,
            $6::integer + n::integer as id, to_timestamp(created) as created_at,
            to_timestamp(case when status = 'open' then created else created + ($5::float8 - created) * later end)
                as updated_at
        from drawn
    )
"""  # noqa: S608  only numbers of our own are put in
JOB_COLUMNS = (
    "id", "name", "description", "cleaning_type", "price", "owner", "status", "claimed_by", "created_at", "updated_at",
    "agreed_price", "claimed_at", "version", "area", "starts_at", "hours", "booking", "sort_name", "search_text",
    "sort_area",
)  # fmt: skip
JOBS = f"""
    {_MADE}
    select id, name, words, cleaning_type, price, owner, status, claimed_by, created_at, updated_at,
        case when status = 'claimed' then price end, case when status = 'claimed' then updated_at end,
        case when status = 'open' then 1 else 2 end, area, starts_at, hours, booking, sort_name,
        -- what is behind it changes nothing of a text that is made normal
        case when ordered then search_text || "lower"(mark) else search_text end, sort_area
    from made
"""  # noqa: S608  our own words
POST_JOBS = f"insert into public.cleanings ({', '.join(JOB_COLUMNS)}) {JOBS}"
# the record of the same jobs, as the functions would have written it
RECORD = f"""
    {_MADE}
    insert into public.events (
        cleaning_id, version, happened_at, actor, move, from_state, to_state, owner, other, reason, details
    )
    select id, e.*
    from made, lateral (
        select 1 as version, created_at, owner, 'post', null, 'open', owner, null, null,
            case when ordered then jsonb_set(details, '{{after, description}}', to_jsonb(words)) else details end
        union all
        select 2, updated_at, coalesce(claimed_by, owner), case status when 'claimed' then 'claim' else 'cancel' end,
            'open', status, owner, claimed_by, case status when 'cancelled' then 'No longer needed' end,
            case status when 'claimed' then jsonb_build_object('price', price) else '{{}}'::jsonb end
        where status <> 'open'
    ) e
"""  # noqa: S608  our own words
# The words of the kinds that are here, and the numbers of orders of job $1 to $2 by the seed $3, as `JOBS` has them.
KIND_WORDS = """
    with tokens as materialized (
        select distinct unnest(public.search_words(search_text)) as word from sample_kinds union select 'ref.'
    )
    insert into public.words (word)
    select word from (
        select word from tokens
        union
        select "left"(regexp_split_to_table(word, '[\\s[:punct:]]+'), 200) from tokens
    ) found
    where word <> '' and not exists (select from public.words known where known.word = found.word collate "C")
"""
ORDER_WORDS = f"""
    insert into public.words (word)
    select (10000000 + chance % 90000000)::text
    from (
        select hashint8extended($1::bigint + slot - ($1::bigint - 1) % {SAME}, $3::bigint * 3 + 2) & 9223372036854775807
            as chance
        from sample_kinds
        where ordered and slot between ($1::bigint - 1) % {SAME} and ($2::bigint - 1) % {SAME}
    ) drawn
"""  # noqa: S608  only numbers of our own are put in


@dataclass(frozen=True, slots=True)
class Draw:
    """Which jobs are drawn.

    Attributes:
        number: of jobs.
        seed: draws the same ones again.
        now: when they are made.
        logins: of the sample members, in the order of `HANDLES`.

    """

    number: int
    seed: int
    now: datetime
    logins: list[str]

    def parts(self, size: int) -> Iterator[tuple[int, int]]:
        """The first and the last number of each part."""
        return ((first, min(first + size - 1, self.number)) for first in range(1, self.number + 1, size))

    def arguments(self, first: int, last: int, before: int) -> tuple[object, ...]:
        """What `JOBS` and `RECORD` are called with; ``before`` is the id before that of the first of all jobs."""
        return first, last, self.number, self.seed, self.now.timestamp(), before


def _descriptions(language: Language, chance: random.Random) -> list[str | None]:
    """Remarks in a row, or below each other, or nothing."""
    rows = [chance.sample(language.remarks, chance.choice((0, 0, 1, 1, 1, 2))) for _ in range(DESCRIPTIONS)]
    return [("\n" if chance.random() < 0.2 else " ").join(row) or None for row in rows]


async def lay_out(connection: Connection, logins: Sequence[str], seed: int) -> None:
    """Puts what the texts of a job are drawn from into temporary tables; ``logins`` are those of `HANDLES`."""
    chance = random.Random(seed)  # noqa: S311  nothing is kept secret with it
    weights = sum(language.weight for language in LANGUAGES)
    tasks: list[tuple[object, ...]] = []
    descriptions: list[str | None] = []
    owners: list[tuple[int, str]] = []
    share = 0
    for number, language in enumerate(LANGUAGES):
        share += language.weight
        kinds = [
            (number, language.name.format(task=task.name, area=area), task.cleaning_type, 100 * task.price, area)
            for task in language.tasks
            for area in language.areas
        ]
        while len(tasks) < TASKS * share // weights:
            tasks.append(kinds[len(tasks) % len(kinds)])
        descriptions += _descriptions(language, chance)
        theirs = [HANDLES.index(handle) for handle in language.handles]
        owners += [(theirs[place % len(theirs)], logins[theirs[place % len(theirs)]]) for place in range(MEMBERS)]
    await connection.execute(PALETTE)
    for table, rows in (
        ("sample_tasks", [(slot, *task) for slot, task in enumerate(tasks)]),
        ("sample_descriptions", list(enumerate(descriptions))),
        ("sample_owners", [(slot, *owner) for slot, owner in enumerate(owners)]),
        ("sample_members", list(enumerate(logins))),
    ):
        await connection.copy_records_to_table(table, schema_name="pg_temp", records=rows)
        await connection.execute(f"analyze pg_temp.{table}")


async def write(connection: Connection, draw: Draw, first: int, last: int, before: int, *statements: str) -> None:
    """Writes some of the jobs, their record or both; parts come in order, and none spans two of `SAME`."""
    if (first - 1) % RENEWED == 0:
        await connection.execute("truncate sample_kinds")
        await connection.execute(
            KINDS,
            first,
            min(first + SAME - 1, draw.number),
            draw.seed,
            draw.now,
            RECORD in statements,
            timeout=PATIENCE,
        )
        if ORDER_WORDS in statements:
            await connection.execute(KIND_WORDS, timeout=PATIENCE)
    for statement in statements:
        arguments = (first, last, draw.seed) if statement == ORDER_WORDS else draw.arguments(first, last, before)
        await connection.execute(statement, *arguments, timeout=PATIENCE)
