"""The commands about the database itself: its migrations, its address, its guest, its settings."""

from __future__ import annotations

import argparse
import asyncio
import re

from phresh_tui.cli.context import Context, require_operator
from phresh_tui.cli.output import note, write, write_json, write_table
from phresh_tui.database import accounts, market_settings, migrations
from phresh_tui.database.embedded import EmbeddedServer
from phresh_tui.database.preparation import SchemaState, look_at
from phresh_tui.database.target import Target, configured_target
from phresh_tui.market.errors import ConfigurationError, DatabaseUnavailable, SchemaError
from phresh_tui.market.text import visible_paragraphs
from phresh_tui.paths import data_folder

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


async def up(_: argparse.Namespace, context: Context) -> int:
    """``phresh db up``: run by hand, it is also the consent to set up phresh beside other data."""
    async with context.prepared(migrate=False) as prepared:
        state = await _state(prepared.target)
        if state is not None:
            state.check_server()
            state.check_not_ahead()
            if not state.pending:
                write("The database is up to date.")
                return 0
            state.check_may_migrate(prepared.target)
        output = await migrations.migrate_up(prepared.target)
        write(visible_paragraphs(output).strip() or "The database is up to date.")
    return 0


async def rollback(_: argparse.Namespace, context: Context) -> int:
    """``phresh db rollback``."""
    async with context.prepared(migrate=False) as prepared:
        state = await look_at(prepared.target)
        if not state.applied:
            raise SchemaError(
                f"no migration is applied to the database {prepared.target.database}", "", "Nothing to do"
            )
        state.check_not_ahead()
        state.check_may_migrate(prepared.target)
        write(visible_paragraphs(await migrations.roll_back(prepared.target)).strip())
    return 0


async def status(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh db status``."""
    async with context.prepared(migrate=False) as prepared:
        state = await look_at(prepared.target)
        outcome = await migrations.status(prepared.target)
    if outcome.code != 0:
        said = outcome.errors.strip().splitlines()
        raise SchemaError("dbmate cannot say what is applied", said[-1] if said else "", "Check the account's rights")
    if arguments.json:
        write_json({
            "database": prepared.target.masked_url,
            "applied": sorted(state.applied),
            "pending": state.pending,
        })  # fmt: skip
    else:
        write(visible_paragraphs(outcome.output).strip())
    return 0


async def new(arguments: argparse.Namespace, _: Context) -> int:
    """``phresh db new``."""
    write(f"Made {await migrations.new_migration(arguments.name)}")
    return 0


async def url(_: argparse.Namespace, context: Context) -> int:
    """``phresh db url``: with the password, for that is what it is for; on standard output and nowhere else."""
    if context.settings.is_embedded:
        target = EmbeddedServer(data_folder(context.settings.data_dir)).target()
        write(target.dbmate_url(tls=False))
        note("The embedded PostgreSQL only runs while phresh does.")
        return 0
    target = configured_target(context.settings)
    try:
        tls = await asyncio.to_thread(target.speaks_tls)
    except OSError:
        # nobody answers: the likely case, which sslmode=require or disable decides for good
        tls = target.host not in LOCAL_HOSTS
        note(f"There is no answer from {target.place}; this supposes {'' if tls else 'no '}TLS there.")
    write(target.dbmate_url(tls=tls))
    return 0


async def guest(_: argparse.Namespace, context: Context) -> int:
    """``phresh db guest``."""
    async with context.prepared() as prepared:
        if prepared.server is not None:
            raise ConfigurationError(
                "the embedded PostgreSQL has no guests",
                "nobody else can reach it",
                "Configure a server that your members can reach",
            )
        require_operator(prepared, "make the guest account")
        account = await accounts.make_guest(prepared.target)
    write("# phresh: the guest's account, which may do nothing but sign up. Save this as .env.")
    for name, value in (
        ("POSTGRES_USER", account.user),
        ("POSTGRES_PASSWORD", account.password or ""),
        ("POSTGRES_SERVER", account.host),
        ("POSTGRES_PORT", str(account.port)),
        ("POSTGRES_DB", account.database),
        ("POSTGRES_SSLMODE", account.sslmode),
    ):
        write(f"{name}={_quoted(value)}")
    if account.host in LOCAL_HOSTS or account.is_socket:
        note(f"{account.host} is this computer; for members elsewhere, put its name after POSTGRES_SERVER=")
    return 0


def _quoted(value: str) -> str:
    """A value as .env files are read: quoted when it holds more than letters, digits and a few signs."""
    if re.fullmatch(r"[A-Za-z0-9_./:-]*", value):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


async def settings(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh db settings``."""
    async with context.prepared() as prepared:
        found = await market_settings.market_settings(prepared.target)
    values = {"currency": found.currency, "sign_up": found.sign_up}
    if arguments.json:
        write_json(values)
    else:
        write_table(("NAME", "VALUE"), list(values.items()))
    return 0


async def set_setting(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh db set``."""
    async with context.prepared() as prepared:
        require_operator(prepared, "change what holds for all members")
        await market_settings.set_market_setting(prepared.target, arguments.name, arguments.value)
    write(f"{arguments.name} is now {arguments.value}.")
    return 0


async def reap(arguments: argparse.Namespace, context: Context) -> int:
    """``phresh db reap``: once, or again and again until it is stopped."""
    async with context.prepared() as prepared:
        require_operator(prepared, "end members' transactions")
        while True:
            try:
                done = await accounts.tidy(prepared.target, idle=arguments.idle, longest=arguments.longest)
            except DatabaseUnavailable as error:
                # whoever goes on and on outlives a server that is started anew
                if arguments.every is None:
                    raise
                note(str(error))
            else:
                if arguments.json:
                    write_json({"ended": done.ended, "forgotten": done.forgotten, "limited": done.limited})
                elif arguments.every is None or done != accounts.Tidied(0, 0, 0):
                    write(
                        f"Transactions ended: {done.ended}. Old answers forgotten: {done.forgotten}. "
                        f"Members given time limits: {done.limited}."
                    )
            if arguments.every is None:
                return 0
            await asyncio.sleep(max(1, arguments.every))


async def _state(target: Target) -> SchemaState | None:
    """What the database is like, or None when the server has none of that name yet."""
    try:
        return await look_at(target)
    except DatabaseUnavailable:
        raise
    except SchemaError as error:
        # PostgreSQL's code for a database that does not exist
        if getattr(error.__cause__, "sqlstate", None) == "3D000":
            return None
        raise
