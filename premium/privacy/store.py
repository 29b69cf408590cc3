"""SQL of erasures and of what they take away.

The functions of the migration hold the worker to one user's rows, and to users whose erasure has begun.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID, uuid4

import psycopg
from psycopg import Connection
from psycopg.rows import DictRow, class_row

from premium.errors import Conflict
from premium.notifications.model import Notice, PostedNotice
from premium.notifications.service import notify
from premium.privacy.model import By, Erasure
from premium.storage.postgres import Database

_PATIENCE_MS = 60_000
_COLUMNS = """id, user_id, subject, requested_by, requested_at, due_at, cancelled_at, started_at, finished_at, email,
              counts"""
_ADD = f"""
    INSERT INTO erasures (id, user_id, subject, requested_by, due_at)
    VALUES (%(id)s, %(user)s, %(subject)s, %(by)s, %(due)s) RETURNING {_COLUMNS}
"""  # noqa: S608 - a constant of ours
_OPEN = f"SELECT {_COLUMNS} FROM erasures WHERE user_id = %s AND cancelled_at IS NULL AND finished_at IS NULL"  # noqa: S608 - a constant of ours
_CANCEL = f"""
    UPDATE erasures SET cancelled_at = now()
    WHERE user_id = %s AND cancelled_at IS NULL AND started_at IS NULL AND finished_at IS NULL RETURNING {_COLUMNS}
"""  # noqa: S608 - a constant of ours
_DUE = f"""
    SELECT {_COLUMNS} FROM erasures
    WHERE due_at <= %s AND cancelled_at IS NULL AND (finished_at IS NULL OR email IS NOT NULL)
    ORDER BY due_at LIMIT %s
"""  # noqa: S608 - a constant of ours
_COUNT = """
    UPDATE erasures SET counts = counts || jsonb_build_object(%(place)s::text,
        coalesce((counts ->> %(place)s)::bigint, 0) + %(more)s)
    WHERE id = %(id)s
"""
_FOUND = """
    UPDATE erasures SET counts = counts || jsonb_build_object(%(place)s::text,
        greatest(coalesce((counts ->> %(place)s)::bigint, 0), %(count)s::bigint))
    WHERE id = %(id)s
"""


def subject_hash(user_id: UUID) -> bytes:
    """Return what a receipt knows a user by."""
    return hashlib.sha256(str(user_id).encode()).digest()


class ErasureStore:
    """Requests of erasure: a user's own, or all by the worker's role."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, user_id: UUID) -> Erasure | None:
        """Return a user's request that is neither cancelled nor finished."""
        with self._database.as_user(user_id) as connection, _rows(connection) as rows:
            return rows.execute(_OPEN, [user_id]).fetchone()

    def ask(
        self, erasure_id: UUID, user_id: UUID, *, by: By, due_at: datetime, notice: Notice | None = None
    ) -> tuple[Erasure, list[PostedNotice]]:
        """Keep a request, and the notice of it; Conflict where one is open."""
        values = {"id": erasure_id, "user": user_id, "subject": subject_hash(user_id), "by": by, "due": due_at}
        try:
            with self._database.as_user(user_id) as connection, _rows(connection) as rows:
                (kept,) = rows.execute(_ADD, values).fetchall()
                told = notify(connection, [notice]) if notice else []
        except psycopg.errors.UniqueViolation:
            raise Conflict("The account is to be erased already") from None
        return kept, told

    def cancel(self, user_id: UUID) -> Erasure | None:
        """Take back a user's request; None where there is none, or it has begun."""
        with self._database.as_user(user_id) as connection, _rows(connection) as rows:
            return rows.execute(_CANCEL, [user_id]).fetchone()

    def get(self, erasure_id: UUID) -> Erasure | None:
        """Return a request, whosever it is."""
        statement = f"SELECT {_COLUMNS} FROM erasures WHERE id = %s"  # noqa: S608 - a constant of ours
        with self._database.transaction() as connection, _rows(connection) as rows:
            return rows.execute(statement, [erasure_id]).fetchone()

    def due(self, now: datetime, most: int) -> list[Erasure]:
        """Return what is to be done, or told, the longest due first."""
        with self._database.transaction() as connection, _rows(connection) as rows:
            return rows.execute(_DUE, [now, most]).fetchall()

    def begin(self, erasure_id: UUID) -> bool:
        """Begin what is due, which restricts the user; tell whether it is."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT begin_erasure(%s) AS begun", [erasure_id]).fetchone()
        return bool(row and row["begun"])

    def found(self, erasure_id: UUID, place: str, count: int) -> None:
        """Keep how much was found at a place; less than before changes nothing."""
        with self._database.transaction() as connection:
            connection.execute(_FOUND, {"id": erasure_id, "place": place, "count": count})

    def erase(self, erasure: Erasure, table: str, holder: str, most: int) -> int:
        """Take away up to `most` rows and count them in one step; return how many."""
        if erasure.user_id is None:
            raise ValueError("a finished erasure has no user")
        with self._database.as_user(erasure.user_id, statement_timeout_ms=_PATIENCE_MS) as connection:
            row = connection.execute("SELECT erase_rows(%s, %s, %s) AS gone", [table, holder, most]).fetchone()
            gone = int(row["gone"]) if row else 0
            connection.execute(_COUNT, {"id": erasure.id, "place": f"premium {table}", "more": gone})
        return gone

    def finish(self, erasure: Erasure, kept: Sequence[str]) -> str:
        """End the account's own row: `deleted`, or `anonymised` where kept rows hang on it."""
        if erasure.user_id is None:
            raise ValueError("a finished erasure has no user")
        with self._database.as_user(erasure.user_id) as connection:
            row = connection.execute("SELECT finish_erasure(%s, %s) AS became", [erasure.id, list(kept)]).fetchone()
        return str(row["became"]) if row else ""

    def told(self, erasure_id: UUID) -> None:
        """Forget where the end was told."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE erasures SET email = NULL WHERE id = %s", [erasure_id])

    def purge(self, before: datetime, most: int) -> int:
        """End what the law kept of users who were erased before; return how many."""
        with self._database.transaction(statement_timeout_ms=_PATIENCE_MS) as connection:
            row = connection.execute("SELECT purge_erased(%s, %s) AS gone", [before, most]).fetchone()
        return int(row["gone"]) if row else 0


class PersonalRows:
    """The rows of one user in any table of users, by the worker's role."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def snapshot(self, user_id: UUID) -> Iterator[Connection[DictRow]]:
        """Open a transaction that sees all tables as of one instant."""
        with self._database.as_user(user_id, statement_timeout_ms=_PATIENCE_MS) as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield connection

    def read(self, connection: Connection[DictRow], table: str, holder: str) -> Iterator[str]:
        """Yield the user's rows of a table as JSON, whose numbers are exact, without secrets."""
        with connection.cursor(name=f"personal_{uuid4().hex}") as rows:
            rows.itersize = 2_000
            for row in rows.execute("SELECT found::text AS row FROM personal_rows(%s, %s) AS found", [table, holder]):
                yield row["row"]

    def count(self, user_id: UUID, table: str, holder: str) -> int:
        """Count the user's rows of a table."""
        with self._database.as_user(user_id, statement_timeout_ms=_PATIENCE_MS) as connection:
            row = connection.execute("SELECT personal_count(%s, %s) AS rows", [table, holder]).fetchone()
        return int(row["rows"]) if row else 0


@contextmanager
def _rows(connection: Connection[DictRow]) -> Iterator[psycopg.Cursor[Erasure]]:
    with connection.cursor(row_factory=class_row(Erasure)) as cursor:
        yield cursor
