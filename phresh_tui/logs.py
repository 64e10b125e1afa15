"""The log file, in which no password ever stands."""

from __future__ import annotations

import logging
import re
from logging.handlers import RotatingFileHandler
from pathlib import Path
from urllib.parse import quote

from phresh_tui.paths import private_folder, state_folder

STARS = "********"
_URL_PASSWORD = re.compile(r"(\w+://[^\s:/@]*):[^\s@]*@")
_secrets: set[str] = set()


def keep_secret(password: str, *, public: tuple[str, ...] = ()) -> None:
    """From now on this password is starred out of everything that goes through `masked`, also in its URL form.

    Args:
        password: what must never be seen.
        public: names that are shown anyway (user, database, host): a password equal to one of them is starred out
            in URLs only, or every line would lose the name.

    """
    if len(password) >= 4 and password not in public:
        _secrets.update({password, quote(password, safe=""), quote(password)})


def masked(text: str) -> str:
    """The text with every known password, and every password in a URL, starred out."""
    for secret in sorted(_secrets, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", STARS, text)
    return _URL_PASSWORD.sub(rf"\1:{STARS}@", text)


class _MaskingFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def log_file() -> Path:
    """Where the log is: ``$XDG_STATE_HOME/phresh/phresh.log`` on Linux."""
    return state_folder() / "phresh.log"


def open_log(level: str = "INFO") -> None:
    """Sends what the program logs into the log file, at most 1 MB and one older file of that size.

    A log that cannot be written is no reason not to start: then nothing is logged.
    """
    logger = logging.getLogger("phresh")
    logger.propagate = False
    logger.setLevel(level)
    if logger.handlers:
        return
    try:
        file = log_file()
        private_folder(file.parent)
        handler: logging.Handler = RotatingFileHandler(file, maxBytes=1_000_000, backupCount=1, encoding="utf-8")
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(_MaskingFormatter("%(asctime)s %(levelname)s [%(process)d] %(message)s"))
    logger.addHandler(handler)
