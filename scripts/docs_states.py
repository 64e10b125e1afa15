"""The diagram of the states of a job, made from the code's own table of moves.

`make docs-images` writes docs/states.md; a test fails while it differs from the table.
"""

from __future__ import annotations

import sys
from pathlib import Path

from phresh_tui.market.cleaning import Status
from phresh_tui.market.moves import MOVES, Who

PAGE = Path(__file__).parent.parent / "docs" / "states.md"
WHO = {
    Who.OWNER: "the owner",
    Who.CLEANER: "the cleaner",
    Who.OTHER: "any other member",
    Who.PARTY: "owner or cleaner",
}
HEAD = """\
# The states of a job

Made from the table of moves in `phresh_tui/market/moves.py`, which the database holds as well (`public.moves`), and
decides by. `make docs-images` writes this page.
"""


def diagram() -> str:
    """The states and the moves between them, in Mermaid; moves that lead the same way share an arrow."""
    arrows: dict[tuple[Status, Status], list[str]] = {}
    for move in MOVES:
        arrows.setdefault((move.before, move.after), []).append(move.name)
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> open: post"]
    lines += [f"    {before} --> {after}: {', '.join(names)}" for (before, after), names in arrows.items()]
    # nobody moves it: it is worked out when the job is read
    lines.append(f"    {Status.DONE} --> {Status.CONFIRMED}: after seven days")
    lines += [f"    {state} --> [*]" for state in (Status.CONFIRMED, Status.CANCELLED)]
    return "\n".join([*lines, "```"])


def table() -> str:
    """Every move with its states and who may make it."""
    lines = ["| move | from | to | who |", "|---|---|---|---|", "| post | | open | any member |"]
    lines += [f"| {move.name} | {move.before} | {move.after} | {WHO[move.who]} |" for move in MOVES]
    return "\n".join(lines)


def page() -> str:
    """The whole page."""
    return f"{HEAD}\n{diagram()}\n\n{table()}\n"


def main() -> None:
    """Writes docs/states.md, when it is out of date."""
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
        PAGE.write_text(page(), encoding="utf-8")
        sys.stdout.write(f"{PAGE.name}\n")


if __name__ == "__main__":
    main()
