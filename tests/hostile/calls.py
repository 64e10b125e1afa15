"""Calls of the functions that members may call: by everybody, on a job in every state, with every argument spoilt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

ROLES = ("owner", "cleaner", "offerer", "stranger")
STATES = ("open", "offered", "claimed", "done", "confirmed", "cancelled", "long done")
WITH_CLEANER = ("claimed", "done", "confirmed", "long done")
OK = "00000"

# what each argument is given when it is to be right; {job} is the number of the job
GOOD = {
    "request": "gen_random_uuid()",
    "cleaning_id": "{job}",
    "name": "'Wash the windows'",
    "description": "null",
    "cleaning_type": "'spot_clean'",
    "price": "20.00",
    "shown_price": "20.00",
    "area": "'Riverside'",
    "starts_at": "'2031-05-04 10:00+00'",
    "hours": "2.25",
    "booking": "'by_offer'",
    "reason": "'Not needed'",
    "message": "'I bring my own mop'",
    "overall": "5",
    "professionalism": "4",
    "completeness": "3",
    "efficiency": "null",
    "headline": "'Spotless'",
    "comment": "''",
    "address": "'1 High Street'",
    "access_notes": "''",
    "phone": "''",
    "email": "''",
    "bio": "''",
    "areas": "''",
    "version": "1",
    "is_read": "true",
}
# the handle that a function is about
HANDLES = {"undo_move": "null", "report_no_show": "'victor'"}

LONG = "repeat('x', 1000000)"
NOT_SHOWN = (LONG, "e'\\x1b[2J'", "e'a\\u202eb'", "e'a\\u0007'")
# neither reaches a function: the server does not take them for text
NUL = ("chr(0)", "e'\\000'", "convert_from('\\x00', 'UTF8')")
NO_PRICE = ("null", "'NaN'", "'Infinity'", "'-Infinity'", "-5", "0", "0.001", "1e9", "1e-200", "20.001", "1e1000")
NO_HOURS = ("'NaN'", "'Infinity'", "'-Infinity'", "-1", "0", "0.1", "24.25", "1e9", "1e-200")
NO_STARS = ("0", "6", "-1", "2147483647", "-2147483648")
NO_TIME = ("'infinity'", "'-infinity'", "'1999-12-31'", "'2200-01-02'", "'294276-12-31'", "'4713-01-01 BC'")
BLANK = ("''", "'   '", "e'\\u2800\\u3164'", "e'\\u00a0'")
INJECTION = "$$'; update public.cleanings set price = 1; --$$"
# values that are wrong whoever sends them, whatever the state of the job
BAD: dict[str, tuple[str, ...]] = {
    "request": ("null",),
    "cleaning_id": ("null", "0", "-1", "2147483647", "2147483648", "9223372036854775807", "-9223372036854775808"),
    "name": ("null", *BLANK, "e'trailing\\n'", *NOT_SHOWN),
    "description": NOT_SHOWN,
    "cleaning_type": ("null", "''", "'FULL_CLEAN'", INJECTION, *NOT_SHOWN),
    "price": NO_PRICE,
    "shown_price": (*NO_PRICE, "19.99"),
    "area": (*BLANK, "e'two\\nlines'", *NOT_SHOWN),
    "starts_at": NO_TIME,
    "hours": NO_HOURS,
    "booking": ("null", "''", "'INSTANTLY'", INJECTION, *NOT_SHOWN),
    "reason": ("''", *BLANK, *NOT_SHOWN),
    "message": NOT_SHOWN,
    "overall": ("null", *NO_STARS),
    "professionalism": NO_STARS,
    "completeness": NO_STARS,
    "efficiency": NO_STARS,
    "headline": ("e'two\\nlines'", *NOT_SHOWN),
    "comment": NOT_SHOWN,
    "address": NOT_SHOWN,
    "access_notes": NOT_SHOWN,
    "phone": ("e'two\\nlines'", *NOT_SHOWN),
    "email": ("e'two\\nlines'", *NOT_SHOWN),
    "bio": NOT_SHOWN,
    "areas": ("e'two\\nlines'", *NOT_SHOWN),
    "version": ("null", "0", "-1", "2147483647"),
    "is_read": ("null",),
    "handle": ("''", "'OLGA'", "'m_olga'", "'postgres'", INJECTION, *NOT_SHOWN),
}
# a profile has a name or none, a job must have one
PROFILE_NAME = ("e'trailing\\n'", *NOT_SHOWN)
# in the scene there is nothing to report: there every bad value is tried in spite of that
NEVER_RIGHT = ("report_no_show", "owner", "open")
NUMBERS = frozenset({f"PH{number:03}" for number in range(1, 18)})
# how the server refuses what is no value of the type at all
NO_VALUE = frozenset({"22021", "54000", "22008", "22003"})


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a function.

    Attributes:
        sql: what is sent.
        states: the SQLSTATEs that it may end with.

    """

    sql: str
    states: frozenset[str]


