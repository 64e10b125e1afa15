"""Whether a person is there."""

from __future__ import annotations


def is_terminal(stream: object) -> bool:
    """Whether a person sits at a stream; a closed one is None or raises."""
    try:
        return bool(stream.isatty())  # type: ignore[attr-defined]
    except (AttributeError, ValueError):
        return False
