"""The migrations: up, down, from old data, two at once, failing, and by an operator who is no superuser."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from phresh_tui.database import accounts, cleanings
from phresh_tui.database.connections import Connection, connected
from phresh_tui.database.embedded import EmbeddedServer
from phresh_tui.database.migrations import (
    known_versions,
    migrate_up,
    migrations_folder,
    new_migration,
    roll_back,
    run_dbmate,
    status,
)
from phresh_tui.database.session import Session
from phresh_tui.database.target import Target
from phresh_tui.market.errors import ConfigurationError, DatabaseUnavailable, SchemaError
from phresh_tui.settings import Settings
from tests.life.support import TERMS, WORK, rebuilt
from tests.support import ACCESS, Cluster, Market, draft, free_port

FILES = sorted(migrations_folder().glob("*.sql"))


@pytest.fixture
async def empty(cluster: Cluster) -> AsyncIterator[Target]:
    """A database that does not exist yet, dropped after the test; nothing stays of it on the server."""
    target = cluster.over_socket(cluster.new_name())
    yield target
    await cluster.drop(target.database)


async def shape(target: Target) -> list[str]:
    """Everything that a migration could make: tables, columns, indexes, constraints, functions, rights."""
    async with connected(target) as connection:
        rows = await connection.fetch(
            """
            select format('class %s %s owner %s acl %s', c.oid::regclass, c.relkind, relowner::regrole, relacl) as line
            from pg_class c where relnamespace = 'public'::regnamespace and relname !~ '^schema_migrations'
            union all
            select format('column %s.%s %s', relname, attname, format_type(atttypid, atttypmod))
            from pg_attribute join pg_class c on c.oid = attrelid
            where relnamespace = 'public'::regnamespace and attnum > 0 and not attisdropped
                and relname !~ '^schema_migrations'
            union all
            select format('constraint %s %s', conname, pg_get_constraintdef(oid)) from pg_constraint
            where connamespace = 'public'::regnamespace and conname !~ '^schema_migrations'
            union all
            select format('function %s owner %s acl %s %s', p.oid::regprocedure, proowner::regrole, proacl, md5(prosrc))
            from pg_proc p where pronamespace = 'public'::regnamespace
                and not exists (select from pg_depend where objid = p.oid and deptype = 'e')
            union all
            select format('schema acl %s', nspacl) from pg_namespace where nspname = 'public'
            union all
            select format('database acl %s', datacl) from pg_database where datname = current_database()
            """
        )
    return sorted(row["line"].replace(target.database, "DATABASE") for row in rows)


async def columns_of(connection: Connection) -> list[tuple[str, str, bool, str | None]]:
    """What `\\d cleanings` shows: name, type, whether null is refused, default."""
    rows = await connection.fetch(
        """
        select attname, format_type(atttypid, atttypmod) as type, attnotnull, pg_get_expr(adbin, adrelid) as initial
        from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
        where attrelid = 'public.cleanings'::regclass and attnum > 0 and not attisdropped order by attnum
        """
    )
    return [(row["attname"], row["type"], row["attnotnull"], row["initial"]) for row in rows]


TUTORIAL = [
    ("id", "integer", True, "nextval('cleanings_id_seq'::regclass)"),
    ("name", "text", True, None),
    ("description", "text", False, None),
    ("cleaning_type", "text", True, "'spot_clean'::text"),
    ("price", "numeric(10,2)", True, None),
]


def first_migrations(folder: Path, count: int) -> Path:
    folder.mkdir()
    for file in FILES[:count]:
        shutil.copy(file, folder)
    return folder


# --- the files


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_migration_sets_a_lock_timeout_first_in_both_directions(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert re.findall(r"^-- migrate:(up|down).*$", text, re.MULTILINE) == ["up", "down"]
    for part in re.split(r"^-- migrate:(?:up|down).*$", text, flags=re.MULTILINE)[1:]:
        statements = [line for line in part.splitlines() if line and not line.startswith("--")]
        assert re.fullmatch(r"set local lock_timeout = '\d+s';", statements[0])
        assert len(statements) > 1, "a migration can be taken back"


def test_every_migration_has_a_version_of_its_own_in_the_order_of_their_names() -> None:
    versions = known_versions()
    assert versions == sorted(set(versions))
    assert len(versions) == len(FILES)
    assert all(re.fullmatch(r"\d{14}_[a-z][a-z0-9_]*\.sql", file.name) for file in FILES)


# --- up and down


async def rights_next_door(target: Target) -> dict[str, tuple[bool, bool]]:
    """Whether everybody may connect to the other databases of the server, and make temporary tables there."""
    async with connected(target) as connection:
        rows = await connection.fetch(
            "select datname, has_database_privilege('public', datname, 'connect'), "
            "has_database_privilege('public', datname, 'temporary') "
            "from pg_database where datname in ('postgres', 'template1')"
        )
    return {row[0]: (row[1], row[2]) for row in rows}


async def test_up_then_all_the_way_down_then_up_makes_the_same_database(empty: Target) -> None:
    await migrate_up(empty)
    first = await shape(empty)
    for _ in FILES:
        await roll_back(empty)
    assert (await status(empty)).output.count("[ ]") == len(FILES)
    assert not [line for line in await shape(empty) if not re.match("schema|database", line)]
    # docs/security.md says so: more than PostgreSQL itself gives on template1
    assert await rights_next_door(empty) == {"postgres": (True, True), "template1": (True, True)}
    await migrate_up(empty)
    assert await rights_next_door(empty) == {"postgres": (False, False), "template1": (False, False)}
    assert await shape(empty) == first
    assert (await status(empty)).output.count("[X]") == len(FILES)


async def test_each_migration_taken_back_leaves_what_the_one_before_it_had_made(empty: Target, tmp_path: Path) -> None:
    shapes = []
    for count in range(1, len(FILES) + 1):
        folder = first_migrations(tmp_path / f"first {count}", count)
        assert (await run_dbmate(empty, "up", folder=folder)).code == 0
        shapes.append(await shape(empty))
    for before in reversed(shapes[:-1]):
        await roll_back(empty)
        after = await shape(empty)
        tables = [line for line in before if not re.match("schema acl|database acl|class.*acl", line)]
        assert [line for line in after if not re.match("schema acl|database acl|class.*acl", line)] == tables


async def test_the_first_migration_makes_the_tutorials_table_and_takes_it_away(empty: Target, tmp_path: Path) -> None:
    folder = first_migrations(tmp_path / "first", 1)
    assert (await run_dbmate(empty, "up", folder=folder)).code == 0
    async with connected(empty) as connection:
        assert await columns_of(connection) == TUTORIAL
    assert (await run_dbmate(empty, "rollback", folder=folder)).code == 0
    async with connected(empty) as connection:
        assert await connection.fetchval("select to_regclass('public.cleanings')") is None


async def test_the_five_columns_come_first_and_the_name_is_indexed(market: Market) -> None:
    async with connected(market.operator) as connection:
        assert (await columns_of(connection))[:5] == TUTORIAL
        indexes = await connection.fetch("select indexdef from pg_indexes where tablename = 'cleanings'")
        key = await connection.fetchval(
            "select pg_get_constraintdef(oid) from pg_constraint "
            "where conrelid = 'cleanings'::regclass and contype = 'p'"
        )
    assert "CREATE INDEX ix_cleanings_name ON public.cleanings USING btree (name)" in [row[0] for row in indexes]
    assert key == "PRIMARY KEY (id)"


async def test_the_tutorials_query_works_for_the_operator_and_for_a_member(market: Market) -> None:
    ada = await market.session("ada")
    await cleanings.post(ada, uuid4(), draft("Wash the windows", "20.50"))
    for user in ("postgres", "m_ada"):
        rows = await market.psql("SELECT id, name, price FROM cleanings;", user=user)
        assert [tuple(row)[1:] for row in rows] == [("Wash the windows", Decimal("20.50"))]


# --- from old data

GOOD = [
    (1, "Dust the shelves", None, "dust_up", "10.00"),
    (2, "x" * 120, "d" * 10_000, "full_clean", "99999999.99"),
    (3, " padded ", "", "spot_clean", "0.01"),
    (4, "Ünïcödé 漢字 🧹", "two\nlines\tand a tab", "spot_clean", "20.50"),
]
BAD = [
    (11, "", None, "dust_up", "10.00"),
    (12, "  \u00a0\u3000", None, "dust_up", "10.00"),
    (13, "y" * 200, None, "dust_up", "10.00"),
    (14, "bell\u0007 and \u001b[31mred", None, "dust_up", "10.00"),
    (15, "turned \u202egnp.exe", None, "dust_up", "10.00"),
    (16, "free", None, "dust_up", "0.00"),
    (17, "negative", None, "dust_up", "-5.00"),
    (18, "no number", None, "dust_up", "NaN"),
    (19, "unknown type", None, "window_wash", "10.00"),
    (20, "long text", "z" * 10_001, "dust_up", "10.00"),
    (21, "escaping text", "\u001b]0;title\u0007", "dust_up", "10.00"),
]


@pytest.mark.parametrize(
    "bad", [[], *([row] for row in BAD), BAD], ids=lambda bad: " ".join(str(row[0]) for row in bad)
)
async def test_old_rows_survive_unchanged_and_those_that_break_a_rule_become_cancelled(
    empty: Target, tmp_path: Path, bad: list[tuple[int, str, str | None, str, str]]
) -> None:
    assert (await run_dbmate(empty, "up", folder=first_migrations(tmp_path / "first", 1))).code == 0
    rows = [(number, name, text, kind, Decimal(price)) for number, name, text, kind, price in GOOD + bad]
    async with connected(empty) as connection:
        await connection.executemany(
            "insert into cleanings (id, name, description, cleaning_type, price) values ($1, $2, $3, $4, $5)", rows
        )
        await connection.execute("select setval('cleanings_id_seq', 100)")
    await migrate_up(empty)
    async with connected(empty) as connection:
        kept = await connection.fetch("select id, name, description, cleaning_type, price from cleanings order by id")
        assert [tuple(map(str, row)) for row in kept] == [tuple(map(str, row)) for row in rows]
        assert await unexplained(connection) == []
        status_of = {row["id"]: row["status"] for row in await connection.fetch("select id, status from cleanings")}
        assert status_of == {row[0]: "open" for row in GOOD} | {row[0]: "cancelled" for row in bad}
        # whatever the old rows are, a new one obeys
        for number, name, text, kind, price in BAD:
            with pytest.raises(Exception, match=r"check constraint|value"):
                async with connection.transaction():
                    await connection.execute(
                        "insert into cleanings (id, name, description, cleaning_type, price, owner) "
                        "values ($1, $2, $3, $4, $5, 'm_phresh')",
                        *(number + 1000, name, text, kind, Decimal(price)),
                    )
    # the old open jobs can be seen and claimed
    await accounts.sign_up(empty, "ada", None)
    ada = await Session.open(empty._replace(user="m_ada"), Settings())
    try:
        job = await cleanings.one(ada, 4)
        assert job is not None
        await cleanings.claim(ada, uuid4(), job)
        kinds = {row[0]: row[3] for row in bad}
        for number in kinds:
            old = await cleanings.one(ada, number)
            assert old is not None, "a cancelled job can still be read"
            assert old.cleaning_type == kinds[number]
    finally:
        await ada.close()
    # and all the way back, with the data
    async with connected(empty) as connection:
        await connection.execute(
            "update cleanings set status = 'open', claimed_by = null, agreed_price = null, "
            "claimed_at = null where id = 4"
        )
    for _ in FILES[1:]:
        await roll_back(empty)
    async with connected(empty) as connection:
        kept = await connection.fetch("select * from cleanings order by id")
        assert [tuple(map(str, row)) for row in kept] == [tuple(map(str, row)) for row in rows]


# texts on both sides of each rule: bytes are not characters, and something must be seen
EDGES = [
    *(
        "a" * 120,
        "a" * 121,
        "é" * 120,
        "é" * 121,
        "窓" * 40,
        "窓" * 60,
        "窓" * 61,
        "a" * 60,
        "a" * 61,
        "é" * 60,
        "é" * 61,
    ),
    *("", " ", "\u00a0", " x", "\u00a0é", "~", "!", "\u200b", "\u200bx", "\ufe0f", "é", "🧹", "\U000e0041"),
    *("a\tb", "a\nb", "\x01", "\x7f", "a\x7f", "a\x9f", "a\u202e", "\u2066a", "\x1b[31m", "a" * 10_000, "a" * 10_001),
    *("é" * 5_000, "é" * 5_001, "é" * 10_000, "é" * 10_001, "窓" * 10_000, "窓" * 10_001),
]


async def accepted(target: Target) -> dict[str, list[str]]:
    """Which texts each column of a job takes, for whoever writes the table itself."""
    taken: dict[str, list[str]] = {"name": [], "description": [], "area": []}
    async with connected(target) as connection:
        for column, text in ((column, text) for column in taken for text in EDGES):
            with contextlib.suppress(asyncpg.CheckViolationError):
                async with connection.transaction():
                    terms = {"name": "Sweep", column: text}
                    await connection.execute(
                        f"insert into cleanings ({', '.join(terms)}, cleaning_type, price, owner) "
                        f"values ({', '.join(f'${place}' for place in range(1, len(terms) + 1))}, 'dust_up', 9, 'm_a')",
                        *terms.values(),
                    )
                taken[column].append(text)
    return taken


async def test_texts_are_taken_and_refused_by_the_quicker_rules_as_they_were_before(
    empty: Target, tmp_path: Path
) -> None:
    folder = first_migrations(tmp_path / "first", [file.name[:14] for file in FILES].index("20261129220000"))
    assert (await run_dbmate(empty, "up", folder=folder)).code == 0
    before = await accepted(empty)
    assert all(0 < len(texts) < len(EDGES) for texts in before.values())
    await migrate_up(empty)
    assert await accepted(empty) == before
    async with connected(empty) as connection:
        unsure = "select conname from pg_constraint where conrelid = 'cleanings'::regclass and not convalidated"
        assert await connection.fetch(unsure) == []


async def unexplained(connection: Connection) -> list[int]:
    """The jobs whose state is not what the newest event of their record says, or whose record has a gap."""
    rows = await connection.fetch(
        """
        select c.id from public.cleanings c left join lateral (
            select e.version, e.to_state, e.other from public.events e
            where e.cleaning_id = c.id order by e.version desc limit 1
        ) newest on true
        where newest.version is distinct from c.version or newest.to_state is distinct from c.status
            or (c.claimed_by is not null and newest.other is distinct from c.claimed_by)
            or c.version - (select min(version) from public.events e where e.cleaning_id = c.id) + 1
                <> (select count(*) from public.events e where e.cleaning_id = c.id)
        """
    )
    return [row["id"] for row in rows]


async def test_jobs_posted_claimed_and_cancelled_before_there_was_a_record_have_one_and_go_on(
    empty: Target, tmp_path: Path
) -> None:
    folder = first_migrations(tmp_path / "first", [file.name[:14] for file in FILES].index("20261122090400") + 1)
    assert (await run_dbmate(empty, "up", folder=folder)).code == 0
    for handle in ("ada", "bob"):
        await accounts.sign_up(empty, handle, None)
    async with connected(empty._replace(user="m_ada")) as ada, connected(empty._replace(user="m_bob")) as bob:
        for number in (1, 2, 3):
            await ada.execute(f"select post_cleaning(gen_random_uuid(), 'Job {number}', null, 'dust_up', 20.01)")
        await bob.execute("select claim_cleaning(gen_random_uuid(), 2, 20.01)")
        await ada.execute("select cancel_cleaning(gen_random_uuid(), 3)")
    await migrate_up(empty)
    async with connected(empty) as connection:
        assert await unexplained(connection) == []
    session = await Session.open(empty._replace(user="m_bob"), Settings())
    try:
        assert await cleanings.finish(session, uuid4(), 2, Decimal("1.25")) == Decimal("25.01")
    finally:
        await session.close()
    async with connected(empty) as connection:
        assert await unexplained(connection) == []
        moves = await connection.fetch("select move from public.events where cleaning_id = 2 order by version")
        assert [row["move"] for row in moves] == ["post", "claim", "finish"]
    while (await status(empty)).output.count("[X]") > 5:
        await roll_back(empty)
    async with connected(empty) as connection:
        rows = await connection.fetch("select id, status, claimed_by from public.cleanings order by id")
        assert [tuple(row) for row in rows] == [(1, "open", None), (2, "claimed", "m_bob"), (3, "cancelled", None)]


async def test_a_job_is_rebuilt_from_its_events_whichever_schema_they_were_recorded_by(
    empty: Target, tmp_path: Path
) -> None:
    """Some before there was a record, some before a post held its terms, some now."""

    async def played(last: str, *steps: tuple[str, str]) -> None:
        folder = first_migrations(tmp_path / last, [file.name[:14] for file in FILES].index(last) + 1)
        assert (await run_dbmate(empty, "up", folder=folder)).code == 0
        for handle in people:
            await accounts.sign_up(empty, handle, None) if last == before_the_record else None
        for handle, call in steps:
            async with connected(empty._replace(user=f"m_{handle}")) as connection:
                await connection.execute(f"select {call.replace('(', '(gen_random_uuid(), ', 1)}")

    people, before_the_record = ("ada", "bob"), "20261122090400"
    posts = [("ada", f"post_cleaning('Job {number}', null, 'dust_up', 20.01)") for number in (1, 2, 3)]
    await played(before_the_record, *posts, ("bob", "claim_cleaning(2, 20.01)"), ("ada", "cancel_cleaning(3)"))
    starting = "'2031-05-04 10:00+02', 2.5, 'by_offer'"
    await played(
        "20261122100500",
        ("ada", f"edit_cleaning(1, 'Job one', 'Now', 'spot_clean', 21, 'Hill', {starting})"),
        ("bob", "finish_cleaning(2, 1.25)"),
        ("ada", f"post_cleaning('Job 4', null, 'dust_up', 22, null, {starting})"),
        ("bob", "make_offer(4, 20)"),
        ("ada", "accept_offer(4, 'bob', 20)"),
        ("ada", "post_cleaning('Job 5', null, 'dust_up', 22)"),
        ("bob", "claim_cleaning(5, 22)"),
        ("bob", "release_cleaning(5)"),
    )
    await played(
        FILES[-1].name[:14],
        ("ada", "edit_cleaning(1, 'Job one again', null, 'spot_clean', 21)"),
        ("ada", "send_back_cleaning(2, 'Grey')"),
        ("bob", "finish_cleaning(2, 1.5)"),
        ("bob", "undo_move(5)"),
        ("ada", "post_cleaning('Job 6', null, 'dust_up', 22)"),
        ("bob", "claim_cleaning(6, 22)"),
    )
    async with connected(empty) as connection:
        rows = await connection.fetch("select * from cleanings order by id")
        assert [row["status"] for row in rows] == ["open", "done", "cancelled", "claimed", "claimed", "claimed"]
        for row in rows:
            record = await connection.fetch("select * from events where cleaning_id = $1 order by version", row["id"])
            told = rebuilt(record, row)
            if row["id"] == 4:
                # recorded just after it was accepted, and not yet at the very moment
                assert told.pop("claimed_at") > row["claimed_at"]
            assert told == {column: row[column] for column in told}
            assert told.keys() >= {*TERMS, *WORK, "status", "claimed_by", "agreed_price"}


# --- two at once


@pytest.mark.parametrize("attempt", range(4))
async def test_programs_that_start_at_once_on_a_server_without_the_database_all_come_up(
    empty: Target, attempt: int
) -> None:
    await asyncio.gather(*(migrate_up(empty) for _ in range(4)))
    assert (await status(empty)).output.count("[X]") == len(FILES)


async def test_programs_that_start_at_once_on_an_empty_database_all_come_up(empty: Target) -> None:
    assert (await run_dbmate(empty, "create")).code == 0
    await asyncio.gather(*(migrate_up(empty) for _ in range(4)))
    assert (await status(empty)).output.count("[X]") == len(FILES)


async def test_an_idle_reader_does_not_let_a_migration_stop_everybody(empty: Target, tmp_path: Path) -> None:
    folder = first_migrations(tmp_path / "first", 1)
    assert (await run_dbmate(empty, "up", folder=folder)).code == 0
    for file in FILES[1:]:
        # the same files, with less patience, so that the test need not have much
        text = file.read_text(encoding="utf-8").replace("lock_timeout = '5s'", "lock_timeout = '1s'")
        (folder / file.name).write_text(text, encoding="utf-8")
    async with connected(empty) as reader, reader.transaction():
        await reader.fetch("select * from cleanings")
        outcome = await run_dbmate(empty, "up", folder=folder)
        assert outcome.code != 0
        assert "lock timeout" in outcome.errors
        async with connected(empty) as another:
            await another.fetch("select * from cleanings")
    await migrate_up(empty)


# --- failing


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("select nonsense from cleanings;", 'column "nonsense" does not exist'),
        ("insert into cleanings values (1);", "null value in column"),
        ("selec 1;", "syntax error"),
    ],
)
async def test_a_migration_that_fails_changes_nothing_and_names_the_file_and_the_reason(
    market: Market, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str, why: str
) -> None:
    from phresh_tui.database import migrations

    folder = first_migrations(tmp_path / "all", len(FILES))
    (folder / "29990101000000_bad.sql").write_text(
        f"-- migrate:up\ncreate table half_done (n integer);\ndrop function sign_up;\n{statement}\n-- migrate:down\n"
    )
    before = await shape(market.operator)
    monkeypatch.setattr(migrations, "migrations_folder", lambda: folder)
    with pytest.raises(SchemaError) as told:
        await migrate_up(market.operator)
    assert "29990101000000_bad.sql" in told.value.what
    assert why in told.value.why
    assert told.value.todo
    assert await shape(market.operator) == before
    assert not re.search(r"postgres(ql)?://", str(told.value))


async def test_a_rollback_that_fails_changes_nothing_and_names_the_file(
    market: Market, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from phresh_tui.database import migrations

    folder = first_migrations(tmp_path / "all", len(FILES))
    (folder / "29990101000000_shelf.sql").write_text(
        "-- migrate:up\ncreate table shelf (n integer);\ncreate table box (n integer);\n"
        "-- migrate:down\ndrop table box;\ndrop table shelf;\n"
    )
    monkeypatch.setattr(migrations, "migrations_folder", lambda: folder)
    await migrate_up(market.operator)
    await market.psql("create view in_the_way as select n from shelf")
    before = await shape(market.operator)
    with pytest.raises(SchemaError, match=r"29990101000000_shelf.sql failed.*other objects depend on it"):
        await roll_back(market.operator)
    assert await shape(market.operator) == before


async def test_a_server_that_is_not_there_is_told_by_place_and_not_by_address() -> None:
    target = Target("127.0.0.1", free_port(), "d", "u", "very-secret-1")
    with pytest.raises(DatabaseUnavailable, match=f"127.0.0.1:{target.port}") as told:
        await migrate_up(target)
    assert "very-secret-1" not in str(told.value)


# --- new


async def test_new_makes_an_empty_migration_where_the_migrations_are() -> None:
    with pytest.raises(ConfigurationError, match="no db/migrations here"):
        await new_migration("ratings")
    Path("db/migrations").mkdir(parents=True)
    file = await new_migration("ratings")
    assert re.fullmatch(r"db/migrations/\d{14}_ratings\.sql", str(file))
    assert "-- migrate:up" in file.read_text()
    for name in ("../x", "a b", "Caps", "", "-v"):
        with pytest.raises(ConfigurationError, match="is no name for a migration"):
            await new_migration(name)


# --- an operator who is no superuser


async def test_an_operator_without_a_superusers_rights_migrates_signs_members_up_and_takes_it_back(
    public_folder: Path,
) -> None:
    port = free_port()
    server = EmbeddedServer(
        public_folder / "hosted",
        port=port,
        access=ACCESS,
        options={"listen_addresses": "127.0.0.1", "fsync": "off"},
    )
    server.start()
    try:
        async with connected(server.target(database="postgres")) as connection:
            await connection.execute("create role hoster login createrole createdb password 'at the hoster'")
        operator = Target("127.0.0.1", port, "hosted_market", "hoster", "at the hoster")
        await migrate_up(operator)
        async with connected(operator) as connection:
            assert not await connection.fetchval("select rolsuper from pg_roles where rolname = current_user")
        handles = ("ada", "bob")
        members = [await accounts.sign_up(operator, handle, "correct horse battery") for handle in handles]
        guest = await accounts.make_guest(operator)
        members.append(await accounts.sign_up(guest, "eve", "correct horse battery"))
        ada, bob, eve = [await Session.open(member, Settings()) for member in members]
        try:
            job_id = await cleanings.post(ada, uuid4(), draft())
            job = await cleanings.one(bob, job_id)
            assert job is not None
            await cleanings.claim(bob, uuid4(), job)
        finally:
            for session in (ada, bob, eve):
                await session.close()
        for _ in FILES:
            await roll_back(operator)
        await migrate_up(operator)
    finally:
        server.leave()
