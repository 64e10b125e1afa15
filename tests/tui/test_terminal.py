"""The installed program, started in a real terminal as a person would."""

from __future__ import annotations

import base64
import os
import pty
import select
import shlex
import signal
import subprocess
from pathlib import Path

import pytest

from phresh_tui.database.accounts import make_guest
from tests.support import PASSWORD, Market
from tests.terminal import PHRESH, Terminal

LEAVES_THE_SCREEN = b"\x1b[?1049l"
SHOWS_THE_CURSOR = b"\x1b[?25h"


@pytest.fixture
def embedded(public_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An embedded server of this test alone, from nothing."""
    folder = public_folder / f"terminal {tmp_path.name}"
    monkeypatch.setenv("PHRESH_DATA_DIR", str(folder))
    monkeypatch.setenv("PHRESH_REFRESH_SECONDS", "0.3")
    return folder


def server_runs(folder: Path) -> bool:
    return (folder / "postgres" / "postmaster.pid").exists()


def test_two_members_in_two_terminals_post_find_claim_and_undo(embedded: Path) -> None:
    with Terminal() as ada, Terminal() as bob:
        # both at once, on a folder where nothing is: each is told what takes its time, and both come up
        for terminal, handle in ((ada, "ada"), (bob, "bob")):
            terminal.see("Who are you?", seconds=60)
            terminal.type(handle)
            terminal.press("enter")
            terminal.see(f"@{handle}", "● connected", "No open jobs yet")
        ada.press("n")
        ada.see("Price per hour")
        ada.type("Wash the windows\tAll six\t\t20,50")
        ada.see("= $20.50 per hour")
        ada.press("ctrl+s")
        ada.see("is posted")
        bob.see("1 open job ", "Wash the windows")
        bob.press("/")
        bob.type("WINDOW")
        bob.see("1 open job ", "“WINDOW”")
        bob.press("enter", "c")
        bob.see("Claim “Wash the windows” for $20.50/h from @ada?")
        bob.press("y")
        bob.see("is yours")
        ada.see("claimed by @bob", "0 open jobs")
        bob.press("u")
        bob.see("is open again")
        ada.see("1 open job ")
        bob.press("c")
        bob.see("Claim “Wash the windows”")
        bob.press("y")
        bob.see("claimed by you")
        bob.press("m", "tab", "tab")
        bob.see("[Claimed 1]", "Wash the windows")
        bob.press("q")
        assert bob.end() == 0
        assert server_runs(embedded), "the other one still needs it"
        ada.press("ctrl+c")
        assert ada.end() == 0
    assert not server_runs(embedded), "the last one stops it"
    for terminal in (ada, bob):
        assert LEAVES_THE_SCREEN in terminal.raw
        assert terminal.raw.rindex(SHOWS_THE_CURSOR) > terminal.raw.rindex(b"\x1b[?25l")


def test_the_second_start_finds_everything_as_it_was(embedded: Path, home: Path) -> None:
    with Terminal() as first:
        first.see("Who are you?", seconds=60)
        first.type("ada")
        first.press("enter")
        first.see("No open jobs yet")
        first.press("n")
        first.type("Half typed")
        first.see("Half typed")
        drafts = home / "state" / "phresh"
        first.until(lambda: any("Half typed" in f.read_text() for f in drafts.rglob("*.json")), "the draft on the disk")
        # not even a goodbye
        first.process.kill(signal.SIGKILL)
    with Terminal() as second:
        second.see("Who are you?", "ada", seconds=60)
        second.press("enter")
        second.see("No open jobs yet")
        second.press("n")
        second.see("Your draft is here again", "Half typed")
        second.press("ctrl+q")
        assert second.end() == 0
    assert not server_runs(embedded)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["SIGTERM", "SIGHUP"])
def test_a_signal_leaves_terminal_and_server_in_order(embedded: Path, number: signal.Signals) -> None:
    with Terminal() as terminal:
        terminal.see("Who are you?", seconds=60)
        terminal.process.kill(number)
        assert terminal.end() == 128 + number
    assert LEAVES_THE_SCREEN in terminal.raw
    assert b"Traceback" not in terminal.raw
    assert not server_runs(embedded)


def test_a_copy_goes_to_the_terminal_and_to_the_desktop(
    embedded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a desktop's program for its clipboard, as Wayland has one
    copied = tmp_path / "copied"
    for name in ("wl-copy", "wl-paste"):
        (tmp_path / name).write_text(f'#!/bin/sh\necho "no such display" >&2\ncat > "{copied}"\n')
        (tmp_path / name).chmod(0o755)
    for name in ("SSH_CONNECTION", "SSH_TTY"):
        monkeypatch.delenv(name, raising=False)
    path = f"{tmp_path}:{os.environ['PATH']}"
    with Terminal("--as", "ada", environment={"WAYLAND_DISPLAY": "wayland-0", "PATH": path}) as terminal:
        terminal.see("Enter makes one", seconds=60)
        terminal.press("enter")
        terminal.see("No open jobs yet")
        terminal.press("n")
        terminal.type("Wash – 窓\t\t\t9")
        terminal.press("ctrl+s")
        terminal.see("is posted", "1 open job")
        terminal.press("y")
        terminal.see("number", "everything that is stored")
        terminal.press("2")
        terminal.see("Copied: Wash – 窓")
        assert b"\x1b]52;c;" + base64.b64encode("Wash – 窓".encode()) in terminal.raw
        terminal.until(lambda: copied.exists() and copied.read_text() == "Wash – 窓", "the desktop's clipboard")
        assert b"no such display" not in terminal.raw


def test_a_terminal_that_vanishes_without_a_signal_ends_the_program(embedded: Path) -> None:
    # it is not the one that controls the session, so nothing tells the program
    mine, its = pty.openpty()
    process = subprocess.Popen(PHRESH, stdin=its, stdout=its, stderr=its, start_new_session=True)
    os.close(its)
    seen = b""
    while b"Who are you?" not in seen:
        assert select.select([mine], [], [], 60)[0], f"nothing more came after {seen!r}"
        seen += os.read(mine, 65536)
    os.close(mine)
    try:
        assert process.wait(30) == 128 + signal.SIGHUP
    finally:
        process.kill()
    assert not server_runs(embedded)


def test_a_program_that_is_stopped_and_continued_goes_on_as_it_was(embedded: Path) -> None:
    with Terminal("--as", "ada") as terminal:
        terminal.see("Enter makes one", seconds=60)
        terminal.press("enter")
        terminal.see("No open jobs yet")
        threads = Path(f"/proc/{terminal.process.pid}/task")
        before = len(list(threads.iterdir())) if threads.exists() else 0
        for number in (signal.SIGCONT, signal.SIGSTOP, signal.SIGCONT):
            terminal.raw = b""
            terminal.process.kill(number)
            if number == signal.SIGCONT:
                terminal.until(lambda: bool(terminal.raw), "the screen to be painted again")
        # more of them would read the same keyboard
        assert not before or len(list(threads.iterdir())) <= before
        terminal.press("n")
        terminal.see("Price per hour")
        terminal.type("All of it")
        terminal.see("All of it")
        terminal.press("ctrl+q")
        assert terminal.end() == 0


@pytest.mark.parametrize("starts", ["", "sh -c"], ids=["by itself", "by another program"])
def test_ctrl_z_goes_back_to_the_shell_and_fg_paints_everything_again(embedded: Path, starts: str) -> None:
    shell = ("bash", "--norc", "--noprofile", "-i")
    with Terminal(command=shell, environment={"PS1": "shell> "}) as terminal:
        command = shlex.join([*PHRESH, "--as", "ada"])
        # one that waits for it, as make does
        terminal.process.send(f"{starts} {shlex.quote(command + '; true')}\r" if starts else command + "\r")
        terminal.see("Enter makes one", seconds=60)
        terminal.press("enter")
        terminal.see("No open jobs yet", "q Quit")
        for _ in range(2):
            terminal.raw = b""
            terminal.press("ctrl+z")
            terminal.see("Stopped")
            assert LEAVES_THE_SCREEN in terminal.raw
            assert SHOWS_THE_CURSOR in terminal.raw
            terminal.process.send("clear; echo $((40 + 2)) is here\r")
            terminal.see("42 is here")
            terminal.process.send("fg\r")
            terminal.see("phresh · Browse", "● connected", "No open jobs yet", "q Quit")
        terminal.press("n")
        terminal.see("Price per hour")
        terminal.raw = b""
        terminal.press("ctrl+q")
        terminal.until(lambda: b"shell> " in terminal.raw, "the shell to ask again")
        terminal.process.send("clear; echo $((50 + 3)) is here\r")
        terminal.see("53 is here")


def test_without_a_shell_ctrl_z_says_so(embedded: Path) -> None:
    with Terminal("--as", "ada") as terminal:
        terminal.see("Enter makes one", seconds=60)
        terminal.press("enter")
        terminal.see("No open jobs yet")
        terminal.press("ctrl+z")
        terminal.see("There is no shell to go back to")
        terminal.press("n")
        terminal.see("Price per hour")
        terminal.press("ctrl+q")
        assert terminal.end() == 0


async def test_over_tcp_with_passwords_members_come_through_the_guests_door(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = await make_guest(market.operator_tcp)
    monkeypatch.setenv("POSTGRES_USER", guest.user)
    monkeypatch.setenv("POSTGRES_PASSWORD", guest.password or "")
    monkeypatch.setenv("POSTGRES_SERVER", guest.host)
    monkeypatch.setenv("POSTGRES_PORT", str(guest.port))
    monkeypatch.setenv("POSTGRES_DB", guest.database)
    with Terminal() as terminal:
        terminal.see("Ctrl+N if you are new here")
        terminal.press("ctrl+n")
        terminal.see("Password again")
        terminal.type(f"dora\t{PASSWORD}\t{PASSWORD}")
        terminal.press("enter")
        terminal.see("@dora", "● connected", "No open jobs yet. ".strip())
        command = Path(f"/proc/{terminal.process.pid}/cmdline")
        if command.exists():
            assert PASSWORD.encode() not in command.read_bytes()
        terminal.press("n")
        terminal.see("Price per hour")
        terminal.type("Over the wire\t\t\t9")
        terminal.press("ctrl+s")
        terminal.see("is posted")
        terminal.press("q")
        assert terminal.end() == 0
    assert PASSWORD.encode() not in terminal.raw
    rows = await market.psql("select name, owner from cleanings")
    assert [tuple(row) for row in rows] == [("Over the wire", "m_dora")]


def test_a_server_that_cannot_be_reached_is_named_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody:a-secret-word@127.0.0.1:1/nowhere")
    with Terminal() as terminal:
        code = terminal.end(seconds=10)
    assert code == 4
    assert "127.0.0.1" in terminal.text
    assert "a-secret-word" not in terminal.text
    assert b"Traceback" not in terminal.raw


def test_what_is_typed_in_one_burst_arrives_where_it_belongs(embedded: Path) -> None:
    """As over a slow line: a key that opens something, and at once what belongs into it."""
    with Terminal("--as", "ada") as terminal:
        terminal.see("There is no member @ada yet", seconds=60)
        terminal.press("enter")
        terminal.see("No open jobs yet")
        terminal.process.send("/quick/slow")
        terminal.see("Nothing fits “quick/slow”")
        terminal.press("escape")
        terminal.see("No open jobs yet")
        terminal.process.send("nquick clean?\t\t\t20")
        terminal.see("quick clean?", "= $20.00 per hour")
        terminal.press("ctrl+s")
        terminal.see("“quick clean?” is posted")
        terminal.process.send("q")
        assert terminal.end() == 0
