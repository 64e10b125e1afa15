"""A job as data, for other programs: the same from the command line, the clipboard and a file."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from phresh_tui.market.cleaning import Cleaning


def job_record(job: Cleaning, currency: str) -> dict[str, Any]:
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
