"""Driving the program, and reading what it shows."""

from __future__ import annotations

import asyncio
import io

from rich.console import Console
from textual.pilot import Pilot

from phresh_tui.tui.app import PhreshApp
from phresh_tui.tui.screens.browse import BrowseScreen
from phresh_tui.tui.widgets.detail import JobDetail
from phresh_tui.tui.widgets.job_list import JobList

# seconds that a test waits for what it wants to see, on a machine that is busy with other things
PATIENCE = 30.0


class Driver:
    """A person at the keyboard: presses keys, waits until the screen says something, reads it."""

    def __init__(self, app: PhreshApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot
        # what went wrong and was told, where that is kept
        self.errors: list[str] = []

    @property
    def text(self) -> str:
        """The whole screen, as a terminal would show it."""
        width, height = self.app.size
        console = Console(width=width, height=height, file=io.StringIO(), force_terminal=False, legacy_windows=False)
        with console.capture() as capture:
            console.print(self.app.screen._compositor.render_update(full=True), end="")
        return capture.get()

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def footer(self) -> str:
        return self.lines[-1]

    @property
    def jobs(self) -> JobList:
        """The list on the screen."""
        shown = self._lists
        assert shown, f"no list on the screen:\n{self.text}"
        return shown[0]

    @property
    def _lists(self) -> list[JobList]:
        return [jobs for jobs in self.app.screen.query(JobList) if jobs.display and jobs.region.height]

    @property
    def details(self) -> list[JobDetail]:
        """What shows one job in full, also behind a dialog."""
        return [detail for screen in self.app.screen_stack for detail in screen.query(JobDetail)]

    @property
    def selected(self) -> str | None:
        """The name of the job under the cursor; None while there is no list to be seen."""
        shown = self._lists
        job = shown[0].selected if shown else None
        return job.name if job else None

    @property
    def is_counted(self) -> bool:
        """Whether every list knows exactly how many jobs it has."""
        lists = [jobs for screen in self.app.screen_stack for jobs in screen.query(JobList)]
        return all(jobs.total is not None and jobs.total.exact for jobs in lists)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        if self.app.key_order.is_any_waiting:
            # one that came while the one before it was still told around
            await self.until(lambda: not self.app.key_order.is_any_waiting, "its turn")
            await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Pastes nothing: every character is a key press."""
        names = {" ": "space", "\n": "enter", "\t": "tab"}
        await self.press(*(names.get(character, character) for character in text))

    async def see(self, *texts: str, seconds: float = PATIENCE) -> None:
        """Waits until all of the texts stand on the screen."""
        await self.until(lambda: all(text in self.text for text in texts), f"to see {texts}", seconds)

    async def see_behind_messages(self, *texts: str) -> None:
        """Like `see`, for what a message that goes away by itself would cover for seconds."""

        def seen() -> bool:
            self.app.clear_notifications()
            return all(text in self.text for text in texts)

        await self.until(seen, f"to see {texts}")

    async def not_see(self, text: str, seconds: float = PATIENCE) -> None:
        """Waits until a text is gone."""
        await self.until(lambda: text not in self.text, f"{text!r} to go", seconds)

    async def until(self, condition: object, what: str = "it", seconds: float = PATIENCE) -> None:
        assert callable(condition)
        deadline = asyncio.get_running_loop().time() + seconds
        while not condition():
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"waited in vain for {what}:\n{self.text}")
            await self.pilot.pause(0.02)

    async def browsing(self) -> BrowseScreen:
        """Waits for the open jobs to be there."""
        await self.until(
            lambda: (
                isinstance(self.app.screen, BrowseScreen)
                and self.app.screen.is_mounted
                and self.app.screen.jobs.is_loaded
            ),
            "the open jobs",
        )
        screen = self.app.screen
        assert isinstance(screen, BrowseScreen)
        await self.see("open job")
        return screen
