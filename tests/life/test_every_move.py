"""Every move of public.moves, from every state, by every kind of person: whom the table names may, and nobody else."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import asyncpg
import pytest

from phresh_tui.database.accounts import make_guest
from phresh_tui.database.connections import Connection, connected
from tests.life.support import dump
from tests.support import Market

PERSONS = {"owner": "ada", "cleaner": "bob", "other": "eve", "offerer": "olga"}
# whom the words of the table mean; an offerer is one of the others
MEANT = {
    "owner": {"owner"},
    "cleaner": {"cleaner"},
    "other": {"cleaner", "other", "offerer"},
    "party": {"owner", "cleaner"},
}
# how each move is made; those that are undone have one function, which says in its answer which it was
CALLS = {
    "edit": "edit_cleaning(gen_random_uuid(), {job}, 'Scrub', null, 'dust_up', 20, booking => '{booking}')",
    "claim": "claim_cleaning(gen_random_uuid(), {job}, 20)",
    "offer": "make_offer(gen_random_uuid(), {job}, 15)",
    "withdraw": "withdraw_offer(gen_random_uuid(), {job})",
    "accept": "accept_offer(gen_random_uuid(), {job}, 'olga', 15)",
    "decline": "decline_offer(gen_random_uuid(), {job}, 'olga')",
    "release": "release_cleaning(gen_random_uuid(), {job}, 'Ill')",
    "finish": "finish_cleaning(gen_random_uuid(), {job}, 2)",
    "confirm": "confirm_cleaning(gen_random_uuid(), {job})",
    "send_back": "send_back_cleaning(gen_random_uuid(), {job}, 'Grey')",
    "cancel": "cancel_cleaning(gen_random_uuid(), {job}, 'Sold')",
    "review": "review_cleaning(gen_random_uuid(), {job}, 5)",
}
TABLE = "select move, from_state, to_state, who from moves"
UNDO = "undo_move(gen_random_uuid(), {job}, {offerer})"


@dataclass(frozen=True)
class Situation:
    """A job with a past.

    Attributes:
        state: that it counts as.
        steps: who did what to it after it was posted.
        booking: its style.
        second_thoughts: who may still undo the last step.

    """

    state: str
    steps: tuple[tuple[str, str], ...] = ()
    booking: str = "instantly"
    second_thoughts: str | None = None


CLAIMED = (("cleaner", "claim"),)
DONE = (*CLAIMED, ("cleaner", "finish"))
OFFERED = (("offerer", "offer"),)
SITUATIONS = {
    "open": Situation("open"),
    "offered": Situation("open", OFFERED, "by_offer"),
    "withdrawn": Situation("open", (*OFFERED, ("offerer", "withdraw")), "by_offer", "offerer"),
    "declined": Situation("open", (*OFFERED, ("owner", "decline")), "by_offer", "owner"),
    "released": Situation("open", (*CLAIMED, ("cleaner", "release")), second_thoughts="cleaner"),
    "released by the owner": Situation("open", (*CLAIMED, ("owner", "release")), second_thoughts="owner"),
    "claimed": Situation("claimed", CLAIMED),
    "sent back": Situation("claimed", (*DONE, ("owner", "send_back"))),
    "done": Situation("done", DONE),
    "long done": Situation("confirmed", (*DONE, ("clock", "done_at = done_at - interval '7 days'"))),
    "confirmed": Situation("confirmed", (*DONE, ("owner", "confirm"))),
    "cancelled": Situation("cancelled", (("owner", "cancel"),), second_thoughts="owner"),
    "cancelled when it was claimed": Situation("cancelled", (*CLAIMED, ("owner", "cancel")), second_thoughts="owner"),
}


def refusal(table: list[asyncpg.Record], move: str, name: str, person: str) -> str:
    """The SQLSTATE that the rules have for it, or nothing when it is allowed: who first, then the state."""
    situation = SITUATIONS[name]
    rows = [row for row in table if row["move"] == move]
    who = rows[0]["who"]
    taken = situation.state in ("claimed", "done", "confirmed")
    if who == "other" and person == "owner":
        return "PH005"
    # what nobody has taken is in the wrong state for a cleaner's moves, whoever asks
    if person not in MEANT[who] and (who in ("owner", "other") or taken):
        return "PH006"
    if situation.state not in {row["from_state"] for row in rows}:
        return "PH003"
    if (move, situation.booking) in (("claim", "by_offer"), ("offer", "instantly")):
        return "PH014"
    if move in ("withdraw", "accept", "decline") and (
        name != "offered" or (move == "withdraw" and person != "offerer")
    ):
        return "PH015"
    return ""


class Street:
    """The persons' connections, and a job in each situation."""

    def __init__(self, connections: dict[str, Connection]) -> None:
        self.connections = connections
        self.operator = connections["clock"]

    async def job_in(self, situation: Situation) -> int:
        answer = await self.connections["owner"].fetchval(
            "select post_cleaning(gen_random_uuid(), 'Scrub', null, 'dust_up', 20, booking => $1)", situation.booking
        )
        job = int(json.loads(answer)["id"])
        for person, step in situation.steps:
            if person == "clock":
                await self.operator.execute(f"update cleanings set {step} where id = $1", job)
            else:
                await self.connections[person].execute(f"select {CALLS[step].format(job=job)}")
        return job

    async def refused(self, person: str, call: str) -> str:
        """The SQLSTATE of a call; nothing when it is answered, which is then taken back."""
        try:
            await self.connections[person].execute(f"do $$ begin perform {call}; raise sqlstate 'OK000'; end $$")
        except asyncpg.PostgresError as error:
            return "" if error.sqlstate == "OK000" else str(error.sqlstate)
        raise AssertionError(call)

    async def made(self, person: str, call: str) -> tuple[str, str, str]:
        """Makes a move, reads what was recorded of it and what the job is then, and takes it back."""
        connection = self.connections[person]
        transaction = connection.transaction()
        await transaction.start()
        try:
            job = json.loads(await connection.fetchval(f"select public.{call}"))["id"]
            [row] = await connection.fetch(
                "select e.move, e.from_state, e.to_state, c.status "
                "from events e join cleanings c on c.id = e.cleaning_id where c.id = $1 and e.version = c.version",
                job,
            )
            assert row["to_state"] == row["status"], call
            return row["move"], row["from_state"], row["to_state"]
        finally:
            await transaction.rollback()


