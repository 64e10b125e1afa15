"""What a program that is just starting wants to know of its database, in one connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from phresh_tui.database.conditions import Listing
    from phresh_tui.database.market_settings import MarketSettings
    from phresh_tui.database.session import Session
    from phresh_tui.market.cleaning import Cleaning


class FirstPage(NamedTuple):
    """The first jobs of a list, read a moment ago.

    Attributes:
        listing: what is listed.
        jobs: as many as were asked for, or all that there are.

    """

    listing: Listing
    jobs: list[Cleaning]


class FirstLook(NamedTuple):
    """A database that this program can use as it is, as a member saw it.

    Attributes:
        market: the operator's settings.
        page: the first jobs of what the member looked at last.

    """

    market: MarketSettings
    page: FirstPage


async def first_look(session: Session, listing_of: Callable[[str], Listing], limit: int) -> FirstLook | None:
    """Looks at the schema, the operator's settings and the first jobs.

    Args:
        session: who looks.
        listing_of: what the member with a handle looked at last.
        limit: jobs to read.

    Returns:
        None when there is something to do before the database can be used, and when the account is no member's.

    Raises:
        PhreshError: when it cannot be used, or does not answer.

    """
    from phresh_tui.database import listings
    from phresh_tui.database.preparation import Door, look

    state = await session.use(look)
    state.check_server()
    state.check_not_ahead()
    if state.pending or state.door is not Door.MEMBER:
        return None
    listing = listing_of(session.handle)
    return FirstLook(session.market, FirstPage(listing, await listings.page(session, listing, limit)))
