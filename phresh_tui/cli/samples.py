"""``phresh sample``: something to look at."""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Callable

from phresh_tui.cli.context import Context, require_operator
from phresh_tui.cli.output import Progress, note, write, write_json
from phresh_tui.database.sample_removal import remove_samples
from phresh_tui.database.samples import add_samples

# fewer jobs say nothing about how fast it was
WORTH_A_RATE = 10_000


async def add(arguments: argparse.Namespace, context: Context) -> int:
    """Posts sample jobs, or takes them back, with a progress bar on a terminal; says what stays when it is stopped."""
    kept = 0

    def keep(number: int) -> None:
        nonlocal kept
        kept = number

    try:
        return await _add(arguments, context, keep)
    except asyncio.CancelledError:
        if arguments.remove:
            note("Stopped. The same command takes the rest away.")
        elif kept:
            note(f"Stopped. {kept:,} sample jobs stay; phresh sample --remove takes them away.")
        else:
            note("Stopped. No sample job was posted.")
        raise


async def _add(arguments: argparse.Namespace, context: Context, keep: Callable[[int], None]) -> int:
    async with context.prepared() as prepared:
        require_operator(prepared, "post or remove sample jobs")
        began = time.monotonic()
        with Progress() as progress:
            if arguments.remove:
                number = await remove_samples(prepared.target, progress=progress.bar, say=progress)
            else:
                number = await add_samples(
                    prepared.target,
                    arguments.number,
                    seed=arguments.seed,
                    progress=progress.bar,
                    say=progress,
                    kept=keep,
                )
        seconds = time.monotonic() - began
    done = "removed" if arguments.remove else "posted"
    if arguments.json:
        write_json({done: number})
    else:
        write(f"{done.capitalize()} {number:,} sample job{'' if number == 1 else 's'}.")
    if number >= WORTH_A_RATE:
        note(f"{number / seconds:,.0f} jobs a second.")
    return 0
