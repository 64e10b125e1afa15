"""Long text in the editor that a person likes, and back."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from textual.app import App, SuspendNotSupported

from phresh_tui.market.errors import PhreshError

FALLBACKS = ("vi", "nano")


def edit_in_editor(app: App[Any], text: str) -> str:
    """Opens a text in $VISUAL or $EDITOR, over the whole terminal, until that is closed.

    Args:
        app: steps aside meanwhile.
        text: what the editor begins with.

    Returns:
        The text as it was saved, without the line end that editors put at the end of a file.

    Raises:
        PhreshError: when there is no editor, or it fails; the text is as it was.

    """
    command = _editor()
    folder = Path(tempfile.mkdtemp(prefix="phresh-"))
    file = folder / "text.md"
    try:
        file.write_text(text, encoding="utf-8")
        # Textual takes NO_COLOR out of the environment, for itself; the editor's colours are the person's too
        environment = {**os.environ, **({"NO_COLOR": "1"} if app.no_color else {})}
        try:
            with app.suspend():
                code = subprocess.run([*command, str(file)], env=environment, check=False).returncode
        except SuspendNotSupported:
            raise PhreshError("the editor cannot be opened", "this is no terminal of its own") from None
        except OSError as error:
            raise PhreshError(
                f"{command[0]} cannot be started", error.strerror or "", "Set EDITOR to the one that you like"
            ) from None
        if code:
            raise PhreshError(f"{command[0]} ended with {code}", "", "Your text is as it was")
        saved = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise PhreshError("the text cannot be handed to an editor", error.strerror or "") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return saved if text.endswith("\n") else saved.removesuffix("\n")


def _editor() -> list[str]:
    for name in ("VISUAL", "EDITOR"):
        try:
            if words := shlex.split(os.environ.get(name, "")):
                return words
        except ValueError:
            raise PhreshError(f"{name} cannot be read", "a quote is not closed", f"Change {name}") from None
    for name in FALLBACKS:
        if shutil.which(name):
            return [name]
    raise PhreshError("there is no editor", "neither VISUAL nor EDITOR is set", "Set EDITOR to the one that you like")
