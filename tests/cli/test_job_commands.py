"""Jobs without a screen, over TCP with passwords."""

from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path

import pytest

from phresh_tui.database.accounts import make_guest, sign_up
from phresh_tui.database.session import Session
from phresh_tui.logs import keep_secret
from phresh_tui.market.errors import PhreshError
from phresh_tui.settings import Settings
from tests.cli.support import COMMAND, Done, as_member, as_operator, called, phresh, phresh_process
from tests.support import OPERATOR_PASSWORD, PASSWORD, Market, post

BIDI = "ניקוי \u05d3\u05d9\u05e8\u05d4 🧹 [@click=app.quit]x[/] '; drop table cleanings; --"


async def test_a_job_is_posted_claimed_released_and_cancelled(market: Market) -> None:
    for handle in ("ana", "ben"):
        await market.member(handle, tcp=True)
    ana, ben = as_member(market, "ana"), as_member(market, "ben")
    posted = (await phresh_process("post", "--name", "Wash the windows", "--price", "20,50", environment=ana)).ok()
    assert posted.out == "Posted job 1: Wash the windows ($20.50 per hour).\n"
    assert not posted.err
    listed = (await phresh_process("jobs", environment=ben)).ok().out
    assert listed.splitlines()[1].split() == ["1", "$20.50", "spot", "clean", "now", "@ana", "Wash", "the", "windows"]
    (await phresh_process("claim", "1", environment=ana)).failed(5, "own")
    assert (await phresh_process("claim", "#1", environment=ben)).ok().out.startswith("Claimed job 1")
    (await phresh_process("claim", "1", environment=ben)).failed(5, "you have claimed it yourself".capitalize())
    mine = (await phresh_process("mine", "--json", environment=ben)).ok().json
    assert [job["id"] for job in mine["claimed"]] == [1]
    assert mine["posted"] == []
    assert (await phresh_process("release", "1", environment=ben)).ok().out.startswith("Released job 1")
    cancelled = (await phresh_process("cancel", "1", "--reason", "Sold", "--json", environment=ana)).ok().json
    assert (cancelled["status"], cancelled["claimed_by"]) == ("cancelled", None)
    (await phresh_process("claim", "1", environment=ben)).failed(5, "cancelled")
    (await phresh_process("claim", "4000000000", environment=ben)).failed(5, "There is no job 4000000000")


async def test_json_holds_every_field_exactly_as_stored(market: Market) -> None:
    await market.member("ana", tcp=True)
    description = "two lines\n\tand a tab, é e\u0301"
    arguments = ("post", "--name", BIDI, "--description", description, "--type", "full clean", "--price", "8", "--json")
    job = (await phresh_process(*arguments, environment=as_member(market, "ana"))).ok().json
    assert set(job) == {
        "id", "name", "description", "cleaning_type", "price", "currency", "status", "owner", "claimed_by",
        "created_at", "updated_at", "area", "starts_at", "hours", "booking", "agreed_price", "claimed_at",
        "hours_worked", "total",
    }  # fmt: skip
    assert (job["name"], job["description"], job["cleaning_type"]) == (BIDI, description, "full_clean")
    assert (job["price"], job["currency"], job["status"], job["owner"]) == ("8.00", "USD", "open", "ana")
    assert (await phresh_process("jobs", "--json", environment=as_operator(market))).ok().json == [job]
    rows = await market.psql("select name, description from public.cleanings")
    assert tuple(rows[0]) == (BIDI, description)


