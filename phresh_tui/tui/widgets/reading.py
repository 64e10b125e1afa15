"""A text to read, longer than the screen."""

from __future__ import annotations

from textual.containers import VerticalScroll

from phresh_tui.tui.actions import Where, bindings


class Reading(VerticalScroll):
    """Scrolls by the keys of all lists."""

    BINDINGS = bindings(Where.READ)
