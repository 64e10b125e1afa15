"""What is configured, where it came from, and what a person is told when it does not fit."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from phresh_tui.database.target import configured_target, parse_url
from phresh_tui.market.errors import ConfigurationError
from phresh_tui.settings import Settings, alias_of, in_force, load_settings
from tests.server.support import ROOT

SECRET = "hunter2-distinctive"
NAMES = [alias_of(field) for field in Settings.model_fields]


def env_file(*lines: str) -> None:
    Path(".env").write_text("\n".join(lines) + "\n", encoding="utf-8")


def source_of(name: str) -> tuple[str, str]:
    return next((line.value, line.source) for line in in_force(load_settings()) if line.name == name)


def test_nothing_configured_means_the_embedded_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PHRESH_DATA_DIR")
    settings = load_settings()
    assert settings.is_embedded
    assert {line.source for line in in_force(settings)} == {"default"}


def test_the_environment_beats_the_file_and_the_file_beats_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert source_of("POSTGRES_PORT") == ("5432", "default")
    env_file("POSTGRES_PORT=5433", "POSTGRES_USER=file", "POSTGRES_DB=file")
    assert source_of("POSTGRES_PORT") == ("5433", ".env")
    monkeypatch.setenv("POSTGRES_PORT", "5434")
    assert source_of("POSTGRES_PORT") == ("5434", "environment")
    assert source_of("POSTGRES_USER") == ("file", ".env")


@pytest.mark.parametrize("blank", ["", "  ", "\t"])
def test_a_blank_value_counts_as_unset_wherever_it_stands(monkeypatch: pytest.MonkeyPatch, blank: str) -> None:
    monkeypatch.setenv("POSTGRES_PORT", blank)
    monkeypatch.setenv("DATABASE_URL", blank)
    assert source_of("POSTGRES_PORT") == ("5432", "default")
    env_file("POSTGRES_PORT=5433", "POSTGRES_USER=u", "POSTGRES_DB=d", f'POSTGRES_PASSWORD="{blank}"')
    assert source_of("POSTGRES_PORT") == ("5433", ".env"), "a blank in the environment hides nothing in the file"
    assert source_of("POSTGRES_PASSWORD") == ("", "default")
    assert source_of("DATABASE_URL") == ("", "default")


def test_names_that_the_program_does_not_know_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHRESH_UNHEARD_OF", "1")
    monkeypatch.setenv("database_url", "postgresql://u@h/d")
    env_file("UNHEARD_OF=1", "postgres_user=u", "POSTGRES_INITDB_ARGS=--data-checksums")
    assert load_settings().is_embedded


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"POSTGRES_USER": "u"}, ["POSTGRES_DB"]),
        ({"POSTGRES_DB": "d"}, ["POSTGRES_USER"]),
        ({"POSTGRES_SERVER": "h"}, ["POSTGRES_USER", "POSTGRES_DB"]),
        ({"POSTGRES_PORT": "5433"}, ["POSTGRES_USER", "POSTGRES_DB"]),
        ({"POSTGRES_PASSWORD": SECRET, "POSTGRES_USER": "u"}, ["POSTGRES_DB"]),
    ],
)
def test_a_database_configured_by_half_names_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], missing: list[str]
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as told:
        load_settings()
    assert told.value.what.endswith(f"{' and '.join(missing)} missing")
    assert all(name in told.value.why for name in given)
    assert SECRET not in str(told.value)


def test_an_address_makes_the_parts_unnecessary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTGRES_USER", "somebody")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@h:5433/d")
    target = configured_target(load_settings())
    assert (target.user, target.host, target.port, target.database) == ("u", "h", 5433, "d")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("POSTGRES_PORT", "five"),
        ("POSTGRES_PORT", "0"),
        ("POSTGRES_PORT", "70000"),
        ("POSTGRES_SSLMODE", "sometimes"),
        ("PHRESH_POOL_MAX_SIZE", "0"),
        ("PHRESH_POOL_MAX_SIZE", "1000"),
        ("PHRESH_CONNECT_TIMEOUT", "nan"),
        ("PHRESH_COMMAND_TIMEOUT", "-1"),
        ("PHRESH_LOG_LEVEL", "LOUD"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_where_it_stands(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=f"{name} has a value that does not fit.*in the environment"):
        load_settings()
    monkeypatch.delenv(name)
    env_file(f"{name}={value}")
    with pytest.raises(ConfigurationError, match=rf"{name} has a value that does not fit.*in \.env"):
        load_settings()


def test_a_pool_that_is_smaller_than_its_minimum_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHRESH_POOL_MIN_SIZE", "3")
    with pytest.raises(ConfigurationError, match="PHRESH_POOL_MIN_SIZE is greater"):
        load_settings()


@pytest.mark.parametrize(
    "address",
    [
        f"mysql://u:{SECRET}@h/d",
        f"postgresql://u:{SECRET}@h:port/d",
        f"postgresql://u:{SECRET}/x@h/d",
        f"postgresql://u:{SECRET}#x@h/d",
        f"postgresql://u:[{SECRET}@h/d",
        f"postgresql://u:{SECRET}@h/",
        f"postgresql://:{SECRET}@h/d",
        f"postgresql://u:{SECRET}@h,i/d?sslmode=disable&host=h,i",
        f"postgresql://u:{SECRET}@h/d?sslmode=perhaps",
        f"postgresql://u:{SECRET}@h/d?port=x",
        f"postgresql://u:{SECRET}@h/d?sslrootcert=/ca.pem",
        f"u:{SECRET}@h/d",
    ],
)
def test_an_address_that_is_none_is_refused_without_repeating_it(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    with pytest.raises(ConfigurationError) as told:
        configured_target(load_settings())
    assert SECRET not in str(told.value)
    assert told.value.__suppress_context__ or told.value.__context__ is None
    assert told.value.todo


@pytest.mark.parametrize(
    ("address", "user", "password", "host", "port", "database"),
    [
        ("postgres://u:p%40s%2Fs%25@h/d", "u", "p@s/s%", "h", 5432, "d"),
        ("postgresql://u:a+b@[::1]:5433/my%20db", "u", "a+b", "::1", 5433, "my db"),
        ("postgres://u@/d?host=/var/run/postgresql&port=5434", "u", None, "/var/run/postgresql", 5434, "d"),
        ("postgres://u@/d?socket=/a%20b&sslmode=disable", "u", None, "/a b", 5432, "d"),
        ("postgresql:///d?user=u&password=a%2Bb+c&host=h", "u", "a+b+c", "h", 5432, "d"),
        ("postgresql://u:p@h/d?sslmode=require&channel_binding=require&options=x", "u", "p", "h", 5432, "d"),
    ],
)
def test_addresses_are_read_as_libpq_and_dbmate_write_them(
    address: str, user: str, password: str | None, host: str, port: int, database: str
) -> None:
    target = parse_url(address)
    assert (target.user, target.password, target.host, target.port, target.database) == (
        user,
        password,
        host,
        port,
        database,
    )


def test_a_copied_template_leaves_everything_at_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PHRESH_DATA_DIR")
    Path(".env").write_bytes((ROOT / ".env.template").read_bytes())
    settings = load_settings()
    assert settings == Settings.model_construct(**{n: f.default for n, f in Settings.model_fields.items()})
    assert {line.source for line in in_force(settings)} == {"default"}
    assert settings.is_embedded


def test_the_template_holds_every_name_without_a_value_and_each_with_a_comment() -> None:
    lines = (ROOT / ".env.template").read_text(encoding="utf-8").splitlines()
    found = [line for line in lines if line and not line.startswith("#")]
    assert sorted(found) == sorted(f"{name}=" for name in NAMES)
    for field, definition in Settings.model_fields.items():
        default = "" if definition.default is None else definition.default
        blank = f" Blank: {default:g}" if isinstance(default, float) else f" Blank: {default}" if default else ""
        comment = lines[lines.index(f"{alias_of(field)}=") - 1]
        assert comment == f"# {definition.description}{blank}", "the comment is the sentence in phresh_tui/settings.py"


def test_every_setting_has_a_sentence_of_its_own() -> None:
    sentences = [field.description or "" for field in Settings.model_fields.values()]
    assert all(re.fullmatch(r"[A-Z].+\.", sentence) for sentence in sentences)
    assert len(set(sentences)) == len(sentences)


@pytest.mark.parametrize(
    ("line", "password"),
    [
        (f"POSTGRES_PASSWORD='{SECRET} #$ {{x}} \"`'", f'{SECRET} #$ {{x}} "`'),
        ("POSTGRES_PASSWORD='a${HOME}b$c'", "a${HOME}b$c"),
        ('POSTGRES_PASSWORD="it\'s"', "it's"),
        ("POSTGRES_PASSWORD=${POSTGRES_USER}-1", "u-1"),
        ("export POSTGRES_PASSWORD=p@:/?%+&ü漢", "p@:/?%+&ü漢"),
        ("POSTGRES_PASSWORD=first\nPOSTGRES_PASSWORD=last", "last"),
    ],
)
def test_a_password_in_the_file_is_read_as_it_is_written(line: str, password: str) -> None:
    env_file("\ufeffPOSTGRES_USER=u", "POSTGRES_DB=d", line)
    assert configured_target(load_settings()).password == password


def test_a_line_that_cannot_be_read_is_an_error_and_not_a_missing_password() -> None:
    env_file("POSTGRES_USER=u", "POSTGRES_DB=d", f"POSTGRES_PASSWORD='it's {SECRET}'")
    with pytest.raises(ConfigurationError, match=r"^Line 3 of \.env cannot be read") as told:
        load_settings()
    assert SECRET not in str(told.value)


def test_a_file_in_another_encoding_is_an_error_that_does_not_repeat_it() -> None:
    Path(".env").write_bytes(f"POSTGRES_PASSWORD={SECRET}\n# gr\xfc\xdfe\n".encode("latin-1"))
    with pytest.raises(ConfigurationError, match="not UTF-8") as told:
        load_settings()
    assert SECRET not in str(told.value)
    assert told.value.__suppress_context__


def test_no_password_shows_in_what_is_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://u:p@ss-{SECRET}@h/d?password={SECRET}")
    monkeypatch.setenv("POSTGRES_PASSWORD", SECRET)
    settings = load_settings()
    shown = "\n".join(map(str, in_force(settings)))
    assert SECRET not in shown
    assert SECRET not in repr(settings)
    assert "postgresql://u:********@h/d" in shown