def expected(function: str, role: str, state: str) -> str:  # noqa: C901  a table in words
    """The SQLSTATE of a call with good values, from the text of the rules and not from the code."""
    owner = role == "owner"
    has_cleaner = state in WITH_CLEANER
    match function:
        case "edit_cleaning" | "cancel_cleaning" | "confirm_cleaning" | "send_back_cleaning":
            allowed = {
                "edit_cleaning": ("open", "offered"),
                "cancel_cleaning": ("open", "offered", "claimed"),
            }.get(function, ("done",))
            return "PH006" if not owner else OK if state in allowed else "PH003"
        case "claim_cleaning" | "make_offer" | "withdraw_offer":
            if owner:
                return "PH005"
            if state not in ("open", "offered"):
                return "PH003"
            if function == "withdraw_offer":
                return OK if (role, state) == ("offerer", "offered") else "PH015"
            return OK if (function == "claim_cleaning") == (state == "open") else "PH014"
        case "accept_offer" | "decline_offer":
            if not owner:
                return "PH006"
            return OK if state == "offered" else "PH015" if state == "open" else "PH003"
        case "release_cleaning" | "review_cleaning":
            if has_cleaner and role not in ("owner", "cleaner"):
                return "PH006"
            if (function, role, state) == ("review_cleaning", "owner", "confirmed"):
                return "PH017"
            allowed = ("claimed",) if function == "release_cleaning" else ("confirmed", "long done")
            return OK if state in allowed else "PH003"
        case "finish_cleaning":
            if has_cleaner and role != "cleaner":
                return "PH006"
            return OK if state == "claimed" else "PH003"
        case "report_no_show":
            return "PH016" if owner else "PH006"
        case "set_private_details":
            return OK if owner else "PH006"
        case "undo_move":
            return OK if owner and state == "cancelled" else "PH016"
    return OK


def good_values(function: str, arguments: list[str], job: int) -> list[str]:
    """Values with which the right member at the right moment is not refused."""
    values = [HANDLES.get(function, "'olga'") if name == "handle" else GOOD[name].format(job=job) for name in arguments]
    if function in ("accept_offer", "make_offer"):
        place = arguments.index("shown_price" if function == "accept_offer" else "price")
        values[place] = "15.00"
    return values


def written(function: str, values: list[str], types: list[str]) -> str:
    arguments = ", ".join(f"({value})::{kind}" for value, kind in zip(values, types, strict=True))
    return f"select public.{function}({arguments})"


def with_good_values(rows: list[Any], role: str, jobs: dict[str, int]) -> Iterator[Call]:
    """Each function on a job in each state, but posting, which takes a number that a rollback does not return."""
    for row in rows:
        for state, job in jobs.items():
            if row["name"] != "post_cleaning":
                sql = written(row["name"], good_values(row["name"], row["arguments"], job), row["types"])
                yield Call(f"{sql} /* {role}, {state} */", frozenset({expected(row["name"], role, state)}))


def with_bad_values(rows: list[Any], role: str, jobs: dict[str, int]) -> Iterator[Call]:
    """Each function on a job in each state, one argument spoilt at a time.

    Where the call would be right but for the bad value, every bad value is tried; where it is refused anyway, one for
    each argument, another one for each role and state.
    """
    for row in rows:
        function, arguments, types = row["name"], row["arguments"], row["types"]
        about_a_job = "cleaning_id" in arguments
        for state, job in jobs.items():
            if not about_a_job and state != "open":
                continue
            good = good_values(function, arguments, job)
            legal = expected(function, role, state) == OK
            turn = ROLES.index(role) * len(STATES) + STATES.index(state)
            for place, name in enumerate(arguments):
                bads = bad_values(function, name, types[place])
                if not legal and (function, role, state) != NEVER_RIGHT:
                    bads = (bads[turn % len(bads)],)
                for bad in bads:
                    values = [*good[:place], bad, *good[place + 1 :]]
                    states = NO_VALUE if bad in NUL else said_of(name) if legal else NUMBERS
                    yield Call(f"{written(function, values, types)} /* {role}, {state} */", states)


def bad_values(function: str, argument: str, kind: str) -> tuple[str, ...]:
    """What is never right for this argument."""
    bad = PROFILE_NAME if (function, argument) == ("set_profile", "name") else BAD[argument]
    if argument == "reason" and function != "release_cleaning":
        bad = ("null", *bad)
    if argument == "hours" and function == "finish_cleaning":
        bad = ("null", *bad)
    return (*bad, *NUL) if kind == "text" else bad


def said_of(argument: str) -> frozenset[str]:
    """How a bad value is refused when everything else is right."""
    return {
        "request": frozenset({"PH007"}),
        "cleaning_id": frozenset({"PH002"}),
        "version": frozenset({"PH002"}),
        "shown_price": frozenset({"PH001", "PH004"}),
        "handle": frozenset({"PH015", "PH016"}),
    }.get(argument, frozenset({"PH001"}))
