"""What is listed as data, for other programs: the same from the command line, the clipboard and a file."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from textwrap import indent
from typing import Any

from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.record import Event, Offer, Review
from phresh_tui.market.text import FORBIDDEN_IN_PARAGRAPHS

Record = dict[str, Any]

# what a formula begins with, also in the width of East Asian letters
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_MARKUP = re.compile(r"([\\`*_\[\]<>|#~&!])")

JOB_FIELDS = (
    "id", "name", "description", "cleaning_type", "price", "currency", "status", "owner", "claimed_by", "created_at",
    "updated_at", "area", "starts_at", "hours", "booking", "agreed_price", "claimed_at", "hours_worked", "total",
)  # fmt: skip
OFFER_FIELDS = ("id", "handle", "price", "currency", "message", "status", "made_at", "updated_at")
EVENT_FIELDS = (
    "id", "version", "happened_at", "actor", "move", "before", "after", "owner", "other", "reason", "details",
)  # fmt: skip
REVIEW_FIELDS = ("id", "author", "subject", "no_show", "stars", "headline", "comment", "written_at")


def job_record(job: Cleaning, currency: str) -> Record:
    """A job for a program: text as it is stored, amounts as strings so that no digit is lost."""
    return {
        "id": job.id,
        "name": job.name,
        "description": job.description,
        "cleaning_type": str(job.cleaning_type),
        "price": f"{job.price:.2f}",
        "currency": currency,
        "status": str(job.status),
        "owner": job.owner,
        "claimed_by": job.claimed_by,
        "created_at": job.created_at.isoformat(),
        "updated_at": job.updated_at.isoformat(),
        "area": job.area,
        "starts_at": None if job.starts_at is None else job.starts_at.isoformat(),
        "hours": _amount(job.hours),
        "booking": str(job.booking),
        "agreed_price": _amount(job.agreed_price),
        "claimed_at": None if job.claimed_at is None else job.claimed_at.isoformat(),
        "hours_worked": _amount(job.hours_worked),
        "total": _amount(job.total),
    }


def _amount(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def offer_record(offer: Offer, currency: str) -> Record:
    """An offer for a program."""
    return {
        "id": offer.cleaning_id,
        "handle": offer.handle,
        "price": f"{offer.price:.2f}",
        "currency": currency,
        "message": offer.message,
        "status": str(offer.status),
        "made_at": offer.made_at.isoformat(),
        "updated_at": offer.updated_at.isoformat(),
    }


def event_record(event: Event) -> Record:
    """A move for a program, amounts as strings so that no digit is lost."""
    return {
        "id": event.cleaning_id,
        "version": event.version,
        "happened_at": event.happened_at.isoformat(),
        "actor": event.actor,
        "move": event.move,
        "before": None if event.before is None else str(event.before),
        "after": str(event.after),
        "owner": event.owner,
        "other": event.other,
        "reason": event.reason,
        "details": _plain(event.details),
    }


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return str(value) if isinstance(value, Decimal) else value


def review_record(review: Review) -> Record:
    """A review for a program."""
    return {
        "id": review.cleaning_id,
        "author": review.author,
        "subject": review.subject,
        "no_show": review.no_show,
        "stars": dict(review.stars),
        "headline": review.headline,
        "comment": review.comment,
        "written_at": review.written_at.isoformat(),
    }


class Format(StrEnum):
    """What a file of records may be."""

    CSV = "csv"
    JSON = "json"
    MARKDOWN = "md"

    @property
    def label(self) -> str:
        """As people call it."""
        return "Markdown" if self is Format.MARKDOWN else self.value.upper()


class Writer:
    """Writes records as text, page by page, so that a long list need not be in memory.

    Args:
        kind: what is written.
        fields: of each record, in this order.

    """

    def __init__(self, kind: Format, fields: Sequence[str]) -> None:
        self._kind = kind
        self._fields = fields
        self._is_first = True

    def begin(self) -> str:
        """What stands before the first record."""
        if self._kind is Format.JSON:
            return "["
        if self._kind is Format.CSV:
            return _csv_line(self._fields)
        return f"{_markdown_line(self._fields)}| {' | '.join('---' for _ in self._fields)} |\n"

    def rows(self, records: Sequence[Record]) -> str:
        """Some records."""
        if self._kind is Format.JSON:
            return "".join(map(self._json, records))
        line = _csv_line if self._kind is Format.CSV else _markdown_line
        return "".join(line([_cell(record[field]) for field in self._fields]) for record in records)

    def end(self) -> str:
        """What stands behind the last record."""
        if self._kind is not Format.JSON:
            return ""
        return "]\n" if self._is_first else "\n]\n"

    def _json(self, record: Record) -> str:
        before = "\n" if self._is_first else ",\n"
        self._is_first = False
        return before + indent(json_text({field: record[field] for field in self._fields}), "  ")


def json_text(value: object) -> str:
    """A value as JSON: text comes back exactly, and what a terminal would obey is an escape."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return FORBIDDEN_IN_PARAGRAPHS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)


def _csv_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([unformulated(cell) for cell in cells])
    return line.getvalue()


def unformulated(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: one that begins like one gets an apostrophe before it."""
    return f"'{cell}" if cell.startswith(("\t", "\r")) or cell.lstrip().startswith(FORMULA) else cell


def _markdown_cell(cell: str) -> str:
    return _MARKUP.sub(r"\\\1", FORBIDDEN_IN_PARAGRAPHS.sub("", cell)).replace("\n", "<br>")


def _markdown_line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_markdown_cell, cells))} |\n"
