"""What can be typed after ``phresh``: one table of commands, from which the parser and its help are made.

Only what is cheap in the standard library is imported here, dataclasses not among it: ``phresh --help`` takes 40 ms.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import NamedTuple, NoReturn

from phresh_tui import __version__

# the words of market.search.Sort and market.cleaning.CleaningType, which a test compares: importing them costs more
# than the whole help
SORTS = ("newest", "price", "price-down", "name")
TYPES = ("dust_up", "spot_clean", "full_clean")
# jobs are numbered by a bigint at the most
HIGHEST_ID = 2**63 - 1
MOST_SAMPLES = 10_000_000
DEFAULT_LIMIT = 50

EXIT_CODES = """\
exit codes:
  0    done
  1    something unexpected; the log has the details
  2    the command was typed wrongly
  3    the configuration does not fit together
  4    the database cannot be reached, or does not fit this program
  5    refused: a rule of the market, or a value that breaks one
  6    the account or the password was refused
  130  stopped by Ctrl+C (129 when the terminal was closed, 143 by SIGTERM)
"""
EXAMPLES = """\
examples:
  phresh                                     open the program
  phresh member add ana                      make a member (embedded: no password)
  phresh post --as ana --name "Wash the windows" --price 20
  phresh jobs --search windows --max-price 25 --sort price
  phresh --as ben claim 1
  phresh sample 1000                         have something to look at
