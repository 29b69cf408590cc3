"""SQL of counts that left Redis and are not in their table yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from premium.storage.postgres import Database

_FOLDED_TOGETHER = 500
_REMEMBERED = timedelta(days=2)
"""For a batch that Redis still shows though it was kept: far longer than anybody is between the two."""


class Look(NamedTuple):
    """When everything that Redis had counted was last kept."""

    epoch: str
    looked_at: datetime
    missed_at: datetime | None
    """When Redis first did not answer since."""


class JournalStore:
    """Batches of counters, each kept once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, batches: Mapping[str, Mapping[str, int]], epoch: str, at: datetime) -> Look | None:
        """Keep batches that are not kept yet, and return the look before this one.

        All or nothing. `at`: before it everything was taken out of Redis.
        """
        with self._database.transaction() as connection:
            for batch, counts in batches.items():
                connection.execute(_KEEP, {"batch": batch, "counts": Jsonb(dict(counts)), "at": at})
            before = connection.execute("SELECT epoch, looked_at, missed_at FROM usage_looks FOR UPDATE").fetchone()
            connection.execute(_LOOK, {"epoch": epoch, "at": at})
        return Look(**before) if before else None

    def missed(self, at: datetime) -> None:
        """Write down that Redis does not answer; the first time since a look counts."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE usage_looks SET missed_at = %s WHERE missed_at IS NULL", [at])

    def claim(self) -> tuple[UUID, Counter[str]] | None:
        """Return counts to be written to their table, and their name.

        None where there are none. Those that were claimed before and are not done come again under the same name, and
        are the same.
        """
        with self._database.transaction() as connection:
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('usage_journal', 0))")
            fold = _begun(connection) or _new(connection)
            if fold is None:
                return None
            rows = connection.execute(_CLAIMED, [fold])
            total = Counter[str]()
            for row in rows:
                total.update(row["counts"])
        return fold, total

    def done(self, fold: UUID) -> None:
        """Say that counts are in their table: nothing of them stays but their batches' names."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE usage_journal SET counts = NULL WHERE fold = %s", [fold])

    def remove_old(self, now: datetime) -> int:
        """Remove names that nobody can bring again; how many."""
        with self._database.transaction() as connection:
            statement = "DELETE FROM usage_journal WHERE counts IS NULL AND kept_at < %s"
            return connection.execute(statement, [now - _REMEMBERED]).rowcount


def _begun(connection: Connection[DictRow]) -> UUID | None:
    statement = "SELECT fold FROM usage_journal WHERE fold IS NOT NULL AND counts IS NOT NULL ORDER BY kept_at LIMIT 1"
    row = connection.execute(statement).fetchone()
    return row["fold"] if row else None


def _new(connection: Connection[DictRow]) -> UUID | None:
    fold = uuid4()
    made = connection.execute(_CLAIM, {"fold": fold, "most": _FOLDED_TOGETHER}).rowcount
    return fold if made else None


_KEEP = """
INSERT INTO usage_journal (batch, counts, kept_at) VALUES (%(batch)s, %(counts)s, %(at)s) ON CONFLICT (batch) DO NOTHING
"""
_LOOK = """
INSERT INTO usage_looks (epoch, looked_at) VALUES (%(epoch)s, %(at)s)
ON CONFLICT (place) DO UPDATE SET epoch = excluded.epoch, looked_at = excluded.looked_at, missed_at = NULL
"""
_CLAIMED = "SELECT counts FROM usage_journal WHERE fold = %s AND counts IS NOT NULL ORDER BY kept_at, id"
_CLAIM = """
UPDATE usage_journal SET fold = %(fold)s WHERE id IN (
    SELECT id FROM usage_journal WHERE fold IS NULL AND counts IS NOT NULL ORDER BY kept_at, id LIMIT %(most)s
)
"""
