"""Where the program begins: ``phresh`` and ``python -m phresh_tui``."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from phresh_tui.cli.signals import Interrupted, Signals

if TYPE_CHECKING:
    import argparse

    from phresh_tui.market.errors import PhreshError
    from phresh_tui.reading import Reading

# the event loop, and what pydantic and Textual both use of the standard library and beside it
SHARED = ("asyncio", "fractions", "typing_extensions", "uuid")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program.

    Args:
        arguments: those of the process unless given.

    Returns:
        The exit code, as ``phresh --help`` lists them.

    """
    signals = Signals()
    try:
        signals.install()
        return _parse_and_run(arguments, signals)
    except (Interrupted, KeyboardInterrupt):
        return signals.exit_code if signals.received else 130


def _parse_and_run(arguments: Sequence[str] | None, signals: Signals) -> int:
    chosen = program_alone(sys.argv[1:] if arguments is None else arguments)
    if chosen is None:
        from phresh_tui.cli.parser import make_parser

        try:
            chosen = make_parser().parse_args(arguments)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
            return _flushed(code)
    reading = None
    if _is_full_screen(chosen):
        # what is imported stays: to look through it for garbage again and again takes a tenth of the start
        gc.disable()
        # what both processes need is imported once: one core is often slower than the other, and has less to do then
        for name in SHARED:
            importlib.import_module(name)
        # there are no threads yet
        reading = _read_ahead(getattr(chosen, "handle", None))
    from asyncio import CancelledError

    from phresh_tui.cli.output import ReaderLeft, finish, print_error, tolerate_any_text
    from phresh_tui.market.errors import PhreshError

    tolerate_any_text()
    try:
        code = _run(chosen, signals, reading)
        finish()
    except ReaderLeft:
        # the reader has what it wanted, as in `phresh jobs | head`
        return 0
    except CancelledError:
        return signals.exit_code
    except PhreshError as error:
        if signals.received is None:
            print_error(error)
            return error.exit_code
    except Exception as error:  # noqa: BLE001  the last resort
        if signals.received is None:
            print_error(_unexpected(error))
            return 1
    # what went wrong after a signal went wrong because of it
    return signals.exit_code if signals.received is not None else code


def program_alone(arguments: Sequence[str]) -> argparse.Namespace | None:
    """What the parser makes of ``phresh`` and ``phresh --as HANDLE``, without it: it takes a tenth of a start."""
    match list(arguments):
        case []:
            chosen = {}
        case ["--as", handle] if not handle.startswith("-"):
            chosen = {"handle": handle}
        case _:
            return None
    return cast("argparse.Namespace", SimpleNamespace(run=("program", "start"), **chosen))


def _is_full_screen(chosen: argparse.Namespace) -> bool:
    from phresh_tui.cli.terminal import is_terminal

    return chosen.run == ("program", "start") and is_terminal(sys.stdin) and is_terminal(sys.stdout)


def _run(chosen: argparse.Namespace, signals: Signals, reading: Reading | None) -> int:
    from phresh_tui.cli.context import Context

    module, function = chosen.run
    command = getattr(importlib.import_module(f"phresh_tui.cli.{module}"), function)
    return signals.run(command(chosen, Context(signals, getattr(chosen, "handle", None), reading)))


def _read_ahead(handle: str | None) -> Reading | None:
    """Begins to read for the full-screen program, which has a lot to import meanwhile."""
    from phresh_tui.reading import is_worth_it, read_ahead

    def read() -> Iterator[object]:
        # only in the second process
        from phresh_tui.cli.ahead import ahead

        return ahead(handle)

    return read_ahead(read) if is_worth_it() else None


def _flushed(code: int) -> int:
    """For the help and the version, of which a reader may want the first line only."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        import os

        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return code


def _unexpected(error: Exception) -> PhreshError:
    from phresh_tui.logs import open_log, unexpected

    open_log()
    return unexpected(error)
