"""SQL of the outbox: what follows from a change, written in its transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from premium.storage.plain import to_json
from premium.storage.postgres import Database


class Told(NamedTuple):
    """Something that the world is told once; its id is the message's."""

    id: UUID
    user_id: UUID
    kind: str
    data: Mapping[str, Any]
    created_at: datetime


def tell(
    connection: Connection[DictRow], user: UUID, kind: str, data: Mapping[str, Any], *, key: str | None = None
) -> bool:
    """Have something told once the transaction is committed; False where its key was told before."""
    values = {"user": user, "kind": kind, "data": to_json(data), "key": key}
    return connection.execute(_TELL, values).rowcount == 1


class Outbox:
    """What is to be told, by the worker's role."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tell_next(self, tell: Callable[[Connection[DictRow], Told], None]) -> bool:
        """Have the oldest of what waits told; False where nothing waits.

        It is marked in the same transaction. Two at once take different ones. What raises is told again, by whoever
        comes next.
        """
        with self._database.transaction() as connection:
            row = connection.execute(_NEXT).fetchone()
            if row is None:
                return False
            tell(connection, Told(**row))
            connection.execute(_SENT, [row["id"]])
        return True

    def remove_old(self, before: datetime) -> int:
        """Remove what was told before a moment; how many."""
        with self._database.transaction() as connection:
            return connection.execute("DELETE FROM outbox WHERE sent_at < %s", [before]).rowcount

    def waiting(self) -> int:
        """Count what nobody has told yet."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT count(*) AS n FROM outbox WHERE sent_at IS NULL").fetchone()
        return int(row["n"]) if row else 0


_TELL = """
INSERT INTO outbox (user_id, kind, data, key) VALUES (%(user)s, %(kind)s, %(data)s, %(key)s)
ON CONFLICT DO NOTHING
"""
_NEXT = """
SELECT id, user_id, kind, data, created_at FROM outbox WHERE sent_at IS NULL
ORDER BY place LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_SENT = "UPDATE outbox SET sent_at = now() WHERE id = %s"
