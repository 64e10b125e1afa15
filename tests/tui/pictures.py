"""What a screen looks like, as text: its lines, and the style of every cell, at several sizes and in several themes.

A picture that was accepted lies in a file of `__snapshots__`, one for each scene and content, which can be read as it
is: first the lines at each size, then which style the cells of each line have, by a letter, then what each letter means
in each theme. Nothing is lost but the style of what cannot be seen, so a file can be drawn:

    python -m tests.tui.pictures FOLDER FILE ...      every picture of the files as SVG
    python -m tests.tui.pictures FOLDER --size 80x24 --theme phresh-light tests/tui/__snapshots__/agenda-*.txt
"""

from __future__ import annotations

import argparse
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style
from textual.app import App
from textual.strip import Strip

FOLDER = Path(__file__).parent / "__snapshots__"
ATTRIBUTES = ("bold", "dim", "italic", "underline", "strike", "reverse", "blink")
# attributes that are seen without a letter
ON_NOTHING = ("underline", "strike", "reverse")

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Picture:
    """One screen at one size in one theme.

    Attributes:
        lines: as wide as the screen.
        styles: of each cell of each line, in Rich's words.

    """

    lines: list[str]
    styles: list[list[str]]

    @classmethod
    def of(cls, app: App[Any]) -> Picture:
        """What an app shows."""
        strips = app.screen._compositor.render_strips()
        return cls([strip.text for strip in strips], [list(_styles(strip)) for strip in strips])

    def differences(self, now: Picture) -> Iterator[str]:
        """What is otherwise in another picture of the same size, line by line."""
        for number, (was, line) in enumerate(zip(self.lines, now.lines, strict=True), 1):
            if was != line:
                yield f"line {number}\n    was {was.rstrip()!r}\n    is  {line.rstrip()!r}"
            elif self.styles[number - 1] != now.styles[number - 1]:
                yield f"line {number}, " + "; ".join(_restyled(self.styles[number - 1], now.styles[number - 1]))

    def svg(self, title: str) -> str:
        """To be looked at."""
        console = Console(
            width=cell_len(self.lines[0]),
            file=io.StringIO(),
            record=True,
            color_system="truecolor",
            legacy_windows=False,
        )
        for line, styles in zip(self.lines, self.styles, strict=True):
            runs = [(style, len(list(cells))) for style, cells in groupby(styles)]
            parts = Strip([Segment(line)]).divide(
                [sum(cells for _, cells in runs[: end + 1]) for end in range(len(runs))]
            )
            drawn = [Segment(part.text, Style.parse(style)) for part, (style, _) in zip(parts, runs, strict=True)]
            console.print(Segments([*drawn, Segment.line()]), soft_wrap=True)
        return console.export_svg(title=title)


def _styles(strip: Strip) -> Iterator[str]:
    style = ""
    for segment in strip:
        for text in re.findall(" +|[^ ]+", segment.text):
            seen = _words(segment.style or Style(), blank=text.isspace())
            # a blank between words is as the word before it: other words alone are no other styles
            style = style if text.isspace() and style.endswith(seen) else seen
            yield from [style] * cell_len(text)


def _words(style: Style, *, blank: bool) -> str:
    """What is seen of a style, in Rich's words; of nothing, only the ground is seen."""
    seen = [name for name in (ON_NOTHING if blank else ATTRIBUTES) if getattr(style, name)]
    color = style.color if not blank or seen else None
    words = [*seen, *([color.name] if color else []), *(["on", style.bgcolor.name] if style.bgcolor else [])]
    return " ".join(words) or "none"


def _restyled(was: Sequence[str], now: Sequence[str]) -> Iterator[str]:
    cells = enumerate(zip(was, now, strict=True))
    for (before, after), run in groupby(cells, key=lambda cell: cell[1]):
        if before != after:
            places = [place for place, _ in run]
            yield f"cells {places[0]} to {places[-1]}: was {before}, is {after}"


def named(size: Size) -> str:
    """``80x24``."""
    return f"{size[0]}x{size[1]}"


