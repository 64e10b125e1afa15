"""Where this platform keeps what belongs to a person: data, log, drafts, preferences and what is remembered."""

from __future__ import annotations

import os
from pathlib import Path

APP = "phresh"
# as root no home folder has to be opened for the server's own user
ROOT_DATA = Path("/var/lib/phresh")


def data_folder(configured: Path | None = None) -> Path:
    """Where the embedded PostgreSQL keeps its data.

    Args:
        configured: ``PHRESH_DATA_DIR``, which beats everything.

    Returns:
        ``$XDG_DATA_HOME/phresh`` on Linux, the platform's own place elsewhere, ``/var/lib/phresh`` as root.

    """
    if configured is not None:
        return configured.expanduser().absolute()
    if os.geteuid() == 0:
        return ROOT_DATA
    import platformdirs

    return Path(platformdirs.user_data_dir(APP))


def state_folder() -> Path:
    """Where the log, the drafts and the last handle lie: ``$XDG_STATE_HOME/phresh`` on Linux."""
    import platformdirs

    return Path(platformdirs.user_state_dir(APP))


def config_file() -> Path:
    """The file with a member's keys, sections and theme: ``$XDG_CONFIG_HOME/phresh/config.toml`` on Linux."""
    import platformdirs

    return Path(platformdirs.user_config_dir(APP)) / "config.toml"


def private_folder(folder: Path) -> Path:
    """The folder, made for its owner alone if it was not there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def write_private(file: Path, text: str) -> None:
    """Replaces a file at once, so that a crash leaves the old text or the new one; readable by its owner alone.

    Raises:
        OSError: when the disk is full or the folder cannot be written.

    """
    private_folder(file.parent)
    fresh = file.with_name(f"{file.name}.{os.getpid()}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    fresh.replace(file)
