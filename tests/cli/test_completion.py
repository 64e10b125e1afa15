"""`phresh completion`: the Tab key in real shells."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess

import pytest

from phresh_tui.cli.arguments import SHELLS
from phresh_tui.cli.commands import COMMANDS
from tests.cli.support import COMMAND, called
from tests.terminal import Terminal

TAB = "\t"
# what is typed before Tab, and what then stands there
TYPED = (
    ("phresh comp", "phresh completion"),
    ("phresh --as ada cla", "phresh --as ada claim"),
    ("phresh db rol", "phresh db rollback"),
    ("phresh member li", "phresh member list"),
    ("phresh jobs --max", "phresh jobs --max-price"),
    ("phresh jobs --sort starts-", "phresh jobs --sort starts-latest"),
    ("phresh post --type dust", "phresh post --type dust_up"),
    ("phresh completion zs", "phresh completion zsh"),
)
START = {
    "bash": ("bash", "--norc", "--noprofile", "-i"),
    "zsh": ("zsh", "-f", "-i"),
    "fish": ("fish", "--no-config", "-i"),
}


def tab_completes(shell: str) -> None:
    """Turns completion on in a shell as the help says, and presses Tab."""
    program = shlex.join(COMMAND)
    before = {"zsh": "autoload -Uz compinit; compinit -u -D; "}.get(shell, "")
    turn_on = f"{program} completion fish | source" if shell == "fish" else f'eval "$({program} completion {shell})"'
    with Terminal(command=START[shell], size=(100, 40), environment={"PS1": "$ ", "COLUMNS": "100"}) as terminal:
        terminal.type(f"{before}{turn_on}; echo turned''on\r")
        terminal.see("turnedon", seconds=60)
        for typed, wanted in TYPED:
            # Ctrl+U empties the line
            terminal.type("\x15" + typed + TAB)
            terminal.see(wanted)


def installed(shell: str) -> str:
    """A shell that is not there is installed, where that is possible."""
    if shutil.which(shell) is None and shutil.which("apt-get") and os.geteuid() == 0:
        for step in (["update"], ["install", "-y", shell]):
            subprocess.run(["apt-get", "-qq", *step], check=False, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    assert shutil.which(shell), f"this needs {shell}; on Debian and Ubuntu: apt install {shell}"
    return shell


def test_tab_completes_in_bash() -> None:
    tab_completes("bash")


@pytest.mark.soak
# apt-get installs one thing at a time
@pytest.mark.xdist_group("apt")
@pytest.mark.parametrize("shell", [shell for shell in SHELLS if shell != "bash"])
def test_tab_completes_in_the_other_shells(shell: str) -> None:
    tab_completes(installed(shell))


@pytest.mark.parametrize("shell", SHELLS)
async def test_every_command_is_in_the_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert await called("completion", shell) == 0
    script = capsys.readouterr().out
    for command in COMMANDS:
        for word in command.words.split():
            if word.islower():
                assert word in script
