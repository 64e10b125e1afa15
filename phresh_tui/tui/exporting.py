"""What is listed, written into a file page by page, so that a long list neither fills the memory nor holds up a key."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from phresh_tui.database import cleanings, listings
from phresh_tui.database.counts import Count
from phresh_tui.database.listings import Listing
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.errors import PhreshError
from phresh_tui.market.export import JOB_FIELDS, Format, Record, Writer, job_record

if TYPE_CHECKING:
    from phresh_tui.tui.app import PhreshApp

# records that are read and written at once: a key waits for as many at the most, and fewer are no slower
PAGE = 100
# seconds after which it is said how far it is
QUIET = 0.5
CALENDAR = "ics"


@dataclass(frozen=True, slots=True)
class Export:
    """Something that can be written into a file.

    Attributes:
        name: for the file's name: ``jobs``.
        what: in words: ``the 12 jobs that are listed``.
        fields: of each record.
        pages: reads the records.
        total: about how many there are, or None when that is not known.
        calendar: the same for calendar programs, or None.

    """

    name: str
    what: str
    fields: Sequence[str]
    pages: Callable[[], AsyncIterator[Sequence[Record]]]
    total: int | None = None
    calendar: Callable[[], Awaitable[bytes]] | None = None


def counted(number: int, thing: str) -> str:
    """``1 job``, ``2 jobs``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def of_records(name: str, what: str, fields: Sequence[str], records: Sequence[Record]) -> Export:
    """Of what is in memory already."""

    async def pages() -> AsyncIterator[Sequence[Record]]:
        for start in range(0, len(records), PAGE):
            yield records[start : start + PAGE]

    return Export(name, what, fields, pages, len(records))


def of_listing(session: Session, listing: Listing, name: str, total: Count | None) -> Export:
    """Of a list of any length, in its order: each page begins behind the last job of the one before."""

    async def pages() -> AsyncIterator[Sequence[Record]]:
        last: Cleaning | None = None
        while True:
            page = await listings.page(session, listing, PAGE, after=last)
            yield [job_record(job, session.market.currency) for job in page]
            if len(page) < PAGE:
                return
            last = page[-1]

    if total is None:
        return Export(name, "all jobs of this list", JOB_FIELDS, pages)
    about = "" if total.exact else "about "
    return Export(name, f"{about}{counted(total.number, 'job')} of this list", JOB_FIELDS, pages, total.number)


def of_marked(session: Session, jobs: Sequence[Cleaning]) -> Export:
    """Of the marked jobs, as they are now."""

    async def pages() -> AsyncIterator[Sequence[Record]]:
        for start in range(0, len(jobs), PAGE):
            numbers = [job.id for job in jobs[start : start + PAGE]]
            found = await cleanings.by_id(session, numbers)
            yield [job_record(found[number], session.market.currency) for number in numbers if number in found]

    return Export("marked", counted(len(jobs), "marked job"), JOB_FIELDS, pages, len(jobs))


def folder() -> Path:
    """Where a file goes that has no folder: here, or where downloads go when this folder cannot be written to."""
    here, downloads = Path.cwd(), Path.home() / "Downloads"
    if os.access(here, os.W_OK):
        return here
    return downloads if os.access(downloads, os.W_OK) else Path.home()


def free_name(stem: str, ending: str) -> Path:
    """A file that is not there yet: ``phresh-jobs.csv``, ``phresh-jobs-2.csv``."""
    number, file = 1, folder() / f"{stem}.{ending}"
    while file.exists():
        number += 1
        file = folder() / f"{stem}-{number}.{ending}"
    return file


class Progress:
    """How far a file is."""

    def __init__(self, export: Export, file: Path) -> None:
        self.export = export
        self.file = file
        self.done = 0
        self.is_over = False

    @property
    def words(self) -> str:
        """How many are written, of how many."""
        if self.export.total is None:
            return f"{self.done:,} written"
        return f"{self.done:,} of about {max(self.export.total, self.done):,} written"


async def export_to(export: Export, kind: str, opened: BinaryIO, progress: Progress) -> None:
    """Writes all of it.

    Raises:
        PhreshError: when the records cannot be read.
        OSError: when the file cannot be written.

    """
    if kind == CALENDAR:
        assert export.calendar is not None
        await asyncio.to_thread(opened.write, await export.calendar())
        progress.done = export.total or 0
        return
    writer = Writer(Format(kind), export.fields)
    opened.write(writer.begin().encode())
    async for page in export.pages():
        # in a thread: neither the disk nor the formatting holds up a key
        await asyncio.to_thread(_write, opened, writer, page)
        progress.done += len(page)
    opened.write(writer.end().encode())


async def _to_disk(export: Export, kind: str, file: Path, progress: Progress) -> str:
    """Into a file that is not there yet; what was written is taken away when it is stopped or fails."""
    # "x" makes sure, also against a program that has made it in the meantime
    with file.open("xb") as opened:
        try:
            await export_to(export, kind, opened, progress)
        except BaseException:
            file.unlink(missing_ok=True)
            raise
    # the name first: a long folder may have no room in the line
    return f"written to {file.name} in {file.parent}"


async def _to_browser(app: PhreshApp, export: Export, kind: str, file: Path, progress: Progress) -> str:
    """To the browser of a visitor, who has no business on the disk of this computer."""
    # has no name, and goes away when the last byte is sent
    opened = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115  the driver closes it
    try:
        await export_to(export, kind, opened, progress)
    except BaseException:
        opened.close()
        raise
    app.deliver_binary(opened, save_filename=file.name)
    return f"handed to your browser as {file.name}"


def _write(opened: BinaryIO, writer: Writer, page: Sequence[Record]) -> None:
    opened.write(writer.rows(page).encode())


async def run(app: PhreshApp, export: Export, kind: str, file: Path) -> None:
    """Writes a file and tells how it went; says how far it is when that takes longer than a moment."""
    from phresh_tui.tui.screens.export import ExportProgress

    progress = Progress(export, file)
    way = _to_browser(app, export, kind, file, progress) if app.is_web else _to_disk(export, kind, file, progress)
    writing = asyncio.create_task(way)
    said: ExportProgress | None = None
    try:
        done, _ = await asyncio.wait({writing}, timeout=QUIET)
        if not done:
            said = ExportProgress(progress, writing.cancel)
            app.push_screen(said)
        await asyncio.wait({writing})
        if said is not None:
            # what is typed as soon as the outcome is told is for what lies below
            said.close(None)
        if writing.cancelled():
            app.tell(f"Stopped. {file.name} was not written.")
        elif isinstance(error := writing.exception(), OSError):
            app.tell(f"{file} was not written: {error.strerror or error}.", error=True)
        elif isinstance(error, PhreshError):
            app.tell(f"{file.name} was not written. {error}", error=True)
        elif error is not None:
            raise error
        else:
            app.tell(f"{counted(progress.done, 'record')} {writing.result()}")
    finally:
        writing.cancel()
        progress.is_over = True
