"""SQL of the notes service."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow, class_row

from premium.errors import NotFound
from premium.notes.model import Note
from premium.storage.postgres import Database


class NoteStore:
    """Notes of users; each method but `remove_before` sees the rows of one user alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, user_id: UUID, text: str) -> Note:
        """Add a note and return it."""
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(Note)) as rows:
            made = rows.execute(_ADD, {"user": user_id, "text": text}).fetchone()
        assert made is not None  # noqa: S101 - an insert that returns
        return made

    def get(self, user_id: UUID, note_id: UUID) -> Note:
        """Return a note; NotFound for an unknown one and for another user's alike."""
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(Note)) as rows:
            found = rows.execute(_BY_ID, {"user": user_id, "id": note_id}).fetchone()
        if found is None:
            raise NotFound(f"there is no note {note_id}")
        return found

    def page(self, user_id: UUID, limit: int, after: tuple[datetime, UUID] | None) -> list[Note]:
        """Return up to `limit` notes, newest first, after the position."""
        at, note_id = after or (None, None)
        values = {"user": user_id, "at": at, "id": note_id, "limit": limit}
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(Note)) as rows:
            return rows.execute(_PAGE, values).fetchall()

    def count(self, connection: Connection[DictRow], user_id: UUID) -> int:
        """Count a user's notes in the caller's transaction."""
        row = connection.execute(_COUNT, {"user": user_id}).fetchone()
        return int(row["rows"]) if row else 0

    def remove_before(self, moment: datetime) -> int:
        """Remove everybody's older notes, by the worker role; return how many."""
        with self._database.transaction() as connection:
            return connection.execute("DELETE FROM notes WHERE created_at < %s", (moment,)).rowcount


_ADD = "INSERT INTO notes (user_id, text) VALUES (%(user)s, %(text)s) RETURNING id, text, created_at"
_COUNT = "SELECT count(*) AS rows FROM notes WHERE user_id = %(user)s"
_BY_ID = "SELECT id, text, created_at FROM notes WHERE user_id = %(user)s AND id = %(id)s"
_PAGE = """
SELECT id, text, created_at FROM notes
WHERE user_id = %(user)s
  AND (%(at)s::timestamptz IS NULL OR (created_at, id) < (%(at)s::timestamptz, %(id)s::uuid))
ORDER BY created_at DESC, id DESC
LIMIT %(limit)s
"""