"""


class Command(NamedTuple):
    """A command.

    Attributes:
        words: what is typed, for example ``db up``; what follows in capitals is for the help alone.
        group: the heading that it stands under in the help.
        sentence: what it does.
        run: module and function that do it, imported when it is chosen.
        configure: adds its arguments.
        options: which of the shared options it takes: ``json``, ``as``.
        details: more, for its own help.

    """

    words: str
    group: str
    sentence: str
    run: tuple[str, str]
    configure: Callable[[argparse.ArgumentParser], None] = lambda _: None
    options: tuple[str, ...] = ()
    details: str = ""


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
            "A member's password comes from ~/.pgpass, from PGPASSWORD or from a prompt, never",
            "from an argument.",
            "",
            EXAMPLES,
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
                description=f"phresh {family}: one of the commands below.",
                epilog=f"phresh {family} COMMAND --help says more.",
                allow_abbrev=False,
            )
            families[family] = parent.add_subparsers(
                metavar="COMMAND", dest="family", required=True, parser_class=Parser
            )
        parser = families[family].add_parser(
            name,
            help=command.sentence,
            description=f"{command.sentence[:1].upper()}{command.sentence[1:]}. {command.details}",
            allow_abbrev=False,
        )
        parser.set_defaults(run=command.run)
        command.configure(parser)
        if "json" in command.options:
            parser.add_argument("--json", action="store_true", help="print JSON, with all text exactly as it is stored")
        if "as" in command.options:
            _add_as(parser)
    return main


def _add_as(parser: argparse.ArgumentParser) -> None:
    # no default: that of the command would take away what stands before the command
    parser.add_argument(
        "--as",
        dest="handle",
        metavar="HANDLE",
        default=argparse.SUPPRESS,
        help="act as this member; beats PHRESH_MEMBER",
    )


def _number(name: str, highest: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        bare = text.strip().removeprefix("#")
        if not (bare.isascii() and bare.isdigit() and len(bare) <= 19 and 1 <= int(bare) <= highest):
            raise argparse.ArgumentTypeError(f"{text!r} is not {name}")
        return int(bare)

    return number


def _configure_jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--search", metavar="TEXT", default="", help="words in the name or the description")
    parser.add_argument("--type", metavar="TYPE", help=" or ".join(TYPES))
    parser.add_argument("--min-price", metavar="PRICE", help="per hour")
    parser.add_argument("--max-price", metavar="PRICE", help="per hour")
    parser.add_argument("--sort", choices=SORTS, default="newest", help="the order; newest unless given")
    parser.add_argument(
        "--limit",
        metavar="N",
        type=_number("a number of jobs", HIGHEST_ID),
        default=DEFAULT_LIMIT,
        help=f"jobs at the most; {DEFAULT_LIMIT} unless given",
    )


def _configure_post(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", required=True, help="what is to be done, in at most 120 characters")
    parser.add_argument("--description", metavar="TEXT", help="the details, in at most 10,000 characters")
    parser.add_argument(
        "--type", metavar="TYPE", default="spot_clean", help=f"{' or '.join(TYPES)}; spot_clean unless given"
    )
    parser.add_argument("--price", required=True, help="per hour: 20, 20.50, 20,50 or $20")


def _configure_job(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "job_id", metavar="ID", type=_number("the number of a job", HIGHEST_ID), help="the job's number"
    )


def _configure_release(parser: argparse.ArgumentParser) -> None:
    _configure_job(parser)
    parser.add_argument("--reason", metavar="TEXT", help="why; needed from five minutes after the claim")


def _configure_cancel(parser: argparse.ArgumentParser) -> None:
    _configure_job(parser)
    parser.add_argument("--reason", metavar="TEXT", required=True, help="why; the cleaner reads it")


def _configure_sample(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "number",
        metavar="N",
        type=_number(f"a number from 1 to {MOST_SAMPLES:,}", MOST_SAMPLES),
        help="how many jobs",
    )
    parser.add_argument(
        "--seed", metavar="S", type=int, default=1, help="another number makes other jobs; 1 unless given"
    )


def _configure_handle(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("new_handle", metavar="HANDLE", help="3 to 31 small letters, digits and underscores")


def _configure_new(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="small letters, digits and underscores")


def _configure_set(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="currency or sign_up")
    parser.add_argument("value", metavar="VALUE", help="such as EUR, or open or closed")


_JOBS, _MEMBERS, _OPERATOR = "jobs", "members", "for the operator"
COMMANDS: Sequence[Command] = (
    Command("jobs", _JOBS, "list the open jobs", ("jobs", "list_open"), _configure_jobs, ("json", "as")),
    Command("mine", _JOBS, "list what you posted and what you claimed", ("jobs", "list_mine"), options=("json", "as")),
    Command("post", _JOBS, "post a job", ("jobs", "post"), _configure_post, ("json", "as")),
    Command(
        "claim ID",
        _JOBS,
        "claim an open job, at the price that it has now",
        ("jobs", "claim"),
        _configure_job,
        ("json", "as"),
    ),
    Command(
        "release ID", _JOBS, "give back a job that you claimed", ("jobs", "release"), _configure_release, ("json", "as")
    ),
    Command(
        "cancel ID",
        _JOBS,
        "take back an open job that you posted",
        ("jobs", "cancel"),
        _configure_cancel,
        ("json", "as"),
    ),
    Command(
        "member add HANDLE",
        _MEMBERS,
        "make a member",
        ("members", "add"),
        _configure_handle,
        ("json",),
        "On a server with passwords it asks for one twice, or reads it from one line of standard input.",
    ),
    Command("member list", _MEMBERS, "list the members", ("members", "list_all"), options=("json",)),
    Command(
        "config",
        _OPERATOR,
        "show what is configured, and where it comes from",
        ("configuration", "show"),
        options=("json",),
    ),
    Command(
        "sample N",
        _OPERATOR,
        "post N sample jobs, to have something to look at",
        ("samples", "add"),
        _configure_sample,
        ("json",),
        "Several sample members post them. The same seed makes the same jobs. Stopped, it keeps what is posted.",
    ),
    Command(
        "db up",
        _OPERATOR,
        "bring the database up to date",
        ("database", "up"),
        details="It also sets up phresh beside other data in a database, which phresh never does by itself.",
    ),
    Command(
        "db rollback",
        _OPERATOR,
        "take back the newest migration, data included",
        ("database", "rollback"),
    ),
    Command(
        "db status",
        _OPERATOR,
        "show which migrations are applied and pending",
        ("database", "status"),
        options=("json",),
    ),
    Command(
        "db new NAME",
        _OPERATOR,
        "make an empty migration in db/migrations",
        ("database", "new"),
        _configure_new,
        details="To be run in the top folder of a checkout.",
    ),
    Command(
        "db url",
        _OPERATOR,
        "print the address for dbmate, password included",
        ("database", "url"),
        details='For example: DATABASE_URL="$(phresh db url)" dbmate status.',
    ),
    Command(
        "db guest",
        _OPERATOR,
        "make the guest account, print the members' .env",
        ("database", "guest"),
        details="The guest may do nothing but sign up. Each run gives the guest a new password.",
    ),
    Command("db settings", _OPERATOR, "show what is set for all members", ("database", "settings"), options=("json",)),
    Command(
        "db set NAME VALUE",
        _OPERATOR,
        "set it: currency, or sign_up (open or closed)",
        ("database", "set_setting"),
        _configure_set,
    ),
)
