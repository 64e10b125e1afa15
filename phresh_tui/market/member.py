"""Members: their handles, and the logins that belong to them."""

from __future__ import annotations

import re

from phresh_tui.market.errors import HandleInvalid

HANDLE = r"[a-z][a-z0-9_]{2,30}"
LOGIN_PREFIX = "m_"
# what jobs from before there were members belong to
HOUSE_HANDLE = "phresh"
PASSWORD_LENGTH = 8


def check_handle(handle: str) -> str:
    """The handle, unchanged, when it has the form of one.

    Raises:
        HandleInvalid: with the first rule that it breaks.

    """
    if re.fullmatch(HANDLE, handle):
        return handle
    if not handle:
        why = "the field is empty"
    elif len(handle) < 3 or len(handle) > 31:
        why = f"this one has {len(handle)} {'character' if len(handle) == 1 else 'characters'}"
    elif not re.match(r"[a-z]", handle):
        why = "this one does not begin with a small letter"
    else:
        why = "this one has other characters in it"
    raise HandleInvalid(
        "a handle has 3 to 31 small letters, digits and underscores, a letter first",
        why,
        "Change it",
        field="handle",
    )


def login_of(handle: str) -> str:
    """The role that a member connects as."""
    return LOGIN_PREFIX + handle


def handle_of(login: str) -> str:
    """The handle of a role, without its prefix."""
    return login.removeprefix(LOGIN_PREFIX)
