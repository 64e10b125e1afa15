"""Sends the form of a job: what everybody will see, and then what only the cleaner will."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from phresh_tui.database import cleanings, people
from phresh_tui.market.cleaning import Cleaning, Draft
from phresh_tui.market.record import PrivateDetails
from phresh_tui.tui.drafts import DraftFile, DraftText
from phresh_tui.tui.job_form import typed_of

if TYPE_CHECKING:
    from phresh_tui.tui.screens.base import MarketScreen


class Sender:
    """Sends one form, as often as it takes; nothing is posted twice.

    Args:
        screen: the form.
        file: where the draft is kept.
        job: the one that is changed, or None for a new one.
        saved_private: the private details as the database has them, or None while that is not known.

    """

    def __init__(
        self, screen: MarketScreen, file: DraftFile, job: Cleaning | None, saved_private: PrivateDetails | None
    ) -> None:
        self._screen = screen
        self._file = file
        self._job = job
        self.saved_private = saved_private

    async def send_public(self, typed: DraftText, draft: Draft, request: UUID) -> int:
        """Posts the job, or changes it; gives its number. One whose private details are missing is not posted again."""
        session, job = self._screen.session, self._job
        posted, _, sent_as = typed.posted.partition(" ")
        if sent_as == str(request):
            return int(posted)
        if job is not None and public_part(typed) == public_part(typed_of(job, "")):
            return job.id
        known = job.id if job is not None else int(posted or 0)

        async def send(_: UUID) -> int:
            if not known:
                return await cleanings.post(session, request, draft)
            await cleanings.edit(session, request, known, draft)
            return known

        return await self._screen.phresh.moves.make("The change" if known else "The job", send)

    async def send_private(self, typed: DraftText, number: int, private: PrivateDetails, request: UUID) -> None:
        """Saves what only the cleaner will see, when it is another than is saved."""
        session = self._screen.session
        if private == self.saved_private or (self.saved_private is None and private == PrivateDetails()):
            return
        if self._job is None:
            # from here on the job is there: another try saves the rest, and posts nothing
            typed.posted = f"{number} {request}"
            self._file.save(typed)

        async def send(_: UUID) -> None:
            # the same text is the same request
            await people.set_private_details(session, uuid5(request, repr(private)), number, private)

        await self._screen.phresh.moves.make("The private details", send)


def public_part(typed: DraftText) -> DraftText:
    """What everybody will see of a draft."""
    return replace(typed, request="", posted="", address="", access="", phone="", stored="")


def not_sent(number: int, why: str) -> str:
    """How the form says that it did not work; a number means that the job itself is there."""
    if number:
        return f"Job {number} is posted, its private details are not saved. {why} Ctrl+S tries once more."
    return f"Not sent. {why}"
