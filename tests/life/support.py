"""What the tests of a job's life share: a market with its members, and a clock that the operator turns back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

from phresh_tui.database import cleanings, offers
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Booking, Cleaning
from phresh_tui.market.record import Offer
from tests.support import Market, draft

NOON = datetime(2031, 5, 4, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Town:
    """Ada posts, Bob and Eve work, Mallory has nothing to do with it."""

    market: Market
    ada: Session
    bob: Session
    eve: Session
    mallory: Session

    async def posted(
        self,
        *,
        by_offer: bool = False,
        starts_at: datetime | None = None,
        hours: str | None = None,
        price: str = "20.00",
    ) -> Cleaning:
        wanted = replace(
            draft(price=price),
            booking=Booking.BY_OFFER if by_offer else Booking.INSTANTLY,
            starts_at=starts_at,
            hours=None if hours is None else Decimal(hours),
        )
        return await self.read(await cleanings.post(self.ada, uuid4(), wanted))

    async def claimed(self, **more: object) -> Cleaning:
        job = await self.posted(**more)  # type: ignore[arg-type]
        await cleanings.claim(self.bob, uuid4(), job)
        return await self.read(job.id)

    async def done(self, hours: str = "2.00") -> Cleaning:
        job = await self.claimed()
        await cleanings.finish(self.bob, uuid4(), job.id, Decimal(hours))
        return await self.read(job.id)

    async def confirmed(self) -> Cleaning:
        job = await self.done()
        await cleanings.confirm(self.ada, uuid4(), job.id)
        return await self.read(job.id)

    async def read(self, number: int) -> Cleaning:
        job = await cleanings.one(self.ada, number)
        assert job is not None
        return job

    async def offers(self, job: Cleaning) -> dict[str, Offer]:
        return {offer.handle: offer for offer in await offers.on_job(self.ada, job.id)}

    async def moves(self, job: Cleaning) -> list[str]:
        rows = await self.market.psql("select move from events where cleaning_id = $1 order by version", job.id)
        return [row["move"] for row in rows]

    async def later(self, job: Cleaning, minutes: int) -> None:
        """Lets time pass for a job: everything that happened to it is so much longer ago."""
        await self.market.psql_script(
            f"""
            update events set happened_at = happened_at - interval '{minutes} minutes' where cleaning_id = {job.id};
            update cleanings set claimed_at = claimed_at - interval '{minutes} minutes',
                done_at = done_at - interval '{minutes} minutes' where id = {job.id};
            update reviews set written_at = written_at - interval '{minutes} minutes' where cleaning_id = {job.id};
            """
        )

    async def unexplained(self) -> list[int]:
        """Jobs whose state cannot be rebuilt from their events."""
        rows = await self.market.psql("select * from cleanings")
        wrong = []
        for row in rows:
            state, cleaner, version = "", None, 0
            for event in await self.market.psql(
                "select * from events where cleaning_id = $1 order by version", row["id"]
            ):
                assert event["version"] == version + 1
                assert event["from_state"] in (None, state) or (state, event["from_state"]) == ("done", "confirmed")
                state, version = event["to_state"], event["version"]
                if event["move"] in ("claim", "accept", "undo_release"):
                    cleaner = event["other"]
                elif state in ("open", "cancelled"):
                    cleaner = None
            if (state, cleaner, version) != (row["status"], row["claimed_by"], row["version"]):
                wrong.append(row["id"])
        return wrong
