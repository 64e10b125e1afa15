"""What follows the commands when they are typed: their arguments and options.

Only what is cheap in the standard library is imported here.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

# the words of Sort, CleaningType, Booking and ASPECTS in market/, which a test compares: importing them costs more than
# the whole help
SORTS = (
    "newest", "oldest", "starts", "starts-latest", "price", "price-down", "name", "name-down", "area", "area-down",
)  # fmt: skip
TYPES = ("dust_up", "spot_clean", "full_clean")
BOOKINGS = ("instantly", "by-offer")
ASPECTS = ("overall", "professionalism", "completeness", "efficiency")
# jobs are numbered by a bigint at the most
HIGHEST_ID = 2**63 - 1
MOST_SAMPLES = 20_000_000
DEFAULT_LIMIT = 50
SHELLS = ("bash", "zsh", "fish")


def _number(name: str, highest: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        bare = text.strip().removeprefix("#")
        if not (bare.isascii() and bare.isdigit() and len(bare) <= 19 and 1 <= int(bare) <= highest):
            raise argparse.ArgumentTypeError(f"{text!r} is not {name}")
        return int(bare)

    return number


def add_jobs(parser: argparse.ArgumentParser) -> None:
    """Of ``jobs``."""
    parser.add_argument(
        "--search",
        metavar="QUERY",
        default="",
        help="words, and any of type:full_clean price:<30 area:'old town' starts:tomorrow by:ada book:offer free:yes",
    )
    parser.add_argument("--type", metavar="TYPE", help=" or ".join(TYPES))
    parser.add_argument("--min-price", metavar="PRICE", help="per hour")
    parser.add_argument("--max-price", metavar="PRICE", help="per hour")
    # the words stand in the help once, and not once more in the usage
    parser.add_argument(
        "--sort", metavar="ORDER", choices=SORTS, default="newest", help=f"{', '.join(SORTS)}; newest unless given"
    )
    parser.add_argument(
        "--limit",
        metavar="N",
        type=_number("a number of jobs", HIGHEST_ID),
        default=DEFAULT_LIMIT,
        help=f"jobs at the most; {DEFAULT_LIMIT} unless given",
    )


def add_post(parser: argparse.ArgumentParser) -> None:
    """Of ``post``."""
    parser.add_argument("--name", required=True, help="what is to be done, in at most 120 characters")
    parser.add_argument("--description", metavar="TEXT", help="the details, in at most 10,000 characters")
    parser.add_argument(
        "--type", metavar="TYPE", default="spot_clean", help=f"{' or '.join(TYPES)}; spot_clean unless given"
    )
    parser.add_argument("--price", required=True, help="per hour: 20, 20.50, 20,50 or $20")
    _add_booking(parser)


def add_edit(parser: argparse.ArgumentParser) -> None:
    """Of ``edit``: what is not named stays."""
    add_job(parser)
    parser.add_argument("--name", help="what is to be done")
    parser.add_argument("--description", metavar="TEXT", help="the details; empty takes them away")
    parser.add_argument("--type", metavar="TYPE", help=" or ".join(TYPES))
    parser.add_argument("--price", help="per hour")
    _add_booking(parser)


def _add_booking(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--area", metavar="TEXT", help="where it is, as everybody may know; empty for none")
    parser.add_argument(
        "--start", metavar="TIME", help="'tomorrow 9:00' or '2026-12-01 09:00', in your time zone; empty for none"
    )
    parser.add_argument("--hours", metavar="H", help="how long it may take, in quarters up to 24; empty for none")
    parser.add_argument(
        "--booking", metavar="STYLE", help=f"{' or '.join(BOOKINGS)}; a job is booked instantly unless given"
    )


def add_job(parser: argparse.ArgumentParser) -> None:
    """Of every command about one job."""
    parser.add_argument(
        "job_id", metavar="ID", type=_number("the number of a job", HIGHEST_ID), help="the job's number"
    )


def add_release(parser: argparse.ArgumentParser) -> None:
    """Of ``release``."""
    add_job(parser)
    parser.add_argument("--reason", metavar="TEXT", help="why; needed from five minutes after the claim")


def add_sample(parser: argparse.ArgumentParser) -> None:
    """Of ``sample``."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "number",
        metavar="N",
        nargs="?",
        type=_number(f"a number from 1 to {MOST_SAMPLES:,}", MOST_SAMPLES),
        help="how many jobs",
    )
    which.add_argument("--remove", action="store_true", help="take all sample jobs back instead")
    parser.add_argument(
        "--seed", metavar="S", type=int, default=1, help="another number makes other jobs; 1 unless given"
    )


def add_handle(parser: argparse.ArgumentParser) -> None:
    """Of ``member add``."""
    parser.add_argument("new_handle", metavar="HANDLE", help="3 to 31 small letters, digits and underscores")


def add_new(parser: argparse.ArgumentParser) -> None:
    """Of ``db new``."""
    parser.add_argument("name", metavar="NAME", help="small letters, digits and underscores")


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 86_400):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds, from 0 to 86400")
    return int(text)


