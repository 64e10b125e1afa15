"""Sample jobs of sample members, so that there is something to look at; made by an operator's account."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import asyncpg

from phresh_tui.database.connections import Connection, connected
from phresh_tui.database.errors import refusal
from phresh_tui.database.sample_texts import LANGUAGES, Language
from phresh_tui.database.target import Target
from phresh_tui.market.errors import HandleTaken, Refused
from phresh_tui.market.member import login_of

# jobs that are committed together: whoever stops the program has these or none of them
BATCH = 2_000
# how far back the oldest job was posted
SPAN = timedelta(weeks=6)
# of a hundred jobs so many are claimed, and so many cancelled
CLAIMED, CANCELLED = 12, 3
# of a hundred jobs so many say how long they may take; of a hundred open ones so many have a start, and so many are
# booked by offer. A claimed one has no start, so nobody is in two places at once.
WITH_HOURS, WITH_START, BY_OFFER = 70, 60, 30
# an open job begins tomorrow at the earliest, between seven in the morning and six in the afternoon (UTC)
DAYS_AHEAD, FIRST_HOUR, LAST_HOUR = 21, 7, 18
# a handle that a real member has is left alone; the next of these is tried
SUFFIXES = ("", "_2", "_3", "_4", "_5", "_home", "_flat", "_office")
COLUMNS = (
    "name", "description", "cleaning_type", "price", "owner", "status", "claimed_by", "created_at", "updated_at",
    "agreed_price", "claimed_at", "version", "area", "starts_at", "hours", "booking",
)  # fmt: skip

# what the functions would have written for the jobs after a number
RECORD = """
    insert into public.events (
        cleaning_id, version, happened_at, actor, move, from_state, to_state, owner, other, reason, details
    )
    select id, 1, created_at, owner, 'post', null, 'open', owner, null, null, '{}'::jsonb
    from public.cleanings where id > $1
    union all
    select id, 2, updated_at, coalesce(claimed_by, owner), case status when 'claimed' then 'claim' else 'cancel' end,
        'open', status, owner, claimed_by, case status when 'cancelled' then 'No longer needed' end,
        case status when 'claimed' then jsonb_build_object('price', price) else '{}'::jsonb end
    from public.cleanings where id > $1 and status <> 'open'
    -- somebody else may post at the same time, and has written their own record with it
    on conflict do nothing
