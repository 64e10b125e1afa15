"""The keys in force: those of the table of actions, and those that a member has put in their place.

Textual ignores an unknown id, and drops a binding without a word when another one is moved onto its key. So everything
is checked here before the program starts.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from textual.keys import Keys, _character_to_key, format_key

from phresh_tui.preferences import Preferences, Spot
from phresh_tui.tui.actions import ACTIONS, Action, meet

# as they are shown in the key line, the help and the palette
NAMES = {
    "slash": "/",  "question_mark": "?", "colon": ":", "comma": ",", "pagedown": "PgDn", "pageup": "PgUp",
    "escape": "Esc", "enter": "Enter", "up": "↑", "down": "↓", "left": "←", "right": "→", "home": "Home", "end": "End",
    "space": "Space", "tab": "Tab", "backspace": "Bksp", "delete": "Del", "exclamation_mark": "!",
}  # fmt: skip
MODIFIERS = {"ctrl", "shift", "alt", "super", "hyper", "meta"}


def checked_keymap(preferences: Preferences) -> dict[str, str]:
    """What Textual's `App.set_keymap` takes: the id of a binding, and its keys by their long names.

    Raises:
        ConfigurationError: for an id or a key that does not exist, and for a key that two actions would share.

    """
    ids = {action.binding_id: action for action in ACTIONS}
    keymap: dict[str, str] = {}
    wrong: list[tuple[Spot, str]] = []
    for name, written in preferences.keys.items():
        if name not in ids:
            wrong.append((("keys", name), f"there is no action {name}; docs/keys.md lists them"))
            continue
        keys = [_long_name(key) for key in written.split(",")]
        unknown = [key for key in keys if not _is_key(key)]
        wrong += [(("keys", name), f"{key or 'nothing between two commas'} is not a key") for key in unknown]
        if not unknown:
            keymap[name] = ",".join(dict.fromkeys(keys))
    wrong += _clashes(keymap)
    if wrong:
        raise preferences.error(wrong)
    return keymap


def keys_of(action: Action, keymap: Mapping[str, str]) -> str:
    """The keys in force for an action, separated by commas."""
    return keymap.get(action.binding_id, action.keys)


def key_names(keys: str) -> str:
    """Keys as people name them: ``j ↓``, ``^s``."""
    return " ".join(_name(key.strip()) for key in keys.split(","))


def _name(key: str) -> str:
    *modifiers, name = key.split("+")
    shown = NAMES.get(name) or (name if len(name) == 1 else format_key(name).capitalize())
    return "".join("^" if modifier == "ctrl" else f"{modifier}+" for modifier in modifiers) + shown


def _clashes(keymap: Mapping[str, str]) -> list[tuple[Spot, str]]:
    found: list[tuple[Spot, str]] = []
    for action in ACTIONS:
        if action.binding_id not in keymap:
            continue
        for other in ACTIONS:
            # of two that are both changed the later one in the table is reported
            if other is action or (other.binding_id in keymap and ACTIONS.index(other) > ACTIONS.index(action)):
                continue
            if not meet(action.where, other.where):
                continue
            shared = set(keys_of(action, keymap).split(",")) & set(keys_of(other, keymap).split(","))
            # keys that share a place as they come, as Tab does on My jobs, may go on sharing it
            shared -= set(action.keys.split(",")) & set(other.keys.split(","))
            found += [
                (("keys", action.binding_id), f"{key} is already {other.binding_id}, {other.label.lower()}")
                for key in sorted(shared)
            ]
    return found


def _long_name(key: str) -> str:
    key = key.strip()
    return _character_to_key(key) if len(key) == 1 else key


@cache
def _names() -> frozenset[str]:
    """Every key without modifiers that a keyboard may have."""
    return frozenset({key.value for key in Keys} | {_character_to_key(chr(code)) for code in range(32, 127)})


def _is_key(key: str) -> bool:
    *modifiers, name = key.split("+")
    # letters of other alphabets are on keyboards too
    return set(modifiers) <= MODIFIERS and (name in _names() or (len(name) == 1 and name.isalpha()))
