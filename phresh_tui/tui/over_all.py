"""What can be done over every screen, and what it is told in."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, cast

from rich.console import RenderableType
from textual import events
from textual.actions import SkipAction
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.command import Provider
from textual.screen import Screen

from phresh_tui.database.session import Link, Session
from phresh_tui.market.errors import DatabaseUnavailable, PhreshError
from phresh_tui.market.text import visible
from phresh_tui.tui.keymap import key_names
from phresh_tui.tui.memory import remember_look
from phresh_tui.tui.messages import Messages
from phresh_tui.tui.screens.base import MarketScreen
from phresh_tui.tui.terminal import stop_group
from phresh_tui.tui.themes import FOLLOW, theme_for
from phresh_tui.tui.workers import in_background

if TYPE_CHECKING:
    from phresh_tui.tui.app import PhreshApp
    from phresh_tui.tui.jumping import Spot


def _commands() -> type[Provider]:
    from phresh_tui.tui.palette import CommandsProvider

    return CommandsProvider


def _market() -> type[Provider]:
    from phresh_tui.tui.palette import MarketProvider

    return MarketProvider


class OverAll(App[int]):
    """The part of the program that is the same whoever is here, and wherever they are."""

    COMMANDS = {_commands, _market}
    session: Session | None
    """Of the member who is here."""
    messages: Messages
    terminal_is_dark: bool | None
    """None when the terminal does not say."""
    look: str
    """The theme that was chosen, or that of the terminal."""

    # --- what is told

    def tell(self, text: str, *, error: bool = False) -> None:
        """A line that goes away by itself; text of members is shown as it is."""
        self.messages.tell(visible(text), error=error)

    def clear_notifications(self) -> None:
        """Takes away what was told."""
        super().clear_notifications()
        self.messages.clear()

    def tell_error(self, error: PhreshError) -> None:
        """What went wrong. A lost connection stands in the top line already."""
        if isinstance(error, DatabaseUnavailable) and self.session and self.session.link is not Link.CONNECTED:
            return
        self.tell(str(error), error=True)

    # --- the palette and the themes

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Everything by its name."""
        from phresh_tui.tui.palette import commands

        return commands(cast("PhreshApp", self), screen)

    def action_command_palette(self) -> None:
        """Opens the palette."""
        from phresh_tui.tui.palette import Palette

        self.push_screen(Palette())

    def action_change_theme(self) -> None:
        """Shows the themes, and each of them while the cursor is on it."""
        from phresh_tui.tui.screens.looks import ThemeMenu

        self.push_screen(ThemeMenu(self.look), self.keep_look)

    def keep_look(self, look: str | None) -> None:
        """Wears a theme from now on, also after the next start; None changes nothing."""
        if look is not None:
            self.wear(look)
            remember_look(look)

    def wear(self, look: str) -> None:
        """Wears a theme, at once."""
        self.look = look
        theme = theme_for(look, self.terminal_is_dark)
        # one that an older or newer version knew is no reason not to start
        theme = theme if theme in self.available_themes else theme_for(FOLLOW, self.terminal_is_dark)
        if self.is_running:
            self.theme = theme
            return
        # before the start nothing has been styled yet: everything would be read and styled twice
        self.set_reactive(App.theme, theme)
        self.stylesheet.set_variables(self.get_css_variables())
        for name, worn in (("-dark-mode", self.current_theme.dark), ("-light-mode", not self.current_theme.dark)):
            self.set_class(worn, name, update=False)

    # --- the clipboard

    def copy(self, text: str | None) -> None:
        """Puts a text on the clipboard of the terminal, also over SSH, and on the desktop's; nothing for None."""
        if text is not None:
            from phresh_tui.tui.copying import is_at_the_desk, to_desktop

            self.copy_to_clipboard(text)
            if is_at_the_desk() and not self.is_web:
                # a thread of Textual's own would keep whoever used it last
                in_background(self, partial(asyncio.to_thread, to_desktop, text), "clipboard")
            shown = visible(text.splitlines()[0] if text else "")
            self.tell(f"Copied: {shown[:60]}{'…' if len(shown) > 60 or len(text.splitlines()) > 1 else ''}")

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Whoever wants no motion wants no blinking either (`TEXTUAL_ANIMATIONS=none`)."""
        if self.animation_level == "none" and hasattr(event.widget, "cursor_blink"):
            event.widget.cursor_blink = False

    # --- keys

    def action_jump(self) -> None:
        """Labels everything on the screen."""
        from phresh_tui.tui.jumping import targets_on
        from phresh_tui.tui.screens.jump import JumpScreen

        about = self.screen

        def gone(target: Spot | None) -> None:
            if target is not None:
                # the screen's: when that is left in the meantime there is nothing to go to
                about.call_later(target.go)

        if targets := targets_on(about):
            self.push_screen(JumpScreen(targets), gone)

    def action_editor(self) -> None:
        """Opens the text that is written just now in the member's own editor."""
        from textual.widgets import TextArea

        field = self.focused
        if not isinstance(field, TextArea) or field.read_only:
            # the key is for something else here
            raise SkipAction
        from phresh_tui.tui.editor import edit_in_editor

        try:
            text = edit_in_editor(self, field.text)
        except PhreshError as error:
            self.tell_error(error)
            return
        if text != field.text:
            field.text = text
            field.move_cursor(field.document.end)

    def action_suspend_process(self) -> None:
        """Back to the shell, together with what has started the program there, `make` for one."""
        from textual.widgets import Input, TextArea

        driver = self._driver
        if driver is None or not driver.can_suspend or isinstance(self.focused, Input | TextArea):
            # whoever types means to take something back
            raise SkipAction
        if os.getpgrp() == os.getsid(0):
            # nobody would ever let it go on
            self.tell("There is no shell to go back to: phresh was started without one.")
            return
        self.app_suspend_signal.publish(self)
        stop_group(driver)

    def get_key_display(self, binding: Binding) -> str:
        """A key as the help and the palette name it."""
        return key_names(binding.key)

    def exit(self, result: int | None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """Ends the program, and keeps what was typed last: from here on no screen hears of its fields any more."""
        for screen in self.screen_stack:
            if isinstance(screen, MarketScreen):
                screen.keep_typed()
        super().exit(result, return_code, message)

    def action_leave(self) -> None:
        """Leaves the program; drafts are kept."""
        self.exit(0)
