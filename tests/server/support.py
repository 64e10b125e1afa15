"""What the tests of the server's side share."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
# each in one of the ways that break addresses, shells, SQL or files of settings
NASTY_PASSWORDS = [
    "@:/?#%+& \"'\\ü漢",
    "p@ss:w/rd?x=1&y=2#z",
    "100%",
    "%40%2F",
    "a+b c",
    "\\\\back\\slash",
    "'single' and \"double\"",
    "$HOME ${HOME} `id` $(id)",
    "[::1]",
    "漢字カタカナüñí",
    "=;,|<>*~^{}!",
    "p" * 300,
]


def by_hand(
    *command: object,
    folder: Path | None = None,
    variables: Mapping[str, str] | None = None,
    seconds: float = 120,
) -> subprocess.CompletedProcess[str]:
    """Runs a command as a person would, with nothing in its environment but what is needed, and what is given."""
    needed = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TERM", "LANG")}
    return subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=needed | dict(variables or {}),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=seconds,
        check=False,
    )


async def until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    """Waits until a condition holds, and fails when it does not in time."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  other processes set no event
            await asyncio.sleep(0.02)
