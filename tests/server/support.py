"""What the tests of the server's side share."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
# each in one of the ways that break addresses, shells, SQL or files of settings
NASTY_PASSWORDS = [
    "@:/?#%+& \"'\\ü漢",
    "p@ss:w/rd?x=1&y=2#z",
    "100%",
    "%40%2F",
    "a+b c",
    "\\\\back\\slash",
    "'single' and \"double\"",
    "$HOME ${HOME} `id` $(id)",
    "[::1]",
    "漢字カタカナüñí",
    "=;,|<>*~^{}!",
    "p" * 300,
]
