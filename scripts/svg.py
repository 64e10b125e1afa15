"""Makes a picture of a terminal small: the same shapes in a fifth of the text."""

from __future__ import annotations

import re
from html import escape, unescape

from rich.cells import cell_len

# pixels of a cell, as Rich draws them, and how far above the foot of its letter a line begins
CELL, HEIGHT, ABOVE = 12.2, 24.65, 18.5
BLANK = "&#160;"


def squeezed(picture: str) -> str:
    """The picture without what changes nothing in it.

    Fonts that would be fetched from elsewhere go, so a viewer takes the monospace font that it has; clip paths around
    lines that stay inside anyway; blanks at the ends of texts; one shape for all cells with the same ground.
    """
    picture = re.sub(r"\s*@font-face \{.*?\}", "", picture, flags=re.DOTALL)
    picture = re.sub(r"\s*<!--.*?-->", "", picture, flags=re.DOTALL)
    picture = picture.replace("Fira Code, monospace", "monospace").replace(
        "font-family: arial", "font-family: sans-serif"
    )
    picture = re.sub(r"terminal-\d+-", "", picture)
    picture = re.sub(r'\s*<clipPath id="line-\d+">.*?</clipPath>', "", picture, flags=re.DOTALL)
    picture = re.sub(r' clip-path="url\(#line-\d+\)"', "", picture)
    picture = re.sub(
        r'<text class="(\w+)" x="([\d.]+)" y="([\d.]+)" textLength="([\d.]+)">(.*?)</text>',
        _text,
        picture,
        flags=re.DOTALL,
    )
    picture = re.sub(r'(?:<rect fill="[^"]+"[^>]* shape-rendering="crispEdges"/>\s*)+', _grounds, picture)
    return "\n".join(line.rstrip() for line in picture.splitlines() if line.strip()) + "\n"


def _text(found: re.Match[str]) -> str:
    """A text that begins and ends with something to see, or nothing; what is all blocks is drawn as such."""
    kind, x, y, _, text = found.groups()
    text = unescape(text).replace("\N{NO-BREAK SPACE}", " ").rstrip()
    left, top = float(x), float(y) - ABOVE
    if text and not text.strip("█ "):
        return "".join(
            f'<rect class="{kind}" x="{left + run.start() * CELL:g}" y="{top:g}" width="{len(run[0]) * CELL:g}" '
            f'height="{HEIGHT}"/>'
            for run in re.finditer("█+", text)
        )
    bare = text.lstrip()
    if not bare:
        return ""
    left += (len(text) - len(bare)) * CELL
    shown = escape(bare, quote=False).replace(" ", BLANK)
    # Rich counts letters, where a wide one takes two cells
    return f'<text class="{kind}" x="{left:g}" y="{y}" textLength="{cell_len(bare) * CELL:g}">{shown}</text>'


def _grounds(found: re.Match[str]) -> str:
    """One path for each colour; cells beside each other are one rectangle."""
    paths: dict[str, list[list[float]]] = {}
    for fill, x, y, width, height in re.findall(
        r'<rect fill="([^"]+)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', found[0]
    ):
        left, top, wide, high = float(x), float(y), float(width), float(height)
        last = paths.setdefault(fill, [[0.0, -1.0, 0.0, 0.0]])[-1]
        if last[1] == top and abs(last[0] + last[2] - left) < CELL / 10:
            last[2] = left + wide - last[0]
        else:
            paths[fill].append([left, top, wide, high])
    drawn = "\n".join(
        f'<path fill="{fill}" d="'
        + "".join(f"M{left:g} {top:g}h{wide:g}v{high:g}h-{wide:g}z" for left, top, wide, high in cells[1:])
        + '"/>'
        for fill, cells in paths.items()
    )
    return f'<g shape-rendering="crispEdges">\n{drawn}\n</g>\n'
