"""What a list of jobs is, and the conditions that hold for each job of it."""

from __future__ import annotations

from typing import NamedTuple

from phresh_tui.database.session import Session
from phresh_tui.market.cleaning import Cleaning
from phresh_tui.market.member import login_of
from phresh_tui.market.search import MYSELF, Filter, Place, Sort

# sorts behind everything that begins with the text before it
LAST = "\U0010ffff"
# characters of a word that the index is asked for; with more it has the word in pieces, which share a hundred
LONGEST = 50


class Order(NamedTuple):
    """The column that a list is sorted by, and then the id; jobs without a value come last in either direction."""

    column: str
    descending: bool = False
    nullable: bool = False


ORDERS = {
    Sort.NEWEST: Order("created_at", descending=True),
    Sort.OLDEST: Order("created_at"),
    Sort.STARTS: Order("starts_at", nullable=True),
    Sort.STARTS_LATEST: Order("starts_at", descending=True, nullable=True),
    Sort.PRICE_UP: Order("price"),
    Sort.PRICE_DOWN: Order("price", descending=True),
    Sort.NAME: Order("sort_name"),
    Sort.NAME_DOWN: Order("sort_name", descending=True),
    Sort.AREA: Order("sort_area", nullable=True),
    Sort.AREA_DOWN: Order("sort_area", descending=True, nullable=True),
}


class Listing(NamedTuple):
    """A list of jobs: which, like what, in which order.

    Attributes:
        place: the open jobs, or one's own posted or claimed ones; those are always newest change first.
        wanted: what the jobs must be like.
        sort: the order of the open jobs.

    """

    place: Place = Place.OPEN
    wanted: Filter = Filter()
    sort: Sort = Sort.NEWEST

    @property
    def order(self) -> Order:
        """The column behind the order, and its direction."""
        order = ORDERS[self.sort] if self.place is Place.OPEN else Order("updated_at", descending=True)
        wanted = self.wanted
        filtered = {"starts_at": wanted.starts_from or wanted.starts_until, "sort_area": wanted.area}
        # then no job is without a value, and one range is enough
        return order._replace(nullable=False) if filtered.get(order.column) else order

    def key_of(self, job: Cleaning) -> tuple[object, int]:
        """What this job's place in the order depends on."""
        return getattr(job, self.order.column), job.id


class Query:
    """A statement that grows with its arguments."""

    def __init__(self) -> None:
        self.arguments: list[object] = []
        self.conditions: list[str] = []
        self.words: list[str] = []
        self.indexed: list[str] = []

    def argument(self, value: object) -> str:
        """The sign that stands for a value."""
        self.arguments.append(value)
        return f"${len(self.arguments)}"

    @property
    def where(self) -> str:
        """All conditions, for jobs that are walked along."""
        return " and ".join([*self.conditions, *self.words]) or "true"

    @property
    def looked_up(self) -> str:
        """The same, for jobs whose words are looked up first."""
        return " and ".join([*self.conditions, *self.words, *self.indexed]) or "true"


def _add_words(query: Query, text: str, *, indexed: bool) -> None:
    for word in text.replace("\0", " ").split():
        escaped = query.argument(word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_"))
        normal = f"public.normal_text({escaped})"
        if len(word) < 3 and word.isascii() and word.isalnum():
            # too short for a trigram, unless a word begins with it
            begins = [f"search_text like {before} || {normal} || '%'" for before in ("''", "'% '", "e'%\\n'")]
            query.words.append(f"({' or '.join(begins)})")
            like = f"{normal} || '%'"
        else:
            query.words.append(f"search_text like '%' || {normal} || '%'")
            like = f"'%' || {normal} || '%'"
            if len(word) > LONGEST:
                # a backslash at its end would have lost what it stands before
                like = f"'%' || pg_catalog.rtrim(pg_catalog.\"left\"({normal}, {LONGEST}), '\\') || '%'"
        if indexed:
            # which words have it, and then which jobs have one of those
            query.indexed.append(
                f"public.search_words(search_text) && array(select word from public.words where word like {like})"  # noqa: S608
            )


def _add_booking(query: Query, wanted: Filter) -> None:
    if wanted.starts_from is not None:
        query.conditions.append(f"starts_at >= {query.argument(wanted.starts_from)}")
    if wanted.starts_until is not None:
        query.conditions.append(f"starts_at < {query.argument(wanted.starts_until)}")
    if wanted.booking is not None:
        query.conditions.append(f"booking = {query.argument(str(wanted.booking))}")
    if wanted.free_only:
        # a job without a start, or without hours, is at no certain time: a claim takes it as free as well
        query.conditions.append(
            'not exists (select from public.bookings booked where booked.login = session_user::text collate "C" '
            # an end that is null would be no end at all
            "and starts_at is not null and hours is not null "
            "and booked.during && tstzrange(starts_at, starts_at + hours * interval '1 hour'))"
        )


def conditions(session: Session, listing: Listing) -> Query:
    """What holds for every job of a listing."""
    query = Query()
    wanted = listing.wanted
    if listing.place is Place.OPEN:
        query.conditions.append("status = 'open'")
    else:
        column = "owner" if listing.place is Place.POSTED else "claimed_by"
        # typed as the column is: another collation would cost the index
        query.conditions.append(f'{column} = {query.argument(session.target.user)}::text collate "C"')
    # one's own jobs are few, and open or not
    _add_words(query, wanted.text, indexed=listing.place is Place.OPEN)
    if wanted.cleaning_type is not None:
        query.conditions.append(f"cleaning_type = {query.argument(str(wanted.cleaning_type))}")
    if wanted.min_price is not None:
        query.conditions.append(f"price >= {query.argument(wanted.min_price)}")
    if wanted.max_price is not None:
        query.conditions.append(f"price <= {query.argument(wanted.max_price)}")
    if wanted.area:
        # a range, which an index can read
        first = f'public.normal_text({query.argument(wanted.area)}) collate "C"'
        query.conditions += [f"sort_area >= {first}", f"sort_area < {first} || {query.argument(LAST)}"]
    _add_booking(query, wanted)
    if wanted.posted_after is not None:
        query.conditions.append(f"created_at > {query.argument(wanted.posted_after)}")
    if wanted.owner is not None:
        owner = session.target.user if wanted.owner == MYSELF else login_of(wanted.owner)
        query.conditions.append(f'owner = {query.argument(owner)}::text collate "C"')
    return query
