"""The chart of the README: what a key press costs, against the number of jobs, from ``benchmarks/results.json``."""

from __future__ import annotations

import json
import math
from pathlib import Path
from xml.sax.saxutils import escape

from benchmarks.data import short
from benchmarks.report import RESULTS

FILE = RESULTS.parent.parent / "docs" / "images" / "cost.svg"
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 360, 60, 190, 50, 50
TITLE = "From key press to repaint, 99th percentile, milliseconds"
# what is drawn, with a colour and a dash that tell it apart without the colour
SERIES = {
    "down": ("#2563eb", ""),
    "page down": ("#b45309", "6 4"),
    "end, cold": ("#15803d", "2 4"),
    "home, cold": ("#9333ea", "10 4 2 4"),
}


def draw(lines: list[dict[str, object]]) -> str:
    """An SVG with the 99th percentile of each key, sizes on a logarithmic axis."""
    found = {
        group: sorted(
            (int(str(line["size"])), float(str(line["p99"])))
            for line in lines
            if line["group"] == group and line["size"]
        )
        for group in SERIES
    }
    sizes = sorted({size for points in found.values() for size, _ in points})
    highest = max(value for points in found.values() for _, value in points) * 1.1
    step = 10 ** math.floor(math.log10(highest))
    step = next(s for s in (step / 5, step / 2, step, step * 2) if highest / s <= 7)

    def x(size: int) -> float:
        share = math.log(size / sizes[0]) / max(math.log(sizes[-1] / sizes[0]), 1e-9)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - value / highest * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"',
        ' font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="24" font-size="15" fill="#111">{TITLE}</text>',
    ]
    for number in range(int(highest / step) + 1):
        value = number * step
        parts.append(f'<path d="M{LEFT} {y(value):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end" fill="#444">{value:g}</text>')
    parts += [
        f'<text x="{x(size):.1f}" y="{HEIGHT - BOTTOM + 22}" text-anchor="middle" fill="#444">{short(size)} jobs</text>'
        for size in sizes
    ]
    # names to the right of the last points, moved apart where they would overlap
    names = sorted((y(points[-1][1]), group) for group, points in found.items() if points)
    last = -math.inf
    for height, group in names:
        colour, dash = SERIES[group]
        last = max(height, last + 18)
        points = " ".join(f"{x(size):.1f},{y(value):.1f}" for size, value in found[group])
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dash}"/>'
        )
        parts += [f'<circle cx="{x(s):.1f}" cy="{y(v):.1f}" r="3.5" fill="{colour}"/>' for s, v in found[group]]
        text = escape(f"{group}: {found[group][-1][1]:.1f}")
        parts.append(f'<text x="{WIDTH - RIGHT + 14}" y="{last + 4:.1f}" fill="{colour}">{text}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def main() -> None:
    """Draws what the last run has written."""
    FILE.write_text(draw(json.loads(Path(RESULTS).read_text())["lines"]))


if __name__ == "__main__":
    main()
