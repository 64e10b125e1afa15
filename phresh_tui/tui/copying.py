"""What of a job goes to the clipboard."""

from __future__ import annotations

import json

from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.export import job_record
from phresh_tui.market.price import show_price
from phresh_tui.tui.screens.menu import Item


def copies_of(job: Cleaning, currency: str) -> list[Item]:
    """Number, name, a line for a message, everything as JSON; text as it is stored."""
    price = show_price(job.price, currency)
    line = f"no. {job.id}: {job.name} ({job.cleaning_type.label}, {price}/h, @{job.owner}, {job.status})"
    everything = json.dumps(job_record(job, currency), ensure_ascii=False, indent=2)
    return [
        Item("number", str(job.id), str(job.id)),
        Item("name", job.name, job.name),
        Item("line", line, line),
        Item("JSON", "everything that is stored", everything),
    ]