async def test_the_list_is_searched_filtered_sorted_and_limited(
    market: Market, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ana = await market.session("ana")
    for name, price in (("Wash the windows", "20"), ("Dust the shelves", "10"), ("Clean the café", "30")):
        await post(ana, name, price)
    for name, value in as_operator(market).items():
        monkeypatch.setenv(name, value)

    async def names(*arguments: str) -> list[str]:
        assert await called("jobs", *arguments) == 0
        lines = capsys.readouterr().out.splitlines()[1:]
        return [line.split("@ana", 1)[1].split()[-1] for line in lines]

    assert await names() == ["café", "shelves", "windows"]
    assert await names("--sort", "price") == ["shelves", "windows", "café"]
    assert await names("--sort", "price-down", "--limit", "2") == ["café", "windows"]
    assert await names("--sort", "name") == ["café", "shelves", "windows"]
    assert await names("--search", "CAFE clean") == ["café"]
    assert await names("--min-price", "0", "--max-price", "$20") == ["shelves", "windows"]
    assert await names("--type", "full-clean") == []
    assert await names("--search", "price:<25 type:spot_clean by:ana s", "--sort", "name-down") == [
        "windows",
        "shelves",
    ]
    assert await called("jobs", "--search", "wndows") == 0
    shown = capsys.readouterr()
    assert "Wash the windows" in shown.out
    assert shown.err == "Nothing has 'wndows'; these have 'windows'.\n"
    assert await called("jobs", "--search", "窓 tipe:full x") == 5
    wrong = capsys.readouterr()
    assert not wrong.out
    assert wrong.err.splitlines()[:2] == ["        窓 tipe:full x", "           ^^^^^^^^^"]
    assert "Type type:" in wrong.err
    assert await called("jobs", "--search", "price:") == 5
    assert capsys.readouterr().err.splitlines()[1] == "              ^"
    # what is about somebody needs to know about whom
    for search in ("by:me", "free:yes windows"):
        assert await called("jobs", "--search", search) == 6
        assert "Say --as HANDLE" in capsys.readouterr().err
    assert await called("jobs", "--limit", "1") == 0
    assert "1 of 3 open jobs" in capsys.readouterr().err
    assert await called("jobs", "--min-price", "20", "--max-price", "10") == 5
    assert await called("jobs", "--min-price", "-1") == 5
    assert await called("jobs", "--type", "shampoo") == 5


@pytest.mark.parametrize(
    ("name", "price", "reason"),
    [
        ("x", "-1", "more than zero"), ("x", "0", "more than zero"), ("x", "1e9", "not a price"),
        ("x", "NaN", "not a price"), ("x", "1000000000", "too high"), ("x", "0.1234", "two decimals"),
        ("x", "", "needs a price"), ("x", "free", "not a price"),
        ("", "20", "needs a name"), ("  \u3000", "20", "needs a name"), ("n" * 121, "20", "at most 120"),
        ("\x1b[31mred", "20", "U+001B"), ("turned \u202e", "20", "U+202E"), ("half \udcff", "20", "U+DCFF"),
    ],
)  # fmt: skip
async def test_bad_input_is_refused_with_a_reason_before_anything_is_started(
    name: str, price: str, reason: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # nobody answers there: whoever asked would get another error
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert await called("post", "--name", name, f"--price={price}") == 5
    shown = capsys.readouterr()
    assert not shown.out
    assert reason in shown.err
    assert "\x1b" not in shown.err


async def test_as_names_the_member_wherever_it_stands_and_beats_the_environment(market: Market) -> None:
    for handle in ("ana", "ben"):
        await market.member(handle, tcp=True)
    environment = {**as_operator(market), "PGPASSWORD": PASSWORD, "PHRESH_MEMBER": "ben"}
    assert (await phresh("mine", "--json", environment=environment)).ok().json["member"] == "ben"
    assert (await phresh("mine", "--json", "--as", "@ana", environment=environment)).ok().json["member"] == "ana"
    assert (await phresh("--as", "ana", "mine", "--json", environment=environment)).ok().json["member"] == "ana"
    (await phresh("mine", "--as", "Ana!", environment=environment)).failed(5, "handle")
    wrong = {**environment, "PGPASSWORD": "not the password"}
    said = (await phresh("mine", "--as", "ana", environment=wrong)).failed(6, "ana").err
    assert "not the password" not in said
    # the operator's account is no member's
    del environment["PHRESH_MEMBER"]
    (await phresh("mine", environment=environment)).failed(6, "--as HANDLE")


async def test_a_password_comes_from_pgpass(market: Market, home: Path) -> None:
    await market.member("ana", tcp=True)
    file = home / ".pgpass"
    file.write_text(f"127.0.0.1:{market.cluster.port}:*:m_ana:{PASSWORD}\n")
    file.chmod(0o600)
    done = await phresh_process("mine", "--as", "ana", "--json", environment=as_operator(market))
    assert done.ok().json["member"] == "ana"


async def test_the_operator_reads_and_cannot_write_through_the_list(market: Market) -> None:
    session = await Session.open(market.operator_tcp._replace(read_only=True), Settings())
    try:
        with pytest.raises(PhreshError, match="read-only"):
            await session.fetch("delete from public.cleanings")
        assert await session.fetch("select id from public.cleanings") == []
    finally:
        await session.close()


async def test_listing_goes_through_an_account_that_cannot_write_and_through_the_named_members(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    await market.member("ana", tcp=True)

    async def fault(session: Session, *_: object, **__: object) -> list[object]:
        return list(await session.fetch("update public.market_settings set value = session_user"))

    monkeypatch.setattr("phresh_tui.database.cleanings.page", fault)
    operator = as_operator(market)
    (await phresh("jobs", environment=operator)).failed(1, "read-only")
    as_ana = {**operator, "PGPASSWORD": PASSWORD}
    (await phresh("jobs", "--as", "ana", environment=as_ana)).failed(5, "Permission denied")
    (await phresh("jobs", "--as", "nobody", environment=as_ana)).failed(6, "nobody")


async def test_a_guest_is_told_to_name_a_member(market: Market) -> None:
    guest = await make_guest(market.operator_tcp)
    environment = {**as_operator(market), "POSTGRES_USER": guest.user, "POSTGRES_PASSWORD": guest.password or ""}
    (await phresh("jobs", environment=environment)).failed(6, "--as HANDLE")
    (await phresh("sample", "5", environment=environment)).failed(5, "operator")


async def test_without_a_terminal_the_program_prints_the_open_jobs(market: Market) -> None:
    await post(await market.session("ana"), "Wash the windows")
    done = (await phresh(environment=as_operator(market))).ok()
    assert "Wash the windows" in done.out
    assert not done.err
    assert done.out == (await phresh("jobs", environment=as_operator(market))).out


async def test_a_reader_who_leaves_early_is_no_error(market: Market) -> None:
    await market.member("ana")
    await market.psql(
        "insert into public.cleanings (name, price, owner) "
        "select 'n' || n, 20, 'm_ana' from generate_series(1, 20000) n"
    )
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *("jobs", "--limit", "20000"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **as_operator(market)},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert (await process.stdout.readline()).split()[:2] == [b"ID", b"PER"]
    process.stdout._transport.close()  # type: ignore[attr-defined]
    assert await asyncio.wait_for(process.stderr.read(), 60) == b""
    assert await process.wait() == 0


async def test_a_full_disk_behind_standard_output_is_an_error(market: Market) -> None:
    await post(await market.session("ana"))
    shell = await asyncio.create_subprocess_exec(
        *("sh", "-c", '"$@" > /dev/full', "sh", *COMMAND, "jobs"),
        stderr=subprocess.PIPE,
        env={**os.environ, **as_operator(market)},
    )
    _, err = await shell.communicate()
    assert shell.returncode is not None
    Done(shell.returncode, "", err.decode()).failed(1, "standard output", "No space left")


async def test_a_member_without_a_password_is_not_asked_for_one_without_a_terminal(market: Market) -> None:
    await sign_up(market.operator_tcp, "ana", PASSWORD)
    (await phresh("mine", "--as", "ana", environment=as_operator(market))).failed(6, "~/.pgpass", "PGPASSWORD")


async def test_nobody_answers_and_the_message_says_where_and_what_to_try() -> None:
    environment = {"DATABASE_URL": "postgresql://ana:s3cret-enough@127.0.0.1:1/phresh"}
    done = (await phresh("jobs", environment=environment)).failed(4, "127.0.0.1:1", "POSTGRES_PORT")
    assert "s3cret-enough" not in done.err


async def test_something_unexpected_goes_into_the_log_and_not_onto_the_screen(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_secret(OPERATOR_PASSWORD)

    async def broken(*_: object) -> int:
        raise RuntimeError(f"it broke at postgres://u:{OPERATOR_PASSWORD}@host/db")

    monkeypatch.setattr("phresh_tui.cli.jobs.list_open", broken)
    assert await called("jobs") == 1
    shown = capsys.readouterr()
    log = home / "state" / "phresh" / "phresh.log"
    assert str(log) in shown.err
    assert "Traceback" not in shown.err
    assert "Traceback" in log.read_text()
    assert OPERATOR_PASSWORD not in shown.err + log.read_text()