def add_reap(parser: argparse.ArgumentParser) -> None:
    """Of ``db reap``."""
    parser.add_argument(
        "--idle", metavar="SECONDS", type=_seconds, default=60, help="for which one may idle or hold locks (60)"
    )
    parser.add_argument(
        "--longest", metavar="SECONDS", type=_seconds, default=3600, help="for which one may be open at all (3600)"
    )
    parser.add_argument("--every", metavar="SECONDS", type=_seconds, help="go on, and wait so long in between")


def add_set(parser: argparse.ArgumentParser) -> None:
    """Of ``db set``."""
    parser.add_argument("name", metavar="NAME", help="currency or sign_up")
    parser.add_argument("value", metavar="VALUE", help="such as EUR, or open or closed")


def add_needed_reason(parser: argparse.ArgumentParser) -> None:
    """Of ``cancel`` and ``send-back``."""
    add_job(parser)
    parser.add_argument("--reason", metavar="TEXT", required=True, help="why; the other side reads it")


def add_offer(parser: argparse.ArgumentParser) -> None:
    """Of ``offer``."""
    add_job(parser)
    parser.add_argument("--price", required=True, help="per hour: 20, 20.50, 20,50 or $20")
    parser.add_argument("--message", metavar="TEXT", default="", help="to the owner, in at most 2,000 characters")


def add_job_and_handle(parser: argparse.ArgumentParser) -> None:
    """Of every command about one job and one member."""
    add_job(parser)
    parser.add_argument("other", metavar="HANDLE", help="the member whom it is about")


def add_undo(parser: argparse.ArgumentParser) -> None:
    """Of ``undo``."""
    add_job(parser)
    parser.add_argument("other", metavar="HANDLE", nargs="?", help="whose offer you declined, to undo that")


def add_finish(parser: argparse.ArgumentParser) -> None:
    """Of ``finish``."""
    add_job(parser)
    parser.add_argument("--hours", metavar="H", required=True, help="worked, in quarters up to 24: 2.5 or 2,75")


def add_review(parser: argparse.ArgumentParser) -> None:
    """Of ``review``."""
    add_job(parser)
    parser.add_argument("--stars", metavar="N", type=int, required=True, help="overall, 1 to 5")
    for aspect in ASPECTS[1:]:
        parser.add_argument(f"--{aspect}", metavar="N", type=int, help="1 to 5")
    _add_words(parser)


def add_no_show(parser: argparse.ArgumentParser) -> None:
    """Of ``no-show``."""
    add_job_and_handle(parser)
    _add_words(parser)


def _add_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--headline", metavar="TEXT", default="", help="one line, at most 120 characters")
    parser.add_argument("--comment", metavar="TEXT", default="", help="at most 5,000 characters")


def add_limit(parser: argparse.ArgumentParser) -> None:
    """Of ``feed``, and of ``activity`` as well."""
    parser.add_argument(
        "--limit",
        metavar="N",
        type=_number("a number of moves", HIGHEST_ID),
        default=DEFAULT_LIMIT,
        help=f"moves at the most; {DEFAULT_LIMIT} unless given",
    )


def add_activity(parser: argparse.ArgumentParser) -> None:
    """Of ``activity``."""
    add_limit(parser)
    parser.add_argument("--unread", action="store_true", help="only what you have not read yet")
    parser.add_argument("--mark-read", action="store_true", help="mark all of it as read, what is not shown included")


def add_profile(parser: argparse.ArgumentParser) -> None:
    """Of ``profile``."""
    parser.add_argument("other", metavar="HANDLE", nargs="?", help="whose; your own unless given")
    parser.add_argument("--name", metavar="TEXT", help="what you are called")
    parser.add_argument("--bio", metavar="TEXT", help="about you, in at most 2,000 characters")
    parser.add_argument("--areas", metavar="TEXT", help="where you work")
    parser.add_argument("--phone", metavar="TEXT", help="for the other party of a claimed job only")
    parser.add_argument("--email", metavar="TEXT", help="for the other party of a claimed job only")


def add_details(parser: argparse.ArgumentParser) -> None:
    """Of ``details``."""
    add_job(parser)
    parser.add_argument("--address", metavar="TEXT", help="street and number, in at most 500 characters")
    parser.add_argument("--access-notes", metavar="TEXT", help="how to get in, in at most 2,000 characters")
    parser.add_argument("--phone", metavar="TEXT", help="whom to call")


def add_shell(parser: argparse.ArgumentParser) -> None:
    """Of ``completion``."""
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help=f"{', '.join(SHELLS[:-1])} or {SHELLS[-1]}")


def add_serve(parser: argparse.ArgumentParser) -> None:
    """Of ``serve``."""
    parser.add_argument("--host", metavar="ADDRESS", default="127.0.0.1", help="to listen on; 127.0.0.1 unless given")
    parser.add_argument(
        "--port", metavar="N", type=_port, default=8000, help="to listen on; 8000 unless given, 0 for any that is free"
    )
    parser.add_argument("--public", action="store_true", help="allow a host that others can reach")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65_535):
        raise argparse.ArgumentTypeError(f"{text!r} is no port, from 0 to 65535")
    return int(text)
