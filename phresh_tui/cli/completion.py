"""``phresh completion``: a script that completes phresh's words, made from the parser."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from phresh_tui.cli.arguments import BOOKINGS, TYPES
from phresh_tui.cli.context import Context
from phresh_tui.cli.output import write
from phresh_tui.cli.parser import make_parser

# what can be typed in more ways than these, which the parser therefore leaves to the market
WORDS = {"type": TYPES, "booking": BOOKINGS}


async def write_script(arguments: argparse.Namespace, _: Context) -> int:
    """Prints the script for a shell."""
    import shtab

    main = make_parser()
    for parser in _parsers(main):
        for action in parser._actions:
            action.choices = action.choices or WORDS.get(action.dest)
    write(shtab.complete(main, arguments.shell))
    return 0


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """The parser, and those of its commands, which are told apart by one sentence."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for choice in action._choices_actions:
                action.choices[choice.dest].description = choice.help
            for below in action.choices.values():
                yield from _parsers(below)
