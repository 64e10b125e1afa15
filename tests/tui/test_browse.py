"""Finding and claiming open jobs."""

from __future__ import annotations

from unittest.mock import patch
from uuid import uuid4

import pytest
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widgets import Input

from phresh_tui.database import cleanings
from phresh_tui.market.cleaning import CleaningType, Status
from phresh_tui.market.errors import ConfigurationError
from phresh_tui.paths import config_file
from phresh_tui.preferences import load_preferences
from phresh_tui.tui.compositor import Compositor
from phresh_tui.tui.memory import View, ViewFile
from phresh_tui.tui.screens.filter import FilterScreen
from phresh_tui.tui.widgets.bars import KeyBar
from phresh_tui.tui.widgets.heading import JobHeading
from phresh_tui.tui.widgets.job_list import JobList
from phresh_tui.tui.widgets.section_tabs import SectionTabs, check_sections
from tests.support import Market, draft, post
from tests.tui.conftest import Drive
from tests.tui.support import Driver


async def test_a_job_is_found_by_search_and_claimed_with_the_keyboard_alone(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    job = await post(ada, "Wash the windows", "20.50")
    await post(ada, "Clean the oven")
    await market.member("bob")
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.press("slash")
        await driver.type("window")
        await driver.see("1 open job ")
        await driver.press("enter", "c")
        await driver.see("Claim “Wash the windows” for $20.50/h from @ada?")
        await driver.press("y")
        await driver.see("is yours", "claimed by you")
    claimed = await cleanings.one(ada, job.id)
    assert claimed is not None
    assert (claimed.status, claimed.claimed_by) == (Status.CLAIMED, "bob")


async def test_the_key_that_opened_the_question_does_not_answer_it(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    job = await post(ada)
    await market.member("bob")
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.press("c", "c", "c")
        await driver.see("Claim “Wash the windows”")
        await driver.press("n")
        await driver.not_see("Claim “Wash")
    untouched = await cleanings.one(ada, job.id)
    assert untouched is not None
    assert untouched.status is Status.OPEN


async def test_a_claim_is_taken_back_with_one_key(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    job = await post(ada)
    await market.member("bob")
    async with drive("bob") as driver:
        await driver.browsing()
        assert "u Undo" not in driver.footer
        await driver.press("c", "y")
        await driver.see("claimed by you", "u Undo")
        await driver.press("u")
        await driver.see("is open again")
        await driver.not_see("u Undo")
    again = await cleanings.one(ada, job.id)
    assert again is not None
    assert again.status is Status.OPEN


async def test_who_was_slower_learns_who_was_faster_and_sees_the_list_as_it_is(market: Market, drive: Drive) -> None:
    ada, eve = await market.session("ada"), await market.session("eve")
    job = await post(ada)
    await market.member("bob")
    async with drive("bob", refresh="60") as driver:
        await driver.browsing()
        await driver.press("c")
        await driver.see("Claim “Wash")
        await cleanings.claim(eve, uuid4(), job)
        await driver.press("y")
        await driver.see("Not claimed: @eve was faster")
        # which that line may have lain over
        await driver.see("@eve, no stars yet", "0 open jobs")


async def test_a_claim_at_another_price_than_the_one_shown_is_refused(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    job = await post(ada)
    await market.member("bob")
    async with drive("bob", refresh="60") as driver:
        await driver.browsing()
        await driver.press("c")
        await driver.see("for $20.00/h")
        await cleanings.edit(ada, uuid4(), job.id, draft(price="12.50"))
        await driver.press("y")
        await driver.see("it now costs $12.50 per hour")
        await driver.see("$12.50 per hour · ")
    current = await cleanings.one(ada, job.id)
    assert current is not None
    assert current.status is Status.OPEN


async def test_an_own_job_offers_no_claim(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    await post(ada)
    async with drive("ada") as driver:
        await driver.browsing()
        await driver.see("posted by you")
        assert "Claim" not in driver.footer
        await driver.press("c")
        assert "Claim “" not in driver.text


async def test_what_others_do_shows_up_without_a_key_press(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    await market.member("bob")
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.see("No open jobs yet")
        await post(ada, "Iron the curtains")
        await driver.see("Iron the curtains", "1 open job ")


async def test_the_selection_stays_on_its_job_when_the_list_changes(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    for number in range(60):
        await post(ada, f"Job {number:02}")
    await market.member("bob")
    async with drive("bob", refresh="3600") as driver:
        await driver.browsing()
        session = driver.app.session
        assert session is not None
        await driver.until(lambda: session.is_bell_heard, "the bell")
        await driver.press(*["j"] * 30)
        await driver.until(lambda: driver.selected == "Job 29")
        line = driver.jobs.cursor - driver.jobs.scroll_offset.y
        await post(ada, "Newer one")
        await post(ada, "Newest one")
        await driver.see("62 open jobs")
        # the number of jobs and the jobs are two questions: the second post may have come in between
        await driver.until(lambda: driver.jobs.cursor == 32)
        assert driver.selected == "Job 29"
        assert driver.jobs.cursor - driver.jobs.scroll_offset.y == line, "it does not move on the screen either"
        await driver.see("2 new: .")
        looks = session._looks
        assert looks is not None
        await driver.until(lambda: looks._timer is None, "nothing to be read any more")
        await driver.press("full_stop")
        await driver.until(lambda: driver.selected == "Newest one")
        await driver.see("○+Newer one", "○+Newest one")
        await driver.not_see("2 new: .")


async def test_a_job_that_is_taken_stays_under_the_cursor_until_the_cursor_leaves(market: Market, drive: Drive) -> None:
    ada, eve = await market.session("ada"), await market.session("eve")
    for number in range(5):
        await post(ada, f"Job {number}")
    await market.member("bob")
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.press("j", "j")
        await driver.until(lambda: driver.selected == "Job 2")
        job = driver.jobs.selected
        assert job is not None
        await cleanings.claim(eve, uuid4(), job)
        await driver.see("@eve, no stars yet", "4 open jobs")
        assert driver.selected == "Job 2"
        assert "Claim" not in driver.footer
        await driver.press("j")
        await driver.not_see("Job 2")
        assert driver.selected == "Job 1"


def styles_of(driver: Driver, text: str) -> tuple[str, list[Style]]:
    """The line of the screen in which a text stands, and its styles."""
    for strip in driver.app.screen._compositor.render_strips():
        if text in strip.text:
            return strip.text, [segment.style for segment in strip if segment.style is not None]
    raise AssertionError(f"{text!r} is not there:\n{driver.text}")


async def test_a_job_that_has_left_is_struck_through_under_the_cursor(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    jobs = [await post(ada, f"Job {number}") for number in range(3)]
    await market.member("bob")
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.press("slash", *"price:20")
        await driver.see("3 open jobs", "$20.00 to $20.00")
        await driver.press("enter", "j")
        await driver.until(lambda: driver.selected == "Job 1")
        _, before = styles_of(driver, "▸○ Job 1")
        assert not any(style.strike for style in before)
        # it is open, and no longer like that
        await cleanings.edit(ada, uuid4(), jobs[1].id, draft("Job 1", "21"))
        await driver.see("▸○-Job 1", "2 open jobs")
        _, after = styles_of(driver, "▸○-Job 1")
        assert all(style.strike for style in after if style.bgcolor == after[0].bgcolor)
        assert {style.bgcolor for style in after}.isdisjoint({style.bgcolor for style in before})
        await driver.press("k")
        await driver.not_see("Job 1")
        assert driver.selected == "Job 2"


async def test_near_the_top_what_leaves_above_the_selected_job_stays_until_it_is_left(
    market: Market, drive: Drive
) -> None:
    ada = await market.session("ada")
    jobs = [await post(ada, f"Job {number}") for number in range(6)]
    await market.member("bob")
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.press("j", "j", "j")
        await driver.until(lambda: driver.selected == "Job 2")
        for number in (5, 3):
            await cleanings.cancel(ada, uuid4(), jobs[number].id, "Moved out")
        await driver.see("4 open jobs", " ○-Job 5", " ○-Job 3")
        assert (driver.selected, driver.jobs.cursor) == ("Job 2", 3)
        # what comes takes the room of what left
        await post(ada, "Job 6")
        await driver.see("5 open jobs", " ○+Job 6", "Job 3")
        await driver.not_see("Job 5")
        assert (driver.selected, driver.jobs.cursor) == ("Job 2", 3)
        # a key goes over it
        await driver.press("k")
        await driver.until(lambda: driver.selected == "Job 4")
        await driver.not_see("Job 3")
        assert driver.jobs.cursor == 1
        # at the very top there is nowhere else to go
        passing = await post(ada, "Job 7")
        await driver.see(" ○+Job 7")
        await cleanings.cancel(ada, uuid4(), passing.id, "Moved out")
        await driver.see("-Job 7")
        await driver.press("g", "g")
        await driver.until(lambda: driver.selected == "Job 6")


async def test_new_jobs_anywhere_above_are_counted_and_come_to_one_by_one(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    for number in range(40):
        await post(ada, f"Job {number}", str(10 + number))
    await market.member("bob")
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.press("s", "p", "G")
        await driver.until(lambda: driver.selected == "Job 39")
        for price in ("12.50", "20.50", "48.50"):
            await post(ada, f"New for {price}", price)
        # the last one can be seen
        await driver.see("43 open jobs", "2 new: .", "+New for 48.50")
        await driver.press("full_stop")
        await driver.until(lambda: driver.selected == "New for 20.50", "the nearest one")
        await driver.see("1 new: .", "▸○+New for 20.50")
        await driver.press("full_stop")
        await driver.until(lambda: driver.selected == "New for 12.50", "the other one")
        await driver.not_see("new: .")
        # seen is seen
        await driver.press("G")
        await driver.until(lambda: driver.selected == "Job 39")
        await post(ada, "New for 11.50", "11.50")
        await driver.see("1 new: .")


async def test_what_there_is_no_room_for_in_the_line_of_what_is_in_force_is_counted(
    market: Market, drive: Drive
) -> None:
    await post(await market.session("ada"))
    async with drive("ada") as driver:
        await driver.browsing()
        query = 'type:full_clean price:20..30 area:"Station Road" book:instantly free:yes windows'
        await driver.press("slash", *("space" if letter == " " else letter for letter in query), "enter")
        await driver.see("0 open jobs · newest first · “windows” · full clean · +4 more: f")
        await driver.pilot.resize_terminal(160, 40)
        await driver.see("“windows” · full clean · $20.00 to $30.00 · in Station Road · instantly · when you are free")


async def test_each_order_is_a_letter_away_and_a_value_of_it_can_be_gone_to(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    for name, price in (("Aardvark cage", "20"), ("Cheap", "1"), ("Dear", "99"), ("Newest", "30")):
        await post(ada, name, price)
    async with drive("ada") as driver:
        await driver.browsing()
        for letter, first in (("p", "Cheap"), ("P", "Dear"), ("t", "Aardvark cage"), ("n", "Newest")):
            await driver.press("s", letter)
            await driver.until(lambda first=first: driver.selected == first, first)
        await driver.press("s", "p", "g")
        await driver.see("go to a price")
        await driver.type("25\n")
        await driver.until(lambda: driver.selected == "Newest", "the first from 25 on")
        await driver.press("g", "g")
        await driver.until(lambda: driver.selected == "Cheap", "the top")
        await driver.press("s", "t")
        await driver.type("gd\n")
        await driver.until(lambda: driver.selected == "Dear", "the first from d on")
        await driver.press("g", "escape", "G")
        await driver.until(lambda: driver.selected == "Newest", "the end")
        # the letter g itself: small and capital letters are the same
        await post(ada, "garden chairs")
        await driver.see("5 open jobs")
        await driver.press("g", "g")
        await driver.until(lambda: driver.selected == "Aardvark cage", "the top")
        await driver.press("g")
        await driver.see("g the top, G the letter")
        await driver.press("G", "enter")
        await driver.until(lambda: driver.selected == "garden chairs", "the first from g on")


async def test_the_search_line_speaks_a_language_completes_it_and_points_at_what_is_wrong(
    market: Market, drive: Drive
) -> None:
    ada = await market.session("ada")
    for price in ("10", "40"):
        await post(ada, f"Full {price}", price, cleaning_type=CleaningType.FULL_CLEAN)
        await post(ada, f"Dust {price}", price, cleaning_type=CleaningType.DUST_UP)
    async with drive("ada") as driver:
        await driver.browsing()
        await driver.press("slash")
        await driver.type("ty")
        await driver.see("type:")
        await driver.press("tab")
        await driver.type("f")
        await driver.see("type:full_clean")
        await driver.press("tab")
        await driver.type(" price:<30")
        await driver.see("1 open job ", "full clean", "up to $29.99", "Full 10")
        await driver.type(" prise:3")
        await driver.see("^^^^^^^ There is no prise:", "1 open job ")
        (query,) = (line for line in driver.lines if "prise:3" in line)
        (problem,) = (line for line in driver.lines if "^^^^" in line)
        assert problem.index("^") == query.index("prise:3")
        await driver.press("enter", "escape")
        await driver.see("4 open jobs")
        await driver.not_see("There is no prise")


async def test_type_and_price_filters_combine_and_one_key_clears_them(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    for price in ("10", "20", "30"):
        await post(ada, f"Full {price}", price, cleaning_type=CleaningType.FULL_CLEAN)
        await post(ada, f"Dust {price}", price, cleaning_type=CleaningType.DUST_UP)
    async with drive("ada") as driver:
        await driver.browsing()
        await driver.press("f", "left")
        await driver.press("tab")
        await driver.type("15")
        await driver.press("tab")
        await driver.type("25,00")
        await driver.press("enter")
        await driver.see("1 open job ", "full clean", "$15.00 to $25.00", "Full 20", "Esc Clear")
        await driver.press("escape")
        await driver.see("6 open jobs")
        assert "Clear" not in driver.footer


async def test_a_filter_that_makes_no_sense_says_so_and_keeps_what_was_typed(market: Market, drive: Drive) -> None:
    await market.member("ada")
    async with drive("ada") as driver:
        await driver.browsing()
        await driver.press("f", "tab")
        await driver.type("30")
        await driver.press("tab")
        await driver.type("20")
        await driver.press("enter")
        await driver.see("✗ No price can be like that", "30", "20")
        await driver.press("escape")
        await driver.see("No open jobs yet")


async def test_a_search_without_a_hit_says_how_to_go_on(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    await post(ada)
    async with drive("ada") as driver:
        await driver.browsing()
        await driver.press("slash")
        await driver.type("[b]%_zzz")
        await driver.see("Nothing fits “[b]%_zzz”", "Esc drops what is in force")
        await driver.press("escape")
        await driver.see("1 open job ")


async def test_ends_and_pages_of_a_long_list_are_reached_by_key(market: Market, drive: Drive) -> None:
    await market.member("ada")
    await market.psql(
        "insert into cleanings (name, price, owner, created_at) "
        "select 'Job ' || n, 20, 'm_zoe', now() - n * interval '1 minute' from generate_series(1, 12000) n"
    )
    await market.psql("analyze cleanings")
    async with drive("ada") as driver:
        await driver.browsing()
        await driver.see("about 12,000 open jobs")
        await driver.until(lambda: driver.selected == "Job 1")
        await driver.press("G")
        await driver.until(lambda: driver.selected == "Job 12000", "the last job")
        await driver.press("pageup", "pageup")
        await driver.until(
            lambda: driver.selected == f"Job {12000 - 2 * (driver.jobs.size.height - 1)}", "two pages up"
        )
        await driver.press("home")
        await driver.until(lambda: driver.selected == "Job 1", "the first job")
        await driver.press(*["pagedown"] * 20)
        await driver.until(
            lambda: driver.selected == f"Job {1 + 20 * (driver.jobs.size.height - 1)}", "twenty pages down"
        )
        driver.jobs.scroll_to(y=6000, animate=False)
        await driver.see("Job 600")


async def test_markup_and_escape_sequences_are_shown_as_typed(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    await post(ada, "[@click=app.quit]x[/] [red]y[/red]", description="[b]bold?[/b] \\[ $secondary")
    async with drive("ada") as driver:
        await driver.browsing()
        await driver.see("[@click=app.quit]x[/] [red]y[/red]", "[b]bold?[/b] \\[ $secondary")


async def test_an_empty_market_offers_samples_to_the_operator(market: Market, drive: Drive) -> None:
    await market.member("ada")
    async with drive("ada") as driver:
        await driver.browsing()
        await driver.see("fill the market with samples: S")
        await driver.press("S")
        await driver.see("sample jobs are there", "▸")
        assert not driver.jobs.is_empty
        assert "Samples" not in driver.footer
        # the list that appeared takes the keys at once
        before = driver.selected
        await driver.press("down")
        await driver.until(lambda: driver.selected not in (None, before), "the next job")


async def test_help_names_what_can_be_done_here(market: Market, drive: Drive) -> None:
    await market.member("ada")
    async with drive("ada", size=(80, 50)) as driver:
        await driver.browsing()
        await driver.press("question_mark")
        await driver.see("What you can do here", "Claim the selected job at the price shown", "Leave phresh")
        await driver.press("escape")
        await driver.not_see("What you can do here")


async def test_the_palette_finds_actions_by_name(market: Market, drive: Drive) -> None:
    await market.member("ada")
    async with drive("ada") as driver:
        await driver.browsing()
        await driver.press("ctrl+p")
        await driver.type("my jobs")
        await driver.see("What you have posted and claimed")
        await driver.press("enter")
        await driver.see("Nothing is under way")


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (200, 50)])
async def test_no_key_in_the_footer_is_ever_cut(market: Market, drive: Drive, size: tuple[int, int]) -> None:
    ada = await market.session("ada")
    await post(ada)
    await market.member("bob")
    async with drive("bob", size=size) as driver:
        await driver.until(lambda: driver.app.screen.query("KeyBar") and "?" in driver.footer)
        assert len(driver.footer.rstrip()) <= size[0]
        assert "? Help" in driver.footer or "? more" in driver.footer
        words = {"Claim", "Search", "Clear", "Post", "Filter", "Sort", "My", "jobs", "Help", "Quit", "c", "/", "n", "f"}
        words |= {
            "s",
            "m",
            "?",
            "q",
            "esc",
            "more",
            ":",
            "Find",
            "A",
            "Agenda",
            "I",
            "Inbox",
            "P",
            "Profile",
            "M",
            "Market",
        }
        assert set(driver.footer.split()) <= words


async def test_a_terminal_made_tiny_and_large_again_shows_the_same(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    await post(ada)
    async with drive("ada") as driver:
        await driver.browsing()
        await driver.see("posted by you")
        for keys in ([], ["n"], ["escape", "m"], ["escape", "question_mark"], ["escape", "f"]):
            await driver.press(*keys)
            await driver.pilot.resize_terminal(20, 5)
            await driver.until(lambda: len(driver.lines) == 5, "the small screen")
            await driver.pilot.resize_terminal(80, 24)
            await driver.until(lambda: len(driver.lines) == 24, "the large screen")
        await driver.press("escape")
        await driver.see("Wash the windows", "posted by you")


async def test_the_mouse_selects_scrolls_and_presses_the_keys_of_the_footer(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    for number in range(60):
        await post(ada, f"Job {number}")
    await market.member("bob")
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.until(lambda: driver.selected == "Job 59")
        await driver.pilot.click(JobList, offset=(5, 4))
        await driver.until(lambda: driver.selected == "Job 55")
        await driver.pilot.click(KeyBar, offset=(driver.footer.index("Claim"), 0))
        await driver.see("Claim “Job 55” for $20.00/h from @ada?")


async def test_sections_have_numbers_and_counts_and_the_last_view_is_there_again(market: Market, drive: Drive) -> None:
    file = config_file()
    file.parent.mkdir(parents=True)
    file.write_text(
        '[[sections]]\nname = "Cheap"\nquery = "price:<15"\nsort = "price"\n'
        '[[sections]]\nname = "Ada"\nquery = "by:ada"\n'
    )
    ada = await market.session("ada")
    for price in ("9", "10", "40"):
        await post(ada, f"Windows {price}", price)
    await market.member("bob")
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.see("[0 All] 1 Cheap 2  2 Ada 3 ")
        await driver.press("1")
        await driver.see("[1 Cheap 2]", "2 open jobs", "price ↑")
        await driver.press("2")
        # the order of the other section was its own
        await driver.see("[2 Ada 3]", "3 open jobs", "newest first", "by @ada")
        await post(ada, "Windows 5", "5")
        await driver.see("1 Cheap 3+", "[2 Ada 4]")
        await driver.press("1", "j")
        await driver.until(lambda: driver.selected == "Windows 9")
        await driver.not_see("3+")
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.see("[1 Cheap 3]", "price:<15", "price ↑")
        await driver.until(lambda: driver.selected == "Windows 9", "the job that was selected")
        await driver.press("0")
        await driver.see("[0 All]", "4 open jobs", "newest first")
        # what was chosen by hand is kept
        await driver.press("s", "t", "1")
        await driver.see("[1 Cheap 3]", "price ↑")
        await driver.press("2")
        await driver.see("[2 Ada 4]", "4 open jobs", "name A–Z")


async def test_a_section_is_left_with_its_query(market: Market, drive: Drive) -> None:
    file = config_file()
    file.parent.mkdir(parents=True)
    file.write_text('[[sections]]\nname = "Cheap"\nquery = "price:<15"\nsort = "price"\n')
    ada = await market.session("ada")
    jobs = [await post(ada, f"Windows {price}", price) for price in ("9", "10", "40")]
    await market.member("bob")
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.press("1")
        await driver.see("[1 Cheap 2]", "2 open jobs", "price ↑")
        await driver.press("escape")
        await driver.see("[0 All]", "3 open jobs", "newest first")
        await driver.press("1")
        await driver.see("[1 Cheap 2]", "2 open jobs", "price ↑")
        await driver.press("slash", *"  9")
        await driver.see("[0 All]", "1 open job ", "price ↑", "“9”")
        # a job that is changed so that it fits is new there
        await cleanings.edit(ada, uuid4(), jobs[2].id, draft("Windows 40", "12"))
        await driver.see("1 Cheap 3+")
    async with drive("bob") as driver:
        await driver.browsing()
        # it has not been looked at since
        await driver.see("[0 All]", "1 Cheap 3+", "1 open job ", "“9”")
        await driver.press("1")
        await driver.see("[1 Cheap 3]", "3 open jobs")
        # what leaves makes no room in which something new would not be seen
        await driver.press("0")
        await driver.see("[0 All]")
        await cleanings.edit(ada, uuid4(), jobs[1].id, draft("Windows 10", "30"))
        await driver.see("1 Cheap 2 ")
        await cleanings.edit(ada, uuid4(), jobs[1].id, draft("Windows 10", "11"))
        await driver.see("1 Cheap 3+")


async def test_sections_for_which_there_is_no_room_are_come_to_all_the_same(market: Market, drive: Drive) -> None:
    file = config_file()
    file.parent.mkdir(parents=True)
    # the ones at both ends have all jobs
    queries = ["", *["by:me"] * 7, ""]
    file.write_text("".join(f'[[sections]]\nname = "Section {n}"\nquery = "{q}"\n' for n, q in enumerate(queries, 1)))
    ada = await market.session("ada")
    await market.member("bob")
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.see("[0 All] 1 Section 1 0  2 Section 2 0 ", "›")
        assert "‹" not in driver.text
        assert "9 Section" not in driver.text
        tabs = driver.app.screen.query_one(SectionTabs)
        await driver.until(lambda: len(tabs._counts) == 9, "all of them to be counted")
        await post(ada)
        await driver.see("1 Section 1 1+", "›+")
        await driver.press("9")
        await driver.see("[9 Section 9 1]", "‹+")
        assert "›" not in driver.text
        # a sign leads to the next one behind it
        await driver.pilot.click(SectionTabs, offset=(1, 0))
        await driver.until(lambda: tabs._chosen not in (0, 9), "another section")
        await driver.pilot.resize_terminal(200, 40)
        await driver.see("9 Section 9 1 ", "0 All")
        assert "‹" not in driver.text


def test_a_view_that_makes_no_sense_is_as_at_the_first_start() -> None:
    file = ViewFile("somewhere", "ada")
    file.save(View("price:<30", "price", 1, 7))
    assert file.load() == View("price:<30", "price", 1, 7)
    for garbage in ("", "[1]", '{"query": 5, "sort": [], "section": "x", "job": true}', "\ud800", '{"unknown": 1}'):
        file._file.write_text(garbage, encoding="utf-8", errors="surrogatepass")
        assert file.load() == View()


def test_a_section_that_cannot_be_understood_is_told_with_its_line() -> None:
    file = config_file()
    file.parent.mkdir(parents=True)
    file.write_text('[[sections]]\nname = "Cheap"\nquery = "price:<<15"\n')
    with pytest.raises(ConfigurationError, match="Line 3"):
        check_sections(load_preferences())


async def test_a_click_on_a_head_sorts_by_it_and_the_columns_follow_what_is_looked_for(
    market: Market, drive: Drive
) -> None:
    ada = await market.session("ada")
    for name, price in (("Beta", "30"), ("Alpha", "10"), ("Gamma", "20")):
        await post(ada, name, price)
    await market.psql("update cleanings set area = 'Old Town', starts_at = '2026-12-01 09:00+00' where name = 'Alpha'")
    await market.member("bob")
    async with drive("bob") as driver:
        await driver.browsing()
        heads = driver.lines[2]
        assert heads.split() == ["Job", "Type", "Posted", "by", "Per", "hour", "Age", "▲"]
        for click, sign, first in (
            ("Per hour", "Per hour ▲", "Alpha"),
            ("Per hour", "Per hour ▼", "Beta"),
            ("Job", "Job ▲", "Alpha"),
            ("Job", "Job ▼", "Gamma"),
            ("Age", "Age ▲", "Gamma"),
        ):
            await driver.pilot.click(offset=(driver.lines[2].index(click) + 1, 2))
            await driver.see(sign)
            await driver.until(lambda first=first: first in driver.lines[3], f"{first} on top")
        # on 80 columns area and start are there when the list is about them
        assert "Area" not in driver.text
        await driver.press("s", "a")
        await driver.see("Area ▲", "Old Town")
        await driver.press("s", "s")
        await driver.see("Starts ▲", "1 Dec 09:00  ")
        assert "Area" not in driver.text
        # the area is completed as it is typed, with the quotes that it needs
        await driver.press("slash", *"area:ol")
        search = driver.app.screen.query_one("#search", Input)
        await driver.until(lambda: bool(search._suggestion), "the area")
        await driver.press("tab", "enter")
        assert search.value == 'area:"old Town"'
        await driver.see("Area", "Starts ▲", "Old Town", "1 open job ")
        # and from 100 on always
        await driver.press("escape")
        await driver.pilot.resize_terminal(108, 30)
        await driver.see("Posted by", "Area", "Starts ▲", "1 Dec")
        # jump mode finds the heads too
        await driver.press("s", "n", "ctrl+o")
        targets = len(driver.app.screen.query(".jump-label"))
        await driver.press("escape")
        assert targets >= 3 + 5


async def test_the_filter_says_all_that_the_search_line_can_and_reads_it_back(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    for name, price in (("Windows", "20"), ("Windows and oven", "25"), ("Stairs", "15")):
        await post(ada, name, price, cleaning_type=CleaningType.DUST_UP)
    await market.psql("update cleanings set area = 'Old Town', starts_at = now() + interval '1 day'")
    await market.member("bob")
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.press("slash", *'windows by:ada starts:tomorrow price:>18 area:"old town"', "enter")
        await driver.see("2 open jobs")
        await driver.press("f")
        for field, text in (("words", "windows"), ("by", "ada"), ("starts", "tomorrow"), ("area", "old town")):
            assert driver.app.screen.query_one(f"#{field}", Input).value == text
        assert driver.app.screen.query_one("#min", Input).value == "18.01"
        # what is understood is said while it is typed; an area is completed
        await driver.press("tab", "tab", *"22", "tab", "ctrl+u", *"old")
        await driver.see("= “windows”, $18.01 to $22.00, in old, starts from")
        await driver.until(lambda: driver.app.screen.query_one("#area", Input)._suggestion == "old Town", "the area")
        assert driver.app.screen.query_one("#starts-to", Input).value == "tomorrow"
        await driver.press("right", "tab", "tab", "tab", "tab", "right", "tab", "right", "enter")
        await driver.see("1 open job ", "$18.01 to $22.00", "book:instantly free:yes")
        search = driver.app.screen.query_one("#search", Input)
        assert search.value == (
            'price:18.01..22 area:"old Town" starts:tomorrow by:ada book:instantly free:yes windows'
        )
        # what is wrong is told beside its field, and stays
        await driver.press("f")
        starts = driver.app.screen.query_one("#starts", Input)
        starts.focus()
        await driver.press("ctrl+u", *"yestermorrow", "enter")
        await driver.see("✗", "yestermorrow")
        assert driver.app.focused is starts
        # a beginning, an end, both
        until = driver.app.screen.query_one("#starts-to", Input)
        form = driver.app.screen
        assert isinstance(form, FilterScreen)
        for begins, ends, query in (
            ("2026-12-01", "", "starts:>=2026-12-01"), ("", "mon", "starts:..mon"), ("mon", "fri", "starts:mon..fri"),
            ("mon", "mon", "starts:mon"), ("next week", "", 'starts:"next week"'), ("mon..fri", "", "starts:mon..fri"),
        ):  # fmt: skip
            starts.value, until.value = begins, ends
            assert query in form.query_text
        await driver.see("starts before")
        starts.value = ""
        until.value = "soonish"
        await driver.press("enter")
        await driver.see("✗", "soonish")
        assert driver.app.focused is until
        await driver.press("ctrl+x")
        await driver.see("2 open jobs")
        assert search.value == "windows"


async def test_a_typo_says_what_is_shown_instead_and_a_bad_jump_stays_in_its_line(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    for name in ("Windows", "Stairs"):
        await post(ada, name)
    await market.member("bob")
    async with drive("bob", size=(110, 24)) as driver:
        await driver.browsing()
        await driver.press("slash", *"widnows", "enter")
        await driver.see("1 open job ", "nothing with “widnows”; showing “windows”, ! keeps what you typed")
        await driver.until(lambda: driver.selected == "Windows", "what it was like")
        await driver.press("exclamation_mark")
        await driver.see("Nothing fits “widnows”")
        await driver.press("escape")
        await driver.see("2 open jobs")
        # by price: letters are none
        await driver.press("s", "p", "g", *"soon", "enter")
        await driver.see("soon", "^^^^")
        line = driver.app.screen.query_one("#jump", Input)
        assert line.has_focus
        await driver.press("backspace", "backspace", "backspace", "backspace", *"20", "enter")
        await driver.not_see("^")
        await driver.until(lambda: driver.jobs.has_focus, "the list")
        await driver.press("slash", *"wndows", "enter")
        await driver.see("nothing with “wndows”; showing “windows”")
        await driver.press("escape", "slash", *"xylophone", "enter")
        await driver.see("Nothing fits “xylophone”")


async def test_what_comes_after_nothing_fills_the_screen_at_once_beside_its_scroll_bar(
    market: Market, drive: Drive
) -> None:
    ada = await market.session("ada")
    for number in range(40):
        await post(ada, f"Windows {number}")
    await market.member("bob")
    painted: list[tuple[int, int]] = []
    render_lines = JobList.render_lines

    def noted(jobs: JobList, crop: Region) -> list[Strip]:
        painted.append((jobs.read, jobs.scrollable_content_region.width))
        return render_lines(jobs, crop)

    async with drive("bob", size=(80, 24)) as driver:
        await driver.browsing()
        beside_the_bar = driver.jobs.scrollable_content_region.width
        await driver.press("slash", *"xylophone")
        await driver.see("Nothing fits “xylophone”")
        with patch.object(JobList, "render_lines", noted):
            driver.app.screen.query_one("#search", Input).value = "windwos"
            await driver.see("nothing with “windwos”; showing “windows”", "▸○ Windows 39", "40 open jobs")
            filled = list(painted)
            # and one that has room for all it holds comes back without the bar
            await driver.press("escape", "slash", *"xylophone")
            await driver.see("Nothing fits “xylophone”")
            painted.clear()
            driver.app.screen.query_one("#search", Input).value = "windwos 39"
            await driver.see("showing “windows 39”", "▸○ Windows 39", "1 open job ")
        seen = driver.jobs.size.height
        assert beside_the_bar == 78
        assert filled
        assert all(read >= seen and width == beside_the_bar for read, width in filled), (filled, seen)
        assert {width for read, width in painted if read == 1} == {80}


async def test_a_jump_that_is_asked_for_again_stays_when_its_line_was_left_before(market: Market, drive: Drive) -> None:
    await post(await market.session("ada"), "Windows")
    await market.member("bob")
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.press("g")
        line = driver.app.screen.query_one("#jump", Input)
        # what is told of a line that was left comes when it has the focus again
        driver.app.screen.set_focus(driver.jobs)
        driver.app.screen.set_focus(line)
        await driver.press(*"soon", "enter")
        await driver.see("soon", "^^^^")
        assert line.has_focus


async def test_no_job_moves_when_a_jump_is_asked_for(market: Market, drive: Drive) -> None:
    await post(await market.session("ada"), "Windows")
    await market.member("bob")
    async with drive("bob") as driver:
        await driver.browsing()
        heading, region = driver.app.screen.query_one(JobHeading), driver.jobs.region
        await driver.press("g")
        await driver.see("go to a day", "Windows")
        assert driver.jobs.region == region
        assert not heading.display
        await driver.press("escape")
        await driver.see("Job", "Posted by")
        assert driver.jobs.region == region
        assert heading.display


async def test_a_letter_lays_nothing_out_anew(market: Market, drive: Drive) -> None:
    await post(await market.session("ada"), "Windows")
    await market.member("bob")
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.press("slash", "w")
        await driver.see("“w”")
        with patch.object(Compositor, "reflow", autospec=True, side_effect=Compositor.reflow) as reflow:
            await driver.press("i")
            await driver.see("“wi”")
            assert not reflow.called
