"""Jobs: one by its number, and the functions that move them. Lists of them are read in `listings`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from phresh_tui.database.listings import COLUMNS as COLUMNS
from phresh_tui.database.listings import Count as Count
from phresh_tui.database.listings import Listing as Listing
from phresh_tui.database.listings import areas as areas
from phresh_tui.database.listings import cleaning_of as cleaning_of
from phresh_tui.database.listings import corrected as corrected
from phresh_tui.database.listings import count as count
from phresh_tui.database.listings import jump as jump
from phresh_tui.database.listings import page as page
from phresh_tui.database.listings import page_at as page_at
from phresh_tui.database.listings import place_of as place_of
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning, Draft, check_hours, check_reason
from phresh_tui.market.errors import NoSuchJob

# what fits the column; asked for another number, the driver would speak of bits
NUMBERS = range(-(2**31), 2**31)


async def one(session: Session, job_id: int) -> Cleaning | None:
    """A job by its number, or None."""
    if job_id not in NUMBERS:
        return None
    rows = await session.fetch(f"select {COLUMNS} from public.cleanings where id = $1::bigint", job_id)  # noqa: S608
    return cleaning_of(rows[0]) if rows else None


async def by_id(session: Session, job_ids: Sequence[int]) -> dict[int, Cleaning]:
    """Jobs by their numbers; those that are gone are missing."""
    rows = await session.fetch(
        f"select {COLUMNS} from public.cleanings where id = any($1::integer[])",  # noqa: S608
        [job_id for job_id in job_ids if job_id in NUMBERS],
    )
    return {row["id"]: cleaning_of(row) for row in rows}


async def post(session: Session, request: UUID, draft: Draft) -> int:
    """Posts a job.

    Returns:
        Its number.

    Raises:
        BadInput: with the field that breaks a rule.

    """
    draft.checked()
    answer = await session.move(
        "select public.post_cleaning($1, $2, $3, $4, $5, $6, $7, $8, $9)", request, *_arguments(draft)
    )
    return int(json.loads(answer)["id"])


def _arguments(draft: Draft) -> tuple[object, ...]:
    return (
        draft.name,
        draft.description,
        str(draft.cleaning_type),
        draft.price,
        draft.area,
        draft.starts_at,
        draft.hours,
        str(draft.booking),
    )


def _check_number(job_id: int) -> None:
    if job_id not in NUMBERS:
        raise NoSuchJob(f"there is no job {job_id}")


async def edit(session: Session, request: UUID, job_id: int, draft: Draft) -> None:
    """Changes an open job of one's own.

    Raises:
        BadInput, NotYours, JobNotOpen, NoSuchJob: nothing was changed then.

    """
    draft.checked()
    _check_number(job_id)
    await session.move(
        "select public.edit_cleaning($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", request, job_id, *_arguments(draft)
    )


async def cancel(session: Session, request: UUID, job_id: int, reason: str) -> None:
    """Takes back an open or claimed job of one's own.

    Raises:
        BadInput: without a reason.
        NotYours, JobNotOpen, NoSuchJob: nothing was changed then.

    """
    _check_number(job_id)
    await session.move("select public.cancel_cleaning($1, $2, $3)", request, job_id, check_reason(reason))


async def claim(session: Session, request: UUID, job: Cleaning) -> None:
    """Takes an open job of somebody else, at the price that was shown.

    Raises:
        JobNotOpen: with who was faster.
        PriceChanged: with what it costs now.
        OwnJob, NoSuchJob: nothing was changed then.

    """
    await session.move("select public.claim_cleaning($1, $2, $3)", request, job.id, job.price)


async def release(session: Session, request: UUID, job_id: int, reason: str | None = None) -> None:
    """Opens a claimed job again, as its cleaner or its owner.

    Args:
        session: the member who acts.
        request: id of the request.
        job_id: the job.
        reason: needed from five minutes after the claim.

    Raises:
        BadInput: when a reason is needed.
        NotYours, JobNotOpen, NoSuchJob: nothing was changed then.

    """
    _check_number(job_id)
    await session.move("select public.release_cleaning($1, $2, $3)", request, job_id, reason)


async def undo(session: Session, request: UUID, job_id: int, handle: str | None = None) -> str:
    """Second thoughts: undoes one's own last cancel, release, withdraw or decline, within five minutes.

    Args:
        session: the member who acts.
        request: id of the request.
        job_id: the job.
        handle: whose offer was declined, to undo that.

    Returns:
        The move that is undone.

    Raises:
        NothingToUndo: when somebody else has acted since, or it is too late.

    """
    _check_number(job_id)
    answer = await session.move("select public.undo_move($1, $2, $3)", request, job_id, handle)
    return str(json.loads(answer)["undone"])


async def finish(session: Session, request: UUID, job_id: int, hours: Decimal) -> Decimal:
    """Says that a claimed job is done.

    Args:
        session: the cleaner.
        request: id of the request.
        job_id: the job.
        hours: worked, in quarter hours, at most 24.

    Returns:
        The total, in the market's currency.

    Raises:
        BadInput: for other hours.
        NotYours, JobNotOpen, NoSuchJob: nothing was changed then.

    """
    _check_number(job_id)
    answer = await session.move(
        "select public.finish_cleaning($1, $2, $3)", request, job_id, check_hours(hours, "hours_worked")
    )
    return Decimal(str(json.loads(answer, parse_float=Decimal)["total"]))


async def confirm(session: Session, request: UUID, job_id: int) -> None:
    """Closes a job of one's own that is done.

    Raises:
        NotYours, JobNotOpen, NoSuchJob: nothing was changed then.

    """
    _check_number(job_id)
    await session.move("select public.confirm_cleaning($1, $2)", request, job_id)


async def send_back(session: Session, request: UUID, job_id: int, reason: str) -> None:
    """Returns a job of one's own that is not done well to its cleaner.

    Raises:
        BadInput: without a reason.
        NotYours, JobNotOpen, NoSuchJob: nothing was changed then.

    """
    _check_number(job_id)
    await session.move("select public.send_back_cleaning($1, $2, $3)", request, job_id, check_reason(reason))
