"""What a member likes: keys, sections, theme, notifications, in a TOML file of their own; nothing is needed.

Whoever knows more than this module checks more: the screens know the keys and the themes, the list its queries. They
tell what is wrong through `Preferences.error`, which names the file and the lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from phresh_tui.market.errors import ConfigurationError
from phresh_tui.market.search import Sort
from phresh_tui.paths import config_file

# where a value stands in the file: ("keys", "browse.claim"), ("sections", 0, "query")
Spot = tuple[str | int, ...]


class Section(NamedTuple):
    """A list of jobs that a member looks at often.

    Attributes:
        name: as it is shown.
        query: as it would be typed into the search box.
        sort: the order, or None for the one that was last chosen by hand.

    """

    name: str
    query: str = ""
    sort: str | None = None


class Preferences(NamedTuple):
    """What stands in the file, with the right types; a name or a query in it may still be none.

    Attributes:
        keys: from the id of an action, ``browse.claim``, to its keys as written, separated by commas.
        sections: in the order of the file.
        theme: its name, or None for the one that was chosen last.
        notifications: whether the terminal is asked to notify when something happens to one's jobs.
        file: where all this was read.
        text: what was read there.

    """

    keys: Mapping[str, str] = MappingProxyType({})
    sections: tuple[Section, ...] = ()
    theme: str | None = None
    notifications: bool = True
    file: Path = Path()
    text: str = ""

    def error(self, wrong: Iterable[tuple[Spot, str]]) -> ConfigurationError:
        """For values that cannot be used: each by where it stands, and what is wrong with it."""
        lines = sorted((_line_of(self.text, spot), why) for spot, why in wrong)
        return _error(self.file, [f"line {line}: {why}" for line, why in lines])


def load_preferences() -> Preferences:
    """Reads the member's file; without one everything is as it comes.

    Raises:
        ConfigurationError: when it is not TOML, or holds an unknown name or a value of a wrong type, with the lines.

    """
    file = config_file()
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Preferences(file=file)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else f"it is not UTF-8, from byte {error.start} on"
        raise ConfigurationError(f"{file} cannot be read", why or "", "Mend it or take it away") from None
    import tomllib

    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _error(file, [str(error)]) from None
    wrong = list(_wrong(content))
    if wrong:
        raise Preferences(file=file, text=text).error(wrong)
    return Preferences(
        keys=content.get("keys", {}),
        sections=tuple(Section(**section) for section in content.get("sections", ())),
        theme=content.get("theme"),
        notifications=content.get("notifications", True),
        file=file,
        text=text,
    )


def _wrong(content: Mapping[str, Any]) -> Iterable[tuple[Spot, str]]:
    """What has an unknown name or a wrong type."""
    types: dict[str, tuple[type[Any], str]] = {
        "keys": (dict, "a table"),
        "sections": (list, "a list of tables, [[sections]]"),
        "theme": (str, "a text"),
        "notifications": (bool, "true or false"),
    }
    for name, value in content.items():
        if name not in types:
            yield (name,), f"there is no {name}; known are {', '.join(types)}"
        elif not isinstance(value, types[name][0]):
            yield (name,), f"{name} is to be {types[name][1]}"
        elif name == "keys":
            for action, keys in value.items():
                if isinstance(keys, dict):
                    yield ("keys", action), f'a name with a dot goes into quotes: "{action}.{next(iter(keys), "…")}"'
                elif not isinstance(keys, str) or not keys.strip():
                    yield ("keys", action), f'the keys of {action} are to be a text such as "c" or "j,down"'
        elif name == "sections":
            for index, section in enumerate(value):
                yield from _wrong_in_section(index, section)


def _wrong_in_section(index: int, section: object) -> Iterable[tuple[Spot, str]]:
    if not isinstance(section, dict):
        yield ("sections",), "sections is to be a list of tables, [[sections]]"
        return
    names = Section.__annotations__
    for name, value in section.items():
        if name not in names:
            yield ("sections", index, name), f"a section has no {name}; known are {', '.join(names)}"
        elif not isinstance(value, str):
            yield ("sections", index, name), f"the {name} of a section is to be a text"
        elif name == "sort" and value not in list(Sort):
            yield ("sections", index, name), f"there is no order {value}; known are {', '.join(Sort)}"
    if not str(section.get("name", "")).strip():
        yield ("sections", index), "a section needs a name"


def _error(file: Path, problems: list[str]) -> ConfigurationError:
    return ConfigurationError(f"{file} cannot be used", "; ".join(problems), "Mend it or take it away")


def _line_of(text: str, spot: Spot) -> int:
    """The line on which a value begins, from 1: the first one with which the part of the file up to it holds it."""
    import tomllib

    lines = text.splitlines()
    before = 0
    for number in range(1, len(lines) + 1):
        try:
            found = tomllib.loads("\n".join(lines[:number]))
        except tomllib.TOMLDecodeError:
            # in the middle of a value of several lines
            continue
        if _holds(found, spot):
            break
        before = number
    return before + 1


def _holds(content: Any, spot: Spot) -> bool:  # noqa: ANN401  what TOML holds is of any type
    for name in spot:
        try:
            content = content[name]
        except (KeyError, IndexError, TypeError):
            return False
    return True
