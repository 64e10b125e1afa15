"""Puts together what is painted, and looks at no more lines than those."""

from __future__ import annotations

from collections.abc import Iterable

from textual import _compositor as textual_compositor
from textual.geometry import Region
from textual.strip import Strip


class Compositor(textual_compositor.Compositor):
    """Textual's, which has every line of every widget on the screen drawn when a single one is painted.

    Here those are left out that lie elsewhere, or wholly under one that is in front of them.
    """

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        """The widgets that reach into a region, from front to back, each with what is seen of it and those lines."""
        if crop is None:
            yield from super()._get_renders()
            return
        # whole lines, for parts of them would have to be cut out
        lines = Region(0, crop.y, self.size.width, crop.height)
        filled: list[Region] = []
        for widget, (region, clip) in self.visible_widgets.items():
            seen = region.intersection(clip).intersection(lines)
            if seen and not any(part.contains_region(seen) for part in filled):
                yield region, seen, widget.render_lines(seen.translate(-region.offset))
                filled.append(seen)
