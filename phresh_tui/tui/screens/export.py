"""What is listed goes into a file: in which form and where, and how far it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Input, Label, Static

from phresh_tui.market.export import Format
from phresh_tui.market.text import visible
from phresh_tui.tui.exporting import CALENDAR, Export, Progress, folder, free_name, run
from phresh_tui.tui.screens.dialog import Dialog
from phresh_tui.tui.screens.menu import Item, Menu
from phresh_tui.tui.widgets.box import Box
from phresh_tui.tui.widgets.choice import Choice
from phresh_tui.tui.workers import in_background

if TYPE_CHECKING:
    from phresh_tui.tui.app import PhreshApp


def ask_export(app: PhreshApp, found: Sequence[Export]) -> None:
    """Asks which when there are several, in which form and where, and writes the file behind the screens."""
    by_name = {export.name: export for export in found}

    def ask(name: str | None) -> None:
        if name is not None:
            export = by_name[name]

            def write(answer: tuple[str, Path] | None) -> None:
                if answer is not None:
                    in_background(app, partial(run, app, export, *answer), "export")

            app.push_screen(ExportDialog(export, f"phresh-{name}"), write)

    if len(found) > 1:
        app.push_screen(Menu("Export", [Item(export.name, export.what, export.name) for export in found]), ask)
    else:
        ask(found[0].name)


def _file(text: str) -> Path:
    """What was typed, from the folder that is named above it."""
    return folder() / Path(text).expanduser()


class ExportDialog(Dialog[tuple[str, Path]]):
    """Asks for the form and the file; gives both, or None."""

    BINDINGS = [
        Binding("escape", "leave", "Leave it"),
        Binding("enter,ctrl+s", "write", "Write"),
    ]
    AUTO_FOCUS = "Choice"

    def __init__(self, export: Export, stem: str) -> None:
        super().__init__()
        self._export = export
        self._stem = stem
        self._kinds = [str(kind) for kind in Format]
        self._labels = [kind.label for kind in Format]
        if export.calendar is not None:
            self._kinds.append(CALENDAR)
            self._labels.append("calendar (.ics)")
        self._proposed = ""

    def compose(self) -> ComposeResult:
        """Two lines."""
        with Box(f"Export {visible(self._export.what)}", "Enter writes · Esc leaves it"):
            yield Choice(self._labels, id="kind")
            where = "which your browser downloads" if self.app.is_web else f"in {visible(str(folder()))}"
            yield Label(Content(f"File, {where}"), classes="field")
            yield Input(id="file", compact=True)
            yield Label("", id="message", markup=False)

    def on_mount(self) -> None:
        """Proposes a file."""
        self._propose()

    @property
    def _kind(self) -> str:
        return self._kinds[self.query_one(Choice).index]

    @on(Choice.Changed)
    def _propose(self) -> None:
        """Another form has another ending; a name that was typed keeps its beginning."""
        box = self.query_one("#file", Input)
        if box.value == self._proposed:
            box.value = self._proposed = (
                f"{self._stem}.{self._kind}" if self.app.is_web else free_name(self._stem, self._kind).name
            )
        elif Path(box.value).suffix.removeprefix(".") in self._kinds:
            box.value = str(Path(box.value).with_suffix(f".{self._kind}"))
        self._say("")

    @on(Input.Changed)
    def _typed(self) -> None:
        self._say("")

    @on(Input.Submitted)
    def action_write(self) -> None:
        """Gives the answer, or says why there can be no such file."""
        text = self.query_one("#file", Input).value.strip()
        if wrong := self._wrong(text):
            self._say(f"✗ {wrong}")
            self.query_one("#file").focus()
        elif not self._answered:
            self.close((self._kind, Path(text) if self.app.is_web else _file(text)))

    def _wrong(self, text: str) -> str:
        if not text or "\0" in text:
            return "Type the name of a file."
        if self.app.is_web:
            return "Type a name without folders." if Path(text).name != text else ""
        try:
            file = _file(text)
            if file.is_dir():
                return "This is a folder. Type the name of a file in it."
            if file.exists():
                return f"There is such a file already. {free_name(self._stem, self._kind).name} is free."
            if not file.parent.is_dir():
                return f"There is no folder {visible(str(file.parent))}."
        except (OSError, RuntimeError) as error:
            # a name that is too long, a home that nobody has
            return f"There can be no such file: {getattr(error, 'strerror', None) or error}."
        return ""

    def _say(self, text: str) -> None:
        self.query_one("#message", Label).update(text)

    def action_leave(self) -> None:
        """Writes nothing."""
        self.close(None)


class ExportProgress(Dialog[None]):
    """How far a file is that takes longer than a moment."""

    BINDINGS = [Binding("escape", "stop", "Stop"), Binding("enter,q", "leave", "Go on behind")]

    def __init__(self, progress: Progress, stop: Callable[[], object]) -> None:
        super().__init__()
        self._progress = progress
        self._stop = stop

    def compose(self) -> ComposeResult:
        """One line."""
        hints = ("Esc stops it · Enter lets it go on behind", "Esc stops · Enter goes on behind")
        with Box(f"Writing {visible(self._progress.file.name)}", *hints):
            yield Static(id="progress", markup=False)

    def on_mount(self) -> None:
        """Looks ten times a second."""
        self._look()
        self.set_interval(0.1, self._look)

    def _look(self) -> None:
        self.query_one("#progress", Static).update(self._progress.words)
        if self._progress.is_over:
            self.close(None)

    def action_stop(self) -> None:
        """Takes away what was written."""
        self._stop()
        self.close(None)

    def action_leave(self) -> None:
        """The rest is written behind it, and told when it is there."""
        self.close(None)
