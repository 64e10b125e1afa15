"""Everything on a screen that can be gone to, and the letters for it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol, runtime_checkable

from textual.geometry import Region
from textual.screen import Screen

# those under the fingers first
LETTERS = "asdfghjklqwertyuiopzxcvbnm"


class Spot(NamedTuple):
    """Somewhere to go.

    Attributes:
        region: where it stands on the screen, in cells.
        go: goes there.

    """

    region: Region
    go: Callable[[], object]


@runtime_checkable
class HasTargets(Protocol):
    """A widget that is several things to go to: the lines of a list, the keys of a line."""

    def jump_targets(self) -> Iterator[Spot]:
        """Those that can be seen, in screen cells."""
        ...


def targets_on(screen: Screen[Any]) -> list[Spot]:
    """Everything on a screen that can be focused or clicked, from the top left to the bottom right."""
    found: list[Spot] = []
    for widget in screen.query("*"):
        if not (widget.display and widget.visible and widget.is_on_screen):
            continue
        if isinstance(widget, HasTargets):
            found += widget.jump_targets()
        elif widget.focusable:
            region = screen.find_widget(widget).visible_region
            if region.area:
                found.append(Spot(region, widget.focus))
    return sorted(found, key=lambda target: (target.region.y, target.region.x))


def labels(number: int) -> list[str]:
    """As many labels of one length as there are things, none the beginning of another."""
    length = 1
    while len(LETTERS) ** length < number:
        length += 1
    return ["".join(letters) for letters in itertools.islice(itertools.product(LETTERS, repeat=length), number)]