@pytest.fixture
async def street(market: Market) -> AsyncIterator[Street]:
    targets = {"clock": market.operator}
    for person, handle in PERSONS.items():
        targets[person] = await market.member(handle)
    targets["guest"] = market.operator._replace(user=(await make_guest(market.operator)).user)
    async with AsyncExitStack() as stack:
        yield Street({who: await stack.enter_async_context(connected(target)) for who, target in targets.items()})


Makers = dict[tuple[str, str, str], set[str]]


async def tried(street: Street, table: list[asyncpg.Record], names: Iterable[str]) -> tuple[Makers, list[str]]:
    """Who could make which move in these situations, and which answers were others than the table has."""
    makers: Makers = defaultdict(set)
    wrong = []
    for name in names:
        situation = SITUATIONS[name]
        job = await street.job_in(situation)
        before = await dump(street.operator)
        for person in street.connections.keys() - {"clock"}:
            offerer = "'olga'" if (person, name) == ("owner", "declined") else "null"
            calls = CALLS | {"undo": UNDO}
            for move, text in calls.items():
                call = text.format(job=job, booking=situation.booking, offerer=offerer)
                if person == "guest":
                    expected = "42501"
                elif move == "undo":
                    expected = "" if person == situation.second_thoughts else "PH016"
                else:
                    expected = refusal(table, move, name, person)
                if expected == "":
                    makers[await street.made(person, call)].add(person)
                elif (told := await street.refused(person, call)) != expected:
                    wrong.append(f"{move} by the {person} when {name}: {told or 'made'} instead of {expected}")
        assert await dump(street.operator) == before, name
    return makers, wrong


async def test_exactly_the_moves_of_the_table_can_be_made_and_by_exactly_those_that_it_names(street: Street) -> None:
    table = await street.operator.fetch(TABLE)
    assert {row["move"] for row in table if not row["move"].startswith("undo_")} == set(CALLS)
    makers, wrong = await tried(street, table, SITUATIONS)
    assert wrong == []
    assert makers.keys() == {(row["move"], row["from_state"], row["to_state"]) for row in table}
    for row in table:
        # one withdraws an offer that one has made
        named = {"offerer"} if "withdraw" in row["move"] else MEANT[row["who"]]
        assert makers[row["move"], row["from_state"], row["to_state"]] == named, row


async def test_a_row_that_the_functions_do_not_follow_is_found(street: Street) -> None:
    await street.operator.execute("insert into moves values ('edit', 'cancelled', 'cancelled', 'owner')")
    table = await street.operator.fetch(TABLE)
    makers, _ = await tried(street, table, ["cancelled"])
    # it is made, and recorded as another one
    unknown = makers.keys() - {(row["move"], row["from_state"], row["to_state"]) for row in table}
    assert unknown == {("edit", "open", "cancelled")}
