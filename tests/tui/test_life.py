"""The whole life of a job with keys: one member at the keyboard, the other one moving by the functions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from phresh_tui.database import cleanings, offers, people
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Booking, Cleaning, Status
from phresh_tui.market.record import PrivateDetails
from tests.support import Market, draft
from tests.tui.conftest import Drive

NEXT_WEEK = (datetime.now(UTC) + timedelta(days=7)).replace(hour=9, minute=0, second=0, microsecond=0)


async def posted(session: Session, name: str, **more: object) -> Cleaning:
    job_id = await cleanings.post(session, uuid4(), draft(name)._replace(**more))  # type: ignore[arg-type]
    return await now(session, job_id)


async def now(session: Session, job_id: int) -> Cleaning:
    job = await cleanings.one(session, job_id)
    assert job is not None
    return job


async def test_the_owner_goes_from_the_offers_to_the_review(market: Market, drive: Drive) -> None:
    ada, bob, eve = await market.session("ada"), await market.session("bob"), await market.session("eve")
    job = await posted(ada, "Windows", booking=Booking.BY_OFFER, hours=Decimal(2), starts_at=NEXT_WEEK)
    await offers.make(bob, uuid4(), job.id, Decimal("18.00"), "I bring a ladder")
    await offers.make(eve, uuid4(), job.id, Decimal("25.00"), "Since 1999")
    async with drive("ada", size=(100, 30), refresh="60") as driver:
        await driver.browsing()
        await driver.press("m")
        await driver.see("[Now 1]", "Offers to answer", "2 offers, from $18.00", "o Offers")
        assert "f Finish" not in driver.footer
        await driver.press("o")
        await driver.see("2 of 2 offers stand", "@bob", "$36.00", "“I bring a ladder”", "@eve", "$50.00", "a Accept")
        # a “no” is taken back with one key
        await driver.press("j", "d")
        await driver.see("Say no to @eve")
        await driver.press("y")
        await driver.see("1 of 2 offer stands", "declined", "u Undo “no”")
        await driver.press("u")
        await driver.see("2 of 2 offers stand")
        # the price has changed since it was shown: told with the new one
        await driver.press("k", "a")
        await driver.see("Give “Windows” to @bob for $18.00/h?")
        await offers.make(bob, uuid4(), job.id, Decimal("19.00"), "I bring a ladder")
        await driver.press("y")
        await driver.see("Not accepted: it now costs $19.00 per hour")
        await driver.until(lambda: "$38.00" in driver.text, "the new total")
        await driver.press("a")
        await driver.see("for $19.00/h?")
        # the second one does not accept once more: it asks what is to be copied
        await driver.press("y", "y")
        await driver.see("Copy")
        await driver.press("escape")
        await driver.see("1 of 2 offer stands", "accepted")
        assert "a Accept" not in driver.footer
        await driver.press("escape")
        await driver.see("Next", "by @bob", "R Release")
        await cleanings.finish(bob, uuid4(), job.id, Decimal("2.5"))
        await driver.press("r")
        await driver.see("Done: confirm or send back", "@bob says it is done: 2.5 hours, $47.50", "c Confirm")
        await driver.press("b")
        await driver.see("Send “Windows” back to @bob: why?")
        # without a word nothing is sent, and Escape changes nothing
        await driver.press("enter")
        await driver.see("✗ A reason is needed")
        await driver.press("escape", "escape", "m")
        await driver.see("My jobs", "c Confirm")
        await driver.press("c")
        await driver.see("Confirm “Windows” by @bob for $47.50?")
        await driver.press("y")
        await driver.see("Reviews to write", "of @bob", "v Review")
        await driver.press("v")
        await driver.see("How was it with @bob?")
        await driver.press("ctrl+s")
        await driver.see("✗ The overall stars are missing")
        await driver.press("4", "down", "5", "tab", "tab", "tab")
        await driver.type("Clear view\tThank you")
        # a resize in the middle loses nothing, and it scrolls where there is no room
        await driver.pilot.resize_terminal(60, 12)
        await driver.pilot.resize_terminal(80, 24)
        await driver.press("ctrl+s", "ctrl+s")
        await driver.see("Your review of @bob is written")
        await driver.not_see("Reviews to write")
        (review,) = [review for review in await people.reviews_of(ada, "bob") if review.author == "ada"]
        assert review.stars == {"overall": 4, "professionalism": 5}
        assert (review.headline, review.comment) == ("Clear view", "Thank you")
        # what happened, as a timeline
        await driver.press("tab")
        await driver.see("[Posted 1]", "✓", "t History")
        await driver.press("t")
        await driver.see("History", "you posted it", "@bob offered to do it at $18.00", "you declined the")
        await driver.press("end")
        await driver.see("you accepted @bob at $19.00", "@bob finished it: 2.5 hours, $47.50", "you wrote a review")
        await driver.press("escape")
        await driver.see("My jobs", "[Posted 1]")
        await driver.press("N")
        await driver.see("Post a job", "Windows")


async def test_the_cleaner_goes_from_the_offer_to_the_review(market: Market, drive: Drive) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    job = await posted(ada, "Windows", booking=Booking.BY_OFFER, hours=Decimal(2), starts_at=NEXT_WEEK)
    await people.set_private_details(ada, uuid4(), job.id, PrivateDetails("Baker Street 1", "", "12 34"))
    async with drive("bob", size=(100, 30), refresh="60") as driver:
        await driver.browsing()
        await driver.see("by offer")
        assert "Baker Street" not in driver.text
        await driver.press("o")
        await driver.see("Your offer to do “Windows”")
        await driver.press("ctrl+s")
        await driver.see("Your offer: $20.00 per hour, live")
        await driver.press("m")
        await driver.see("Waiting for others", "your offer: $20.00", "w Withdraw")
        (offer,) = await offers.on_job(ada, job.id)
        await offers.accept(ada, uuid4(), offer)
        await driver.press("r")
        # now it says where to go
        await driver.see("Next", "for @ada", "Address: Baker Street 1", "Phone: 12 34", "f Finish")
        await driver.press("f")
        await driver.see("How long did “Windows” take?", "= $40.00: 2 hours at $20.00")
        await driver.press("up", "up", "up")
        await driver.see("= $55.00: 2.75 hours at $20.00")
        # the owner cancels meanwhile: told in the dialog, and the hours stay
        await cleanings.cancel(ada, uuid4(), job.id, "the house is sold")
        await driver.press("ctrl+s")
        await driver.see("✗ Not finished: “Windows” is cancelled.", "2.75")
        await driver.press("escape")
        other = await posted(ada, "Oven", hours=Decimal(1))
        await cleanings.claim(bob, uuid4(), other)
        await driver.press("r")
        await driver.see("Oven", "no time is set", "f Finish")
        await driver.press("R")
        await driver.see("Give “Oven” back to @ada?")
        await driver.press("y")
        await driver.see("u Undo release")
        await driver.press("u")
        await driver.see("no time is set", "f Finish")
        await driver.press("f")
        await driver.see("How long did “Oven” take?")
        await driver.press("enter")
        await driver.see("Waiting for others", "@ada has to confirm 1 hour, $20.00")
        await cleanings.send_back(ada, uuid4(), other.id, "it is not clean")
        await driver.press("r")
        await driver.see("f Finish")
        await driver.press("t")
        await driver.see("@ada sent it back: it is not clean")
        await driver.press("t", "f", "enter")
        await driver.see("@ada has to confirm")
        await cleanings.confirm(ada, uuid4(), other.id)
        await people.review(ada, uuid4(), other.id, {"overall": 5}, "Shines")
        await driver.press("r")
        await driver.see("Reviews to write", "of @ada")
        await driver.press("v")
        await driver.see("How was it with @ada?")
        await driver.press("3", "ctrl+s")
        await driver.see("Your review of @ada is written")
        await driver.see("[Now 0]", "Nothing is under way")
    assert (await now(ada, other.id)).status is Status.CONFIRMED
    assert {review.author for review in await people.reviews_of(ada, "ada")} == {"bob"}, "both are in, so both are seen"
    assert {review.author for review in await people.reviews_of(bob, "bob")} == {"ada"}


async def test_a_no_show_is_reported_and_private_details_change_after_the_claim(market: Market, drive: Drive) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    soon = datetime.now(UTC) + timedelta(hours=3)
    job_id = await cleanings.post(ada, uuid4(), draft("Windows")._replace(starts_at=soon, hours=Decimal(2)))
    job = await cleanings.one(ada, job_id)
    assert job is not None
    await cleanings.claim(bob, uuid4(), job)
    async with drive("ada", size=(130, 30)) as driver:
        await driver.browsing()
        await driver.press("m", "tab")
        await driver.see("[Posted 1]", "claimed by @bob", "p Private")
        assert "No-show" not in driver.footer
        # the owner changes the address while the cleaner has the job
        await driver.press("p")
        await driver.see("Private details", "@bob sees them now.")
        await driver.type("Main Street 1")
        await driver.press("ctrl+s")
        await driver.see_behind_messages("Address: Main Street 1")
        details = await people.private_details(bob, job_id)
        assert details is not None
        assert details.address == "Main Street 1"
        # the cleaner gives it back three hours before it begins, longer than five minutes after the claim
        await market.psql("update cleanings set claimed_at = claimed_at - interval '6 minutes'")
        await cleanings.release(bob, uuid4(), job_id, "no time")
        await driver.see_behind_messages("@bob did not do it: ! on My jobs", "! No-show")
        await driver.press("exclamation_mark")
        await driver.see("No-show", "@bob did not do", "Everybody can read that")
        await driver.type("Nobody came")
        await driver.press("ctrl+s")
        await driver.see("It is reported that @bob did not come.")
        await driver.not_see("! No-show")
    [review] = await people.reviews_of(ada, "bob")
    assert (review.no_show, review.headline) == (True, "Nobody came")


async def test_undoing_an_offer_that_was_accepted_says_what_happened(market: Market, drive: Drive) -> None:
    ada = await market.session("ada")
    await market.member("bob")
    job_id = await cleanings.post(ada, uuid4(), draft("Windows")._replace(booking=Booking.BY_OFFER))
    async with drive("bob", refresh="60") as driver:
        await driver.browsing()
        await driver.press("o")
        await driver.see("Price per hour")
        await driver.press("ctrl+s")
        await driver.see("@ada sees your offer", "u Undo offer")
        [offer] = await offers.on_job(ada, job_id)
        await offers.accept(ada, uuid4(), offer)
        await driver.press("u")
        # a message breaks its lines where it likes
        told = "The offer on “Windows” cannot be undone. It was accepted meanwhile, and the job is yours"
        await driver.until(lambda: any(told in text for text, _ in driver.app.messages.lines), told)
