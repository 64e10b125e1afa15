"""What of a job goes to the clipboard."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Sequence

from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.export import job_record
from phresh_tui.market.price import show_price
from phresh_tui.tui.screens.menu import Item

# seconds in which a clipboard takes a text
PATIENCE = 5.0
logger = logging.getLogger("phresh")


def copies_of_all(jobs: Sequence[Cleaning], currency: str) -> list[Item]:
    """The same of several jobs, a line each; JSON is one list."""
    each = [[item.value for item in copies_of(job, currency)] for job in jobs]
    numbers, names, lines = ("\n".join(values[place] for values in each) for place in range(3))
    everything = json.dumps([job_record(job, currency) for job in jobs], ensure_ascii=False, indent=2)
    return [
        Item("numbers", f"of {len(jobs):,} jobs, one a line", numbers),
        Item("names", names.replace("\n", ", "), names),
        Item("lines", "for a message", lines),
        Item("JSON", "everything that is stored", everything),
    ]


def copies_of_record(id_label: str, name: str, line: str, record: object) -> list[Item]:
    """The same of something else: what it goes by, a line for a message, everything as JSON."""
    everything = json.dumps(record, ensure_ascii=False, indent=2)
    return [
        Item(id_label, name, name),
        Item("line", line.splitlines()[0] if line else "", line),
        Item("JSON", "everything that is stored", everything),
    ]


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


def is_at_the_desk() -> bool:
    """Whether the desktop of this computer is the person's, and not one at the other end of SSH."""
    return not any(os.environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY"))


def to_desktop(text: str) -> None:
    """Puts a text on the desktop's clipboard, when there is a program for that; the terminal was told already.

    In a process of its own, for what a clipboard's program complains of would be written over the screen.
    """
    command = [sys.executable, "-X", "utf8", "-m", "pyperclip", "--copy"]
    nowhere = subprocess.DEVNULL
    try:
        done = subprocess.run(
            command, input=text.encode(), stdout=nowhere, stderr=nowhere, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        logger.info("The desktop's clipboard does not answer: %s", error)
    else:
        if done.returncode:
            logger.info("There is no clipboard but the terminal's")
