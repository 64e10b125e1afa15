"""Each refusal of the database on the screen: what the person reads, and that what they typed is still there."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

from phresh_tui.database import cleanings, errors, offers, people
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Booking, Cleaning
from tests.support import Market, draft
from tests.tui.conftest import Drive

# code: the test that reads it on a screen, or why no screen can cause it
HELD = {
    "PH001": "test_a_cleaner_reads_why_and_loses_nothing",
    "PH002": "no screen: jobs are never removed",
    "PH003": "test_life.test_the_cleaner_goes_from_the_offer_to_the_review",
    "PH004": "test_life.test_the_owner_goes_from_the_offers_to_the_review",
    "PH005": "no screen: a job never changes its owner, and an own one offers no such key (test_browse)",
    "PH006": "test_a_cleaner_reads_why_and_loses_nothing",
    "PH007": "test_a_draft_that_was_sent_with_other_words_is_told_and_sent_as_a_new_one",
    "PH008": "test_sign_in",
    "PH009": "test_sign_in",
    "PH010": "test_sign_in",
    "PH011": "no screen: an account that is no member is refused when it signs in",
    "PH012": "test_sign_in",
    "PH013": "test_offers.test_an_overlap_is_said_before_the_claim_and_named_by_the_refusal",
    "PH014": "test_a_cleaner_reads_why_and_loses_nothing",
    "PH015": "test_a_cleaner_reads_why_and_loses_nothing",
    "PH016": "test_a_cleaner_reads_why_and_loses_nothing",
    "PH017": "test_a_cleaner_reads_why_and_loses_nothing",
}


def test_no_refusal_is_forgotten() -> None:
    assert set(HELD) == {*errors.REFUSALS, "PH001", "PH003", "PH004", "PH013"}
    for held in HELD.values():
        if not held.startswith("no screen"):
            module, _, name = held.rpartition(".")
            file = Path(__file__).parent / f"{module or (held if held == 'test_sign_in' else Path(__file__).stem)}.py"
            assert held == "test_sign_in" or f"def {name}(" in file.read_text(), held


async def posted(session: Session, name: str, **more: object) -> Cleaning:
    job_id = await cleanings.post(session, uuid4(), draft(name)._replace(**more))  # type: ignore[arg-type]
    job = await cleanings.one(session, job_id)
    assert job is not None
    return job


async def test_a_cleaner_reads_why_and_loses_nothing(market: Market, drive: Drive) -> None:
    ada, bob, eve = await market.session("ada"), await market.session("bob"), await market.session("eve")
    job = await posted(ada, "Windows", booking=Booking.BY_OFFER)
    plain = draft("Windows")
    async with drive("bob", size=(100, 30), refresh="60") as driver:
        await driver.browsing()
        # PH014: the owner changes the booking style while the offer is typed
        await driver.see("by offer")
        await driver.press("o")
        await driver.see("Your offer to do")
        await driver.press("tab")
        await driver.type("I bring a ladder")
        await cleanings.edit(ada, uuid4(), job.id, plain)
        await driver.press("ctrl+s")
        await driver.see("✗ Not offered: “Windows” is booked instantly. Claim it.", "I bring a ladder")
        await cleanings.edit(ada, uuid4(), job.id, plain._replace(booking=Booking.BY_OFFER))
        await driver.press("ctrl+s")
        await driver.see("$20.00 per hour, live")
        # PH015: the offer is declined while its withdrawal is asked for
        await driver.press("w")
        await driver.see("Withdraw your offer on “Windows”?")
        await offers.decline(ada, uuid4(), job.id, "bob")
        await driver.press("y")
        await driver.see("Not withdrawn: You have no offer on “Windows”.")
        # PH001: five minutes pass while the release is asked for
        await cleanings.edit(ada, uuid4(), job.id, plain)
        claimed = await cleanings.one(ada, job.id)
        assert claimed is not None
        await cleanings.claim(bob, uuid4(), claimed)
        await driver.press("m")
        await driver.see("for @ada", "R Release")
        await driver.press("R")
        await driver.see("Give “Windows” back to @ada?")
        await market.psql("update cleanings set claimed_at = claimed_at - interval '6 minutes'")
        await driver.press("y")
        await driver.see("Not released: A reason is needed.")
        # PH006: it is taken away, and somebody else has it, while the hours are typed
        await driver.press("f")
        await driver.see("How long did “Windows” take?")
        await driver.press("home", "ctrl+k", *"3.25")
        await cleanings.release(ada, uuid4(), job.id, "too late")
        open_again = await cleanings.one(ada, job.id)
        assert open_again is not None
        await cleanings.claim(eve, uuid4(), open_again)
        await driver.press("ctrl+s")
        await driver.see("✗ Not finished: “Windows” was not claimed by you.", "3.25")
        await driver.press("escape")
        # PH016: the five minutes for second thoughts are over
        other = await posted(ada, "Oven")
        await cleanings.claim(bob, uuid4(), other)
        await driver.press("r")
        await driver.see("Oven", "R Release")
        await driver.press("R", "y")
        await driver.see("u Undo release")
        await market.psql("update events set happened_at = happened_at - interval '6 minutes'")
        await driver.press("u")
        await driver.see("The release of “Oven” cannot be undone.", "too late")
        # PH017: written in another program meanwhile
        third = await posted(ada, "Stairs")
        await cleanings.claim(bob, uuid4(), third)
        await cleanings.finish(bob, uuid4(), third.id, Decimal(1))
        await cleanings.confirm(ada, uuid4(), third.id)
        await driver.press("r")
        await driver.see("Reviews to write", "v Review")
        await driver.press("v", "5", "tab", "tab", "tab", "tab")
        await driver.type("Fine stairs")
        await people.review(bob, uuid4(), third.id, {"overall": 4})
        await driver.press("ctrl+s")
        await driver.see("✗ Not written: You have reviewed “Stairs” already.", "Fine stairs", "★★★★★")


async def test_a_draft_that_was_sent_with_other_words_is_told_and_sent_as_a_new_one(
    market: Market, drive: Drive, home: Path
) -> None:
    """PH007: the same request id with another text, as after a copied draft."""
    ada = await market.session("ada")
    async with drive("ada") as driver:
        await driver.browsing()
        await driver.press("n")
        await driver.see("Ctrl+S posts")
        await driver.type("Half a name\t\t\t20")
        await driver.press("escape")
        (file,) = (home / "state").rglob("drafts/*.json")
        await cleanings.post(ada, UUID(json.loads(file.read_text())["request"]), draft("Another"))
        await driver.press("n")
        await driver.see("Half a name")
        await driver.press("ctrl+s")
        await driver.see("this draft was sent before", "Half a name")
        await driver.press("ctrl+s")
        await driver.see("“Half a name” is posted")
