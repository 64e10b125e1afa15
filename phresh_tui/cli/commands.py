"""The table of commands: what can be typed after ``phresh``, and which function does it.

Only what is cheap in the standard library is imported here, dataclasses not among it: ``phresh --help`` takes 40 ms.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import NamedTuple

from phresh_tui.cli import arguments


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
        examples: lines for its own help.

    """

    words: str
    group: str
    sentence: str
    run: tuple[str, str]
    configure: Callable[[argparse.ArgumentParser], None] = lambda _: None
    options: tuple[str, ...] = ()
    details: str = ""
    examples: tuple[str, ...] = ()


_JOBS, _OFFERS, _WORK, _MEMBERS = "jobs", "offers", "the work", "members"
_PROGRAM, _OPERATOR = "this program", "for the operator"
_BOTH = ("json", "as")
COMMANDS: Sequence[Command] = (
    Command(
        "jobs",
        _JOBS,
        "list the open jobs",
        ("jobs", "list_open"),
        arguments.add_jobs,
        _BOTH,
        examples=("phresh jobs --search windows --max-price 25 --sort price", "phresh jobs --limit 1000 --json"),
    ),
    Command("mine", _JOBS, "list what you posted and what you claimed", ("jobs", "list_mine"), options=_BOTH),
    Command(
        "post",
        _JOBS,
        "post a job",
        ("jobs", "post"),
        arguments.add_post,
        _BOTH,
        examples=(
            'phresh post --name "Wash the windows" --price 20.50',
            'phresh post --name "Clean the attic" --price 24 --booking by-offer',
            'phresh post --name Ironing --price 18 --start "tomorrow 9:00" --hours 2.5',
        ),
    ),
    Command(
        "edit ID",
        _JOBS,
        "change an open job that you posted",
        ("jobs", "edit"),
        arguments.add_edit,
        _BOTH,
        "What is not named stays as it is.",
        ("phresh edit 1 --price 22", 'phresh edit 1 --start ""'),
    ),
    Command(
        "details ID",
        _JOBS,
        "show or set a job's address, access notes and phone",
        ("people", "details"),
        arguments.add_details,
        _BOTH,
        "Only the owner sees them, and the cleaner while the job is claimed or done. What is not named stays as it is.",
        ('phresh details 1 --address "Main Street 1" --access-notes "Ring twice"',),
    ),
    Command(
        "cancel ID",
        _JOBS,
        "take back an open or claimed job that you posted",
        ("jobs", "cancel"),
        arguments.add_needed_reason,
        _BOTH,
        examples=('phresh cancel 1 --reason "We moved out"',),
    ),
    Command(
        "claim ID",
        _JOBS,
        "claim an open job, at the price that it has now",
        ("jobs", "claim"),
        arguments.add_job,
        _BOTH,
    ),
    Command(
        "release ID",
        _JOBS,
        "open a claimed job again, as its cleaner or its owner",
        ("jobs", "release"),
        arguments.add_release,
        _BOTH,
    ),
    Command(
        "undo ID [HANDLE]",
        _JOBS,
        "take your last cancel, release, withdraw or decline back",
        ("work", "undo"),
        arguments.add_undo,
        _BOTH,
        "Second thoughts last five minutes, and only while nobody else has acted on it.",
        ("phresh undo 1", "phresh undo 2 cleo"),
    ),
    Command(
        "offer ID",
        _OFFERS,
        "offer to do a job, or change your offer",
        ("offers", "offer"),
        arguments.add_offer,
        _BOTH,
        examples=('phresh offer 2 --price 22 --message "I live next door"',),
    ),
    Command(
        "offers ID",
        _OFFERS,
        "list the offers on a job that you posted, or your own",
        ("offers", "list_all"),
        arguments.add_job,
        _BOTH,
    ),
    Command("withdraw ID", _OFFERS, "take your offer back", ("offers", "withdraw"), arguments.add_job, _BOTH),
    Command(
        "accept ID HANDLE",
        _OFFERS,
        "give your job to an offerer, at the offer's price",
        ("offers", "accept"),
        arguments.add_job_and_handle,
        _BOTH,
    ),
    Command(
        "decline ID HANDLE",
        _OFFERS,
        "say no to an offer on your job",
        ("offers", "decline"),
        arguments.add_job_and_handle,
        _BOTH,
    ),
    Command(
        "finish ID",
        _WORK,
        "say that a job is done",
        ("work", "finish"),
        arguments.add_finish,
        _BOTH,
        examples=("phresh finish 2 --hours 3.25",),
    ),
    Command(
        "confirm ID",
        _WORK,
        "close a job of yours that is done",
        ("work", "confirm"),
        arguments.add_job,
        _BOTH,
        "A job that stays done for seven days counts as confirmed by itself.",
    ),
    Command(
        "send-back ID",
        _WORK,
        "return a job that is not done well",
        ("work", "send_back"),
        arguments.add_needed_reason,
        _BOTH,
    ),
    Command(
        "review ID",
        _WORK,
        "review the other party of a confirmed job",
        ("work", "review"),
        arguments.add_review,
        _BOTH,
        "Both reviews become visible when both are in, or after 14 days.",
        ('phresh review 2 --stars 5 --efficiency 4 --headline "Bright"',),
    ),
    Command(
        "no-show ID HANDLE",
        _WORK,
        "say who did not come, or gave your job back too late",
        ("work", "no_show"),
        arguments.add_no_show,
        _BOTH,
        "A review without stars, for a release within 24 hours before the start, or by you after it.",
    ),
    Command(
        "history ID",
        _WORK,
        "show what happened to a job",
        ("record", "history"),
        arguments.add_job,
        _BOTH,
        "Posts and edits are for everybody, all else for the parties.",
    ),
    Command("feed", _MEMBERS, "show what was posted and changed", ("record", "feed"), arguments.add_limit, _BOTH),
    Command(
        "activity",
        _MEMBERS,
        "show what others did that concerns you",
        ("record", "activity"),
        arguments.add_activity,
        _BOTH,
    ),
    Command(
        "profile [HANDLE]",
        _MEMBERS,
        "show a member, or set your own profile",
        ("people", "profile"),
        arguments.add_profile,
        _BOTH,
        "With an option it changes your own, and what is not named stays as it is.",
        ("phresh profile ben", 'phresh profile --name "Ben" --areas "Old Town"'),
    ),
    Command(
        "member add HANDLE",
        _MEMBERS,
        "make a member",
        ("members", "add"),
        arguments.add_handle,
        ("json",),
        "On a server with passwords it asks for one twice, or reads it from one line of standard input.",
    ),
    Command("member list", _MEMBERS, "list the members", ("members", "list_all"), options=("json",)),
    Command(
        "config",
        _PROGRAM,
        "show what is configured, and where it comes from",
        ("configuration", "show"),
        options=("json",),
    ),
    Command(
        "serve",
        _PROGRAM,
        "show the program in web browsers",
        ("serve", "serve"),
        arguments.add_serve,
        ("as",),
        "It prints an address with a key in it; whoever has that comes in as whoever your configuration lets in, "
        "and on the embedded PostgreSQL as any member.",
        ("phresh serve", "phresh serve --as ada --port 8765"),
    ),
    Command(
        "doctor",
        _PROGRAM,
        "say what is right, what is wrong, and what to do",
        ("doctor", "examine"),
        options=_BOTH,
        details="Changes nothing, and shows no password. Exits with 1 when something is wrong.",
    ),
    Command(
        "completion SHELL",
        _PROGRAM,
        "print what makes your shell complete phresh's words",
        ("completion", "write_script"),
        arguments.add_shell,
        details="The lines for bash and zsh belong into ~/.bashrc and ~/.zshrc, that for zsh after compinit.",
        examples=(
            'eval "$(phresh completion bash)"',
            'eval "$(phresh completion zsh)"',
            "phresh completion fish > ~/.config/fish/completions/phresh.fish",
        ),
    ),
    Command(
        "sample N",
        _OPERATOR,
        "post N sample jobs, to have something to look at",
        ("samples", "add"),
        arguments.add_sample,
        ("json",),
        "Several sample members post them. The same seed makes the same jobs. Stopped, it keeps what is posted; an "
        "empty market that is to have many stays empty. --remove leaves the jobs that a real member has a hand in.",
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
        arguments.add_new,
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
    Command(
        "db reap",
        _OPERATOR,
        "end what holds others up, forget old answers",
        ("database", "reap"),
        arguments.add_reap,
        ("json",),
        "Needs a superuser, or an account with pg_signal_backend and pg_read_all_stats.",
        ("phresh db reap", "phresh db reap --every 10"),
    ),
    Command("db settings", _OPERATOR, "show what is set for all members", ("database", "settings"), options=("json",)),
    Command(
        "db set NAME VALUE",
        _OPERATOR,
        "set it: currency, or sign_up (open or closed)",
        ("database", "set_setting"),
        arguments.add_set,
        examples=("phresh db set currency EUR", "phresh db set sign_up closed"),
    ),
)
