"""Who sees which private rows, and the ways around a policy: errors, leaky operators, plans, other people's eyes."""

from __future__ import annotations

from collections.abc import Iterator

# stands in every private text of the scene, and in nothing that is public
SECRET = "kept-secret"
PRIVATE = (
    "offers",
    "private_details",
    "private_profiles",
    "bookings",
    "events",
    "read_events",
    "visible_reviews",
)


def rows_expected(role: str) -> dict[str, set[str]]:
    """By table, what a party of the scene sees; written down from the rules, not read from the policies."""
    jobs_of_victor = {"claimed", "done", "confirmed", "long done"}
    owner, cleaner = role == "owner", role == "cleaner"
    return {
        "offers": {"offered olga"} if owner or role == "offerer" else set(),
        "private_details": (
            {"open", "offered", "cancelled", *jobs_of_victor} if owner else {"claimed", "done"} if cleaner else set()
        ),
        "private_profiles": {
            "owner": {"ada", "victor"},
            "cleaner": {"ada", "victor"},
            "offerer": {"olga"},
            "stranger": set(),
        }[role],
        "bookings": {"claimed victor", "done victor", "long done victor"} if cleaner else set(),
        "read_events": {"open victor"} if cleaner else set(),
        # the owner's review of the cleaner waits for the other one
        "visible_reviews": {"confirmed ada"} if owner else set(),
        "events": (
            {f"{job} private" for job in ("offered", "cancelled", *jobs_of_victor)}
            if owner
            else {f"{job} private" for job in jobs_of_victor}
            if cleaner
            else {"offered private"}
            if role == "offerer"
            else set()
        ),
    }


ROWS_SEEN = {
    "offers": "select distinct cleaning_id, ' ' || substr(login, 3) as rest from public.offers",
    "private_details": "select cleaning_id, '' as rest from public.private_details",
    "private_profiles": "select null::integer as cleaning_id, substr(login, 3) as rest from public.private_profiles",
    "bookings": "select cleaning_id, ' ' || substr(login, 3) as rest from public.bookings",
    "read_events": "select cleaning_id, ' ' || substr(login, 3) as rest from public.read_events",
    "visible_reviews": "select cleaning_id, ' ' || substr(author, 3) as rest from public.visible_reviews",
    "events": "select distinct cleaning_id, ' private' as rest from public.events where move not in ('post', 'edit')",
}


# by what is read: the table that it comes from, and which of its rows a stranger does not see
HIDDEN_ROWS = {
    "offers": ("offers", "true"),
    "private_details": ("private_details", "true"),
    "private_profiles": ("private_profiles", "login <> 'm_mallory'"),
    "bookings": ("bookings", "true"),
    "events": ("events", "version > 1"),
    "read_events": ("read_events", "true"),
    "visible_reviews": ("reviews", "true"),
}


def side_channels(table: str, columns: list[str]) -> Iterator[str]:
    """Questions whose error, or whose plan, would say something of rows that the one who asks does not see."""
    hidden = "move = 'cancel'" if table == "events" else "true"
    for column in columns:
        value = f'"{column}"::text'
        yield f"select count(*) from public.{table} where {hidden} and ({value} || 'x')::integer = 1"
        yield f"select count(*) from public.{table} where {hidden} and 1 / (length({value}) - length({value})) = 1"
        yield f"select count(*) from public.{table} where {hidden} and ('x' || {value})::date < now()"
        yield f"select count(*) from public.{table} where {hidden} and substring({value}, 1, -1) = ''"
        yield f"select count(*) from public.{table} where {hidden} and '(' ~ (coalesce({value}, '') || '(')"
        yield f"select 1 from public.{table} where {hidden} group by {value} having (min({value}) || 'x')::integer = 1"
        yield f"select 1 from public.{table} where {hidden} order by ({value} || 'x')::integer"
        yield (
            f"select c.id from public.cleanings c join public.{table} t on {hidden.replace('move', 't.move')} "
            f"and (t.{value} || c.id || 'x')::integer = 1"
        )
    yield f"select table_to_xml('public.{table}', true, false, '')"
    yield f"select query_to_xml('select * from public.{table}', true, false, '')"
    yield f"select (row_to_json(t)::text || 'x')::integer from public.{table} t where {hidden}"
    yield f"explain (analyze, verbose) select * from public.{table} where {hidden}"
    yield f"select most_common_vals::text, histogram_bounds::text from pg_stats where tablename = '{table}'"
    yield f"select most_common_vals::text, expr from pg_stats_ext_exprs where tablename = '{table}'"
    yield f"copy (select * from public.{table} where {hidden}) to stdout"
    yield f"declare peep cursor with hold for select * from public.{table} where {hidden}"
    yield f"select * from public.{table} tablesample system (100) where {hidden}"
    yield f"set local row_security = off; select * from public.{table}"
    yield f"set local debug_print_plan = on; set local client_min_messages = debug5; select * from public.{table}"
