"""Reads docs/sql.md: the functions that it describes, and the examples, which are one long story in one market."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """What the page says of one function.

    Attributes:
        name: of the function.
        arguments: names and types as they stand in the heading line.
        answer: its type.
        callers: who may call it.
        states: SQLSTATEs that it is refused with.

    """

    name: str
    arguments: str
    answer: str
    callers: frozenset[str]
    states: frozenset[str]


@dataclass(frozen=True)
class Example:
    """One statement and what it shows.

    Attributes:
        who: the prompt: a handle, ``guest`` or ``operator``, or ``clock`` for what is hidden in a comment.
        statement: without the prompt.
        shown: the lines below it.

    """

    who: str
    statement: str
    shown: str


def sections_in(page: str) -> list[Section]:
    found = []
    for part in re.split(r"^### ", page, flags=re.MULTILINE)[1:]:
        name = part.split("\n", 1)[0].strip("`")
        signature = re.search(rf"^    {name}\((.*?)\)\s+returns (\w+(?:\[\])?)$", part, re.MULTILINE | re.DOTALL)
        callers = re.search(r"^Who: (.+?)\.$", part, re.MULTILINE)
        assert signature is not None, name
        assert callers is not None, name
        states = re.search(r"^Refused with: (.+?)\.$", part, re.MULTILINE | re.DOTALL)
        found.append(
            Section(
                name,
                " ".join(signature[1].split()),
                signature[2],
                frozenset(callers[1].split(", ")),
                frozenset(re.findall(r"PH\d\d\d", states[1])) if states else frozenset(),
            )
        )
    return found


def helpers_in(page: str) -> set[str]:
    """The functions that nobody but their owner calls."""
    return set(re.findall(r"^\| `([a-z_]+)` \|", page.split("## What the functions have in common")[1], re.MULTILINE))


def states_in(page: str) -> set[str]:
    """The SQLSTATEs of the table."""
    return set(re.findall(r"^\| (PH\d\d\d) \|", page, re.MULTILINE))


def examples_in(page: str) -> Iterator[Example]:
    """The statements in their order, each with what is shown below it."""
    blocks = re.finditer(
        r"^<!-- clock: (?P<clock>[^\n]*?) -->$|(?P<block>(?:^    [^\n]*\n)+)", page, re.MULTILINE | re.DOTALL
    )
    for block in blocks:
        if block["clock"] is not None:
            yield Example("clock", block["clock"], "")
            continue
        lines = [line[4:] for line in block["block"].splitlines()]
        for text in re.split(r"^(?=\w+=> )", "\n".join(lines), flags=re.MULTILINE):
            if found := re.match(r"(\w+)=> (.*?;)(?:\n|$)(.*)", text, re.DOTALL):
                yield Example(found[1], found[2], found[3].strip())
