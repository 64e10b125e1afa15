"""What a member has under way, grouped by what needs them now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from phresh_tui.database import cleanings, offers
from phresh_tui.database.about import reviewed
from phresh_tui.database.cleanings import COLUMNS, cleaning_of
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Booking, Cleaning, Status
from phresh_tui.market.price import show_price
from phresh_tui.market.record import OfferStatus
from phresh_tui.market.words import show_hours, show_span

# jobs changed last that are looked at, of the posted ones and of the claimed ones
LATEST = 300
# days after its last move in which a confirmed job asks for a review
REVIEW_DAYS = 30
GROUPS = (
    "Offers to answer", "Done: confirm or send back", "Reviews to write", "Today", "Next", "Waiting for others",
)  # fmt: skip
ANSWER, CONFIRM, REVIEW, TODAY, NEXT, WAITING = GROUPS


@dataclass(frozen=True, slots=True)
class Todo:
    """A job that is under way.

    Attributes:
        group: one of `GROUPS`.
        job: as it is now.
        words: what is to do, or what is waited for.

    """

    group: str
    job: Cleaning
    words: str


async def todo(session: Session) -> list[Todo]:
    """The member's jobs that are under way, by group; within `TODAY` and `NEXT` the earliest first."""
    posted, claimed = await _latest(session, "owner"), await _latest(session, "claimed_by")
    found: list[Todo] = []
    live = await _live_offers(session, [job.id for job in posted if job.booking is Booking.BY_OFFER])
    done = await reviewed(session, [job.id for job in posted + claimed if job.status is Status.CONFIRMED])
    now, currency = datetime.now(UTC), session.market.currency
    for job in posted + claimed:
        mine = job.owner == session.handle
        other = f"@{job.claimed_by if mine else job.owner}"
        if job.status is Status.OPEN and job.id in live:
            number, cheapest = live[job.id]
            words = f"{number} {'offer' if number == 1 else 'offers'}, from {show_price(cheapest, currency)}"
            found.append(Todo(ANSWER, job, words))
        elif job.status is Status.DONE:
            sums = f"{show_hours(job.hours_worked or Decimal(0))}, {show_price(job.total or Decimal(0), currency)}"
            if mine:
                found.append(Todo(CONFIRM, job, f"{other} says it is done: {sums}"))
            else:
                found.append(Todo(WAITING, job, f"{other} has to confirm {sums}"))
        elif job.status is Status.CONFIRMED:
            if job.id not in done and now - job.updated_at < timedelta(days=REVIEW_DAYS):
                found.append(Todo(REVIEW, job, f"of {other}"))
        elif job.status is Status.CLAIMED:
            when = "no time is set" if job.starts_at is None else show_span(job.starts_at, job.hours, now)
            # what should have begun on an earlier day is still to do
            today = job.starts_at is not None and job.starts_at.astimezone().date() <= now.astimezone().date()
            found.append(Todo(TODAY if today else NEXT, job, f"{when}, {'by' if mine else 'for'} {other}"))
        else:
            words = "no offer yet" if job.booking is Booking.BY_OFFER else "nobody has claimed it yet"
            found.append(Todo(WAITING, job, words))
    far = datetime.max.replace(tzinfo=UTC)

    def place(item: Todo) -> tuple[int, datetime, int]:
        dated = item.group in (TODAY, NEXT)
        return GROUPS.index(item.group), (item.job.starts_at or far) if dated else far, item.job.id if dated else 0

    return sorted([*found, *await _own_offers(session)], key=place)


async def _latest(session: Session, column: str) -> list[Cleaning]:
    rows = await session.fetch(
        f"select {COLUMNS} from (select * from public.cleanings "  # noqa: S608  only our own words are put together
        f'where {column} = $1::text collate "C" order by updated_at desc, id desc limit $2) latest '
        "where status <> 'cancelled'",
        *(session.target.user, LATEST),
    )
    return [cleaning_of(row) for row in rows]


async def _live_offers(session: Session, job_ids: list[int]) -> dict[int, tuple[int, Decimal]]:
    rows = await session.fetch(
        "select cleaning_id, count(*) as number, min(price) as cheapest from public.offers "
        "where cleaning_id = any($1::integer[]) and status = 'live' group by cleaning_id",
        job_ids,
    )
    return {row["cleaning_id"]: (row["number"], row["cheapest"]) for row in rows}


async def _own_offers(session: Session) -> list[Todo]:
    """Jobs that wait for the answer to an offer of the member's."""
    made = [offer for offer in await offers.of_member(session) if offer.status is OfferStatus.LIVE]
    jobs = await cleanings.by_id(session, [offer.cleaning_id for offer in made])
    return [
        Todo(
            WAITING,
            jobs[offer.cleaning_id],
            f"your offer: {show_price(offer.price, session.market.currency)}"
            + (f", stands by: @{jobs[offer.cleaning_id].claimed_by} has it" if _taken(jobs[offer.cleaning_id]) else ""),
        )
        for offer in made
        if offer.cleaning_id in jobs and jobs[offer.cleaning_id].status in (Status.OPEN, Status.CLAIMED)
    ]


def _taken(job: Cleaning) -> bool:
    return job.status is Status.CLAIMED
