"""The commands about what is said of people and what is private: profiles, and the details of a job."""

from __future__ import annotations

import argparse
from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

from phresh_tui.cli.context import Context, insist
from phresh_tui.cli.moves import handle_in, job_of
from phresh_tui.cli.output import note, write, write_json
from phresh_tui.database import people
from phresh_tui.market.errors import BadInput
from phresh_tui.market.record import PrivateDetails, Profile, Review
from phresh_tui.market.text import visible, visible_paragraphs
from phresh_tui.market.words import show_moment

FIELDS = ("name", "bio", "areas", "phone", "email")
DETAILS = ("address", "access_notes", "phone")


async def profile(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh profile``: shows a member, or changes one's own profile."""
    changed = {name: value for name in FIELDS if (value := getattr(arguments, name)) is not None}
    handle = None if arguments.other is None else handle_in(arguments)
    if changed and handle is not None:
        raise BadInput(
            "only one's own profile can be changed", f"@{handle} is named beside what is new", "Leave the handle out"
        )
    request = uuid4()
    async with context.session() if handle is None else context.reader() as session:
        shown = await people.profile(session, handle or session.handle)
        if changed:
            fields = {name: getattr(shown, name) or "" for name in FIELDS} | changed
            await insist(lambda: people.set_profile(session, request, **fields))
            shown = await people.profile(session, session.handle)
        reviews = await people.reviews_of(session, shown.handle)
    if arguments.json:
        write_json(_profile_json(shown, reviews))
    else:
        _write_profile(shown, reviews)
    return 0


def _profile_json(shown: Profile, reviews: list[Review]) -> dict[str, Any]:
    value = asdict(shown) | {
        "member_since": shown.member_since.isoformat(),
        "completion_rate": _exact(shown.completion_rate),
        "stars": {
            aspect: {"average": _exact(rated.average), "counts": list(rated.counts)}
            for aspect, rated in shown.stars.items()
        },
    }
    value["latest_reviews"] = [asdict(review) | {"written_at": review.written_at.isoformat()} for review in reviews]
    return value


def _exact(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _write_profile(shown: Profile, reviews: list[Review]) -> None:
    write(f"@{shown.handle}{f', {visible(shown.name)}' if shown.name else ''}")
    if shown.bio:
        write(visible_paragraphs(shown.bio))
    overall = shown.stars["overall"]
    rate = shown.completion_rate
    for label, value in (
        ("works in", shown.areas),
        ("member since", show_moment(shown.member_since)[:10]),
        ("jobs done", f"{shown.jobs_done}{'' if rate is None else f', {rate:.0%} of those taken'}"),
        ("stars", "not rated yet" if overall.average is None else f"{overall.average} in {shown.reviews} reviews"),
        *((aspect, f"{rated.average}") for aspect, rated in list(shown.stars.items())[1:] if rated.average is not None),
        ("no-shows", str(shown.no_shows or "")),
        ("phone", shown.phone),
        ("email", shown.email),
    ):
        if value:
            write(f"  {label}: {visible(value)}")
    for review in reviews:
        stars = "did not come" if review.no_show else "★" * review.stars["overall"]
        said = " ".join(text for text in (review.headline, review.comment) if text)
        write(f"  {stars} @{review.author}, job {review.cleaning_id}{f': {visible(said)}' if said else ''}")


async def details(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh details``: shows what is private of a job, or sets it."""
    changed = {name: value for name in DETAILS if (value := getattr(arguments, name)) is not None}
    request = uuid4()
    async with context.session() as session:
        job = await job_of(session, arguments.job_id)
        shown = await people.private_details(session, job.id)
        if changed:
            wanted = replace(shown or PrivateDetails(), **changed)
            await insist(lambda: people.set_private_details(session, request, job.id, wanted))
            shown = await people.private_details(session, job.id)
    if arguments.json:
        write_json(None if shown is None else {"id": job.id} | asdict(shown))
    elif shown is None:
        note(f"Job {job.id} has no private details that are for you.")
    else:
        for name, value in asdict(shown).items():
            if value:
                write(f"{name.replace('_', ' ')}: {visible_paragraphs(value)}")
    return 0
