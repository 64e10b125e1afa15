"""Draws jobs as lines of a list, and keeps what is drawn until it looks different."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning
from phresh_tui.tui.widgets.columns import Column, Shape, columns, fit

# lines kept: a few screens
KEPT = 400


class LineStyles(NamedTuple):
    """The styles of one line, by what stands in it."""

    text: Style
    quiet: Style
    price: Style

    @classmethod
    def plain(cls, style: Style) -> LineStyles:
        """All in one style."""
        return cls(style, style, style)


class Line(NamedTuple):
    """Everything that a drawn line depends on, except for the styles.

    Attributes:
        job: what stands in it.
        signs: in its first column.
        kind: which styles it has.
        shape: of the list that it stands in.
        width: cells; the last one stays blank, before the scroll bar.

    """

    job: Cleaning
    signs: str
    kind: str
    shape: Shape
    width: int

    def same_as(self, other: Line) -> bool:
        """Whether it looks the same. A job that was read again counts as another one, so that its age is right."""
        return (
            self.job is other.job
            and self.signs == other.signs
            and self.kind == other.kind
            and self.shape == other.shape
            and self.width == other.width
        )


class JobLines:
    """Draws lines.

    Args:
        session: the member who looks.
        styles: gives the styles of a kind of line; asked once for each until `forget_styles`.

    """

    def __init__(self, session: Session, styles: Callable[[str], LineStyles]) -> None:
        self._session = session
        self._find_styles = styles
        self._styles: dict[str, LineStyles] = {}
        self._drawn: dict[int, tuple[Line, Strip]] = {}

    def forget_styles(self) -> None:
        """Another theme, or another focus."""
        self._styles.clear()
        self._drawn.clear()

    def styles(self, kind: str) -> LineStyles:
        """The styles of a kind of line."""
        found = self._styles.get(kind)
        if found is None:
            found = self._styles[kind] = self._find_styles(kind)
        return found

    def draw(self, line: Line) -> Strip:
        """A job in its columns."""
        drawn = self._drawn.get(line.job.id)
        if drawn is not None and drawn[0].same_as(line):
            return drawn[1]
        styles = self.styles(line.kind)
        now = datetime.now(UTC)
        segments = []
        for column, cells in columns(line.shape, line.width - 1):
            if column is Column.SIGN:
                segments.append(Segment(line.signs, styles.text))
                continue
            style = styles.text if column is Column.NAME else styles.price if column is Column.PRICE else styles.quiet
            segments.append(Segment(fit(column.text(line.job, self._session, now), cells, column.right), style))
        segments.append(Segment(" ", styles.text))
        strip = Strip(segments, line.width)
        if len(self._drawn) >= KEPT:
            self._drawn.clear()
        self._drawn[line.job.id] = line, strip
        return strip

    def placeholder(self, kind: str, width: int) -> Strip:
        """A line whose job is still on its way."""
        return Strip([Segment("  ·".ljust(width)[:width], self.styles(kind).quiet)], width)

    def blank(self, width: int) -> Strip:
        """A line below the last job."""
        return Strip.blank(width, self.styles("").text)
