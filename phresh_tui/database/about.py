"""What belongs to a job besides its row, as far as the member who looks may see it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from phresh_tui.database import offers, people
from phresh_tui.database.cleanings import COLUMNS, cleaning_of
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Booking, Cleaning, Status
from phresh_tui.market.errors import NotAMember
from phresh_tui.market.member import handle_of
from phresh_tui.market.record import Offer, OfferStatus, PrivateDetails, Profile

# seconds in which a profile is not read again
PROFILE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class About:
    """What was read for one job.

    Attributes:
        job: as it was when it was read for.
        poster: who posted it, unless it is the one who looks.
        cleaner: who has it, unless it is the one who looks.
        offers: on an own job all, else one's own; cheapest first.
        overlaps: claimed jobs of one's own at the time of an open job.
        private: address, access notes and phone, or None when there are none or they are not for this member.
        reviewed: whether one has written one's review.
        missing: handle of a cleaner of one's own job who may be reported as a no-show, or None.

    """

    job: Cleaning
    poster: Profile | None = None
    cleaner: Profile | None = None
    offers: tuple[Offer, ...] = ()
    overlaps: tuple[Cleaning, ...] = ()
    private: PrivateDetails | None = None
    reviewed: bool = False
    missing: str | None = None

    @property
    def live_offers(self) -> tuple[Offer, ...]:
        """The offers that stand."""
        return tuple(offer for offer in self.offers if offer.status is OfferStatus.LIVE)


class Profiles:
    """Profiles of others, read at most once a minute. Contact data come and go with a claim: then take a new one."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, tuple[float, Profile | None]] = {}

    async def of(self, handle: str) -> Profile | None:
        """A profile, or None for whoever is no member: the house, or somebody who has left."""
        read_at, profile = self._known.get(handle, (0.0, None))
        if not read_at or time.monotonic() - read_at > PROFILE_SECONDS:
            try:
                profile = await people.profile(self._session, handle)
            except NotAMember:
                profile = None
            self._known[handle] = time.monotonic(), profile
        return profile


async def about(session: Session, job: Cleaning, profiles: Profiles) -> About:
    """Reads what belongs to a job."""
    me = session.handle
    mine = me in (job.owner, job.claimed_by)
    poster = None if job.owner == me else await profiles.of(job.owner)
    cleaner = None if job.claimed_by in (None, me) else await profiles.of(str(job.claimed_by))
    return About(
        job,
        poster,
        cleaner,
        tuple(await offers.on_job(session, job.id)) if job.booking is Booking.BY_OFFER else (),
        tuple(await overlaps(session, job)),
        await people.private_details(session, job.id) if mine else None,
        mine and job.status is Status.CONFIRMED and bool(await reviewed(session, [job.id])),
        await missing(session, job.id) if job.owner == me else None,
    )


async def missing(session: Session, job_id: int) -> str | None:
    """Who may be reported as a no-show of one's own job, by the rule of ``report_no_show``: who gave it back too late,
    or had not come when one opened it again, last; None when there is nobody, or it is reported.
    """
    login = await session.fetch_value(
        """
        select e.other from public.events e
        where e.cleaning_id = $1::bigint and e.move = 'release' and (e.details ->> 'late')::boolean
            and (
                e.actor = e.other or (e.details ->> 'starts_at')::timestamptz
                    between (e.details ->> 'claimed_at')::timestamptz and e.happened_at
            )
            and not exists (
                select from public.events u
                where u.cleaning_id = e.cleaning_id and u.version = e.version + 1 and u.move = 'undo_release'
            )
            and not exists (
                select from public.visible_reviews r
                where r.cleaning_id = e.cleaning_id and r.author = $2::text collate "C" and r.subject = e.other
            )
        order by e.version desc limit 1
        """,
        *(job_id, session.target.user),
    )
    return None if login is None else handle_of(login)


async def overlaps(session: Session, job: Cleaning) -> list[Cleaning]:
    """The member's own claimed jobs at the time of an open job of somebody else, earliest first."""
    if job.starts_at is None or job.hours is None or job.status is not Status.OPEN or job.owner == session.handle:
        return []
    rows = await session.fetch(
        f"select {COLUMNS} from public.bookings b join public.cleanings c on c.id = b.cleaning_id "  # noqa: S608
        'where b.login = $1::text collate "C" '
        "and b.during && tstzrange($2::timestamptz, $2::timestamptz + $3::numeric * interval '1 hour') "
        "and public.state_now(c.status, c.done_at) in ('claimed', 'done') order by lower(b.during)",
        *(session.target.user, job.starts_at, job.hours),
    )
    return [cleaning_of(row) for row in rows]


async def reviewed(session: Session, job_ids: list[int]) -> set[int]:
    """Which of these jobs the member has reviewed."""
    rows = await session.fetch(
        "select cleaning_id from public.visible_reviews "
        'where cleaning_id = any($1::integer[]) and author = $2::text collate "C" and not no_show',
        *(job_ids, session.target.user),
    )
    return {row["cleaning_id"] for row in rows}


async def areas(session: Session, limit: int = 300) -> list[str]:
    """The areas of open jobs, in the order of the alphabet; one step in the index for each."""
    rows = await session.fetch(
        """
        with recursive known as (
            (select area from public.cleanings where status = 'open' and area is not null order by area limit 1)
            union all
            select (
                select c.area from public.cleanings c where c.status = 'open' and c.area > known.area
                order by c.area limit 1
            ) from known where known.area is not null
        )
        select area from known where area is not null limit $1
        """,
        limit,
    )
    return [row["area"] for row in rows]
