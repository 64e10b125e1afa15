"""The tables of the papers that follow the code: keys, settings, exit codes, and what was measured.

`make docs-images` rewrites them between their marks in the pages, and docs/states.md with them; tests fail while they
differ.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import SecretStr

from phresh_tui.cli.parser import EXIT_CODES
from phresh_tui.settings import Settings, alias_of
from phresh_tui.tui.actions import ACTIONS, Where, actions_in
from scripts import docs_bench, docs_states

ROOT = Path(__file__).parent.parent
PAGES = tuple(ROOT / "docs" / f"{name}.md" for name in ("commands", "configuration", "keys", "benchmarks"))
PLACES: Mapping[Where, str] = {
    Where.PROGRAM: "Everywhere; those with Ctrl also in a text field",
    Where.EVERYWHERE: "On every screen; letters not in a text field",
    Where.LIST: "In every list of jobs",
    Where.MARKS: "In the lists of open and of my jobs",
    Where.MENU: "In every menu and short list",
    Where.READ: "In a text to read",
    Where.BROWSE: "Open jobs",
    Where.MINE: "My jobs",
    Where.POST: "The form",
    Where.SIGN_IN: "Signing in, where there are passwords",
    Where.OFFERS: "Offers on a job",
    Where.HISTORY: "History of a job",
    Where.REVIEW: "A review",
    Where.PLACES: "From place to place",
    Where.AGENDA: "Agenda",
    Where.INBOX: "Inbox",
    Where.PROFILE: "Profile",
    Where.MARKET: "Market",
}
KEY_NAMES = {
    "slash": "/",  "colon": ":", "question_mark": "?", "pagedown": "Page Down", "pageup": "Page Up", "escape": "Esc",
    "up": "↑", "down": "↓", "left": "←", "right": "→", "shift+tab": "Shift+Tab",
    "exclamation_mark": "!",
}  # fmt: skip


def key_name(key: str) -> str:
    """A key as it is printed on a keyboard: ``Ctrl+S``, ``Page Down``, ``j``."""
    if key.startswith("ctrl+"):
        return f"Ctrl+{key.removeprefix('ctrl+').upper()}"
    return KEY_NAMES.get(key, key if len(key) == 1 else key.capitalize())


def keys() -> str:
    """Every action of the screens with its keys, by place."""
    lines = ["| where | keys | what happens | name |", "|---|---|---|---|"]
    for place, title in PLACES.items():
        for action in actions_in(place):
            names = " ".join(f"`{key_name(key)}`" for key in action.keys.split(","))
            lines.append(f"| {title} | {names} | {action.help} | `{action.binding_id}` |")
    assert len(lines) == 2 + len(ACTIONS), "a place is missing"
    return "\n".join(lines)


def settings() -> str:
    """Every setting with its default and its sentence."""
    lines = ["| name | when blank | what it is |", "|---|---|---|"]
    for field, definition in Settings.model_fields.items():
        default = definition.default
        assert not isinstance(default, SecretStr)
        shown = "" if default is None else f"`{default:g}`" if isinstance(default, float) else f"`{default}`"
        lines.append(f"| `{alias_of(field)}` | {shown} | {definition.description} |")
    return "\n".join(lines)


def exit_codes() -> str:
    """What the command line exits with."""
    lines = ["| code | meaning |", "|---|---|"]
    lines += [f"| {code} | {meaning} |" for code, meaning in re.findall(r"^  (\d+) +(.+)$", EXIT_CODES, re.MULTILINE)]
    return "\n".join(lines)


TABLES: Mapping[str, Callable[[], str]] = {
    "keys": keys,
    "settings": settings,
    "exit codes": exit_codes,
    "cost": docs_bench.own,
    "others": docs_bench.others,
    "together": docs_bench.together,
    "machine": docs_bench.machine,
}


def filled(text: str) -> str:
    """A page with each of its tables as the code has it now.

    Raises:
        KeyError: for a mark that names no table.

    """
    return re.sub(
        r"(<!-- table: ([a-z ]+) -->).*?\n(<!-- end -->)",
        lambda found: f"{found[1]}\n\n{TABLES[found[2]]()}\n\n{found[3]}",
        text,
        flags=re.DOTALL,
    )


def main() -> None:
    """Rewrites the tables of the pages, and the states of a job."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        if filled(text) != text:
            page.write_text(filled(text), encoding="utf-8")
            sys.stdout.write(f"{page.name}\n")
    docs_states.main()


if __name__ == "__main__":
    main()
