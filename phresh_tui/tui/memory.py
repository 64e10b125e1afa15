"""What the program remembers between two starts: the last handle and unfinished drafts. Never a password."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

from phresh_tui.database.conditions import Listing
from phresh_tui.market.query import parse_query
from phresh_tui.market.search import Sort
from phresh_tui.market.when import local_now
from phresh_tui.paths import state_folder, write_private

# in place of a thing: this person is told nothing any more
EVERYTHING = "everything"
logger = logging.getLogger("phresh")


def _read(file: Path) -> dict[str, object]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        logger.warning("%s cannot be read and is left alone: %s", file, error)
        return {}
    return found if isinstance(found, dict) else {}


def _write(file: Path, content: Mapping[str, object]) -> None:
    try:
        write_private(file, json.dumps(content, ensure_ascii=True, indent=1))
    except OSError as error:
        logger.warning("%s cannot be written: %s", file, error)


def last_handle(place: str) -> str:
    """The handle of the last sign-in at a database, or an empty string."""
    return str(_read(state_folder() / "handles.json").get(place, ""))


def remember_handle(place: str, handle: str) -> None:
    """Keeps the handle of a sign-in for the next time."""
    file = state_folder() / "handles.json"
    _write(file, {**_read(file), place: handle})


def is_new(thing: str) -> bool:
    """Whether a person has not been told about a thing yet."""
    told = _read(state_folder() / "told.json")
    return not (told.get(thing) or told.get(EVERYTHING))


def no_longer_new(thing: str) -> None:
    """The person was told; never again."""
    file = state_folder() / "told.json"
    _write(file, {**_read(file), thing: True})


def remembered_look() -> str:
    """The theme that was chosen last, or an empty string."""
    return str(_read(state_folder() / "looks.json").get("theme", ""))


def remember_look(theme: str) -> None:
    """Keeps a theme for the next time."""
    _write(state_folder() / "looks.json", {"theme": theme})


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
    posted: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        chosen = ("request", "cleaning_type", "booking")
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
        market = hashlib.sha256(place.encode()).hexdigest()[:12]
        name = "new" if job_id is None else f"like-{job_id}" if again else str(job_id)
        self._file = state_folder() / "drafts" / f"{handle}-{market}-{name}.json"

    @property
    def is_there(self) -> bool:
        """Whether something was kept."""
        return self._file.exists()

    def load(self) -> DraftText:
        """The draft, or an empty one with a request id of its own."""
        known = {name: str(value) for name, value in _read(self._file).items() if name in DraftText.__annotations__}
        draft = DraftText(**known)
        draft.request = draft.request or str(uuid4())
        return draft

    def save(self, draft: DraftText) -> None:
        """Keeps the draft, whatever happens next."""
        _write(self._file, asdict(draft))

    def forget(self) -> None:
        """The draft was sent or thrown away."""
        try:
            self._file.unlink(missing_ok=True)
        except OSError as error:
            logger.warning("%s cannot be removed: %s", self._file, error)


@dataclass(frozen=True)
class View:
    """What was last looked at among the open jobs.

    Attributes:
        query: as it stood in the search line.
        sort: the order, by its name.
        section: the number of the section, or 0.
        job: the number of the selected job, or 0.

    """

    query: str = ""
    sort: str = ""
    section: int = 0
    job: int = 0

    @property
    def listing(self) -> Listing:
        """What was listed, as far as the search line made sense."""
        sort = Sort(self.sort) if self.sort in list(Sort) else Sort.NEWEST
        return Listing(wanted=parse_query(self.query, local_now()).filter, sort=sort)


class ViewFile:
    """The last view of one member at one database."""

    def __init__(self, place: str, handle: str) -> None:
        market = hashlib.sha256(place.encode()).hexdigest()[:12]
        self._file = state_folder() / "views" / f"{handle}-{market}.json"

    def load(self) -> View:
        """The last view; whatever makes no sense in the file is as at the first start."""
        found, plain = _read(self._file), asdict(View())
        return View(**{name: found[name] for name in plain if type(found.get(name)) is type(plain[name])})  # type: ignore[arg-type]

    def save(self, view: View) -> None:
        """Keeps it for the next start."""
        _write(self._file, asdict(view))
