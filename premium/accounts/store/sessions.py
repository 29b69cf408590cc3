"""Read and write sessions and the hashes of their refresh tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from premium.accounts.model import Row, Session
from premium.storage.postgres import Database
from premium.tiers import Tier

REUSE_GRACE_SECONDS = 10
"""Two tabs, or a retry after a lost answer, may show one token twice within it."""
_SESSION = "id, amr, ip, user_agent, created_at, last_used_at, expires_at, revoked_at"
_LIVE = "revoked_at IS NULL AND expires_at > now()"
Outcome = Literal["rotated", "reused", "over"]


class Rotation(Row):
    """What became of a refresh token that was shown, and how its user stands."""

    outcome: Outcome
    session_id: UUID
    user_id: UUID
    external_id: str
    tier: Tier
    is_restricted: bool
    roles: frozenset[str]
    amr: tuple[str, ...]


class SessionStore:
    """The SQL of sessions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(
        self, user_id: UUID, refresh_hash: bytes, *, amr: Sequence[str], ip: str, user_agent: str, days: int
    ) -> Session:
        """Open a session with its first refresh token, both for this many days."""
        statement = f"""INSERT INTO sessions (user_id, amr, ip, user_agent, expires_at)
                        VALUES (%s, %s, %s, %s, now() + make_interval(days => %s)) RETURNING {_SESSION}"""  # noqa: S608 - a constant of ours
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(Session)) as cursor:
            (made,) = cursor.execute(statement, [user_id, list(amr), ip, user_agent, days]).fetchall()
            _add_token(connection, user_id, made.id, refresh_hash, days)
        return made

    def rotate(self, refresh_hash: bytes, successor: bytes, *, days: int) -> Rotation | None:
        """Put a token's successor in its place; None for a token that is not known.

        A second use within ten seconds gives a successor, too; a later one ends the session. One round trip within its
        transaction (`rotate_session` of migration 0044).
        """
        statement = "SELECT * FROM rotate_session(%s, %s, %s, %s)"
        values = [refresh_hash, successor, days, REUSE_GRACE_SECONDS]
        with self._database.transaction() as connection, connection.cursor(row_factory=class_row(Rotation)) as cursor:
            return cursor.execute(statement, values).fetchone()

    def owner_of(self, refresh_hash: bytes) -> tuple[UUID, UUID] | None:
        """Return session and user of a refresh token, used or not."""
        with self._database.transaction() as connection:
            found = connection.execute("SELECT * FROM session_of_token(%s)", [refresh_hash]).fetchone()
        return None if found is None else (found["session_id"], found["user_id"])

    def of_user(self, user_id: UUID) -> list[Session]:
        """Return a user's sessions that live, the newest first."""
        statement = f"""SELECT {_SESSION} FROM sessions WHERE user_id = %s AND {_LIVE}
                        ORDER BY created_at DESC, id DESC LIMIT 200"""  # noqa: S608 - constants of ours
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(Session)) as cursor:
            return cursor.execute(statement, [user_id]).fetchall()

    def purge(self, most: int) -> int:
        """Delete up to `most` sessions that ended over 30 days ago.

        Their tokens go with them. By the worker role.
        """
        with self._database.transaction() as connection:
            return connection.execute(_PURGE, [most]).rowcount

    def revoke(self, user_id: UUID, reason: str, session_id: UUID | None = None) -> set[UUID]:
        """End a user's session, or all; return those that lived."""
        with self._database.as_user(user_id) as connection:
            return end_sessions(connection, user_id, reason, session_id)


def end_sessions(
    connection: Connection[Any], user_id: UUID, reason: str, session_id: UUID | None = None, *, but: UUID | None = None
) -> set[UUID]:
    """End a user's session, or all but one; return those that lived.

    In the caller's transaction.
    """
    values = {"user": user_id, "reason": reason, "id": session_id, "but": but}
    return {row["id"] for row in connection.execute(_REVOKE, values)}


_REVOKE = f"""
    UPDATE sessions SET revoked_at = clock_timestamp(), reason = %(reason)s
    WHERE user_id = %(user)s AND (%(id)s::uuid IS NULL OR id = %(id)s) AND id IS DISTINCT FROM %(but)s::uuid AND {_LIVE}
    RETURNING id
"""  # noqa: S608 - a constant of ours
_PURGE = """
    DELETE FROM sessions WHERE id IN (
        SELECT id FROM sessions WHERE least(expires_at, revoked_at) < now() - interval '30 days' LIMIT %s
    )
"""


def _add_token(connection: Connection[Any], user_id: UUID, session_id: UUID, refresh_hash: bytes, days: int) -> None:
    statement = """INSERT INTO session_tokens (user_id, session_id, refresh_hash, expires_at)
                   VALUES (%s, %s, %s, now() + make_interval(days => %s))"""
    connection.execute(statement, [user_id, session_id, refresh_hash, days])
