"""Commands on the embedded PostgreSQL: no password, no server left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from tests.cli.support import COMMAND, called, phresh, phresh_process, servers_in
from tests.support import eventually

SECONDS = 60


async def test_the_first_commands_of_a_newcomer(empty_folder: Path) -> None:
    """On nothing at all: whoever is not there has to be made, and whoever is alone need not be named."""
    refused = (await phresh_process("mine", "--as", "ana")).failed(6, "phresh member add ana")
    # progress is for terminals
    assert refused.err.startswith("phresh: There is no member ana.")
    (await phresh_process("mine")).failed(6, "phresh member add")
    assert servers_in(empty_folder) == []
    (await phresh_process("member", "add", "ana")).ok()
    posted = (await phresh_process("post", "--name", "Wash the windows", "--price", "20")).ok()
    assert posted.err == "As @ana, who is the only member here.\n"
    (await phresh_process("member", "add", "ben")).ok()
    (await phresh_process("mine")).failed(6, "ana, ben", "--as HANDLE")
    (await phresh_process("claim", "1", "--as", "ben")).ok()
    mine = (await phresh_process("mine", environment={"PHRESH_MEMBER": "ana"})).ok()
    assert "claimed" in mine.out
    assert "@ben" in mine.out
    assert servers_in(empty_folder) == []


async def test_two_programs_that_start_at_once_on_nothing_both_come_up(empty_folder: Path) -> None:
    first, second = await asyncio.gather(
        phresh_process("member", "add", "ana", "--json"), phresh_process("member", "add", "ben", "--json")
    )
    assert first.ok().json == {"handle": "ana"}
    assert second.ok().json == {"handle": "ben"}
    assert servers_in(empty_folder) == []


MOMENTS: dict[str, Callable[[Path], bool]] = {
    "as the folder is made": lambda folder: (folder / "start.lock").exists(),
    # or just afterwards, when this process was not given its turn in between
    "while the data are made": lambda folder: any(folder.glob("postgres*/PG_VERSION")),
    "while the server starts": lambda folder: (folder / "postgres" / "postmaster.pid").exists(),
    "while it is migrated": lambda folder: any((folder / "postgres").glob(".s.PGSQL.*")),
}


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        *((moment, signal.SIGTERM) for moment in MOMENTS),
        ("while the server starts", signal.SIGINT),
        ("while it is migrated", signal.SIGHUP),
    ],
    ids=str,
)
async def test_a_signal_at_any_moment_ends_it_in_order(moment: str, number: signal.Signals, empty_folder: Path) -> None:
    process = await asyncio.create_subprocess_exec(*COMMAND, "jobs", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    await eventually(lambda: MOMENTS[moment](empty_folder), SECONDS)
    process.send_signal(number)
    # the impatient press it again, which must not break off the tidying up
    process.send_signal(number)
    _, err = await asyncio.wait_for(process.communicate(), SECONDS)
    assert process.returncode == 128 + number
    assert err == b""
    assert servers_in(empty_folder) == []
    if moment == "while the data are made":
        # and it starts as if nothing had been
        (await phresh("member", "add", "ana")).ok()


async def test_ctrl_c_on_a_terminal_reaches_all_programs_of_it_and_still_leaves_no_server(empty_folder: Path) -> None:
    with pexpect.spawn(COMMAND[0], [*COMMAND[1:], "jobs"], encoding="utf-8", timeout=SECONDS) as terminal:
        await eventually(lambda: (empty_folder / "postgres" / "postmaster.pid").exists(), SECONDS)
        terminal.sendintr()
        await asyncio.to_thread(terminal.expect, pexpect.EOF)
        shown = terminal.before
    assert terminal.exitstatus == 130, shown
    assert "Traceback" not in shown
    assert servers_in(empty_folder) == []


async def test_progress_is_shown_on_a_terminal_and_cleaned_up(empty_folder: Path) -> None:
    with pexpect.spawn(COMMAND[0], [*COMMAND[1:], "jobs"], encoding="utf-8", timeout=SECONDS) as terminal:
        await asyncio.to_thread(terminal.expect, pexpect.EOF)
        shown = terminal.before
    assert terminal.exitstatus == 0
    # making the data takes longer than the 0.3 seconds that nothing is said about
    assert "Making a database" in shown
    progress, _, rest = shown.rpartition("\r\x1b[K")
    assert progress
    assert rest.strip() == "There are no open jobs."


async def test_the_embedded_server_has_an_address_and_no_guests(
    embedded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await called("db", "url") == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("postgres://postgres@/phresh?host=")
    assert "only runs while phresh does" in shown.err
    assert await called("db", "guest") == 3
    assert "no guests" in capsys.readouterr().err
    assert servers_in(embedded)


async def test_members_of_the_embedded_server_need_no_password_and_the_operator_sees_them(
    embedded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await called("member", "add", "zoe") == 0
    assert await called("member", "add", "@yan") == 0
    capsys.readouterr()
    assert await called("member", "list") == 0
    assert {"yan", "zoe"} <= set(capsys.readouterr().out.split())
    assert await called("member", "add", "zoe") == 5
    assert "taken" in capsys.readouterr().err
    assert embedded.exists()


async def test_a_folder_that_cannot_be_used_is_an_error_in_three_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a file"
    file.touch()
    monkeypatch.setenv("PHRESH_DATA_DIR", str(file / "data"))
    assert await called("jobs") == 4
    shown = capsys.readouterr().err
    assert len(shown.splitlines()) == 3
    assert "PHRESH_DATA_DIR" in shown


def test_a_program_that_is_told_to_ignore_hangups_does(empty_folder: Path) -> None:
    """As nohup does: the signal is switched off before the program starts."""
    process = subprocess.Popen(
        [*COMMAND, "member", "add", "ana"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )
    while not (empty_folder / "start.lock").exists():
        assert process.poll() is None
        os.sched_yield()
    process.send_signal(signal.SIGHUP)
    out, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert out == b"Made the member @ana.\n"
