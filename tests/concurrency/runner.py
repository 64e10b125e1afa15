"""Many members at the same few jobs, with connections that are killed; writes down what everybody was told."""

from __future__ import annotations

import asyncio
import json
import random
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from phresh_tui.database.errors import DRIVER_ERRORS, is_lost
from tests.support import Market

# jobs that are under way at the same time
JOBS = 8
# of a hundred moves so many end somebody's connection, are sent again once answered, or sent again with other arguments
KILLED, SENT_AGAIN, SENT_CHANGED = 4, 6, 2
# of a hundred moves so many come long after what was before them: the operator sets back when a job was taken, or done
LATER = 8
LONG_AGO = {"claimed_at": timedelta(minutes=10), "done_at": timedelta(days=8)}
# the functions that move a job, with their parameters behind the request id
FUNCTIONS = {
    "post": ("post_cleaning", ("name", "description", "type", "price", "area", "starts_at", "hours", "booking")),
    "edit": ("edit_cleaning", ("job", "name", "description", "type", "price", "area", "starts_at", "hours", "booking")),
    "claim": ("claim_cleaning", ("job", "price")),
    "offer": ("make_offer", ("job", "price", "message")),
    "withdraw": ("withdraw_offer", ("job",)),
    "accept": ("accept_offer", ("job", "handle", "price")),
    "decline": ("decline_offer", ("job", "handle")),
    "release": ("release_cleaning", ("job", "reason")),
    "finish": ("finish_cleaning", ("job", "hours")),
    "confirm": ("confirm_cleaning", ("job",)),
    "send_back": ("send_back_cleaning", ("job", "reason")),
    "cancel": ("cancel_cleaning", ("job", "reason")),
    "undo": ("undo_move", ("job", "handle")),
    "review": ("review_cleaning", ("job", "overall", "professionalism")),
    "no_show": ("report_no_show", ("job", "handle")),
}
BY_OWNER = {
    "open": ("accept", "accept", "accept", "accept", "decline", "edit", "undo", "cancel"),
    "claimed": ("release", "cancel", "confirm"),
    "done": ("confirm", "confirm", "send_back"),
    "confirmed": ("review", "no_show", "send_back"),
    "cancelled": ("undo", "edit"),
}
BY_CLEANER = {"claimed": ("finish", "finish", "release"), "done": ("release", "finish"), "confirmed": ("review",)}
BY_OTHERS = ("claim", "claim", "offer", "offer", "offer", "withdraw", "undo")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call as the member saw it.

    Attributes:
        member: the login.
        request: the request id, the same one when the request is sent again.
        move: a key of `FUNCTIONS`.
        arguments: by name.
        answer: what came back, when something did.
        refusal: the SQLSTATE, or ``lost`` when the connection ended before the answer.
        started: seconds since 1970, before it was sent.
        ended: seconds since 1970, after the answer.

    """

    member: str
    request: UUID
    move: str
    arguments: dict[str, Any]
    answer: dict[str, Any] | None
    refusal: str | None
    started: float
    ended: float


@dataclass(slots=True)
class Believed:
    """What the runner believes of a job; wrong now and then, so that some moves come too late."""

    number: int
    owner: str
    price: Decimal
    booking: str
    status: str = "open"
    cleaner: str | None = None
    offers: dict[str, Decimal] = field(default_factory=dict)
    # who had it last
    left: str | None = None


@dataclass(frozen=True, slots=True)
class Aged:
    """A job for which time has passed.

    Attributes:
        job: its number.
        version: of the event after which it passed.
        column: which of its times lies so much further back.
        started: seconds since 1970, before it was set back.

    """

    job: int
    version: int
    column: str
    started: float


@dataclass(frozen=True, slots=True)
class Tables:
    """What the tables hold when everybody has stopped: rows as dictionaries."""

    cleanings: list[dict[str, Any]]
    events: list[dict[str, Any]]
    offers: list[dict[str, Any]]
    reviews: list[dict[str, Any]]
    bookings: list[dict[str, Any]]
    requests: list[dict[str, Any]]
    aged: list[Aged]


class Member:
    """A member with one connection, which is made again when it ends."""

    def __init__(self, market: Market, login: str) -> None:
        self.login = login
        self._target = market.operator._replace(user=login)
        self.connection: asyncpg.Connection[asyncpg.Record] | None = None

    async def connected(self) -> asyncpg.Connection[asyncpg.Record]:
        while self.connection is None or self.connection.is_closed():
            try:
                self.connection = await asyncpg.connect(**self._target.asyncpg_arguments())
            except asyncpg.TooManyConnectionsError:
                # those that were killed are still on their way out
                await asyncio.sleep(0)
        return self.connection

    async def attempt(self, request: UUID, move: str, arguments: dict[str, Any]) -> Attempt:
        name, parameters = FUNCTIONS[move]
        values = [arguments[parameter] for parameter in parameters]
        marks = ", ".join(f"${place}" for place in range(1, len(values) + 2))
        connection = await self.connected()
        answer, refusal = None, None
        started = time.time()
        try:
            found = await connection.fetchval(f"select public.{name}({marks})", request, *values)
            answer = json.loads(found, parse_float=Decimal)
        except DRIVER_ERRORS as error:
            if is_lost(error):
                refusal = "lost"
                connection.terminate()
                self.connection = None
            else:
                refusal = str(getattr(error, "sqlstate", None) or repr(error))
        return Attempt(self.login, request, move, arguments, answer, refusal, started, time.time())

    async def close(self) -> None:
        if self.connection is not None:
            with suppress(*DRIVER_ERRORS):
                await self.connection.close()


class Runner:
    """Members who move at random, from a seed; `history` is what they were told."""

    def __init__(self, market: Market, moves: int, seed: int) -> None:
        self.history: list[Attempt] = []
        self.kills = 0
        self.aged: list[Aged] = []
        self._market = market
        self._left = moves
        self._chance = random.Random(seed)
        self._members: list[Member] = []
        self._jobs: list[Believed] = []
        self._first_start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=30)

    async def run(self, members: int) -> Tables:
        """Lets so many members move until the moves are used up, and returns what the tables then hold."""
        async with asyncio.TaskGroup() as together:
            made = [together.create_task(self._market.member(f"mover_{number}")) for number in range(members)]
        self._members = [Member(self._market, task.result().user) for task in made]
        self._operator = await asyncpg.connect(**self._market.operator.asyncpg_arguments())
        self._operating = asyncio.Lock()
        try:
            await asyncio.gather(*(member.connected() for member in self._members))
            async with asyncio.TaskGroup() as together:
                for number, member in enumerate(self._members):
                    together.create_task(self._wander(member, random.Random(self._chance.random() + number)))
        finally:
            await self._operator.close()
            await asyncio.gather(*(member.close() for member in self._members))
        return await self._tables()

    async def _tables(self) -> Tables:
        async def rows(table: str, order: str) -> list[dict[str, Any]]:
            return [dict(row) for row in await self._market.psql(f"select * from public.{table} order by {order}")]

        return Tables(
            await rows("cleanings", "id"),
            await rows("events", "cleaning_id, version"),
            await rows("offers", "cleaning_id, login"),
            await rows("reviews", "cleaning_id, author"),
            await rows("bookings", "login, cleaning_id"),
            await rows("requests", "login, answered_at"),
            self.aged,
        )

    async def _wander(self, member: Member, chance: random.Random) -> None:
        while self._left > 0:
            self._left -= 1
            move, arguments = self._chosen(member, chance)
            request = UUID(int=chance.getrandbits(128))
            killing = None
            if chance.randrange(100) < LATER:
                await self._let_time_pass(chance)
            if chance.randrange(100) < KILLED:
                killing = asyncio.ensure_future(self._kill(chance.choice(self._members)))
            answer = await self._until_answered(member, request, move, arguments)
            if killing is not None:
                await killing
            if answer is None:
                continue
            self._believe(member, move, arguments, answer)
            again = chance.randrange(100)
            if again < SENT_AGAIN:
                await self._until_answered(member, request, move, arguments)
            elif again < SENT_AGAIN + SENT_CHANGED:
                changed = arguments | ({"job": arguments["job"] + 1} if "job" in arguments else {"name": "Changed"})
                await self._until_answered(member, request, move, changed)

    async def _until_answered(
        self, member: Member, request: UUID, move: str, arguments: dict[str, Any]
    ) -> dict[str, Any] | None:
        while True:
            attempt = await member.attempt(request, move, arguments)
            self.history.append(attempt)
            if attempt.refusal != "lost":
                return attempt.answer

    async def _kill(self, member: Member) -> None:
        connection = member.connection
        if connection is None or connection.is_closed():
            return
        pid = connection.get_server_pid()
        async with self._operating:
            await self._operator.fetchval("select pg_terminate_backend($1)", pid)
        self.kills += 1

    async def _let_time_pass(self, chance: random.Random) -> None:
        """Sets back when a job was taken, or done, once for each time that it was."""
        under_way = [job for job in self._jobs if job.status in ("claimed", "done")]
        if not under_way:
            return
        job = chance.choice(under_way)
        # it may be believed to be another one while this waits
        status, column = job.status, f"{job.status}_at"
        started = time.time()
        async with self._operating:
            version = await self._operator.fetchval(
                f"update public.cleanings set {column} = {column} - $2::interval where id = $1 and status = $3 "
                f"and {column} > clock_timestamp() - interval '4 minutes' returning version",
                *(job.number, LONG_AGO[column], status),
            )
        if version is not None:
            self.aged.append(Aged(job.number, version, column, started))
            if status == "done":
                job.status = "confirmed"

    # what a member tries next

    def _chosen(self, member: Member, chance: random.Random) -> tuple[str, dict[str, Any]]:
        under_way = [job for job in self._jobs if job.status in ("open", "claimed", "done")]
        if len(under_way) < JOBS:
            return "post", self._draft(chance)
        # the last that are over are still reviewed, undone, and moved by those who have not heard
        jobs = under_way + [job for job in self._jobs[-3 * JOBS :] if job.status in ("confirmed", "cancelled")]
        own = [job for job in jobs if member.login in (job.owner, job.cleaner) or member.login in job.offers]
        job = chance.choice(own if own and chance.random() < 0.7 else jobs)
        # whoever has work already tries for more, at the same time as likely as not
        others = [job for job in jobs if job.status == "open" and member.login != job.owner]
        if others and chance.random() < 0.4 and any(job.cleaner == member.login for job in under_way):
            job = chance.choice(others)
            move = "claim" if job.booking == "instantly" else "offer"
            return move, self._arguments(member, job, move, chance)
        if chance.random() < 0.1:
            move = chance.choice([name for name in FUNCTIONS if name != "post"])
        elif job.owner == member.login and job.left is not None and chance.random() < 0.3:
            move = "no_show"
        elif job.owner == member.login:
            move = chance.choice(BY_OWNER[job.status])
        elif job.cleaner == member.login:
            move = chance.choice(BY_CLEANER.get(job.status, ("release",)))
        elif member.login in job.offers and chance.random() < 0.4:
            move = "withdraw"
        else:
            move = chance.choice(BY_OTHERS)
            if move == "claim" and job.booking == "by_offer" and chance.random() < 0.8:
                move = "offer"
        return move, self._arguments(member, job, move, chance)

    def _arguments(self, member: Member, job: Believed, move: str, chance: random.Random) -> dict[str, Any]:
        offerers = list(job.offers) or [chance.choice(self._members).login]
        offerer = chance.choice(offerers)
        if move == "edit":
            return self._draft(chance, booking=job.booking if chance.random() < 0.8 else None) | {"job": job.number}
        arguments: dict[str, Any] = {"job": job.number}
        if move == "claim":
            arguments["price"] = job.price if chance.random() < 0.95 else job.price + 1
        elif move == "offer":
            arguments |= {"price": self._price(chance), "message": "I could come"}
        elif move == "accept":
            arguments |= {"handle": offerer[2:], "price": job.offers.get(offerer, job.price)}
        elif move == "decline":
            arguments["handle"] = offerer[2:]
        elif move == "no_show":
            arguments["handle"] = (job.left or offerer)[2:]
        elif move == "undo":
            arguments["handle"] = offerer[2:] if member.login == job.owner and chance.random() < 0.5 else None
        elif move in ("release", "send_back", "cancel"):
            arguments["reason"] = f"Because of {chance.randrange(1000)}"
            if move == "release" and chance.random() < 0.2:
                arguments["reason"] = None
        elif move == "finish":
            # 24.25 breaks a rule
            arguments["hours"] = Decimal(chance.randint(1, 97)) / 4
        elif move == "review":
            arguments |= {"overall": chance.randint(0, 5), "professionalism": chance.choice((None, 1, 5))}
        return arguments

    def _draft(self, chance: random.Random, booking: str | None = None) -> dict[str, Any]:
        has_time = chance.random() < 0.9
        starts_at = self._first_start + timedelta(hours=chance.choice((-24, -23, 1, 2)))
        if chance.random() < 0.2:
            # it begins just now, so that an owner may wait in vain
            starts_at = datetime.now(UTC) - timedelta(minutes=1)
        return {
            "name": f"Job {chance.randrange(1000)}",
            "description": None,
            "type": "spot_clean",
            "price": self._price(chance),
            "area": None,
            "starts_at": starts_at if has_time else None,
            "hours": Decimal(chance.choice(("1.00", "2.00"))) if has_time else None,
            "booking": booking or chance.choice(("instantly", "by_offer")),
        }

    @staticmethod
    def _price(chance: random.Random) -> Decimal:
        return Decimal(chance.randint(1000, 4000)) / 100

    # what it means for the beliefs that a move was answered

    def _believe(self, member: Member, move: str, arguments: dict[str, Any], answer: dict[str, Any]) -> None:
        if move == "post":
            self._jobs.append(Believed(answer["id"], member.login, arguments["price"], arguments["booking"]))
            return
        job = next(job for job in self._jobs if job.number == arguments["job"])
        if move == "offer":
            job.offers[member.login] = arguments["price"]
        elif move in ("withdraw", "decline"):
            # half of the time nobody hears of it
            if self._chance.random() < 0.5:
                job.offers.pop(member.login if move == "withdraw" else "m_" + arguments["handle"], None)
        elif move not in ("review", "no_show"):
            job.status = answer["status"]
            job.left = job.cleaner or job.left
            job.cleaner = None if job.status in ("open", "cancelled") else job.cleaner
        if move == "edit":
            job.price, job.booking = arguments["price"], arguments["booking"]
        elif move == "claim":
            job.cleaner = member.login
        elif move == "accept":
            job.cleaner = "m_" + arguments["handle"]
