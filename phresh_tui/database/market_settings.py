"""What the operator has set for all members."""

from __future__ import annotations

from typing import NamedTuple

from phresh_tui.database.connections import Connection, connected
from phresh_tui.database.target import Target
from phresh_tui.market.errors import BadInput


class MarketSettings(NamedTuple):
    """What the operator has set for all members.

    Attributes:
        currency: an ISO 4217 code.
        sign_up: ``open`` or ``closed``.

    """

    currency: str
    sign_up: str


async def read_market_settings(connection: Connection) -> MarketSettings:
    """The operator's settings."""
    rows = await connection.fetch("select name, value from public.market_settings")
    values = {row["name"]: row["value"] for row in rows}
    return MarketSettings(currency=values.get("currency", "USD"), sign_up=values.get("sign_up", "closed"))


async def market_settings(door: Target) -> MarketSettings:
    """Connects and reads the operator's settings."""
    async with connected(door) as connection:
        return await read_market_settings(connection)


async def set_market_setting(operator: Target, name: str, value: str) -> None:
    """Sets one of the operator's settings.

    Raises:
        BadInput: for a name or a value that is none.

    """
    known = {"currency": "an ISO 4217 code such as EUR", "sign_up": "open or closed"}
    if name not in known:
        raise BadInput(f"there is no setting {name!r}", "", f"The settings are {' and '.join(known)}")
    async with connected(operator) as connection:
        valid = await connection.fetchval(
            "select case $1 when 'currency' then $2 ~ '^[A-Z]{3}$' else $2 in ('open', 'closed') end",
            name,
            value,
        )
        if not valid:
            raise BadInput(f"{value!r} is no value for {name}", "", f"Give {known[name]}")
        await connection.execute(
            "insert into public.market_settings values ($1, $2) "
            "on conflict (name) do update set value = excluded.value",
            name,
            value,
        )
