"""Who one is when one does not want to say: the name of the account on this computer, or a friendly one."""

from __future__ import annotations

import getpass
import random
import re
import unicodedata
from collections.abc import Collection

from phresh_tui.market.errors import BadInput
from phresh_tui.market.member import HOUSE_HANDLE, check_handle

# accounts that are nobody's name
SYSTEM = frozenset({
    HOUSE_HANDLE, "admin", "administrator", "app", "daemon", "debian", "docker", "ec2_user", "embedded_postgres",
    "guest", "nobody", "postgres", "root", "runner", "service", "system", "test", "ubuntu", "user", "vagrant",
    "www_data",
})  # fmt: skip
FIRST = ("bright", "calm", "clever", "gentle", "happy", "kind", "lucky", "quick", "quiet", "sunny", "tidy", "wise")
SECOND = ("badger", "beaver", "finch", "fox", "hare", "heron", "lynx", "otter", "owl", "robin", "seal", "wren")


def own_name(taken: Collection[str] = ()) -> str:
    """The account's name as a handle; a friendly one, which nobody has, when it is no person's or no handle.

    Args:
        taken: handles that a friendly one may not be.

    """
    try:
        plain = unicodedata.normalize("NFKD", getpass.getuser().lower()).encode("ascii", "ignore").decode()
        name = check_handle(re.sub(r"[^a-z0-9_]", "_", plain))
    except (OSError, KeyError, BadInput):
        name = ""
    return name if name and name not in SYSTEM else friendly_name(taken)


def friendly_name(taken: Collection[str]) -> str:
    """Two words that nobody has as a handle yet, with a number when all of them are taken."""
    free = [name for first in FIRST for second in SECOND if (name := f"{first}_{second}") not in taken]
    if free:
        return random.choice(free)  # noqa: S311  nothing depends on it
    return f"{random.choice(FIRST)}_{random.choice(SECOND)}_{random.randrange(1000, 10_000)}"  # noqa: S311
