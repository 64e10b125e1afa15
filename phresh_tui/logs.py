"""The log file, in which no password ever stands."""

from __future__ import annotations

import json
import logging
import re
from logging.handlers import RotatingFileHandler
from pathlib import Path
from urllib.parse import quote, quote_plus

from phresh_tui.market.errors import PhreshError
from phresh_tui.paths import private_folder, state_folder

STARS = "********"
# up to the last @: an unescaped one in the password would leave the rest of it in view; and no \w+ before the ://, or a
# long line would take time with the square of its length
_URL_PASSWORD = re.compile(r"(://[^\s:/@]*):\S*@")
_PASSWORD_OPTION = re.compile(r"(?i)(\bpassword=)[^\s&]+")
# a password of so many characters is starred out wherever it stands, also glued to other letters; a plain word, which
# may be part of harmless longer ones, only when it has so many
DISTINCTIVE = 8
DISTINCTIVE_WORD = 16
# whose tracebacks may hold an address, and who would write them over the screen
LOGGERS = ("phresh", "asyncio")
_secrets: dict[str, str] = {}


def keep_secret(password: str, *, public: tuple[str, ...] = ()) -> None:
    """From now on this password is starred out of everything that goes through `masked`, however it is written.

    Args:
        password: what must never be seen.
        public: names that are shown anyway (user, database, host): a password equal to one of them is starred out
            in URLs only, or every line would lose the name.

    """
    if len(password) < 4 or password in public:
        return
    is_word = password.isascii() and password.isalpha()
    anywhere = len(password) >= (DISTINCTIVE_WORD if is_word else DISTINCTIVE)
    # as an address, a repr, JSON and SQL write it
    spellings = {password, quote(password, safe=""), quote(password), quote_plus(password), password.replace("'", "''")}
    spellings |= {repr(password)[1:-1], ascii(password)[1:-1], json.dumps(password)[1:-1]}
    for spelling in spellings:
        _secrets[spelling] = re.escape(spelling) if anywhere else rf"(?<!\w){re.escape(spelling)}(?!\w)"


def masked(text: str) -> str:
    """The text with every known password, and every password in a URL, starred out."""
    text = _URL_PASSWORD.sub(rf"\1:{STARS}@", text)
    for secret in sorted(_secrets, key=len, reverse=True):
        text = re.sub(_secrets[secret], STARS, text)
    return _PASSWORD_OPTION.sub(rf"\1{STARS}", text)


class _MaskingFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def log_file() -> Path:
    """Where the log is: ``$XDG_STATE_HOME/phresh/phresh.log`` on Linux."""
    return state_folder() / "phresh.log"


class _Quiet(RotatingFileHandler):
    """A full disk must not draw a traceback over the screen, as logging does by default."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging's own name
        pass


def open_log(level: str = "INFO") -> None:
    """Sends what the program logs into the log file, at most 1 MB and one older file of that size.

    A log that cannot be written is no reason not to start: then nothing is logged.
    """
    try:
        file = log_file()
        private_folder(file.parent)
        handler: logging.Handler = _Quiet(file, maxBytes=1_000_000, backupCount=1, encoding="utf-8")
    except (OSError, RuntimeError):
        # a RuntimeError says that there is no home folder
        handler = logging.NullHandler()
    handler.setFormatter(_MaskingFormatter("%(asctime)s %(levelname)s [%(process)d] %(message)s"))
    for name in LOGGERS:
        logger = logging.getLogger(name)
        for old in logger.handlers[:]:
            logger.removeHandler(old)
            old.close()
        logger.propagate = False
        logger.addHandler(handler)
    logging.getLogger("phresh").setLevel(level)
    logging.getLogger("asyncio").setLevel(logging.WARNING)


def unexpected(error: Exception) -> PhreshError:
    """Writes the traceback into the log, and makes an error that says where it is."""
    logging.getLogger("phresh").error("Unexpected error", exc_info=error)
    return PhreshError(
        "something unexpected happened",
        f"{type(error).__name__}: {error}".rstrip(": "),
        f"The details are in {log_file()}; please report them",
    )


class LogStream:
    """Writes what would be printed of a crash into the log, where passwords are starred out."""

    encoding = "utf-8"

    def write(self, text: str) -> int:
        """One line or more."""
        if text.strip():
            logging.getLogger("phresh").error("%s", text.rstrip())
        return len(text)

    def flush(self) -> None:
        """Nothing waits."""

    def isatty(self) -> bool:
        """It is none."""
        return False
