"""Makes the virtual environment .venv and installs phresh there, for the Makefile; a bare Python 3.11 runs it.

Two ``make`` in two terminals take turns here, or they would install over each other. What is installed is known by the
content of the two files that say it, not by their age: a checkout that was copied or changed back needs no network.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

VENV = Path(".venv")
PYTHON = VENV / "bin" / "python"
INPUTS = (Path("pyproject.toml"), Path("constraints.txt"))


def main(extra: str) -> int:
    """Installs what is missing.

    Args:
        extra: ``dev``, or nothing for the program alone.

    Returns:
        The exit code.

    """
    # the program comes with what the tests need
    stamps = [VENV / "installed", *([VENV / f"installed-{extra}"] if extra else [])]
    with INPUTS[0].open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _usable():
            print(f"Making a virtual environment in .venv with Python {sys.version.split()[0]}", flush=True)
            if subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=False).returncode != 0:
                print(
                    "python -m venv failed. On Debian and Ubuntu it is a package of its own: apt install python3-venv",
                    file=sys.stderr,
                )
                return 1
        wanted = _fingerprint()
        if stamps[-1].exists() and stamps[-1].read_text() == wanted:
            os.utime(stamps[-1])
            return 0
        what = "phresh and what it needs, about 60 MB" + (", and what its tests need" if extra else "")
        print(f"Installing {what} (once)", flush=True)
        package = f".[{extra}]" if extra else "."
        pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
        if subprocess.run([*pip, "-c", "constraints.txt", "-e", package], check=False).returncode != 0:
            print(
                "The installation failed; the reason is above. It needs a network this first time. "
                "Run make again to go on with it.",
                file=sys.stderr,
            )
            return 1
        # else its first start compiles it, and every start where Python may write nothing
        subprocess.run([str(PYTHON), "-m", "compileall", "-q", "phresh_tui"], check=False)
        for stamp in stamps:
            stamp.write_text(wanted)
    return 0


def _usable() -> bool:
    """Whether there is an environment whose Python runs and has pip: not so after an interruption, say."""
    try:
        asked = subprocess.run([str(PYTHON), "-m", "pip", "--version"], check=False, capture_output=True)
    except OSError:
        return False
    return asked.returncode == 0


def _fingerprint() -> str:
    content = b"\0".join(file.read_bytes() for file in INPUTS)
    # an editable installation points to where the checkout lay
    return hashlib.sha256(content + os.fsencode(Path.cwd())).hexdigest() + "\n"


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:] or [""]))
