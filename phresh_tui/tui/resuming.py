"""A program that goes on (SIGCONT) without having been put aside by its own hand (SIGTSTP)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.driver import Driver


def resuming(driver: type[Driver]) -> type[Driver]:
    """The driver of a real terminal, made safe for a SIGCONT out of the blue; any other as it is.

    Textual starts it once more then. Two threads would read the same keyboard, split what a key sends between them, and
    one would wait for a key that never comes when the program is left. After `kill -STOP` nothing is to be started, but
    the shell may have written over the screen.
    """
    try:
        from textual.drivers.linux_driver import LinuxDriver
    except ImportError:
        # where there are no such terminals
        return driver
    if driver is not LinuxDriver:
        return driver

    class ResumingDriver(LinuxDriver):
        def _sigcont_application(self, *_: object) -> None:
            if self._must_signal_resume:
                super()._sigcont_application()
            else:
                self._app.call_later(self._app.refresh)

    return ResumingDriver