"""


@dataclass(frozen=True, slots=True)
class SampleJob:
    """A job as the seed makes it; who has posted it and when comes later.

    Attributes:
        name: what is to be done, and where.
        description: or None.
        cleaning_type: one of the three types.
        price: per hour.
        owner: number of the sample member that posts it.
        claimer: number of the sample member that has claimed it, or None.
        is_cancelled: whether it was taken back.
        moment: where in its share of the time it was posted, from 0 to 1.
        moved: how far between then and now it was claimed or cancelled, from 0 to 1.
        area: where it is.
        hours: how long it may take, or None.
        start: how long after the midnight of today it begins, or None.
        booking: how it is given away.

    """

    name: str
    description: str | None
    cleaning_type: str
    price: Decimal
    owner: int
    claimer: int | None
    is_cancelled: bool
    moment: float
    moved: float
    area: str
    hours: Decimal | None
    start: timedelta | None
    booking: str


HANDLES = tuple(handle for language in LANGUAGES for handle in language.handles)


def sample_jobs(number: int, seed: int) -> Iterator[SampleJob]:
    """So many jobs, the same ones for the same seed."""
    chance = random.Random(seed)  # noqa: S311  nothing is kept secret with it
    # what came later has a chance of its own: a seed still makes the names and prices that it always made
    later = random.Random(f"bookings {seed}")  # noqa: S311
    weights = [language.weight for language in LANGUAGES]
    first: dict[str, int] = {handle: place for place, handle in enumerate(HANDLES)}
    for _ in range(number):
        (language,) = chance.choices(LANGUAGES, weights)
        yield _job(chance, later, language, first)


def _job(chance: random.Random, later: random.Random, language: Language, numbers: dict[str, int]) -> SampleJob:
    task, area = chance.choice(language.tasks), chance.choice(language.areas)
    owner = numbers[chance.choice(language.handles)]
    remarks = chance.sample(language.remarks, chance.choice((0, 1, 1, 2, 2, 3)))
    # most prices are round, as people make them
    price = task.price + chance.gauss(0, 3)
    step = chance.choice((1, 1, 1, 0.5, 0.5, 0.05))
    fate = chance.randrange(100)
    claimer = (owner + 1 + chance.randrange(len(numbers) - 1)) % len(numbers) if fate < CLAIMED else None
    is_open = fate >= CLAIMED + CANCELLED
    # each is drawn whether it is used or not, so that the fate of one job does not change the next one
    hours, start, by_offer = (later.randrange(100) for _ in range(3))
    quarters, day, time = (
        later.randint(2, 24),
        later.randint(1, DAYS_AHEAD),
        later.randint(4 * FIRST_HOUR, 4 * LAST_HOUR),
    )
    return SampleJob(
        name=language.name.format(task=task.name, area=area),
        description=("\n" if chance.random() < 0.2 else " ").join(remarks) or None,
        cleaning_type=task.cleaning_type,
        price=Decimal(str(max(round(price / step) * step, 8))).quantize(Decimal("0.01")),
        owner=owner,
        claimer=claimer,
        is_cancelled=CLAIMED <= fate < CLAIMED + CANCELLED,
        moment=chance.random(),
        moved=chance.random(),
        area=area,
        hours=Decimal(quarters) / 4 if hours < WITH_HOURS else None,
        start=timedelta(days=day, minutes=15 * time) if is_open and start < WITH_START else None,
        booking="by_offer" if is_open and by_offer < BY_OFFER else "instantly",
    )


async def add_samples(
    operator: Target, number: int, *, seed: int = 1, progress: Callable[[int, int], None] = lambda *_: None
) -> int:
    """Posts sample jobs, oldest first, in batches that are committed one by one.

    Args:
        operator: an operator's account.
        number: of jobs.
        seed: the same one makes the same jobs; only their times depend on when they are made.
        progress: is told how many are posted, and how many there will be.

    Returns:
        How many were posted.

    Raises:
        Refused: when the account is no operator's.
        DatabaseUnavailable: when the connection is lost; whole batches stay.

    """
    async with connected(operator) as connection:
        if not await connection.fetchval(
            "select coalesce((select pg_has_role(session_user, oid, 'member') "
            "from pg_roles where rolname = 'phresh_owner'), false)"
        ):
            raise Refused(
                "only an operator can post sample jobs",
                f"the account {operator.user} is no operator's",
                "Configure the account that runs phresh db up",
            )
        progress(0, number)
        logins = [await _sample_member(connection, handle) for handle in HANDLES]
        now = datetime.now(UTC)
        jobs = sample_jobs(number, seed)
        posted = 0
        while posted < number:
            size = min(BATCH, number - posted)
            rows = [_row(next(jobs), logins, posted + place, number, now) for place in range(size)]
            # a batch is one transaction: its jobs and their record
            async with connection.transaction():
                newest = await connection.fetchval("select coalesce(max(id), 0) from public.cleanings")
                await connection.copy_records_to_table("cleanings", schema_name="public", columns=COLUMNS, records=rows)
                await connection.execute(RECORD, newest)
            posted += size
            progress(posted, number)
        # the planner's estimates are what a long list shows as its length
        await connection.execute("analyze public.cleanings", timeout=300)
    return posted


def _row(job: SampleJob, logins: list[str], place: int, number: int, now: datetime) -> tuple[object, ...]:
    share = SPAN / number
    # the newest is a moment old; each has a share of the time for itself, so no two are of the same moment
    created = now - SPAN + share * place + share * (0.9 * job.moment)
    status = "claimed" if job.claimer is not None else "cancelled" if job.is_cancelled else "open"
    moved = created if status == "open" else created + (now - created) * job.moved
    claimed = status == "claimed"
    return (
        *(job.name, job.description, job.cleaning_type, job.price, logins[job.owner], status),
        None if job.claimer is None else logins[job.claimer],
        created,
        moved,
        job.price if claimed else None,
        moved if claimed else None,
        1 if status == "open" else 2,
        *(job.area, None if job.start is None else now.replace(hour=0, minute=0, second=0, microsecond=0) + job.start),
        *(job.hours, job.booking),
    )


async def _sample_member(connection: Connection, handle: str) -> str:
    """The login of a sample member, made unless it is there; never that of a real member.

    A sample member is known by the comment on its role, which no member can write, and sign_up writes another one for
    whoever takes the role over after its database was dropped. It names this database by number, as that one does.
    """
    number = await connection.fetchval("select oid from pg_database where datname = current_database()")
    mark = f"phresh sample member of database {number}"
    for suffix in SUFFIXES:
        login = login_of(handle + suffix)
        if await _is_sample(connection, login, mark) or await _made(connection, handle + suffix, mark):
            return login
        # somebody else may have made it at this moment, for the same reason
        if await _is_sample(connection, login, mark):
            return login
    raise HandleTaken(
        f"no sample member like @{handle} can be made", "the handles that were tried are taken", "Post jobs as yourself"
    )


async def _is_sample(connection: Connection, login: str, mark: str) -> bool:
    return bool(
        await connection.fetchval(
            """
            select exists (
                select from public.members m
                join pg_roles r on r.rolname = m.login::name
                where m.login = $1 and m.left_at is null and shobj_description(r.oid, 'pg_authid') = $2
            )
            """,
            login,
            mark,
        )
    )


async def _made(connection: Connection, handle: str, mark: str) -> bool:
    try:
        async with connection.transaction():
            login = await connection.fetchval("select public.sign_up($1, null)", handle)
            # both in one transaction: a member without the mark would be taken for a real one
            await connection.execute(f"""comment on role "{login}" is '{mark}'""")
    except asyncpg.PostgresError as error:
        if isinstance(refusal(error), HandleTaken):
            return False
        raise
    return True
