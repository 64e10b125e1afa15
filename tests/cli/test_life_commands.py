"""The whole life of a job without a screen: every command, what it prints, and what it refuses."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from phresh_tui.cli.commands import COMMANDS
from phresh_tui.cli.typed import parse_booking, parse_start
from phresh_tui.database import offers
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Booking, parse_hours
from phresh_tui.market.errors import BadInput, DatabaseUnavailable
from phresh_tui.market.record import Offer
from tests.cli.support import Done, as_member, as_operator, called, phresh
from tests.support import Market


class People:
    """Members who type commands."""

    def __init__(self, market: Market) -> None:
        self.market = market

    async def __call__(self, handle: str, *arguments: str) -> Done:
        return await phresh(*arguments, environment=as_member(self.market, handle))

    async def json(self, handle: str, *arguments: str) -> Any:
        return (await self(handle, *arguments, "--json")).ok().json


@pytest.fixture
async def people(market: Market) -> People:
    """Ana, Ben and Cleo; over TCP, with passwords."""
    for handle in ("ana", "ben", "cleo"):
        await market.member(handle, tcp=True)
    return People(market)


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A local time zone that is not that of the server, and in which the clock is put forward once a year."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


async def test_a_job_booked_by_offer_goes_from_post_to_two_reviews(people: People, berlin: None) -> None:
    start = ("--area", "Old Town", "--start", "2030-12-01 09:00", "--hours", "2,5", "--booking", "by-offer")
    posted = await people.json("ana", "post", "--name", "Wash the windows", "--price", "20", *start)
    assert (posted["area"], posted["hours"], posted["booking"]) == ("Old Town", "2.50", "by_offer")
    assert datetime.fromisoformat(posted["starts_at"]) == datetime.fromisoformat("2030-12-01T08:00+00:00")
    listed = (await people("ben", "jobs")).ok().out.splitlines()
    assert listed[0].split() == ["ID", "PER", "HOUR", "TYPE", "AGE", "START", "BOOKED", "POSTED", "BY", "NAME"]
    assert "2030-12-01 09:00  by offer  @ana       Wash the windows · Old Town" in listed[1]

    (await people("ben", "claim", "1")).failed(5, "booked by offer", "Make an offer")
    offered = (await people("ben", "offer", "1", "--price", "18,50", "--message", "I live next door")).ok()
    assert offered.out == "Offered to do job 1: Wash the windows ($18.50 per hour).\n"
    assert (await people.json("cleo", "offer", "1", "--price", "17"))["status"] == "live"
    rows = (await people("ana", "offers", "1")).ok().out.splitlines()
    assert [row.split()[:1] + row.split()[3:] for row in rows[1:]] == [
        ["$17.00", "@cleo"],
        ["$18.50", "@ben", "I", "live", "next", "door"],
    ]
    assert [offer["handle"] for offer in await people.json("ben", "offers", "1")] == ["ben"]

    (await people("ana", "accept", "1", "dora")).failed(5, "There is no offer of @dora on job 1", "phresh offers 1")
    (await people("cleo", "accept", "1", "ben")).failed(5, "posted by somebody else", "Only @ana")
    accepted = (await people("ana", "accept", "1", "@ben")).ok()
    assert accepted.out == "Accepted @ben for job 1: Wash the windows ($18.50 per hour).\n"
    (await people("ana", "accept", "1", "cleo")).failed(5, "Job 1 is claimed", "@ben has it")
    assert "stands by" in (await people("ana", "offers", "1")).ok().out

    (await people("cleo", "finish", "1", "--hours", "2")).failed(5, "not claimed by you")
    finished = (await people("ben", "finish", "1", "--hours", "2.75")).ok()
    assert finished.out == "Finished job 1: Wash the windows (2.75 hours, $50.88).\n"
    sent_back = await people.json("ana", "send-back", "1", "--reason", "One is still grey")
    assert (sent_back["status"], sent_back["total"]) == ("claimed", None)
    assert (await people.json("ben", "finish", "1", "--hours", "3"))["total"] == "55.50"
    confirmed = await people.json("ana", "confirm", "1")
    assert (confirmed["status"], confirmed["hours_worked"], confirmed["agreed_price"]) == ("confirmed", "3.00", "18.50")
    assert "$55.50" in (await people("ben", "mine")).ok().out

    stars = ("--stars", "5", "--efficiency", "4", "--headline", "Bright", "--comment", "All six shine.")
    assert (await people("ana", "review", "1", *stars)).ok().out == "Reviewed @ben for job 1: Wash the windows.\n"
    (await people("ana", "review", "1", "--stars", "1")).failed(5, "reviewed job 1 already")
    (await people("cleo", "review", "1", "--stars", "1")).failed(5, "between two others")
    assert (await people("cleo", "profile", "ben")).ok().out.splitlines()[-1] == "  stars: not rated yet"
    assert (await people.json("ben", "review", "1", "--stars", "4"))["subject"] == "ana"
    shown = (await people("cleo", "profile", "@ben")).ok().out
    assert "  jobs done: 1, 100% of those taken\n" in shown
    assert "  stars: 5.00 in 1 reviews\n  efficiency: 4.00\n" in shown
    assert "  ★★★★★ @ana, job 1: Bright All six shine.\n" in shown
    profile = await people.json("cleo", "profile", "ben")
    assert profile["stars"]["overall"] == {"average": "5.00", "counts": [0, 0, 0, 0, 1]}
    assert profile["latest_reviews"][0]["stars"] == {"overall": 5, "efficiency": 4}


async def test_the_history_tells_every_move_in_words_to_the_parties_and_little_to_others(people: People) -> None:
    await people("ana", "post", "--name", "Scrub", "--price", "20", "--booking", "by-offer")
    await people("ana", "edit", "1", "--price", "21.50")
    await people("ben", "offer", "1", "--price", "19")
    await people("ana", "accept", "1", "ben")
    await people("ben", "finish", "1", "--hours", "1")
    await people("ana", "send-back", "1", "--reason", "The tiles, please")
    await people("ben", "release", "1")
    lines = (await people("ana", "history", "1")).ok().out.splitlines()
    assert [line.split("@", 1)[1] for line in lines[1:]] == [
        "ana  posted it",
        "ana  changed it, from $20.00 to $21.50 per hour",
        "ben  offered to do it at $19.00",
        "ana  accepted @ben at $19.00",
        "ben  finished it: 1 hour, $19.00",
        "ana  sent it back: The tiles, please",
        "ben  released it",
    ]
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d  @", line) for line in lines[1:])
    seen = await people.json("cleo", "history", "1")
    assert [event["move"] for event in seen] == ["post", "edit"]
    assert seen[1]["details"]["before"]["price"] == "20.00"
    assert (await people.json("ben", "history", "1"))[-1]["reason"] is None
    (await people("ben", "history", "7")).failed(5, "There is no job 7")


async def test_second_thoughts_take_the_last_move_back(people: People) -> None:
    await people("ana", "post", "--name", "Scrub", "--price", "20")
    (await people("ben", "claim", "1")).ok()
    (await people("ben", "release", "1")).ok()
    assert (await people("ben", "undo", "1")).ok().out == "Undone: release on job 1: Scrub, which is claimed.\n"
    (await people("ben", "undo", "1")).failed(5, "nothing of yours to undo")
    (await people("ana", "cancel", "1", "--reason", "We move out")).ok()
    undone = await people.json("ana", "undo", "1")
    assert (undone["undone"], undone["status"]) == ("cancel", "open")
    await people("ana", "edit", "1", "--booking", "by offer")
    assert (await people("ana", "offers", "1")).ok().err == "There are no offers on job 1.\n"
    assert (await people("ben", "offers", "1")).ok().err == "You have no offer on job 1.\n"
    await people("ben", "offer", "1", "--price", "19")
    assert (await people("ana", "decline", "1", "ben")).ok().out == "Declined the offer of @ben on job 1: Scrub.\n"
    assert (await people.json("ana", "undo", "1", "@ben"))["undone"] == "decline"
    assert (await people("ben", "withdraw", "1")).ok().out == "Withdrew your offer on job 1: Scrub.\n"
    (await people("ben", "withdraw", "1")).failed(5, "no offer")
    assert (await people.json("ben", "undo", "1"))["undone"] == "withdraw"
    assert [offer["status"] for offer in await people.json("ana", "offers", "1")] == ["live"]


async def test_accepting_names_the_price_that_was_read(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    await people("ana", "post", "--name", "Scrub", "--price", "20", "--booking", "by-offer")
    await people("ben", "offer", "1", "--price", "19")
    accept = offers.accept

    async def slowly(*arguments: Any) -> None:
        # ben is faster than ana's key
        await people.market.psql("select public.make_offer(gen_random_uuid(), 1, 25, '')", user="m_ben")
        await accept(*arguments)

    monkeypatch.setattr(offers, "accept", slowly)
    (await people("ana", "accept", "1", "ben")).failed(5, "now 25.00 per hour")
    assert (await people.market.psql("select status from public.cleanings"))[0]["status"] == "open"


async def test_an_edit_changes_what_is_named_and_nothing_else(people: People) -> None:
    posted = await people.json(
        "ana", "post", "--name", "Scrub", "--description", "Twice", "--price", "20", "--area", "Old Town",
        "--start", "2030-12-01T09:00Z", "--hours", "2",
    )  # fmt: skip
    changed = await people.json("ana", "edit", "1", "--price", "22")
    assert changed == posted | {"price": "22.00", "updated_at": changed["updated_at"]}
    emptied = await people.json("ana", "edit", "1", "--area", "", "--start", "", "--hours", "", "--description", "")
    assert [emptied[name] for name in ("area", "starts_at", "hours", "description")] == [None] * 4
    (await people("ben", "edit", "1", "--price", "1")).failed(5, "posted by somebody else")
    (await people("ana", "edit", "1")).failed(5, "Nothing is to be changed")


async def test_private_details_are_for_the_owner_and_the_cleaner(people: People) -> None:
    await people("ana", "post", "--name", "Scrub", "--price", "20")
    set_up = (await people("ana", "details", "1", "--address", "Main Street 1", "--phone", "0151")).ok()
    assert set_up.out == "address: Main Street 1\nphone: 0151\n"
    assert (await people.json("ana", "details", "1", "--access-notes", "Ring twice")) == {
        "id": 1, "address": "Main Street 1", "access_notes": "Ring twice", "phone": "0151",
    }  # fmt: skip
    hidden = (await people("ben", "details", "1")).ok()
    assert (hidden.out, hidden.err) == ("", "Job 1 has no private details that are for you.\n")
    await people("ben", "claim", "1")
    assert (await people.json("ben", "details", "1"))["access_notes"] == "Ring twice"
    (await people("ben", "details", "1", "--phone", "1")).failed(5, "posted by somebody else")


async def test_a_profile_shows_phone_and_email_to_the_other_party_of_a_claimed_job_only(people: People) -> None:
    words = ("--name", "Ana Weiß", "--bio", "Two\nlines", "--areas", "Old Town", "--email", "ana@example.org")
    (await people("ana", "profile", *words)).ok()
    own = (await people("ana", "profile", "--phone", "0151")).ok().out.splitlines()
    assert own[:4] == ["@ana, Ana Weiß", "Two", "lines", "  works in: Old Town"]
    assert own[-2:] == ["  phone: 0151", "  email: ana@example.org"]
    seen = await people.json("ben", "profile", "ana")
    assert (seen["name"], seen["phone"], seen["email"]) == ("Ana Weiß", None, None)
    await people("ana", "post", "--name", "Scrub", "--price", "20")
    await people("ben", "claim", "1")
    assert (await people.json("ben", "profile", "ana"))["email"] == "ana@example.org"
    assert (await people.json("cleo", "profile", "ana"))["email"] is None
    (await people("ben", "profile", "nobody")).failed(5, "There is no member nobody")
    (await people("ben", "profile", "ana", "--bio", "x")).failed(5, "Only one's own profile")


async def test_a_late_release_is_reported_as_a_no_show_without_stars(people: People) -> None:
    soon = (datetime.now().astimezone() + timedelta(hours=5)).isoformat(timespec="minutes")
    await people("ana", "post", "--name", "Scrub", "--price", "20", "--start", soon, "--hours", "2")
    await people("ben", "claim", "1")
    await people.market.psql("update public.cleanings set claimed_at = now() - interval '6 minutes'")
    (await people("ben", "release", "1")).failed(5, "A reason is needed")
    (await people("ben", "release", "1", "--reason", "Ill")).ok()
    (await people("ana", "no-show", "1", "cleo")).failed(5, "did not give job 1 back")
    told = (await people("ana", "no-show", "1", "ben", "--headline", "Too late")).ok()
    assert told.out == "Said that @ben did not come to job 1: Scrub.\n"
    assert "did not come" not in (await people("cleo", "profile", "ben")).ok().out
    # one's own is seen at once, and by everybody after two weeks
    await people.market.psql("update public.reviews set written_at = now() - interval '15 days'")
    shown = (await people("cleo", "profile", "ben")).ok().out
    assert "  no-shows: 1\n" in shown
    assert "  did not come @ana, job 1: Too late\n" in shown
    (await people("ana", "no-show", "1", "ben")).failed(5, "already")


async def test_who_has_another_job_at_that_time_is_told_which(people: People) -> None:
    for start in ("09:00", "10:00"):
        words = ("--start", f"2030-12-01 {start}", "--hours", "2")
        (await people("ana", "post", "--name", "Scrub", "--price", "20", *words)).ok()
    (await people("ben", "claim", "1")).ok()
    (await people("ben", "claim", "2")).failed(5, "overlaps", "job 1")


async def test_the_feed_and_the_activity_of_a_member(people: People) -> None:
    assert (await people("ana", "feed")).ok().err == "Nothing was posted yet.\n"
    assert (await people("ana", "activity", "--unread")).ok().err == "There is nothing that you have not read.\n"
    for name in ("One", "Two"):
        await people("ana", "post", "--name", name, "--price", "20")
    await people("ana", "edit", "1", "--name", "One more")
    await people("ben", "claim", "2")
    assert [(event["move"], event["name"]) for event in await people.json("cleo", "feed")] == [
        ("edit", "One more"), ("post", "Two"), ("post", "One more"),
    ]  # fmt: skip
    shown = (await phresh("feed", "--limit", "1", environment=as_operator(people.market))).ok().out
    assert shown.splitlines()[1].split(maxsplit=3) == ["1", "now", "@ana", "changed it | One more"]
    lines = (await people("ana", "activity", "--mark-read")).ok()
    assert lines.out.splitlines()[1].split(maxsplit=4) == ["*", "2", "now", "@ben", "claimed it at $20.00 | Two"]
    assert lines.err == "1 marked as read.\n"
    assert await people.json("ana", "activity", "--unread") == []
    assert [event["unread"] for event in await people.json("ana", "activity")] == [False]


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (("post", "--name", "x", "--price", "1", "--start", "tomorrow"), "is no start"),
        (("post", "--name", "x", "--price", "1", "--start", "2030-12-01"), "no time of the day"),
        (("post", "--name", "x", "--price", "1", "--start", "1999-12-31 23:59"), "2000 and 2200"),
        (("post", "--name", "x", "--price", "1", "--hours", "2.1"), "quarters"),
        (("post", "--name", "x", "--price", "1", "--hours", "NaN"), "quarters"),
        (("post", "--name", "x", "--price", "1", "--area", "a" * 61), "at most 60"),
        (("post", "--name", "x", "--price", "1", "--booking", "never"), "no booking style"),
        (("edit", "1", "--price", "0"), "more than zero"),
        (("finish", "1", "--hours", "25"), "at most 24"),
        (("finish", "1", "--hours", "long"), "are no hours"),
        (("offer", "1", "--price", "free"), "not a price"),
        (("accept", "1", "Ben!"), "handle"),
        (("undo", "1", "Ben!"), "handle"),
    ],
    ids=lambda part: " ".join(part)[:40] if isinstance(part, tuple) else "",
)
async def test_what_breaks_a_rule_is_refused_before_anything_is_started(
    command: tuple[str, ...], reason: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # nobody answers there: whoever asked would get another error
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert await called(*command) == 5
    assert reason in capsys.readouterr().err


def test_a_start_is_local_unless_it_names_a_zone_and_must_exist(berlin: None) -> None:
    for typed in ("2026-07-01 09:00", "2026-07-01T09:00+02:00", " 2026-07-01T07:00Z "):
        moment = parse_start(typed)
        assert moment is not None
        assert moment == datetime.fromisoformat("2026-07-01T07:00+00:00")
    assert parse_start("  ") is None
    with pytest.raises(BadInput, match="no 02:30 on that day"):
        parse_start("2026-03-29 02:30")


@pytest.mark.parametrize(("parse", "typed"), [(parse_booking, "By Offer"), (parse_booking, "by_offer")])
def test_a_booking_style_is_read_as_people_write_it(parse: Callable[[str], Booking], typed: str) -> None:
    assert parse(typed) is Booking.BY_OFFER


def test_hours_are_read_with_a_point_or_a_comma() -> None:
    assert parse_hours("2,75", "hours") == parse_hours(" 2.75", "hours")


async def test_an_acceptance_whose_answer_is_lost_is_made_once(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    await people("ana", "post", "--name", "Scrub", "--price", "20", "--booking", "by-offer")
    await people("ben", "offer", "1", "--price", "19")
    accept, asked = offers.accept, []

    async def lossy(session: Session, request: UUID, offer: Offer) -> None:
        asked.append(request)
        await accept(session, request, offer)
        if len(asked) == 1:
            raise DatabaseUnavailable("the answer was lost")

    monkeypatch.setattr(offers, "accept", lossy)
    (await people("ana", "accept", "1", "ben")).ok()
    assert len(asked) == 2
    assert len(set(asked)) == 1
    rows = await people.market.psql("select move from public.events order by version")
    assert [row["move"] for row in rows] == ["post", "offer", "accept"]


async def test_every_command_of_a_jobs_life_prints_json(people: People) -> None:
    booked = ("--booking", "by-offer")
    for words in (booked, (), booked):
        await people.json("ana", "post", "--name", "Scrub", "--price", "20", *words)
    said = {
        "offer": await people.json("ben", "offer", "1", "--price", "19"),
        "withdraw": await people.json("ben", "withdraw", "1"),
        "undo": await people.json("ben", "undo", "1"),
        "accept": await people.json("ana", "accept", "1", "ben"),
        "claim": await people.json("ben", "claim", "2"),
        "finish": await people.json("ben", "finish", "2", "--hours", "2"),
        "send-back": await people.json("ana", "send-back", "2", "--reason", "Grey"),
        "release": await people.json("ben", "release", "2"),
        "cancel": await people.json("ana", "cancel", "2", "--reason", "Sold"),
        "edit": await people.json("ana", "edit", "3", "--price", "21"),
    }
    await people.json("cleo", "offer", "3", "--price", "19")
    said["decline"] = await people.json("ana", "decline", "3", "cleo")
    await people.json("ben", "finish", "1", "--hours", "2")
    said["confirm"] = await people.json("ana", "confirm", "1")
    said["review"] = await people.json("ana", "review", "1", "--stars", "5")
    soon = (datetime.now().astimezone() + timedelta(hours=5)).isoformat(timespec="minutes")
    await people.json("ana", "post", "--name", "Scrub", "--price", "20", "--start", soon)
    await people.json("ben", "claim", "4")
    await people.market.psql("update public.cleanings set claimed_at = now() - interval '6 minutes' where id = 4")
    await people.json("ben", "release", "4", "--reason", "Ill")
    said["no-show"] = await people.json("ana", "no-show", "4", "ben")
    assert {command: answer.get("status") for command, answer in said.items()} == {
        "offer": "live", "withdraw": "withdrawn", "undo": "open", "accept": "claimed", "claim": "claimed",
        "finish": "done", "send-back": "claimed", "release": "open", "cancel": "cancelled", "edit": "open",
        "decline": "declined", "confirm": "confirmed", "review": None, "no-show": None,
    }  # fmt: skip
    assert (said["accept"]["agreed_price"], said["accept"]["claimed_by"]) == ("19.00", "ben")
    assert [event["move"] for event in await people.json("ana", "history", "2")][-2:] == ["release", "cancel"]
    assert {event["move"] for event in await people.json("cleo", "feed")} == {"post", "edit"}
    assert (await people.json("cleo", "profile", "ben"))["jobs_done"] == 1
    # what else there is of a job says so in tests of its own
    spoken = {command.words.split()[0] for command in COMMANDS if "json" in command.options and " ID" in command.words}
    assert spoken - said.keys() == {"details", "offers", "history"}
