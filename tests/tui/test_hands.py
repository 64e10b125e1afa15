"""What the hands find: palette, help, jump mode, the clipboard, the editor, keys of one's own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from phresh_tui.paths import config_file
from phresh_tui.tui.screens.browse import BrowseScreen
from phresh_tui.tui.screens.confirm import Confirm
from phresh_tui.tui.screens.help import HelpScreen
from phresh_tui.tui.screens.jump import JumpScreen
from phresh_tui.tui.screens.post import PostScreen
from tests.support import Market, post
from tests.terminal import Terminal
from tests.tui.conftest import Drive


@pytest.fixture
async def with_jobs(market: Market) -> AsyncIterator[Market]:
    ada = await market.session("ada")
    await market.member("bob")
    for name, price in (("Wash the windows", "20"), ("Oven [red]and[/red] hob", "25"), ("Stairs", "15")):
        await post(ada, name, price)
    yield market


async def test_the_palette_finds_jobs_by_words_and_numbers(with_jobs: Market, drive: Drive) -> None:
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.press("colon")
        await driver.type("hob")
        await driver.see("Oven [red]and[/red] hob", "by @ada")
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, BrowseScreen))
        await driver.until(lambda: driver.selected == "Oven [red]and[/red] hob", "the job to be selected")
        number = await with_jobs.psql("select id from cleanings where name = 'Stairs'")
        # from another screen, and back to where the job is
        await driver.press("m")
        await driver.see("Posted 0")
        await driver.press("ctrl+p")
        await driver.type(f"#{number[0]['id']}")
        await driver.see("Stairs")
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, BrowseScreen))
        await driver.until(lambda: driver.selected == "Stairs", "the job to be selected")
        # and one's own, also when it is no longer open
        await driver.press("c")
        await driver.see("y yes")
        await driver.press("y")
        await driver.see("is yours")
        await driver.press("colon")
        await driver.type("stairs")
        await driver.see("claimed, $")


async def test_the_palette_finds_members_and_opens_their_profile(with_jobs: Market, drive: Drive) -> None:
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.press("colon")
        await driver.type("@ad")
        await driver.see("@ada", "Member")
        await driver.press("enter")
        await driver.see("@ada  member since", "Jobs together")


async def test_the_palette_finds_sections_from_any_screen(with_jobs: Market, drive: Drive) -> None:
    config_file().parent.mkdir(parents=True)
    config_file().write_text('[[sections]]\nname = "Cheap [b]ones[/b]"\nquery = "price:<18"\n')
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.press("m", "A", "colon")
        await driver.type("cheap")
        await driver.see("Cheap [b]ones[/b]", "Your section")
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, BrowseScreen))
        await driver.see("1 open job ", "Stairs", "up to $17.99")


async def test_help_begins_with_what_is_in_focus_and_can_be_searched(with_jobs: Market, drive: Drive) -> None:
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.press("question_mark")
        await driver.see("In the list", "Next job")
        assert driver.text.index("In the list") < driver.text.index("Open jobs")
        await driver.press("slash")
        await driver.type("claim price")
        await driver.see("Claim the selected job at the price shown")
        assert "Next job" not in driver.text
        await driver.type("qqq")
        await driver.see("Nothing here says")
        # back is where I was: first out of the search, then out of the help
        await driver.press("escape")
        await driver.see("Next job")
        assert isinstance(driver.app.screen, HelpScreen)
        await driver.press("escape")
        await driver.until(lambda: isinstance(driver.app.screen, BrowseScreen))
        await driver.press("enter", "question_mark")
        await driver.see("In the text", "To the beginning")
        assert driver.text.index("In the text") < driver.text.index("Open jobs")


async def test_jump_mode_labels_lines_and_keys_and_goes_there(with_jobs: Market, drive: Drive) -> None:
    async with drive("bob") as driver:
        await driver.browsing()
        assert driver.selected == "Stairs"
        await driver.press("ctrl+o")
        await driver.until(lambda: isinstance(driver.app.screen, JumpScreen))
        await driver.see("a ", "s ", "d ")
        # the third line of the list
        await driver.press("d")
        await driver.until(lambda: driver.selected == "Wash the windows", "the line")
        await driver.press("ctrl+o")
        screen = driver.app.screen
        assert isinstance(screen, JumpScreen)
        row = driver.footer
        await driver.press("escape")
        await driver.until(lambda: isinstance(driver.app.screen, BrowseScreen))
        # the label over a key of the bottom line presses it
        column = driver.footer.index("n Post")
        await driver.press("ctrl+o", *row[column - 1 : column].strip() or row[column])
        await driver.until(lambda: isinstance(driver.app.screen, PostScreen))
        await driver.press("escape")
        await driver.until(lambda: isinstance(driver.app.screen, BrowseScreen))
        assert driver.selected == "Wash the windows"


async def test_a_job_is_copied_in_four_ways(with_jobs: Market, drive: Drive) -> None:
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.press("k", "j")
        await driver.press("y")
        await driver.see("Copy", "1 number", "4 JSON")
        await driver.press("j", "enter")
        await driver.until(lambda: driver.app.clipboard == "Oven [red]and[/red] hob", "the name")
        await driver.see("Copied: Oven [red]and[/red] hob")
        await driver.press("y", "4")
        await driver.until(lambda: driver.app.clipboard.startswith("{"), "the JSON")
        assert json.loads(driver.app.clipboard)["name"] == "Oven [red]and[/red] hob"
        await driver.press("y", "escape")
        await driver.until(lambda: isinstance(driver.app.screen, BrowseScreen))


async def test_a_description_is_written_in_the_editor_and_comes_back(
    market: Market, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = await market.member("bob", tcp=True)
    editor = tmp_path / "my editor"
    editor.write_text('#!/bin/sh\necho "$1, ${NO_COLOR:-colours}"; read answer; echo " $answer" >> "$2"; exit $FAILS\n')
    editor.chmod(0o755)
    monkeypatch.setenv("DATABASE_URL", target.dbmate_url(tls=False))
    monkeypatch.setenv("EDITOR", f"'{editor}' --wait")

    def write() -> None:
        with Terminal(environment={"NO_COLOR": "1", "FAILS": "0"}) as terminal:
            terminal.see("@bob", "● connected")
            terminal.press("n")
            terminal.see("Price per hour")
            terminal.type("Oven\tOne")
            terminal.see("One")
            terminal.press("ctrl+e")
            terminal.see("--wait, 1")
            terminal.type("two\r")
            terminal.see("One two", "Price per hour")
            terminal.press("escape")
            terminal.see("No open jobs yet")
            terminal.press("q")
            assert terminal.end() == 0
        with Terminal(environment={"FAILS": "3"}) as terminal:
            terminal.see("● connected")
            terminal.press("n")
            terminal.see("One two")
            terminal.press("tab", "ctrl+e")
            terminal.see("--wait, colours")
            terminal.type("three\r")
            terminal.see("ended with 3", "One two")
            assert "three" not in terminal.text

    await asyncio.to_thread(write)


async def test_keys_of_ones_own_are_in_the_footer_the_help_and_in_force(with_jobs: Market, drive: Drive) -> None:
    config_file().parent.mkdir(parents=True)
    config_file().write_text('[keys]\n"browse.claim" = "y"\n"everywhere.copy" = "Y"\n"list.cursor-down" = "J,down"\n')
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.see("y Claim")
        await driver.press("J")
        await driver.until(lambda: driver.selected == "Oven [red]and[/red] hob", "the next job")
        await driver.press("j")
        await driver.press("down")
        await driver.until(lambda: driver.selected == "Wash the windows", "the next job")
        await driver.press("question_mark")
        await driver.see("J ↓")
        await driver.press("escape")
        # y answers yes to a question, but not to the one that it has asked
        await driver.press("y")
        await driver.until(lambda: isinstance(driver.app.screen, Confirm))
        await driver.press("y")
        await driver.press("y")
        assert isinstance(driver.app.screen, Confirm)
        await driver.press("enter")
        await driver.see("is yours")
