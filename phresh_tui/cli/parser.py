"""The parser and its help, made from the table of commands.

Only what is cheap in the standard library is imported here, dataclasses not among it: ``phresh --help`` takes 40 ms.
"""

from __future__ import annotations

import argparse
from typing import NoReturn

from phresh_tui import __version__
from phresh_tui.cli.commands import COMMANDS, Command

FAMILIES = {"db": "the database", "member": "members"}

EXIT_CODES = """\
exit codes:
  0    done
  1    something unexpected, see the log; or the doctor found a fault
  2    the command was typed wrongly
  3    the configuration does not fit together
  4    the database cannot be reached, or does not fit this program
  5    refused: a rule of the market, or a value that breaks one
  6    the account or the password was refused
  130  stopped by Ctrl+C (129 when the terminal was closed, 143 by SIGTERM)
"""
EXAMPLES = """\
examples:
  phresh                            open the program
  phresh member add ana             make a member (embedded: no password)
  phresh post --as ana --name "Wash the windows" --price 20
  phresh jobs --search windows --max-price 25 --sort price
  phresh claim 1 --as ben
  phresh post --as ana --name "Wash the car" --price 15 --booking by-offer
  phresh offer 2 --as ben --price 14 --message "On Saturday?"
  phresh accept 2 ben --as ana
  phresh sample 1000                have something to look at
"""
ENVIRONMENT = """\
environment, or a file .env in the current folder:
  DATABASE_URL                      the database; or POSTGRES_USER and others
  PHRESH_MEMBER                     who acts, unless --as says it
  PHRESH_DATA_DIR                   where the embedded PostgreSQL has its data
  PHRESH_LOG_LEVEL                  DEBUG, INFO, WARNING or ERROR
  NO_COLOR, VISUAL, EDITOR          as everywhere; not read from .env
  phresh config shows all settings, what is in force, and where it comes from.
"""


class _Help(argparse.HelpFormatter):
    """At most 80 columns, which is what the texts are written for, and examples line by line."""

    def __init__(self, prog: str) -> None:
        import shutil

        super().__init__(prog, max_help_position=28, width=min(shutil.get_terminal_size().columns, 80) - 2)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text if text.startswith("example") else super()._fill_text(text, width, indent)


class Parser(argparse.ArgumentParser):
    """Prints what was typed wrongly without letting a terminal interpret it."""

    def error(self, message: str) -> NoReturn:
        """Says what is wrong, and exits with 2."""
        safe = "".join(c if c.isprintable() or c == " " else f"\\x{ord(c):02x}" for c in message)
        self.exit(2, f"{self.format_usage()}{self.prog}: {safe}\nSee {self.prog} --help.\n")


class _MainParser(Parser):
    def format_help(self) -> str:
        width = max(len(command.words) for command in COMMANDS) + 4
        lines = [
            "usage: phresh [--as HANDLE] [COMMAND] ...",
            "",
            "A marketplace for cleaning jobs that lives in the terminal. Without a command it",
            "opens the program; without a terminal it prints the open jobs.",
        ]
        for group in dict.fromkeys(command.group for command in COMMANDS):
            lines += ["", f"{group}:"]
            lines += [f"  {c.words:<{width}}{c.sentence}" for c in COMMANDS if c.group == group]
        lines += [
            "",
            "options:",
            f"  {'--as HANDLE':<{width}}act as this member (instead of PHRESH_MEMBER)",
            f"  {'--version':<{width}}print the version",
            f"  {'-h, --help':<{width}}print this; phresh COMMAND --help says more of one",
            "",
            "A member's password comes from ~/.pgpass, from PGPASSWORD or from a prompt,",
            "never from an argument.",
            "",
            EXAMPLES,
            ENVIRONMENT,
            EXIT_CODES,
        ]
        return "\n".join(lines).rstrip() + "\n"


def make_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    main = _MainParser(prog="phresh", allow_abbrev=False)
    main.add_argument("--version", action="version", version=f"phresh {__version__}")
    _add_as(main)
    main.set_defaults(run=("program", "start"))
    families = {"": main.add_subparsers(metavar="COMMAND", parser_class=Parser)}
    for command in COMMANDS:
        words = [word for word in command.words.split() if word.islower()]
        family, name = " ".join(words[:-1]), words[-1]
        if family not in families:
            parent = families[""].add_parser(
                family,
                # what has no help is not completed by shells
                help=f"commands about {FAMILIES[family]}",
                description=f"Commands about {FAMILIES[family]}. phresh {family} COMMAND --help says more of one.",
                formatter_class=_Help,
                allow_abbrev=False,
            )
            families[family] = parent.add_subparsers(
                title="commands", metavar="COMMAND", dest="family", required=True, parser_class=Parser
            )
        parser = families[family].add_parser(
            name,
            help=command.sentence,
            description=f"{command.sentence[:1].upper()}{command.sentence[1:]}. {command.details}",
            epilog=_examples(command),
            formatter_class=_Help,
            allow_abbrev=False,
        )
        # argparse takes a title for groups of one's own only
        parser._positionals.title = "arguments"
        parser.set_defaults(run=command.run)
        command.configure(parser)
        if "json" in command.options:
            parser.add_argument("--json", action="store_true", help="print JSON, with all text exactly as it is stored")
        if "as" in command.options:
            _add_as(parser)
    return main


def _examples(command: Command) -> str | None:
    heading = "examples:" if len(command.examples) > 1 else "example:"
    return "\n".join([heading, *(f"  {example}" for example in command.examples)]) if command.examples else None


def _add_as(parser: argparse.ArgumentParser) -> None:
    # no default: that of the command would take away what stands before the command
    parser.add_argument(
        "--as",
        dest="handle",
        metavar="HANDLE",
        default=argparse.SUPPRESS,
        help="act as this member; beats PHRESH_MEMBER",
    )
