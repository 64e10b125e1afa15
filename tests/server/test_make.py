"""`make`: which Python it takes, and that it does nothing twice. What installs for real is in test_soak.py."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.server.support import ROOT, by_hand

MAKE = shutil.which("make") or "make"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in a folder with a space, in which everything seems to be installed."""
    folder = tmp_path / "a checkout"
    (folder / ".venv" / "bin").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copyfile(ROOT / name, folder / name)
        os.utime(folder / name, (1, 1))
    (folder / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (folder / ".venv" / "installed").touch()
    (folder / ".venv" / "installed-dev").touch()
    return folder


def would_do(checkout: Path, *targets: str) -> list[str]:
    done = by_hand(MAKE, "-n", *targets, folder=checkout)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_when_all_is_installed_make_only_runs(checkout: Path) -> None:
    assert would_do(checkout, "run", "ARGS=jobs") == [".venv/bin/python -m phresh_tui jobs"]
    assert would_do(checkout, "test") == [".venv/bin/python -m pytest -n auto "]


def test_what_the_tests_need_is_installed_in_one_go(checkout: Path) -> None:
    for name in ("installed", "installed-dev"):
        (checkout / ".venv" / name).unlink()
    installing = [line for line in would_do(checkout, "test") if "scripts/install.py" in line]
    assert [line.endswith("scripts/install.py dev") for line in installing] == [True]


@pytest.mark.parametrize("changed", ["pyproject.toml", "constraints.txt"])
def test_when_the_requirements_have_changed_make_installs_again(checkout: Path, changed: str) -> None:
    (checkout / changed).touch()
    os.utime(checkout / ".venv" / "installed", (2, 2))
    os.utime(checkout / ".venv" / "installed-dev", (2, 2))
    assert any("scripts/install.py" in line for line in would_do(checkout, "run"))
    assert any("scripts/install.py dev" in line for line in would_do(checkout, "test"))


def test_when_the_environment_does_not_run_any_more_make_makes_it_anew(checkout: Path) -> None:
    python = checkout / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3")
    assert any("scripts/install.py" in line for line in would_do(checkout, "run"))


def folder_of_pythons(checkout: Path, **pythons: bool) -> str:
    """A PATH with these Pythons and nothing else; False stands for one that is too old or does not run."""
    folder = checkout / "bin"
    folder.mkdir()
    for tool in ("sh", "echo", "test"):
        found = shutil.which(tool)
        assert found
        (folder / tool).symlink_to(found)
    for name, fits in pythons.items():
        file = folder / name.replace("_", ".")
        file.write_text("#!/bin/sh\n" + (f'exec "{sys.executable}" "$@"\n' if fits else "exit 1\n"))
        file.chmod(0o755)
    return str(folder)


@pytest.mark.parametrize(
    ("pythons", "chosen"),
    [
        ({"python3_13": True, "python3": True}, "python3.13"),
        ({"python3_14": False, "python3_11": True}, "python3.11"),
        ({"python3_12": False, "python3": False, "python": True}, "python"),
    ],
)
def test_the_newest_python_that_runs_is_taken(checkout: Path, pythons: dict[str, bool], chosen: str) -> None:
    path = folder_of_pythons(checkout, **pythons)
    (checkout / ".venv" / "installed").unlink()
    done = by_hand(MAKE, "-n", "run", folder=checkout, variables={"PATH": path})
    assert f"{chosen} scripts/install.py" in done.stdout.splitlines()


def test_without_a_python_make_says_what_is_missing(checkout: Path) -> None:
    path = folder_of_pythons(checkout, python3=False)
    (checkout / ".venv" / "installed").unlink()
    done = by_hand(MAKE, "run", folder=checkout, variables={"PATH": path})
    assert done.returncode != 0
    assert "phresh needs Python 3.11 or later, and none was found" in done.stderr
    assert "make run PYTHON=" in done.stderr


def test_what_needs_long_is_left_to_make_soak(checkout: Path) -> None:
    assert would_do(checkout, "soak") == ["SOAK=1 .venv/bin/python -m pytest -n 2 --dist loadgroup -m soak "]
    collect = (sys.executable, "-m", "pytest", "--collect-only", "tests/server/test_soak.py")
    # pytest's exit code for "no tests were collected"
    assert by_hand(*collect, folder=ROOT).returncode == 5
    assert by_hand(*collect, "-m", "soak", folder=ROOT).returncode == 0
