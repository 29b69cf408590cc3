"""Read and write sessions and the hashes of their refresh tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from premium.accounts.model import Session
from premium.storage.postgres import Database

REUSE_GRACE_SECONDS = 10
"""Two tabs, or a retry after a lost answer, may show one token twice within it."""
_SESSION = "id, amr, ip, user_agent, created_at, last_used_at, expires_at, revoked_at"
_LIVE = "revoked_at IS NULL AND expires_at > now()"
Outcome = Literal["rotated", "reused", "over"]


@dataclass(frozen=True)
class Rotation:
    """What became of a refresh token that was shown."""

    outcome: Outcome
    session_id: UUID
    user_id: UUID


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

        A second use within ten seconds gives a successor, too; a later one ends the session. The row of the session is
        locked: what revokes it comes before or after, never between.
        """
        with self._database.transaction() as connection:
            found = connection.execute("SELECT * FROM session_of_token(%s)", [refresh_hash]).fetchone()
        if found is None:
            return None
        session_id, user_id = found["session_id"], found["user_id"]
        with self._database.as_user(user_id) as connection:
            outcome = _outcome(connection, session_id, refresh_hash)
            if outcome == "rotated":
                connection.execute(_USE, [refresh_hash])
                connection.execute(_PROLONG, [days, session_id])
                _add_token(connection, user_id, session_id, successor, days)
            elif outcome == "reused":
                connection.execute(_END, ["reuse", session_id])
        return Rotation(outcome, session_id, user_id)

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
        statement = f"""UPDATE sessions SET revoked_at = clock_timestamp(), reason = %(reason)s
                        WHERE user_id = %(user)s AND (%(id)s::uuid IS NULL OR id = %(id)s) AND {_LIVE} RETURNING id"""  # noqa: S608 - a constant of ours
        values = {"user": user_id, "reason": reason, "id": session_id}
        with self._database.as_user(user_id) as connection:
            return {row["id"] for row in connection.execute(statement, values)}


_PURGE = """
    DELETE FROM sessions WHERE id IN (
        SELECT id FROM sessions WHERE least(expires_at, revoked_at) < now() - interval '30 days' LIMIT %s
    )
"""
_USE = "UPDATE session_tokens SET used_at = coalesce(used_at, clock_timestamp()) WHERE refresh_hash = %s"
_PROLONG = """
    UPDATE sessions SET last_used_at = clock_timestamp(), expires_at = now() + make_interval(days => %s) WHERE id = %s
"""
_END = "UPDATE sessions SET revoked_at = clock_timestamp(), reason = %s WHERE id = %s"
_LOCK = "SELECT revoked_at IS NULL AND expires_at > clock_timestamp() AS lives FROM sessions WHERE id = %s FOR UPDATE"
_SHOWN = """
    SELECT expires_at > clock_timestamp() AS lives,
           used_at < clock_timestamp() - make_interval(secs => %s) AS used_before
    FROM session_tokens WHERE refresh_hash = %s
"""


def _outcome(connection: Connection[Any], session_id: UUID, refresh_hash: bytes) -> Outcome:
    session = connection.execute(_LOCK, [session_id]).fetchone()
    token = connection.execute(_SHOWN, [REUSE_GRACE_SECONDS, refresh_hash]).fetchone()
    if session is None or token is None or not session["lives"]:
        return "over"
    if token["used_before"]:
        return "reused"
    return "rotated" if token["lives"] else "over"


def _add_token(connection: Connection[Any], user_id: UUID, session_id: UUID, refresh_hash: bytes, days: int) -> None:
    statement = """INSERT INTO session_tokens (user_id, session_id, refresh_hash, expires_at)
                   VALUES (%s, %s, %s, now() + make_interval(days => %s))"""
    connection.execute(statement, [user_id, session_id, refresh_hash, days])