@dataclass(frozen=True, slots=True)
class Album:
    """The pictures of one scene with one content: at every size, in every theme.

    Attributes:
        themes: their names.
        texts: the lines at each size.
        cells: at each size, for each line, how many cells have which letter: ``12a3b``.
        palette: for each letter the style in each theme.

    """

    themes: Sequence[str]
    texts: Mapping[str, list[str]]
    cells: Mapping[str, list[str]]
    palette: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, pictures: Mapping[tuple[str, str], Picture]) -> Album:
        """Of what was taken, by size and theme; the lines of a size are the same in each theme."""
        sizes, themes = (list(dict.fromkeys(names)) for names in zip(*pictures, strict=True))
        letters: dict[tuple[str, ...], str] = {}
        cells: dict[str, list[str]] = {}
        for size in sizes:
            lines = zip(*(pictures[size, theme].styles for theme in themes), strict=True)
            cells[size] = [
                "".join(
                    f"{len(list(run))}{letters.setdefault(styles, _letters(len(letters)))}"
                    for styles, run in groupby(zip(*line, strict=True))
                )
                for line in lines
            ]
        texts = {size: pictures[size, themes[0]].lines for size in sizes}
        return cls(themes, texts, cells, {letter: styles for styles, letter in letters.items()})

    @classmethod
    def read(cls, text: str) -> Album:
        """From what `write` has written."""
        texts: dict[str, list[str]] = {}
        cells: dict[str, list[str]] = {}
        palette: dict[str, list[str]] = {}
        themes: list[str] = []
        lines = iter(text.split("\n"))
        for line in lines:
            kind, _, what = line.partition(" ")
            if kind == "TEXT":
                width, height = (int(number) for number in what.split("x"))
                shown = [next(lines) for _ in range(height)]
                texts[what] = [line + " " * (width - cell_len(line)) for line in shown]
            elif kind == "STYLES":
                cells[what] = [next(lines) for _ in texts[what]]
            elif kind == "THEMES":
                themes = what.split()
                palette = {row[0]: row[1:] for row in (line.split(" | ") for line in lines if line)}
        return cls(themes, texts, cells, palette)

    def write(self) -> str:
        """As a text that can be read, by people too."""
        parts = []
        for size, lines in self.texts.items():
            parts += [f"TEXT {size}", *(line.rstrip(" ") for line in lines), ""]
        for size, rows in self.cells.items():
            parts += [f"STYLES {size}", *rows, ""]
        parts += [f"THEMES {' '.join(self.themes)}"]
        parts += [" | ".join([letter, *styles]) for letter, styles in self.palette.items()]
        return "\n".join(parts) + "\n"

    def picture(self, size: str, theme: str) -> Picture:
        """One of them."""
        number = self.themes.index(theme)
        styles: list[list[str]] = [
            [
                style
                for cells, letter in re.findall(r"(\d+)([a-z]+)", row)
                for style in [self.palette[letter][number]] * int(cells)
            ]
            for row in self.cells[size]
        ]
        return Picture(self.texts[size], styles)


def _letters(number: int) -> str:
    """``a`` to ``z``, ``aa`` and so on."""
    first, last = divmod(number, 26)
    return (_letters(first - 1) if first else "") + chr(ord("a") + last)


def file_of(scene: str, content: str) -> Path:
    """Where the accepted pictures of a scene lie."""
    return FOLDER / f"{scene}-{content}.txt"


def main() -> None:
    """Draws accepted pictures."""
    parser = argparse.ArgumentParser(prog="python -m tests.tui.pictures", description=main.__doc__)
    parser.add_argument("folder", type=Path, help="where the drawings go")
    parser.add_argument("files", type=Path, nargs="+", help="what `make looks` has written")
    parser.add_argument("--size", help="only this one: 80x24")
    parser.add_argument("--theme", help="only this one: phresh-light")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for file in arguments.files:
        album = Album.read(file.read_text(encoding="utf-8"))
        for size in [arguments.size] if arguments.size else album.texts:
            for theme in [arguments.theme] if arguments.theme else album.themes:
                name = f"{file.stem}-{size}-{theme}"
                drawn = album.picture(size, theme).svg(name)
                (arguments.folder / f"{name}.svg").write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main()
