"""The themes that were made for this program, and which one is worn.

Text in each of them has a contrast of 4.5 and more on every ground that it stands on. No state is
told by colour alone, so the four differ in taste and in what eyes need, not in what they say.
"""

from __future__ import annotations

from textual.theme import Theme

from phresh_tui.preferences import Preferences
from phresh_tui.tui.memory import remembered_look

DARK = Theme(
    name="phresh-dark",
    primary="#7fd1c0",
    secondary="#9db8ff",
    accent="#f2c56b",
    warning="#f0b54a",
    error="#ff8f8f",
    success="#8fe3a1",
    foreground="#e4ebf0",
    background="#11171d",
    surface="#161e26",
    variables={"text-muted": "#b3c1cc"},
    panel="#22303b",
    dark=True,
)
LIGHT = Theme(
    name="phresh-light",
    primary="#0b5f56",
    secondary="#1c4fb8",
    accent="#7a3e00",
    warning="#ffd27a",
    error="#9f1616",
    success="#12592b",
    foreground="#15201c",
    background="#f4f8f6",
    surface="#fcfefd",
    variables={"text-muted": "#46564f", "text-warning": "#7a4a00"},
    panel="#dbe8e2",
    dark=False,
)
# nothing between black and white but four plain colours
CONTRAST = Theme(
    name="phresh-high-contrast",
    primary="#ffff00",
    secondary="#00ffff",
    accent="#00ffff",
    warning="#ffff00",
    error="#ffb0b0",
    success="#b0ffb0",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#262626",
    text_alpha=1.0,
    variables={"text-muted": "#e0e0e0"},
    dark=True,
)
# blue and orange, which every common kind of colour blindness tells apart; no red beside green
COLOUR_BLIND = Theme(
    name="phresh-colour-blind",
    primary="#6bbcf0",
    secondary="#d9a6c9",
    accent="#f0e442",
    warning="#f0c24b",
    error="#ffa057",
    success="#6bbcf0",
    foreground="#e8eaed",
    background="#14161a",
    surface="#191c22",
    variables={"text-muted": "#b0b7c2"},
    panel="#282d36",
    dark=True,
)
OWN = (DARK, LIGHT, CONTRAST, COLOUR_BLIND)
# what is remembered when the terminal's own background is to decide
FOLLOW = "follow the terminal"


def theme_for(look: str, terminal_is_dark: bool | None) -> str:
    """The name of the theme for a choice; a terminal that does not say counts as dark."""
    if look in ("", FOLLOW):
        return LIGHT.name if terminal_is_dark is False else DARK.name
    return look


def chosen_look(preferences: Preferences) -> str:
    """What the member has chosen: in the file, else the last time in the program, else to follow the terminal."""
    return preferences.theme or remembered_look() or FOLLOW
