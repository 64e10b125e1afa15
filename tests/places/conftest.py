"""The apps of the screens' tests."""

from tests.tui.conftest import drive

__all__ = ["drive"]
