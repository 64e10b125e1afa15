"""Where a database is and as whom to connect: read from the settings, written for asyncpg and for dbmate."""

from __future__ import annotations

import os
import socket
import struct
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from phresh_tui.logs import STARS, keep_secret
from phresh_tui.market.errors import ConfigurationError

if TYPE_CHECKING:
    from phresh_tui.settings import Settings, SslMode

SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


class Target(NamedTuple):
    """A database and an account on it.

    Attributes:
        host: host name, address, or the folder of a Unix socket.
        port: TCP port, or the number in the socket's name.
        database: its name.
        user: the role to connect as.
        password: or None, for trust, PGPASSWORD or ~/.pgpass.
        sslmode: as libpq names them.
        connect_timeout: seconds.
        command_timeout: seconds.
        embedded: whether it is the server that this program starts and stops.
        read_only: whether the server is told to refuse every write, for an account that could do more than it should.

    """

    host: str
    port: int
    database: str
    user: str
    password: str | None = None
    sslmode: SslMode = "prefer"
    connect_timeout: float = 5.0
    command_timeout: float = 15.0
    embedded: bool = False
    read_only: bool = False

    def __repr__(self) -> str:
        # as it stands in a traceback or a log: without the password
        return f"Target({self.masked_url})"

    @property
    def is_socket(self) -> bool:
        """Whether the host is the folder of a Unix socket."""
        return self.host.startswith("/")

    @property
    def place(self) -> str:
        """The server as people name it: ``db:5432``, or ``embedded``."""
        return "embedded" if self.embedded else self.host if self.is_socket else f"{_bracketed(self.host)}:{self.port}"

    @property
    def masked_url(self) -> str:
        """The address with the password starred out, for logs and screens."""
        return self._url("postgresql", STARS if self.password else None, {})

    def dbmate_url(self, *, tls: bool) -> str:
        """The address in the form that dbmate reads, password included: for an environment, never for arguments.

        Args:
            tls: whether the server speaks TLS, which dbmate's driver does not find out by itself.

        """
        mode = self.sslmode
        if self.is_socket:
            mode = "disable"
        elif mode in ("prefer", "allow"):
            mode = "require" if tls else "disable"
        return self._url("postgres", self.password, {"sslmode": mode})

    def _url(self, scheme: str, password: str | None, query: dict[str, str]) -> str:
        account = quote(self.user, safe="")
        if password is not None:
            account += ":" + (password if password == STARS else quote(password, safe=""))
        if self.is_socket:
            query = {"host": self.host, "port": str(self.port), **query}
            place = ""
        else:
            place = f"{_bracketed(self.host)}:{self.port}"
        # dbmate does not understand %2F in a socket's folder
        options = "&".join(f"{name}={quote(value, safe='/')}" for name, value in query.items())
        return f"{scheme}://{account}@{place}/{quote(self.database, safe='')}{'?' if options else ''}{options}"

    def as_account(self, user: str, password: str | None) -> Target:
        """The same database, another account."""
        if password:
            keep_secret(password, public=(user, self.database, self.host))
        return self._replace(user=user, password=password)

    def asyncpg_arguments(self) -> dict[str, Any]:
        """Keyword arguments for asyncpg's ``connect`` and ``create_pool``."""
        return {
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "password": self.password,
            "database": self.database,
            "ssl": False if self.is_socket else self.sslmode,
            "timeout": self.connect_timeout,
            "command_timeout": self.command_timeout,
            # these beat what somebody may have set on the role, and outlive a release to the pool
            "server_settings": {
                "application_name": "phresh",
                "search_path": "public",
                # the generic plan of a trigram search is twenty times slower
                "plan_cache_mode": "force_custom_plan",
                # in the 4 MB that are usual a common word of ten million jobs becomes a list of pages, and each job on
                # them is looked at again
                "work_mem": "32MB",
                # starting a process to help takes 8 ms, which is more than most of what is asked for here
                "max_parallel_workers_per_gather": "0",
                "client_encoding": "UTF8",
                **({"default_transaction_read_only": "on"} if self.read_only else {}),
            },
        }

    def speaks_tls(self) -> bool:
        """Asks the server whether it speaks TLS (an SSLRequest message, section 54.2.11 of PostgreSQL's manual).

        Raises:
            OSError: when it cannot be reached.

        """
        if self.is_socket:
            return False
        with socket.create_connection((self.host, self.port), timeout=self.connect_timeout) as connection:
            connection.sendall(struct.pack("!ii", 8, 80877103))
            return connection.recv(1) == b"S"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def configured_target(settings: Settings) -> Target:
    """The target that the settings name; not to be asked when they name none.

    Raises:
        ConfigurationError: when DATABASE_URL is none; the message never repeats it.

    """
    if settings.database_url is not None:
        target = parse_url(settings.database_url.get_secret_value(), settings.postgres_sslmode)
    else:
        assert settings.postgres_user is not None
        assert settings.postgres_db is not None
        secret = settings.postgres_password
        target = Target(
            host=settings.postgres_server,
            port=settings.postgres_port,
            database=settings.postgres_db,
            user=settings.postgres_user,
            password=secret.get_secret_value() if secret else None,
            sslmode=settings.postgres_sslmode,
        )
    if target.password:
        keep_secret(target.password, public=(target.user, target.database, target.host))
    if inherited := os.environ.get("PGPASSWORD"):
        keep_secret(inherited, public=(target.user, target.database, target.host))
    return target._replace(connect_timeout=settings.connect_timeout, command_timeout=settings.command_timeout)


