"""Reads in the background, of which the latest counts."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from textual.dom import DOMNode
from textual.worker import WorkType


def read_latest(node: DOMNode, read: Callable[[], Coroutine[Any, Any, None]], group: str) -> None:
    """Reads instead of what the same group is reading.

    The coroutine is made when the worker begins: one that is replaced before that would never be awaited.
    """
    work: WorkType[None] = read
    node.run_worker(work, group=group, exclusive=True, exit_on_error=False)
