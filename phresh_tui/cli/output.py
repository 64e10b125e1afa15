"""What the commands print: tables and JSON on standard output, errors and progress on standard error."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Self

from phresh_tui.logs import masked
from phresh_tui.market.errors import PhreshError
from phresh_tui.market.text import FORBIDDEN_IN_PARAGRAPHS, visible

# what takes less is not worth a line
QUIET_SECONDS = 0.3
BAR_CELLS = 30


class ReaderLeft(Exception):
    """Whoever read standard output has seen enough, as ``head`` has."""


def write(text: str) -> None:
    """Text and a new line on standard output.

    Raises:
        ReaderLeft: when nobody reads any more.
        PhreshError: when it cannot be written, to a full disk for example.

    """
    with _written():
        print(text)  # noqa: T201


def finish() -> None:
    """Writes what is still held back; raises as `write`."""
    with _written():
        if sys.stdout is not None:
            sys.stdout.flush()


@contextlib.contextmanager
def _written() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        _give_up_stdout()
        raise ReaderLeft from None
    except OSError as error:
        _give_up_stdout()
        raise PhreshError(
            "the result cannot be written to standard output", str(error.strerror or error), "Write it somewhere else"
        ) from None


def _give_up_stdout() -> None:
    """Python flushes once more at its end, and would complain."""
    with contextlib.suppress(OSError, ValueError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())


def tolerate_any_text() -> None:
    """A terminal that cannot show a letter gets a question mark instead of an error."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def write_json(value: object) -> None:
    """A value as JSON, text exactly as it is stored; control characters come out as escapes."""
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower().replace("-", "")
    text = json.dumps(value, ensure_ascii=encoding != "utf8", indent=2)
    # JSON escapes the first 32 only; a terminal also obeys those from U+007F on, and those that turn its lines around
    write(FORBIDDEN_IN_PARAGRAPHS.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def write_table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> None:
    """Rows below headings, in columns as wide as their widest cell; the last column is cut at a terminal's edge.

    Text in another direction than that of the table belongs into the last column, where it moves nothing else.

    Args:
        headings: one for each column.
        rows: text as it is stored; what a terminal could interpret is replaced.
        right: numbers of the columns that are set to the right.

    """
    shown = [list(headings), *([visible(cell) for cell in row] for row in rows)]
    widths = [max(cells(row[column]) for row in shown) for column in range(len(headings) - 1)]
    edge = shutil.get_terminal_size().columns if sys.stdout is not None and sys.stdout.isatty() else None
    start = sum(widths) + 2 * len(widths)
    for row in shown:
        parts = [
            _padded(cell, width, number in right) for number, (cell, width) in enumerate(zip(row, widths, strict=False))
        ]
        last = row[-1] if edge is None else cut(row[-1], max(edge - start, 10))
        write("  ".join([*parts, last]).rstrip())


def _padded(cell: str, width: int, to_the_right: bool) -> str:
    space = " " * (width - cells(cell))
    return space + cell if to_the_right else cell + space


def cells(text: str) -> int:
    """How many columns of a terminal a text takes: two for wide characters, none for combining ones.

    The standard library knows enough for that; `rich.cells` would cost 20 ms at import.
    """
    if text.isascii():
        return len(text)
    return sum(_cell(character) for character in text)


def _cell(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cut(text: str, width: int) -> str:
    """The text, or as much of it as fits into so many columns, with a sign that there is more."""
    if cells(text) <= width:
        return text
    taken, used = "", 0
    for character in text:
        used += _cell(character)
        if used > width - 1:
            break
        taken += character
    return taken + "…"


def note(text: str) -> None:
    """A remark on standard error, which is not part of the result."""
    with contextlib.suppress(OSError):
        print(visible(masked(text)), file=sys.stderr, flush=True)  # noqa: T201


def print_error(error: PhreshError) -> None:
    """An error in up to three lines: what happened, why, and what to do."""
    parts = [_sentence(part) for part in (error.what, error.why, error.todo) if part]
    note(f"phresh: {parts[0]}")
    for part in parts[1:]:
        note(f"        {part}")


def _sentence(text: str) -> str:
    # a command is typed as it stands
    text = text if text.startswith("phresh ") else text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?", ":")) else text + "."


class Progress:
    """One line on standard error that says what is waited for, and goes away again.

    It is only for a person: without a terminal it stays silent, and so it does for what is over in a moment. Use it as
    a context manager inside the event loop, and call it from any thread.
    """

    def __init__(self) -> None:
        self._text = ""
        self._late = False
        self._shown = False
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def __enter__(self) -> Self:
        if sys.stderr is not None and sys.stderr.isatty():
            self._loop = asyncio.get_running_loop()
            self._timer = self._loop.call_later(QUIET_SECONDS, self._is_late)
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._loop = None
        if self._shown:
            self._draw("")
            self._shown = False

    def __call__(self, text: str) -> None:
        """Says what is going on now."""
        self._text = text
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._show)

    def bar(self, done: int, total: int) -> None:
        """Says how much of something is done."""
        filled = BAR_CELLS * done // max(total, 1)
        self(f"{'█' * filled}{'░' * (BAR_CELLS - filled)} {done:,} of {total:,}")

    def _is_late(self) -> None:
        self._late = True
        self._show()

    def _show(self) -> None:
        if self._late and self._text and self._loop is not None:
            self._shown = True
            self._draw(cut(self._text, shutil.get_terminal_size().columns - 2) + " …")

    def _draw(self, text: str) -> None:
        with contextlib.suppress(OSError):
            sys.stderr.write(f"\r\x1b[K{text}")
            sys.stderr.flush()
