"""What the tests of the command line share."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from phresh_tui.database.embedded import EmbeddedServer


@pytest.fixture
def empty_folder(public_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for an embedded server, configured, in which there is nothing yet."""
    folder = Path(tempfile.mkdtemp(prefix="empty ", dir=public_folder))
    folder.chmod(0o711)
    monkeypatch.setenv("PHRESH_DATA_DIR", str(folder))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def running_folder(public_folder: Path) -> Iterator[Path]:
    """The folder of an embedded server that runs all the time, so that no command has to start one."""
    folder = Path(tempfile.mkdtemp(prefix="running ", dir=public_folder))
    folder.chmod(0o711)
    server = EmbeddedServer(folder)
    server.start()
    try:
        yield folder
    finally:
        server.leave()


@pytest.fixture
def embedded(running_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An embedded server, configured; what other tests have put into it is still there."""
    monkeypatch.setenv("PHRESH_DATA_DIR", str(running_folder))
    return running_folder
