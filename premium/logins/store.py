"""The SQL of who users are at providers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg import Connection, errors

from premium.errors import Conflict
from premium.logins.openid.id_token import Identity
from premium.storage.postgres import Database

GOOGLE = "google"
_ADD = """
    INSERT INTO oauth_accounts (user_id, provider, subject, email, last_login_at) VALUES (%s, %s, %s, %s, now())
    ON CONFLICT (provider, subject) DO NOTHING
"""


class IdentityStore:
    """The identities of users at one provider."""

    def __init__(self, database: Database, provider: str = GOOGLE) -> None:
        self._database, self._provider = database, provider

    def owner(self, subject: str) -> UUID | None:
        """Return whose identity this is."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT oauth_owner(%s, %s) AS id", [self._provider, subject]).fetchone()
        return row["id"] if row else None

    def add(self, connection: Connection[Any], user_id: UUID, identity: Identity) -> bool:
        """Join an identity to a user, in the caller's transaction; False where somebody has it."""
        values = [user_id, self._provider, identity.subject, identity.email]
        return connection.execute(_ADD, values).rowcount == 1

    def join(self, user_id: UUID, identity: Identity) -> bool:
        """Join an identity to a user.

        False where somebody has it, Conflict where he has another.
        """
        try:
            with self._database.as_user(user_id) as connection:
                return self.add(connection, user_id, identity)
        except errors.UniqueViolation:
            raise Conflict("This account is joined to another Google account already; part them first") from None

    def seen(self, user_id: UUID) -> None:
        """Write down that a user logs in now."""
        statement = "UPDATE oauth_accounts SET last_login_at = now() WHERE user_id = %s AND provider = %s"
        with self._database.as_user(user_id) as connection:
            connection.execute(statement, [user_id, self._provider])

    @staticmethod
    def joined(connection: Connection[Any], user_id: UUID, provider: str = GOOGLE) -> bool:
        """Tell whether a user is joined to an identity, in the caller's transaction."""
        statement = "SELECT FROM oauth_accounts WHERE user_id = %s AND provider = %s"
        return connection.execute(statement, [user_id, provider]).fetchone() is not None

    @staticmethod
    def part(connection: Connection[Any], user_id: UUID, provider: str = GOOGLE) -> bool:
        """Part a user from his identity, in the caller's transaction; False where he has none."""
        statement = "DELETE FROM oauth_accounts WHERE user_id = %s AND provider = %s"
        return connection.execute(statement, [user_id, provider]).rowcount == 1
