"""``phresh config``: what is in force, and where each value comes from."""

from __future__ import annotations

import argparse
from typing import NamedTuple

from phresh_tui.cli.context import Context
from phresh_tui.cli.output import write, write_json, write_table
from phresh_tui.database.embedded import DATABASE
from phresh_tui.database.target import configured_target
from phresh_tui.logs import STARS, log_file
from phresh_tui.market.errors import ConfigurationError
from phresh_tui.paths import config_file, data_folder
from phresh_tui.settings import InForce, Settings, in_force, load_settings


class Configuration(NamedTuple):
    """What is configured.

    Attributes:
        lines: all settings, passwords starred out.
        database: which one that is, in words; empty when the settings do not fit together.
        wrong: why they do not, or None.

    """

    lines: list[InForce]
    database: str
    wrong: ConfigurationError | None


def read_configuration() -> Configuration:
    """Reads the settings, also when they do not fit together: that is when they are looked at.

    Raises:
        ConfigurationError: when one has a value that is none, or ``.env`` cannot be read.

    """
    wrong: ConfigurationError | None = None
    try:
        settings = load_settings()
    except ConfigurationError as error:
        wrong = error
        try:
            settings = Settings()
        except ValueError:
            raise error from None
    database = ""
    # known as soon as it is read, the password is starred out wherever it stands
    try:
        if wrong is None:
            database = _database(settings)
    except ConfigurationError as error:
        wrong = error
    return Configuration([_told(line, wrong) for line in in_force(settings)], database, wrong)


async def show(arguments: argparse.Namespace, _: Context) -> int:
    """Prints the settings, and then what is wrong with them."""
    lines, database, wrong = read_configuration()
    if arguments.json:
        write_json({
            "settings": [
                {"name": line.name, "value": line.value or None, "source": line.source, "sentence": line.sentence}
                for line in lines
            ],
            "database": database or None,
            "log": str(log_file()),
            "preferences": str(config_file()),
        })  # fmt: skip
    else:
        write_table(("NAME", "FROM", "VALUE"), [(line.name, line.source, line.value) for line in lines])
        write("")
        if database:
            write(f"Database: {database}")
        write(f"Log: {log_file()}")
        there = "" if config_file().exists() else ", which is not there; docs/keys.md says what it may hold"
        write(f"Preferences: {config_file()}{there}")
    if wrong is not None:
        raise wrong
    return 0


def _database(settings: Settings) -> str:
    if settings.is_embedded:
        return f"{DATABASE} on the embedded PostgreSQL in {data_folder(settings.data_dir)}"
    return configured_target(settings).masked_url


def _told(line: InForce, wrong: ConfigurationError | None) -> InForce:
    """An address that cannot be taken apart does not show which part of it is the password."""
    if wrong is not None and line.name == "DATABASE_URL" and line.value:
        return InForce(line.name, STARS, line.source, line.sentence)
    return line
