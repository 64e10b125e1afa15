"""What the program remembers between two starts: who was here, what was looked at, what was told. Never a password."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from phresh_tui.database.conditions import Listing
from phresh_tui.market.query import parse_query
from phresh_tui.market.search import Sort
from phresh_tui.market.when import local_now
from phresh_tui.paths import state_folder, write_private

# in place of a thing: this person is told nothing any more
EVERYTHING = "everything"
logger = logging.getLogger("phresh")


def read(file: Path) -> dict[str, object]:
    """What a file of the program holds; nothing when it is not there, or cannot be read."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        logger.warning("%s cannot be read and is left alone: %s", file, error)
        return {}
    return found if isinstance(found, dict) else {}


def write(file: Path, content: Mapping[str, object]) -> None:
    """Keeps it for the next start, if the disk lets it."""
    try:
        write_private(file, json.dumps(content, ensure_ascii=True, indent=1))
    except OSError as error:
        logger.warning("%s cannot be written: %s", file, error)


def short_name(place: str) -> str:
    """A database in the name of a file."""
    import hashlib

    return hashlib.sha256(place.encode()).hexdigest()[:12]


def last_handle(place: str) -> str:
    """The handle of the last sign-in at a database, or an empty string."""
    return str(read(state_folder() / "handles.json").get(place, ""))


def remember_handle(place: str, handle: str) -> None:
    """Keeps the handle of a sign-in for the next time."""
    file = state_folder() / "handles.json"
    write(file, {**read(file), place: handle})


def is_new(thing: str) -> bool:
    """Whether a person has not been told about a thing yet."""
    told = read(state_folder() / "told.json")
    return not (told.get(thing) or told.get(EVERYTHING))


def no_longer_new(thing: str) -> None:
    """The person was told; never again."""
    file = state_folder() / "told.json"
    write(file, {**read(file), thing: True})


def remembered_look() -> str:
    """The theme that was chosen last, or an empty string."""
    return str(read(state_folder() / "looks.json").get("theme", ""))


def remember_look(theme: str) -> None:
    """Keeps a theme for the next time."""
    write(state_folder() / "looks.json", {"theme": theme})


class View(NamedTuple):
    """What was last looked at among the open jobs.

    Attributes:
        query: as it stood in the search line.
        sort: the order, by its name.
        section: the number of the section, or 0.
        job: the number of the selected job, or 0.
        seen: by the query of a section, the newest job in it and how many there were when it was last looked at.

    """

    query: str = ""
    sort: str = ""
    section: int = 0
    job: int = 0
    seen: Mapping[str, Sequence[int]] = {}

    @property
    def listing(self) -> Listing:
        """What was listed, as far as the search line made sense."""
        sort = Sort(self.sort) if self.sort in list(Sort) else Sort.NEWEST
        return Listing(wanted=parse_query(self.query, local_now()).filter, sort=sort)


class ViewFile:
    """The last view of one member at one database."""

    def __init__(self, place: str, handle: str) -> None:
        self._file = state_folder() / "views" / f"{handle}-{short_name(place)}.json"

    def load(self) -> View:
        """The last view; whatever makes no sense in the file is as at the first start."""
        found, plain = read(self._file), View()._asdict()
        return View(**{name: found[name] for name in plain if type(found.get(name)) is type(plain[name])})  # type: ignore[arg-type]

    def save(self, view: View) -> None:
        """Keeps it for the next start."""
        write(self._file, view._asdict())
