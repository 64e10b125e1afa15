"""Where the program begins: ``phresh`` and ``python -m phresh_tui``."""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program.

    Args:
        arguments: those of the process unless given.

    Returns:
        The exit code.

    """
    raise SystemExit(arguments)
