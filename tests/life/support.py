"""What the tests of a job's life share: a market with its members, and a clock that the operator turns back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import asyncpg

from phresh_tui.database import cleanings, offers
from phresh_tui.database.connections import Connection
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Booking, Cleaning
from phresh_tui.market.record import Offer
from tests.support import Market, draft

WORK = ("hours_worked", "total", "done_at")
TERMS = ("name", "description", "cleaning_type", "price", "area", "starts_at", "hours", "booking")
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
        wanted = draft(price=price)._replace(
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
        await later(self.market, job.id, minutes)


async def later(market: Market, number: int, minutes: int) -> None:
    """Lets time pass for a job: everything that happened to it is so much longer ago."""
    await market.psql_script(
        f"""
        update events set happened_at = happened_at - interval '{minutes} minutes' where cleaning_id = {number};
        update cleanings set claimed_at = claimed_at - interval '{minutes} minutes',
            done_at = done_at - interval '{minutes} minutes' where id = {number};
        update reviews set written_at = written_at - interval '{minutes} minutes' where cleaning_id = {number};
        """
    )


async def unexplained(market: Market) -> list[int]:
    """Jobs that are not what their events say."""
    wrong = []
    for row in await market.psql("select * from cleanings"):
        record = await market.psql("select * from events where cleaning_id = $1 order by version", row["id"])
        assert [event["version"] for event in record] == list(range(1, len(record) + 1))
        told = rebuilt(record, row)
        if told != {column: row[column] for column in told}:
            wrong.append(row["id"])
    return wrong


def rebuilt(record: Sequence[asyncpg.Record], now: asyncpg.Record) -> dict[str, object]:
    """A job, from its events alone; what it is now is looked at only for a post from before posts held their terms."""
    job: dict[str, object] = dict.fromkeys(("claimed_by", "agreed_price", "claimed_at", *WORK))
    given_back = None
    for event in record:
        details = json.loads(event["details"], parse_float=Decimal)
        before, move = job.get("status"), event["move"]
        # after seven days a job counts as confirmed before anybody writes it down
        assert event["from_state"] in (before, "confirmed" if before == "done" else before)
        job |= {"owner": event["owner"], "status": event["to_state"], "version": event["version"]}
        if move in ("post", "edit"):
            terms = details.get("after") or _first_terms(record, now)
            starts_at = terms["starts_at"]
            job |= terms | {"starts_at": datetime.fromisoformat(starts_at) if isinstance(starts_at, str) else starts_at}
        elif move in ("claim", "accept", "undo_release"):
            since = given_back if move == "undo_release" else event["happened_at"]
            job |= {"claimed_by": event["other"], "agreed_price": details["price"], "claimed_at": since}
        elif move in ("release", "cancel"):
            given_back = datetime.fromisoformat(details["claimed_at"]) if move == "release" else None
            job |= dict.fromkeys(("claimed_by", "agreed_price", "claimed_at"))
        elif move == "finish":
            job |= {"hours_worked": details["hours"], "total": details["total"], "done_at": event["happened_at"]}
        elif move == "send_back":
            job |= dict.fromkeys(WORK)
    return job


def _first_terms(record: Sequence[asyncpg.Record], now: asyncpg.Record) -> dict[str, Any]:
    """Those before the first edit, or, without one, those of the job."""
    edits = (json.loads(event["details"], parse_float=Decimal) for event in record if event["move"] == "edit")
    return next((edit["before"] for edit in edits), None) or {term: now[term] for term in TERMS}


async def dump(operator: Connection) -> dict[str, list[str]]:
    """Every row of every table, as text: what was not changed at all is equal to what it was."""
    tables = await operator.fetch(
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by relname"
    )
    rows = " union all ".join(
        f"select '{row['relname']}', array(select t::text from public.{row['relname']} t order by 1)" for row in tables
    )
    return {name: list(lines) for name, lines in await operator.fetch(rows)}
