"""Password verifiers, made here so that a plain password never reaches the server.

RFC 5802 and RFC 7677 define SCRAM-SHA-256; the form of a stored verifier is that of PostgreSQL's pg_authid.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import stringprep
import unicodedata

from phresh_tui.market.errors import BadInput
from phresh_tui.market.member import PASSWORD_LENGTH

ITERATIONS = 4096


def verifier(password: str, salt: bytes | None = None) -> str:
    """``SCRAM-SHA-256$4096:salt$stored key:server key`` for a password.

    Args:
        password: any Unicode text.
        salt: 16 random bytes unless given.

    """
    salt = os.urandom(16) if salt is None else salt
    salted = hashlib.pbkdf2_hmac("sha256", saslprep(password).encode(), salt, ITERATIONS)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    stored_key = hashlib.sha256(client_key).digest()
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    encoded = [base64.b64encode(part).decode() for part in (salt, stored_key, server_key)]
    return f"SCRAM-SHA-256${ITERATIONS}:{encoded[0]}${encoded[1]}:{encoded[2]}"


def saslprep(password: str) -> str:
    """The password as client and server compare it (RFC 4013); one that may not be prepared is used as it is,

    as PostgreSQL does.
    """
    mapped = "".join(" " if stringprep.in_table_c12(c) else c for c in password if not stringprep.in_table_b1(c))
    prepared = unicodedata.ucd_3_2_0.normalize("NFKC", mapped)
    if not prepared:
        return password
    prohibited = (
        stringprep.in_table_c12, stringprep.in_table_c21_c22, stringprep.in_table_c3, stringprep.in_table_c4,
        stringprep.in_table_c5, stringprep.in_table_c6, stringprep.in_table_c7, stringprep.in_table_c8,
        stringprep.in_table_c9, stringprep.in_table_a1,
    )  # fmt: skip
    if any(table(c) for c in prepared for table in prohibited):
        return password
    if any(stringprep.in_table_d1(c) for c in prepared):
        bounded = stringprep.in_table_d1(prepared[0]) and stringprep.in_table_d1(prepared[-1])
        if not bounded or any(stringprep.in_table_d2(c) for c in prepared):
            return password
    return prepared


def check_password(password: str) -> str:
    """The password, unchanged, when it may be one: 8 characters or more, no NUL.

    Raises:
        BadInput: with ``field`` password; the message does not repeat it.

    """
    if len(password) < PASSWORD_LENGTH:
        raise BadInput(
            f"a password has at least {PASSWORD_LENGTH} characters",
            f"this one has {len(password)}",
            "Type a longer one",
            field="password",
        )
    if "\0" in password or any("\ud800" <= c <= "\udfff" for c in password):
        raise BadInput("this password holds a character that cannot be sent", "", "Type another one", field="password")
    return password
