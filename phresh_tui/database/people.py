"""Profiles, reviews and private details."""

from __future__ import annotations

import json
from decimal import Decimal
from uuid import UUID

from phresh_tui.database.cleanings import COLUMNS, cleaning_of
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.errors import BadInput, NotAMember
from phresh_tui.market.member import handle_of, login_of
from phresh_tui.market.record import ASPECTS, AspectStars, PrivateDetails, Profile, Review


async def profile(session: Session, handle: str) -> Profile:
    """A member's profile; phone and email only as far as the one who looks may see them.

    Raises:
        NotAMember: when there is nobody of this handle.

    """
    rows = await session.fetch(
        """
        select m.name, m.bio, m.areas, m.joined_at, p.phone, p.email, public.member_statistics($2) as statistics
        from public.members m left join public.private_profiles p on p.login = m.login
        where m.login = $1::text collate "C"
        """,
        login_of(handle),
        handle,
    )
    if not rows:
        raise NotAMember(f"there is no member {handle}", "", "phresh member list shows them to the operator")
    row = rows[0]
    statistics = json.loads(row["statistics"], parse_float=Decimal)
    rate = statistics["completion_rate"]
    stars = {}
    for aspect in ASPECTS:
        found = statistics["stars"][aspect]
        average = None if found["average"] is None else Decimal(found["average"])
        one, two, three, four, five = found["counts"]
        stars[aspect] = AspectStars(average, (one, two, three, four, five))
    return Profile(
        handle=handle,
        name=row["name"],
        bio=row["bio"],
        areas=row["areas"],
        member_since=row["joined_at"],
        jobs_done=statistics["jobs_done"],
        completion_rate=None if rate is None else Decimal(rate),
        reviews=statistics["reviews"],
        no_shows=statistics["no_shows"],
        stars=stars,
        phone=row["phone"],
        email=row["email"],
    )


async def find_members(session: Session, beginning: str, limit: int) -> list[str]:
    """The handles that begin so, in order of the alphabet; those who have left are not among them."""
    start = login_of(beginning.lower())
    rows = await session.fetch(
        """
        select login from public.members
        where login >= $1::text collate "C" and login < ($1::text || '~') collate "C" and left_at is null
        order by login limit $2
        """,
        start,
        limit,
    )
    return [handle_of(row["login"]) for row in rows]


async def set_profile(
    session: Session, request: UUID, *, name: str = "", bio: str = "", areas: str = "", phone: str = "", email: str = ""
) -> None:
    """Changes one's own profile, all of it.

    Raises:
        BadInput: with the ``field`` that breaks a rule.

    """
    await session.move("select public.set_profile($1, $2, $3, $4, $5, $6)", request, name, bio, areas, phone, email)


async def reviews_of(session: Session, handle: str, limit: int = 50) -> list[Review]:
    """The visible reviews of a member, newest first."""
    rows = await session.fetch(
        """
        select cleaning_id, author, subject, no_show, overall, professionalism, completeness, efficiency, headline,
            comment, written_at
        from public.visible_reviews where subject = $1::text collate "C"
        order by written_at desc, cleaning_id desc limit $2
        """,
        login_of(handle),
        limit,
    )
    return [
        Review(
            cleaning_id=row["cleaning_id"],
            author=handle_of(row["author"]),
            subject=handle_of(row["subject"]),
            no_show=row["no_show"],
            stars={aspect: row[aspect] for aspect in ASPECTS if row[aspect] is not None},
            headline=row["headline"],
            comment=row["comment"],
            written_at=row["written_at"],
        )
        for row in rows
    ]


async def jobs_together(session: Session, handle: str, limit: int = 50) -> list[Cleaning]:
    """The jobs that the member and another one have had with each other, last changed first."""
    # a branch for each side, so that each finds its index
    branches = " union all ".join(
        f"(select {COLUMNS} from public.cleanings "  # noqa: S608  only our own words are put together
        f'where claimed_by = ${cleaner}::text collate "C" and owner = ${owner}::text collate "C" '
        "order by updated_at desc, id desc limit $3)"
        for cleaner, owner in ((1, 2), (2, 1))
    )
    rows = await session.fetch(
        f"select * from ({branches}) together order by updated_at desc, id desc limit $3",  # noqa: S608
        *(session.target.user, login_of(handle), limit),
    )
    return [cleaning_of(row) for row in rows]


async def review(
    session: Session, request: UUID, job_id: int, stars: dict[str, int], headline: str = "", comment: str = ""
) -> str:
    """Reviews the other party of a confirmed job.

    Args:
        session: the member who reviews.
        request: id of the request.
        job_id: the job.
        stars: by aspect, 1 to 5; ``overall`` is needed.
        headline: at most 120 characters.
        comment: at most 5,000 characters.

    Returns:
        The handle of the one who is reviewed.

    Raises:
        BadInput: with the ``field`` that breaks a rule.
        ReviewedAlready, JobNotOpen, NotYours, NoSuchJob: nothing was changed then.

    """
    if unknown := set(stars) - set(ASPECTS):
        raise BadInput(f"there is no aspect {unknown.pop()!r}", "", f"The aspects are {', '.join(ASPECTS)}")
    answer = await session.move(
        "select public.review_cleaning($1, $2, $3, $4, $5, $6, $7, $8)",
        *(request, job_id, *(stars.get(aspect) for aspect in ASPECTS), headline, comment),
    )
    return str(json.loads(answer)["subject"])


async def report_no_show(
    session: Session, request: UUID, job_id: int, handle: str, headline: str = "", comment: str = ""
) -> None:
    """Says, without stars, that a cleaner gave one's job back too late, or had not come when one opened it again.

    Raises:
        NothingToUndo: when they did not.
        ReviewedAlready, NotYours, NoSuchJob: nothing was changed then.

    """
    await session.move("select public.report_no_show($1, $2, $3, $4, $5)", request, job_id, handle, headline, comment)


async def private_details(session: Session, job_id: int) -> PrivateDetails | None:
    """Address, access notes and phone, or None when there are none or they are not for this member."""
    rows = await session.fetch(
        "select address, access_notes, phone from public.private_details where cleaning_id = $1::bigint", job_id
    )
    return PrivateDetails(rows[0]["address"], rows[0]["access_notes"], rows[0]["phone"]) if rows else None


async def set_private_details(session: Session, request: UUID, job_id: int, details: PrivateDetails) -> None:
    """Keeps the private details of one's own job.

    Raises:
        BadInput: with the ``field`` that breaks a rule.
        NotYours, NoSuchJob: nothing was changed then.

    """
    await session.move(
        "select public.set_private_details($1, $2, $3, $4, $5)",
        *(request, job_id, details.address, details.access_notes, details.phone),
    )
