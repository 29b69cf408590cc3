"""Passwords of database roles, set so that no log of statements can hold one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

_ROLES = 7_203_118
"""The advisory lock of whoever makes roles or sets their passwords."""


def password_clause(connection: psycopg.Connection[Any], role: str, password: str) -> sql.Composable:
    """Return `PASSWORD '…'` with the SCRAM verifier in the place of the password."""
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    return sql.SQL("PASSWORD {}").format(sql.Literal(verifier))


def set_password(connection: psycopg.Connection[Any], role: str, password: str) -> None:
    """Give a role that is there another password."""
    clause = password_clause(connection, role, password)
    connection.execute(sql.SQL("ALTER ROLE {} {}").format(sql.Identifier(role), clause))


@contextmanager
def hold_roles(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Keep others from setting passwords until it is left, or the connection ends."""
    connection.execute("SELECT pg_advisory_lock(%s)", (_ROLES,))
    yield
    connection.execute("SELECT pg_advisory_unlock(%s)", (_ROLES,))
