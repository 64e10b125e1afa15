"""`phresh` on a terminal: who it opens as, and how it ends."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.cli.support import called, servers_in
from tests.terminal import Terminal

LEAVES_THE_SCREEN = b"\x1b[?1049l"


async def test_as_opens_the_program_as_that_member(embedded: Path) -> None:
    assert await called("member", "add", "quin") == 0
    with Terminal("--as", "quin") as terminal:
        terminal.see("@quin", seconds=60)
        terminal.press("ctrl+q")
        assert terminal.end() == 0
    with Terminal(environment={"PHRESH_MEMBER": "quin"}) as terminal:
        terminal.see("@quin", seconds=60)
        terminal.press("ctrl+q")
        assert terminal.end() == 0
    assert servers_in(embedded)


def test_an_interrupt_from_elsewhere_leaves_the_terminal_and_the_server_in_order(empty_folder: Path) -> None:
    """On the screen Ctrl+C is a key; the signal itself comes from `kill -INT`."""
    with Terminal() as terminal:
        terminal.see("Who are you?", seconds=60)
        terminal.process.kill(signal.SIGINT)
        assert terminal.end() == 130
    assert LEAVES_THE_SCREEN in terminal.raw
    assert b"Traceback" not in terminal.raw
    assert servers_in(empty_folder) == []


def test_a_signal_while_the_program_tidies_up_does_not_break_it_off(empty_folder: Path) -> None:
    with Terminal() as terminal:
        terminal.see("Who are you?", seconds=60)
        terminal.process.kill(signal.SIGTERM)
        terminal.until(lambda: LEAVES_THE_SCREEN in terminal.raw, "the end of the screen")
        terminal.process.kill(signal.SIGTERM)
        assert terminal.end() == 143
    assert servers_in(empty_folder) == []


def test_a_handle_that_is_none_is_refused_before_the_screen_opens(embedded: Path) -> None:
    with Terminal("--as", "Not A Handle") as terminal:
        assert terminal.end() == 5
    assert LEAVES_THE_SCREEN not in terminal.raw
    assert "A handle has 3 to 31" in terminal.text
    assert servers_in(embedded)