def parse_url(url: str, sslmode: SslMode = "prefer") -> Target:
    """A target from ``postgresql://user:password@host:port/database?sslmode=...``.

    ``user``, ``password``, ``host``, ``port`` and ``sslmode`` may stand in the query, as dbmate and libpq write them.
    Certificates are named by PGSSLROOTCERT, PGSSLCERT and PGSSLKEY, which both drivers read; other parameters, such as
    dbmate's own, are passed over.

    Raises:
        ConfigurationError: saying what is wrong without repeating the address.

    """

    def wrong(why: str) -> ConfigurationError:
        return ConfigurationError(
            "DATABASE_URL is no address that phresh understands",
            why,
            "Write postgresql://user:password@host:5432/database, with special characters in the password as %XX",
        )

    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise wrong(
            "the host or the port cannot be read; a / # or ? in a password has to be written as %2F %23 %3F"
        ) from None
    if parts.scheme not in ("postgres", "postgresql"):
        raise wrong("it does not begin with postgresql:// or postgres://")
    # not parse_qsl, for which a plus is a blank: here it is a plus, as libpq reads it
    query = {
        unquote(name): unquote(value) for name, _, value in (pair.partition("=") for pair in parts.query.split("&"))
    }
    host = query.get("host") or query.get("socket") or parts.hostname or "localhost"
    if "," in host:
        raise wrong("it names several hosts; phresh connects to one")
    mode = query.get("sslmode", sslmode)
    if files := sorted(query.keys() & {"sslrootcert", "sslcert", "sslkey"}):
        # passed over, it would be another certificate that is trusted than the one that was meant
        raise wrong(f"{files[0]} is read from the variable PG{files[0].upper()}, not from the address")
    if mode not in SSL_MODES:
        raise wrong(f"its sslmode is none of {', '.join(SSL_MODES)}")
    if "port" in query:
        if not query["port"].isdigit():
            raise wrong("its port is not a number")
        port = int(query["port"])
    database = unquote(parts.path.removeprefix("/"))
    user = unquote(parts.username) if parts.username else query.get("user")
    password = unquote(parts.password) if parts.password else query.get("password")
    if not user or not database or "/" in parts.path.removeprefix("/"):
        raise wrong("it names no user" if not user else "it names no database")
    return Target(
        host=unquote(host),
        port=port or 5432,
        database=database,
        user=user,
        password=password or None,
        sslmode=mode,  # type: ignore[arg-type]  # checked above
    )
