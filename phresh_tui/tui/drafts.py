"""What was typed into a form and not sent yet, kept for the next start."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from uuid import uuid4

from phresh_tui.paths import state_folder
from phresh_tui.tui.memory import read, short_name, write

logger = logging.getLogger("phresh")


@dataclass
class DraftText:
    """A form as it was typed.

    Attributes:
        request: id of the request that will send it; the same when it is sent again.
        name: as typed.
        description: as typed.
        cleaning_type: one of the types.
        price: as typed.
        area: as typed.
        starts: as typed.
        hours: as typed.
        booking: one of the styles.
        address: as typed.
        access: notes how to come in, as typed.
        phone: as typed.
        stored: anything, when the private details of an earlier job stood in the form.
        posted: number of the job when it is posted, and its private details are not saved yet.

    """

    request: str = ""
    name: str = ""
    description: str = ""
    cleaning_type: str = "spot_clean"
    price: str = ""
    area: str = ""
    starts: str = ""
    hours: str = ""
    booking: str = "instantly"
    address: str = ""
    access: str = ""
    phone: str = ""
    stored: str = ""
    posted: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        chosen = ("request", "cleaning_type", "booking", "stored")
        return not any(text.strip() for name, text in asdict(self).items() if name not in chosen)


class DraftFile:
    """The draft of one member at one database, for a new job or for the change of one.

    Args:
        place: the database.
        handle: the member.
        job_id: the job that is changed, or that a new one is to be like, or None for a new one.
        again: whether a new one is to be like it.

    """

    def __init__(self, place: str, handle: str, job_id: int | None = None, *, again: bool = False) -> None:
        name = "new" if job_id is None else f"like-{job_id}" if again else str(job_id)
        self._file = state_folder() / "drafts" / f"{handle}-{short_name(place)}-{name}.json"

    @property
    def name(self) -> str:
        """What tells it from the drafts of others, and of other jobs."""
        return self._file.stem

    @property
    def is_there(self) -> bool:
        """Whether something was kept."""
        return self._file.exists()

    def load(self) -> DraftText:
        """The draft, or an empty one with a request id of its own."""
        known = {name: str(value) for name, value in read(self._file).items() if name in DraftText.__annotations__}
        draft = DraftText(**known)
        draft.request = draft.request or str(uuid4())
        return draft

    def save(self, draft: DraftText) -> None:
        """Keeps the draft, whatever happens next."""
        write(self._file, asdict(draft))

    def forget(self) -> None:
        """The draft was sent or thrown away."""
        try:
            self._file.unlink(missing_ok=True)
        except OSError as error:
            logger.warning("%s cannot be removed: %s", self._file, error)
