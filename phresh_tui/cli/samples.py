"""``phresh sample``: something to look at."""

from __future__ import annotations

import argparse

from phresh_tui.cli.context import Context, require_operator
from phresh_tui.cli.output import Progress, write, write_json
from phresh_tui.database.samples import add_samples


async def add(arguments: argparse.Namespace, context: Context) -> int:
    """Posts sample jobs, with a progress bar on a terminal."""
    async with context.prepared() as prepared:
        require_operator(prepared, "post sample jobs")
        with Progress() as progress:
            posted = await add_samples(prepared.target, arguments.number, seed=arguments.seed, progress=progress.bar)
    if arguments.json:
        write_json({"posted": posted})
    else:
        write(f"Posted {posted:,} sample job{'' if posted == 1 else 's'}.")
    return 0
