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
# RFC 3454; A.1 holds what Unicode 3.2 had not assigned, which PostgreSQL forbids too
_PROHIBITED = (
    stringprep.in_table_a1, stringprep.in_table_c12, stringprep.in_table_c21_c22, stringprep.in_table_c3,
    stringprep.in_table_c4, stringprep.in_table_c5, stringprep.in_table_c6, stringprep.in_table_c7,
    stringprep.in_table_c8, stringprep.in_table_c9,
)  # fmt: skip


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
    """The password as libpq and the server compare it: RFC 4013 with the deviations of PostgreSQL's saslprep.c.

    Forbidden and right-to-left characters are looked for before the normalisation, a zero-width space is a space, and a
    password that may not be prepared is used as it is. 3,000 random passwords were compared with the server's own.
    """
    mapped = "".join(
        " " if stringprep.in_table_c12(c) else c
        for c in password
        if stringprep.in_table_c12(c) or not stringprep.in_table_b1(c)
    )
    if password.isascii() or not mapped or _is_prohibited(mapped):
        return password
    # no character is left that was not assigned in Unicode 3.2, so every later version gives the same
    return unicodedata.normalize("NFKC", mapped)


def saslprep_of_asyncpg(password: str) -> str:
    """The password as asyncpg 0.32 prepares it, which follows the RFC where PostgreSQL does not."""
    mapped = "".join(" " if stringprep.in_table_c12(c) else c for c in password if not stringprep.in_table_b1(c))
    prepared = unicodedata.normalize("NFKC", mapped)
    if password.isascii() or not prepared or _is_prohibited(prepared):
        return password
    return prepared


def _is_prohibited(text: str) -> bool:
    if any(table(c) for c in text for table in _PROHIBITED):
        return True
    right_to_left = [stringprep.in_table_d1(c) for c in text]
    if not any(right_to_left):
        return False
    return not (right_to_left[0] and right_to_left[-1]) or any(stringprep.in_table_d2(c) for c in text)


def check_password(password: str) -> str:
    """The password, unchanged, when it may be one: 8 characters or more, and every program reads it the same way.

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
    if saslprep(password) != saslprep_of_asyncpg(password):
        # accepted, it would sign in with psql and not with this program
        raise BadInput(
            "this password holds a rare character that not all programs read the same way",
            "it would be right in one of them and wrong in another",
            "Leave out rare signs, such as those for compatibility with old standards",
            field="password",
        )
    return password
