"""What is configured: the environment beats ``.env``, ``.env`` beats the defaults.

The class `Settings` is the one table of all names: `.env.template`, ``phresh config`` and the docs are checked against
it, so a setting is its name, its type, its default and one sentence.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from phresh_tui.market.errors import ConfigurationError

FILE = ".env"
# Notepad and its kin begin a file with a mark that would become part of the first name
ENCODING = "utf-8-sig"

SslMode = Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]


def _setting(name: str, default: Any, sentence: str, **rules: Any) -> Any:  # noqa: ANN401  pydantic's own Field is Any
    return Field(default, validation_alias=AliasChoices(name), description=sentence, **rules)


def _filled_in(values: Mapping[str, str | None]) -> dict[str, str | None]:
    return {name: value for name, value in values.items() if value and value.strip()}


class _Source(EnvSettingsSource):
    """Values by their names in the environment, without the blank ones: those hide nothing in the next source."""

    def __init__(self, settings_cls: type[BaseSettings], values: Mapping[str, str | None]) -> None:
        super().__init__(settings_cls)
        self.env_vars = _filled_in(values)


def _file_values() -> dict[str, str | None]:
    """What stands in ``.env``, read as dbmate and compose read it: ``${NAME}`` is a value, except in single quotes.

    Raises:
        ConfigurationError: for a line that cannot be read. The parser itself only warns and goes on, so a password with
            an apostrophe would simply be missing.

    """
    from dotenv import dotenv_values
    from dotenv.parser import parse_stream

    try:
        text = Path(FILE).read_text(encoding=ENCODING)
    except (FileNotFoundError, IsADirectoryError):
        return {}
    lines = list(parse_stream(StringIO(text)))
    if broken := [line.original.line for line in lines if line.error]:
        raise ConfigurationError(
            f"line {broken[0]} of .env cannot be read",
            "it is not of the form NAME=value",
            "Put a value with blanks, #, $ or quotes into single quotes; one with an apostrophe into double quotes",
        )
    values = dict(dotenv_values(stream=StringIO(text)))
    # the parser would replace ${NAME} inside a single-quoted password too
    literal = dotenv_values(stream=StringIO(text), interpolate=False)
    for line in lines:
        if line.key and line.original.string.partition("=")[2].lstrip().startswith("'"):
            values[line.key] = literal[line.key]
    return values


class Settings(BaseSettings):
    """Every setting of the program. A blank value counts as not given; unknown names are ignored."""

    model_config = SettingsConfigDict(extra="ignore", case_sensitive=True)

    database_url: SecretStr | None = _setting(
        "DATABASE_URL",
        None,
        "The whole address, postgresql://user:password@host:port/database; beats the five parts.",
    )
    postgres_user: str | None = _setting("POSTGRES_USER", None, "The account that the program connects as.")
    postgres_password: SecretStr | None = _setting(
        "POSTGRES_PASSWORD", None, "Its password; without one PGPASSWORD and ~/.pgpass are tried."
    )
    postgres_server: str = _setting(
        "POSTGRES_SERVER",
        "localhost",
        "Host name or address; docker-compose.yml sets it to db inside its network.",
    )
    postgres_port: int = _setting("POSTGRES_PORT", 5432, "TCP port of the server.", ge=1, le=65535)
    postgres_db: str | None = _setting("POSTGRES_DB", None, "Name of the database.")
    postgres_sslmode: SslMode = _setting(
        "POSTGRES_SSLMODE",
        "prefer",
        "TLS mode: disable, allow, prefer, require, verify-ca or verify-full, as libpq names them.",
    )
    connect_timeout: float = _setting("PHRESH_CONNECT_TIMEOUT", 5.0, "Seconds to wait for a connection.", gt=0, le=300)
    command_timeout: float = _setting(
        "PHRESH_COMMAND_TIMEOUT",
        15.0,
        "Seconds to wait for an answer before the connection counts as lost.",
        gt=0,
        le=3600,
    )
    pool_min_size: int = _setting("PHRESH_POOL_MIN_SIZE", 1, "Connections that are kept open, per program.", ge=1, le=4)
    pool_max_size: int = _setting("PHRESH_POOL_MAX_SIZE", 2, "Connections at the most, per program.", ge=1, le=4)
    refresh_seconds: float = _setting(
        "PHRESH_REFRESH_SECONDS",
        3.0,
        "Seconds between two looks for what other members did; five times as long while the database tells of changes.",
        ge=0.2,
        le=3600,
    )
    heartbeat_seconds: float = _setting(
        "PHRESH_HEARTBEAT_SECONDS",
        15.0,
        "Seconds between two signs of life from the database: how soon a cable that is cut is noticed.",
        ge=0.1,
        le=3600,
    )
    data_dir: Path | None = _setting(
        "PHRESH_DATA_DIR",
        None,
        "Folder for the data of the embedded PostgreSQL, used when no database is configured.",
    )
    member: str | None = _setting("PHRESH_MEMBER", None, "Handle of the member that single commands act as.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = _setting(
        "PHRESH_LOG_LEVEL", "INFO", "How much goes into the log: DEBUG, INFO, WARNING or ERROR."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003  pydantic passes all of them by name
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment beats ``.env``. A blank value in the one does not hide a value in the other."""
        return init_settings, _Source(settings_cls, os.environ), _Source(settings_cls, _file_values())

    @property
    def is_embedded(self) -> bool:
        """Whether nothing that names a database is configured, so that the embedded PostgreSQL serves."""
        parts = {"postgres_user", "postgres_password", "postgres_server", "postgres_port", "postgres_db"}
        return self.database_url is None and not self._given() & parts

    def _given(self) -> set[str]:
        return {name for name in self.model_fields_set if getattr(self, name) is not None}

    def check_complete(self) -> Settings:
        """The settings, when a database is configured whole or not at all.

        Raises:
            ConfigurationError: naming the variables that are missing.

        """
        if self.database_url is None and not self.is_embedded:
            needed = {"POSTGRES_USER": self.postgres_user, "POSTGRES_DB": self.postgres_db}
            missing = [name for name, value in needed.items() if value is None]
            if missing:
                given = [
                    alias_of(name)
                    for name in type(self).model_fields
                    if name in self._given() and name.startswith("postgres_")
                ]
                raise ConfigurationError(
                    f"the database is configured by half: {' and '.join(missing)} missing",
                    f"{', '.join(given)} {'is' if len(given) == 1 else 'are'} given, in the environment or in .env",
                    f"Give {' and '.join(missing)} too, or DATABASE_URL, or none of them for the embedded PostgreSQL",
                )
        if self.pool_min_size > self.pool_max_size:
            raise ConfigurationError(
                "PHRESH_POOL_MIN_SIZE is greater than PHRESH_POOL_MAX_SIZE",
                f"{self.pool_min_size} is more than {self.pool_max_size}",
                "Lower the one or raise the other",
            )
        return self


