"""What members type, refused by the program and by the database alike, and exactly the same when read back."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from phresh_tui.database import cleanings
from phresh_tui.database.connections import connected
from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import CleaningType, Draft, check_description, check_name
from phresh_tui.market.errors import BadInput, NoSuchJob, PhreshError
from phresh_tui.market.price import check_price
from tests.support import PASSWORD, Market, draft, post
from tests.test_accounts import psql

GOOD_NAMES = [
    "x",
    "n" * 120,
    "👩\u200d👩\u200d👧\u200d👦 family flat, 🏳️\u200d🌈 welcome",
    "ניקוי דירה",
    "تنظيف الشقة",
    "打扫房间",
    "Übergrößenträger, e\u0301 decomposed",
    "z̸̧̢͚a̷l̶g̷o̸",
    "[@click=app.quit]x[/]",
    "[bold red]not bold[/bold red] [link=https://x.invalid]y[/link]",
    "{0} %s %(name)s ${HOME} $(id) `id`",
    "'; drop table cleanings; --",
    "$$ \\' \\\" \\x41 \\u0041 E'\\n'",
    "  blanks at both ends  ",
    "\u200f right-to-left mark \u200e",
    "\u00a0non-breaking\u00a0",
    "null",
    "NULL",
    "\\N",
    "ﷺﷺﷺ",
    "🧹" * 120,
]
BAD_NAMES = [
    "",
    " ",
    "\t",
    "\n",
    "\u3000\u00a0\u2003",
    "\u200b\u200d\ufeff",
    "\u2800",
    "\ufe0f",
    "\U000e0041\U000e007f",
    "n" * 121,
    "🧹" * 121,
    "n" * 100_000,
    "two\nlines",
    "trailing newline\n",
    "a\tb",
    "\x1b[2J",
    "\x1b]52;c;ZXZpbA==\x07",
    "\x9b31m",
    "a\x7f",
    "a\x85b",
    "a\x01",
    "\u202eevil",
    "a\u2066b",
    "a\u2028b",
]
GOOD_DESCRIPTIONS = ["", "d" * 10_000, "🧹" * 10_000, "two\nlines\n\n\tand a tab\n", " ", *GOOD_NAMES]
BAD_DESCRIPTIONS = ["d" * 10_001, "a\rb", "\x1b[31m", "\x0b", "a\u202eb", "a\u2029b", "\x9c", "x\x7f"]
PRICES = ["20", "20.5", "0.01", "99999999.99", "20.000", "1E+3", "20.0000000"]
BAD_PRICES = [
    "0",
    "-0",
    "-5",
    "-0.01",
    "0.001",
    "0.004",
    "0.009",
    "20.505",
    "99999999.991",
    "99999999.995",
    "100000000",
]
BAD_PRICES += ["1E+9", "NaN", "Infinity", "-Infinity", "1E-200", "0.0149999", "1E+100"]


async def verdict(
    market: Market, name: str | None, description: str | None, kind: str | None, price: str | None
) -> str:
    """The column that check_cleaning refuses, or an empty string."""
    try:
        await market.psql("select public.check_cleaning($1, $2, $3, $4::text::numeric)", name, description, kind, price)
    except BadInput as refusal:
        cause = refusal.__cause__
        assert isinstance(cause, asyncpg.PostgresError)
        assert cause.sqlstate == "PH001"
        return refusal.field
    return ""


def client_refuses(check: Callable[[Any], object], value: object, field: str) -> bool:
    try:
        check(value)
    except BadInput as refusal:
        assert refusal.field == field
        return True
    return False


async def test_good_text_is_read_back_exactly_also_through_psql(market: Market) -> None:
    ada = await market.session("ada", tcp=True)
    for name in GOOD_NAMES:
        description = f"{name}\n\t{name}"
        number = await cleanings.post(ada, uuid4(), draft(name, description=description))
        job = await cleanings.one(ada, number)
        assert job is not None
        assert (job.name, job.description) == (name, description)
    rows = await asyncio.to_thread(psql, ada.target, "select name from cleanings order by id", PASSWORD)
    assert rows.stdout == "".join(name + "\n" for name in GOOD_NAMES)
    assert (await market.psql("select count(*) from cleanings"))[0][0] == len(GOOD_NAMES)


async def test_good_descriptions_are_read_back_exactly(market: Market) -> None:
    ada = await market.session("ada")
    for description in [*GOOD_DESCRIPTIONS, None]:
        number = await cleanings.post(ada, uuid4(), draft(description=description))
        job = await cleanings.one(ada, number)
        assert job is not None
        assert job.description == description


async def test_what_an_edit_says_is_read_back_exactly_too(market: Market) -> None:
    ada = await market.session("ada")
    job = await post(ada)
    for name in GOOD_NAMES:
        await cleanings.edit(ada, uuid4(), job.id, Draft(name, name, CleaningType.DUST_UP, Decimal("7.70")))
        found = await cleanings.one(ada, job.id)
        assert found is not None
        assert (found.name, found.description, found.price) == (name, name, Decimal("7.70"))


async def refused_by(session: Session, sql: str, *arguments: object) -> BadInput:
    with pytest.raises(BadInput) as refusal:
        await session.move(sql, *arguments)
    return refusal.value


async def test_bad_text_is_refused_by_the_program_and_by_the_functions_with_the_field(market: Market) -> None:
    ada = await market.session("ada", tcp=True)
    job = await post(ada)
    post_sql = "select public.post_cleaning($1, $2, $3, $4, $5)"
    edit_sql = "select public.edit_cleaning($1, $2, $3, $4, $5, $6)"
    price = Decimal("20.00")
    for name in BAD_NAMES:
        assert client_refuses(check_name, name, "name"), repr(name)
        assert (await refused_by(ada, post_sql, uuid4(), name, None, "dust_up", price)).field == "name", repr(name)
        refusal = await refused_by(ada, edit_sql, uuid4(), job.id, name, None, "dust_up", price)
        assert refusal.field == "name", repr(name)
    for text in BAD_DESCRIPTIONS:
        assert client_refuses(check_description, text, "description"), repr(text)
        assert (await refused_by(ada, post_sql, uuid4(), "x", text, "dust_up", price)).field == "description", repr(
            text
        )
    for bad in BAD_PRICES:
        assert client_refuses(check_price, Decimal(bad), "price"), bad
        assert (await refused_by(ada, post_sql, uuid4(), "x", None, "dust_up", Decimal(bad))).field == "price", bad
    for kind in ("", "deep_clean", "DUST_UP", "dust_up ", None):
        assert (await refused_by(ada, post_sql, uuid4(), "x", None, kind, price)).field == "cleaning_type"
    assert (await refused_by(ada, post_sql, uuid4(), None, None, "dust_up", price)).field == "name"
    assert (await refused_by(ada, post_sql, uuid4(), "x", None, "dust_up", None)).field == "price"
    assert (await market.psql("select count(*) from cleanings"))[0][0] == 1
    assert await cleanings.one(ada, job.id) == job


async def test_what_cannot_be_sent_is_bad_input_too(market: Market) -> None:
    ada = await market.session("ada")
    for name in ("a\0b", "\ud800", "a\udfffb"):
        assert client_refuses(check_name, name, "name")
        await refused_by(ada, "select public.post_cleaning($1, $2, null, 'dust_up', 20)", uuid4(), name)
    assert await ada.fetch_value("select 1") == 1


async def test_the_constraints_hold_whoever_writes(market: Market) -> None:
    """The operator as well: the functions are not the only guard."""
    insert = (
        "insert into public.cleanings (name, description, price, owner) values ($1, $2, $3::text::numeric, 'm_ada')"
    )
    for name in BAD_NAMES:
        with pytest.raises(PhreshError):
            await market.psql(insert, name, None, "20")
    for text in BAD_DESCRIPTIONS:
        with pytest.raises(PhreshError):
            await market.psql(insert, "x", text, "20")
    # numeric(10,2) rounds before a constraint sees it; that is why the functions take plain numeric
    for price in ("NaN", "Infinity", "-5", "0", "0.004", "99999999.995", "1E+9"):
        with pytest.raises(PhreshError):
            await market.psql(insert, "x", None, price)
    for change in ("status = 'claimed'", "status = 'done'", "claimed_by = 'm_bob'", "cleaning_type = 'x'"):
        await market.psql(insert, "x", None, "20")
        with pytest.raises(PhreshError):
            await market.psql(f"update public.cleanings set {change}")
    with pytest.raises(PhreshError):
        await market.psql("update public.cleanings set status = 'claimed', claimed_by = owner")


# --- the two sets of rules are one

INTERESTING = (
    [chr(n) for n in range(0x20)]
    + [chr(n) for n in range(0x7E, 0xAE)]
    + [chr(n) for n in (0x34F, 0x61C, 0x115F, 0x1160, 0x1680, 0x17B4, 0x17B5, 0x3000, 0x3164, 0xFEFF, 0xFFA0, 0x2800)]
    + [chr(n) for n in range(0x180A, 0x1811)]
    + [chr(n) for n in range(0x1FFF, 0x2071)]
    + [chr(n) for n in (0xFDFF, 0xFE00, 0xFE0F, 0xFE10, 0xFFF8, 0xFFF9, 0xFFFB, 0xFFFC, 0xFFFD, 0xD7FF, 0xE000)]
    + [chr(n) for n in (0x1BC9F, 0x1BCA0, 0x1BCA3, 0x1BCA4, 0x1D172, 0x1D173, 0x1D17A, 0x1D17B)]
    + [chr(n) for n in (0xDFFFF, 0xE0000, 0xE0FFF, 0xE1000, 0x10FFFF, 0x1F9F9)]
)[1:]


async def sql_refuses(market: Market, expression: str, values: list[str]) -> list[bool]:
    """Which of many values a function refuses, in one round trip."""
    async with connected(market.operator) as connection:
        await connection.execute(
            f"""
            create or replace function public.refuses(value text) returns text language plpgsql as $$
            declare col text;
            begin
                perform {expression};
                return '';
            exception when sqlstate 'PH001' then
                get stacked diagnostics col = column_name;
                return col;
            end $$
            """
        )
        rows = await connection.fetch(
            "select public.refuses(v) as col from unnest($1::text[]) with ordinality u (v, n) order by n", values
        )
    return [bool(row["col"]) for row in rows]


async def test_every_character_is_judged_the_same_by_the_program_and_by_the_database(market: Market) -> None:
    """All of the first plane and the borders of the others, alone and beside a letter."""
    characters = [chr(n) for n in range(1, 0x10000) if not 0xD800 <= n <= 0xDFFF] + INTERESTING
    check: Callable[[Any], object]
    for check, expression, field in (
        (check_name, "public.check_cleaning(value, null, 'dust_up', 1)", "name"),
        (check_description, "public.check_cleaning('x', value, 'dust_up', 1)", "description"),
    ):
        for values in (characters, [f"a{c}" for c in characters]):
            refused = await sql_refuses(market, expression, values)
            for value, by_sql in zip(values, refused, strict=True):
                assert client_refuses(check, value, field) == by_sql, ascii(value)


async def test_random_text_is_judged_the_same_by_the_program_and_by_the_database(market: Market) -> None:
    chance = random.Random(20261122)

    def text(longest: int) -> str:
        pool = chance.choice([INTERESTING, INTERESTING[:60], list("ab \u00a0\u200b"), ["x"], [" "], ["🧹", "\u200d"]])
        length = chance.choice([0, 1, 2, 5, longest - 1, longest, longest + 1])
        return "".join(chance.choice(pool) for _ in range(length))

    verdicts = set()
    check: Callable[[Any], object]
    for check, expression, field, values in (
        (check_name, "public.check_cleaning(value, null, 'dust_up', 1)", "name", [text(120) for _ in range(3000)]),
        (
            check_description,
            "public.check_cleaning('x', value, 'dust_up', 1)",
            "description",
            [text(10_000) for _ in range(300)],
        ),
    ):
        refused = await sql_refuses(market, expression, values)
        for value, by_sql in zip(values, refused, strict=True):
            assert client_refuses(check, value, field) == by_sql, ascii(value)
        verdicts |= {(field, by_sql) for by_sql in refused}
    assert len(verdicts) == 4, "the random text was all good or all bad"


async def test_random_prices_are_judged_the_same_by_the_program_and_by_the_database(market: Market) -> None:
    chance = random.Random(7)
    prices = [*PRICES, *BAD_PRICES]
    for _ in range(3000):
        digits = chance.choice([1, 2, 5, 8, 9, 10, 12, 30])
        exponent = chance.choice([0, -1, -2, -2, -2, -3, -4, -8, 1, 3])
        prices.append(str(Decimal((chance.choice([0, 0, 0, 1]), tuple(chance.choices(range(10), k=digits)), exponent))))
    refused = await sql_refuses(market, "public.check_cleaning('x', null, 'dust_up', value::numeric)", prices)
    for price, by_sql in zip(prices, refused, strict=True):
        assert client_refuses(check_price, Decimal(price), "price") == by_sql, price
    assert {True, False} == set(refused)


async def test_the_columns_are_named_in_the_order_of_the_form(market: Market) -> None:
    assert await verdict(market, "", "\x1b", "x", "-1") == "name"
    assert await verdict(market, "x", "\x1b", "x", "-1") == "description"
    assert await verdict(market, "x", None, "x", "-1") == "cleaning_type"
    assert await verdict(market, "x", None, "dust_up", "-1") == "price"
    assert await verdict(market, "x", None, "dust_up", "1") == ""


@pytest.mark.parametrize("number", [0, -1, 2**31 - 1, 2**31, 2**63, 10**30, -(10**30)])
async def test_a_number_that_no_job_has_is_told_as_that(market: Market, number: int) -> None:
    ada = await market.session("ada")
    assert await cleanings.one(ada, number) is None
    assert await cleanings.by_id(ada, [number]) == {}
    for call in (
        cleanings.cancel(ada, uuid4(), number, "Not needed"),
        cleanings.release(ada, uuid4(), number),
        cleanings.edit(ada, uuid4(), number, draft()),
    ):
        with pytest.raises(NoSuchJob):
            await call
