"""A chart, drawn by the plotting library in the colours of the theme."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

import plotext._utility  # type: ignore[import-untyped]  # says nothing of its types
from textual.color import Color
from textual_plotext import PlotextPlot

from phresh_tui.market.price import show_price

if TYPE_CHECKING:
    from textual_plotext import Plot

# of labels that meet the library would draw another one after each start: the first in the order of a set
plotext._utility.no_duplicates = lambda data: list(dict.fromkeys(data))
# cells beside a chart for its other labels and its frame; what the chart is wider than its outermost places
BESIDE, MARGIN = 6, 1.25


class Chart(PlotextPlot):
    """A chart in the colours of the theme; says in words when there is nothing to draw."""

    DEFAULT_CSS = """
    Chart { height: 1fr; width: 1fr; }
    """

    _labels: Mapping[float, str] | None = None
    _mine: tuple[float, str] | None = None

    def colour(self, name: str) -> tuple[int, int, int]:
        """A colour of the theme, as the plotting library takes it."""
        return Color.parse(self.app.theme_variables[name]).rgb

    def begin(self) -> Plot:
        """An empty chart."""
        plot = self.plt
        plot.clear_data()
        plot.clear_figure()
        self._labels = None
        return plot

    def on_resize(self) -> None:
        """Another width has room for other labels."""
        if self._labels:
            self.label(self._labels, self._mine)
            self.refresh()

    def label(self, labels: Mapping[float, str], mine: tuple[float, str] | None = None) -> None:
        """Writes below the chart as many labels as there is room for.

        The library drops labels that meet in the order of a set, which is another one after each start.

        Args:
            labels: by their places, which lie at even distances.
            mine: the place and the text of one that is always there, and to which others keep their distance.

        """
        self._labels, self._mine = labels, mine
        texts = [*labels.values(), *([mine[1]] if mine else [])]
        places = list(labels)
        # of the whole chart, that two labels are apart which do not meet
        apart = (max(map(len, texts)) + 2) * MARGIN / max(self.size.width - BESIDE, 1)
        shown = {place: labels[place] for place in places[:: -max(math.ceil(apart * (len(places) - 1)), 1)]}
        if mine is not None:
            reach = apart * (places[-1] - places[0])
            shown = {place: text for place, text in shown.items() if abs(place - mine[0]) > reach} | dict([mine])
        self.plt.xticks(list(shown), list(shown.values()))

    def count_ticks(self, most: float) -> None:
        """An axis from nothing to the most, with round numbers."""
        top = max(most, 1)
        step = 10 ** (len(str(int(top))) - 1)
        while top / step > 4:
            step *= 2
        self.plt.ylim(0, top)
        ticks = [float(number) for number in range(0, int(top) + 1, max(int(step), 1))]
        self.plt.yticks(ticks, [f"{tick:,.0f}" for tick in ticks])

    def on_unmount(self) -> None:
        """Tells the app, which would remember the chart, and its screen with it, until the theme changes."""
        self.app.theme_changed_signal.unsubscribe(self)


def short_price(price: float, currency: str, step: float) -> str:
    """A price for an axis: without cents, unless the steps are smaller than one."""
    if step < 1:
        return show_price(Decimal(price).quantize(Decimal("0.01")), currency)
    return show_price(Decimal(price).quantize(Decimal(1)), currency).removesuffix(".00")