def alias_of(field: str) -> str:
    """The name that a field has in the environment."""
    alias = Settings.model_fields[field].validation_alias
    assert isinstance(alias, AliasChoices)
    return str(alias.choices[0])


def load_settings() -> Settings:
    """Reads the environment and the ``.env`` of the current folder.

    Raises:
        ConfigurationError: for a value that does not fit, a file that cannot be read, or a database configured by half.

    """
    try:
        return Settings().check_complete()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "a setting"
        name = name if name.isupper() else alias_of(name) if name in Settings.model_fields else name
        raise ConfigurationError(
            f"{name} has a value that does not fit", first["msg"], f"Change it in {_where(name)}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        # only where: the text of a UnicodeDecodeError's object, and so a password, stays out
        why = error.strerror if isinstance(error, OSError) else f"it is not UTF-8, from byte {error.start} on"
        raise ConfigurationError("the file .env cannot be read", why or "", "Mend it or take it away") from None


def _where(name: str) -> str:
    return "the environment" if name in os.environ else ".env"


@dataclass(frozen=True, slots=True)
class InForce:
    """One line of ``phresh config``.

    Attributes:
        name: as in the environment.
        value: what is in force, passwords starred out.
        source: ``environment``, ``.env`` or ``default``.
        sentence: what it is for.

    """

    name: str
    value: str
    source: str
    sentence: str


def in_force(settings: Settings) -> list[InForce]:
    """All settings with what is in force and where it came from, in the order of the class."""
    from phresh_tui.logs import STARS, masked

    file = _filled_in(_file_values())
    lines = []
    for field, definition in Settings.model_fields.items():
        name = alias_of(field)
        value = getattr(settings, field)
        if isinstance(value, SecretStr):
            shown = masked(value.get_secret_value()) if field == "database_url" else STARS
        else:
            shown = "" if value is None else str(value)
        source = "environment" if os.environ.get(name, "").strip() else ".env" if name in file else "default"
        lines.append(InForce(name, shown, source, definition.description or ""))
    return lines
