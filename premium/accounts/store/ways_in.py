"""Read and write how users log in beside their wallets.

Passwords, and users who come by one or by a provider.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from psycopg import Connection, Rollback
from psycopg.rows import class_row

from premium.accounts.credentials.tokens import OWN_SUBJECT
from premium.accounts.model import EmailLogin
from premium.accounts.store.sessions import end_sessions
from premium.notifications.service import set_account_email
from premium.storage.postgres import Database

_PASSWORD = "SELECT secret FROM user_credentials WHERE user_id = %s AND kind = 'password'"  # noqa: S105 - a statement
_KEEP = """
    INSERT INTO user_credentials (user_id, kind, secret) VALUES (%s, 'password', %s)
    ON CONFLICT (user_id) WHERE kind = 'password' DO UPDATE SET secret = excluded.secret
"""
_USER = "INSERT INTO premium_users (id, external_id, email) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
_HOLD = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_OWN = """
    SELECT (SELECT count(*) FROM user_wallets WHERE user_id = %(user)s) AS wallets,
           EXISTS (SELECT FROM user_credentials WHERE user_id = %(user)s AND kind = 'password') AS has_password
"""
Fill = Callable[[Connection[Any], UUID], bool]
"""Adds what a new user logs in by, in the transaction that makes him; False: somebody else has it."""


class OwnWays(NamedTuple):
    """What of accounts' own logs a user in."""

    wallets: int
    has_password: bool


class WaysIn:
    """The SQL of passwords, and of users who come without a wallet."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_email(self, email: str) -> EmailLogin | None:
        """Return the user whose address this is, and the hash of his password."""
        with self._database.transaction() as connection, connection.cursor(row_factory=class_row(EmailLogin)) as cursor:
            return cursor.execute("SELECT * FROM login_by_email(%s)", [email]).fetchone()

    def add_user(self, email: str | None, fill: Fill) -> UUID | None:
        """Make a user whose address is confirmed, and what he logs in by.

        None, and nothing made, where another has the address or what `fill` adds.
        """
        new, made = uuid4(), False
        with self._database.as_user(new) as connection:
            made = connection.execute(_USER, [new, f"{OWN_SUBJECT}{uuid4().hex}", email]).rowcount == 1
            if made and email is not None:
                set_account_email(connection, new, email, is_confirmed=True)
            if not made or not fill(connection, new):
                made = False
                raise Rollback
        return new if made else None

    @staticmethod
    def held(connection: Connection[Any], user_id: UUID) -> OwnWays:
        """Return how a user logs in; nobody else changes it until the transaction ends.

        Two changes at once could each leave the other's way as the last one.
        """
        connection.execute(_HOLD, [f"user_wallets:{user_id}"])
        row = connection.cursor(row_factory=class_row(OwnWays)).execute(_OWN, {"user": user_id}).fetchone()
        return row or OwnWays(0, has_password=False)

    def password(self, user_id: UUID) -> bytes | None:
        """Return the hash of a user's password; None where he has none."""
        with self._database.as_user(user_id) as connection:
            row = connection.execute(_PASSWORD, [user_id]).fetchone()
        return None if row is None else bytes(row["secret"])

    def set_password(self, user_id: UUID, hashed: bytes) -> None:
        """Keep the hash of a user's password in place of the one before."""
        with self._database.as_user(user_id) as connection:
            keep_password(connection, user_id, hashed)

    def replace_password(self, user_id: UUID, hashed: bytes, *, but: UUID | None) -> set[UUID]:
        """Keep the hash of another password, and end all sessions but one.

        Return those that lived.
        """
        with self._database.as_user(user_id) as connection:
            keep_password(connection, user_id, hashed)
            return end_sessions(connection, user_id, "everywhere", but=but)


def keep_password(connection: Connection[Any], user_id: UUID, hashed: bytes) -> None:
    """Keep the hash of a user's password, in the caller's transaction."""
    connection.execute(_KEEP, [user_id, hashed])
