"""Booking by offer: made, changed, withdrawn; what is known of a job before the next move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from phresh_tui.database import cleanings, offers
from phresh_tui.database.connections import connected
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Booking, Cleaning
from phresh_tui.market.record import OfferStatus
from tests.support import Market, draft
from tests.tui.conftest import Drive

NEXT_WEEK = (datetime.now(UTC) + timedelta(days=7)).replace(hour=9, minute=0, second=0, microsecond=0)


async def posted(session: Session, name: str, **more: object) -> Cleaning:
    job_id = await cleanings.post(session, uuid4(), draft(name)._replace(**more))  # type: ignore[arg-type]
    job = await cleanings.one(session, job_id)
    assert job is not None
    return job


async def test_an_offer_is_made_changed_and_withdrawn_with_keys(market: Market, drive: Drive) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    job = await posted(ada, "Windows", booking=Booking.BY_OFFER, hours=Decimal("2.5"), area="Soho", starts_at=NEXT_WEEK)
    async with drive("bob", refresh="60") as driver:
        await driver.browsing()
        await driver.see("by offer", "about $50.00 for 2.5 hours", "Soho", "posted by @ada, no")
        assert "c Claim" not in driver.footer
        assert "w Withdraw" not in driver.footer
        await driver.press("o")
        await driver.see("Your offer to do “Windows”", "= $20.00 per hour, about $50.00")
        # a price that is none: nothing is sent, and what was typed stays
        await driver.press("home", "ctrl+k", *"abc", "tab")
        await driver.type("I bring a ladder")
        await driver.press("ctrl+s")
        await driver.see("✗ This is not a price", "I bring a ladder", "abc")
        # left and opened again: it is still there
        await driver.press("escape")
        await driver.not_see("Your offer to do")
        await driver.press("o")
        await driver.see("abc", "I bring a ladder")
        await driver.press("home", "ctrl+k", *"18", "ctrl+s", "ctrl+s")
        await driver.see_behind_messages("Your offer: $18.00 per hour, live. “I bring a ladder”")
        (offer,) = await offers.on_job(ada, job.id)
        assert (offer.price, offer.message, offer.status) == (Decimal(18), "I bring a ladder", OfferStatus.LIVE)
        # with the numbers of before to begin with; Enter goes on
        await driver.press("o")
        await driver.see("I bring a ladder", "The job says $20.00")
        await driver.press("home", "ctrl+k", *"17.50", "ctrl+s")
        await driver.see_behind_messages("$17.50 per hour, live")
        await driver.press("w")
        await driver.see("Withdraw your offer on “Windows”?")
        await driver.press("w", "y")
        await driver.see_behind_messages("$17.50 per hour, withdrawn", "u Undo withdrawal")
        await driver.press("u")
        await driver.see("Your offer on “Windows” stands")
        await driver.see_behind_messages("$17.50 per hour, live")
        # somebody else takes it while the offer is typed: the reason is told in the dialog, and nothing is lost
        await driver.press("o")
        await driver.see("Your offer to do")
        await cleanings.cancel(ada, uuid4(), job.id, "no windows any more")
        await driver.press("home", "ctrl+k", *"16", "ctrl+s")
        await driver.see("✗ Not offered: “Windows” is cancelled.", "16", "I bring a ladder")
        await driver.press("escape")
    assert bob.handle == "bob"


async def test_an_overlap_is_said_before_the_claim_and_named_by_the_refusal(market: Market, drive: Drive) -> None:
    ada, bob = await market.session("ada"), await market.session("bob")
    kitchen = await posted(ada, "Kitchen", starts_at=NEXT_WEEK, hours=Decimal(2))
    await cleanings.claim(bob, uuid4(), kitchen)
    await posted(ada, "Windows", starts_at=NEXT_WEEK + timedelta(hours=1), hours=Decimal(2))
    async with drive("bob") as driver:
        await driver.browsing()
        await driver.see("! Overlaps with “Kitchen”, which you have claimed: ")
        await driver.press("c")
        await driver.see("It overlaps with “Kitchen”")
        await driver.press("y")
        await driver.see("Not claimed: you have “Kitchen” (")


async def test_what_was_typed_into_a_dialog_that_is_left_while_it_is_sent_is_kept_when_it_is_refused(
    market: Market, drive: Drive
) -> None:
    ada = await market.session("ada")
    job = await posted(ada, "Windows", booking=Booking.BY_OFFER)
    await market.member("bob")
    async with drive("bob", refresh="60") as driver, connected(market.operator) as operator:
        await driver.browsing()
        await driver.press("o")
        await driver.see("Your offer to do “Windows”")
        await driver.press("tab")
        await driver.type("I bring a ladder")
        async with operator.transaction():
            # somebody holds the job until they have cancelled it
            await operator.execute("update public.cleanings set status = 'cancelled' where id = $1", job.id)
            await driver.press("ctrl+s")
            await driver.see("Sending …")
            await driver.press("escape")
            await driver.not_see("Your offer to do")
        await driver.see("cancelled")
        assert driver.app.moves.typed["OfferDialog", job.id]["words"] == "I bring a ladder"
