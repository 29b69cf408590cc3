"""The SQL of batches: events on their way to the matcher of their shard."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import DictRow, class_row

from premium.alerts.language.values import Event
from premium.alerts.model import BatchRow, FailedBatch, NewBatch
from premium.storage.plain import to_json
from premium.storage.postgres import Database

REPLAYED = timedelta(minutes=15)
"""The age up to which matched batches are read after a restart.

It is longer than an event may be late and its batch be queued.
"""
_LOAD_TIMEOUT_MS = 600_000

Rows = Connection[DictRow]


class BatchStore:
    """Batches of all shards: accepted from sources, and looked after by operators."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, batches: Sequence[NewBatch]) -> None:
        """Keep batches in one transaction; one that is there already stays as it is."""
        if batches:
            with self._database.transaction() as connection:
                for batch in batches:
                    add_batch(connection, batch)

    def failed(self) -> list[FailedBatch]:
        """Return the batches that could not be matched, the newest last."""
        with self._database.transaction() as connection, connection.cursor(row_factory=class_row(FailedBatch)) as rows:
            return rows.execute(_FAILED).fetchall()

    def requeue(self, batches: Sequence[UUID]) -> list[tuple[UUID, int]]:
        """Let failed batches be matched again; return the id and shard of those that are."""
        with self._database.transaction() as connection:
            rows = connection.execute(_REQUEUE, (list(batches),)).fetchall()
        return [(row["id"], row["shard"]) for row in rows]

    def dropped(self) -> list[FailedBatch]:
        """Return the batches that operators dropped, the newest last."""
        with self._database.transaction() as connection, connection.cursor(row_factory=class_row(FailedBatch)) as rows:
            return rows.execute(_DROPPED).fetchall()

    def events(self, batch: UUID) -> list[Event] | None:
        """Return the events of an unmatched batch; None where there is none."""
        with self._database.transaction() as connection:
            row = connection.execute(_UNMATCHED, (batch,)).fetchone()
        return None if row is None else list(json.loads(row["events"], parse_float=Decimal))

    def divide(self, batch: UUID, parts_of: Callable[[list[Event]], Sequence[Sequence[Event]]]) -> list[NewBatch]:
        """Put batches of its parts in the place of an unmatched one.

        None are made where it is matched or not there.

        Parts that are no division of its events are refused with Unsplittable.
        """
        with self._database.transaction() as connection:
            row = connection.execute(f"{_UNMATCHED} FOR UPDATE", (batch,)).fetchone()
            if row is None:
                return []
            events = list(json.loads(row["events"], parse_float=Decimal))
            parts = [part for part in parts_of(events) if part]
            if len(parts) < 2 or sum(map(len, parts)) != len(events):
                raise Unsplittable(f"{len(events)} events")
            connection.execute(_EMPTIED, (batch,))
            made = [NewBatch(uuid4(), row["shard"], len(part), to_json(list(part))) for part in parts]
            for one in made:
                add_batch(connection, one)
        return made

    def drop(self, batches: Sequence[UUID]) -> list[tuple[UUID, int]]:
        """Have unmatched batches never matched, unless they are requeued.

        Return the id and shard of those.
        """
        with self._database.transaction() as connection:
            rows = connection.execute(_DROP, (list(batches),)).fetchall()
        return [(row["id"], row["shard"]) for row in rows]


class Unsplittable(Exception):
    """A batch of one event, or of none."""


class ShardBatches:
    """The batches of one shard, for its matcher."""

    def __init__(self, database: Database, shard: int, shards: int) -> None:
        self._database = database
        self._names = {"shard": shard, "shards": shards}

    def overlooked(self, seconds: float, most: int) -> list[UUID]:
        """Return batches that have waited this long: Redis may have lost their jobs.

        The first shard's matcher also finds those of shards that exist no longer.
        """
        with self._database.transaction() as connection:
            rows = connection.execute(_WAITING, self._names | {"seconds": seconds, "most": most}).fetchall()
        return [row["id"] for row in rows]

    def prune(self) -> None:
        """Remove batches that nobody reads again."""
        with self._database.transaction() as connection:
            connection.execute("SELECT prune_alert_batches()")

    def take(self, connection: Rows, batches: Sequence[UUID]) -> list[BatchRow]:
        """Mark unmatched batches as matched by this transaction and return them, the oldest first."""
        rows = connection.execute(_TAKE, self._names | {"batches": list(batches)}).fetchall()
        rows.sort(key=itemgetter("created_at", "id"))
        return [BatchRow(row["id"], row["shard"], row["matched_at"], row["events"]) for row in rows]

    def keep_only(self, connection: Rows, batch: UUID, events: Sequence[Event]) -> None:
        """Reduce a batch to its new events, for those who replay it."""
        connection.execute("UPDATE alert_batches SET events = %s WHERE id = %s", (to_json(list(events)), batch))

    def fail(self, connection: Rows, batch: UUID, reason: str) -> None:
        """Match a batch no more until an operator requeues it."""
        connection.execute(
            "UPDATE alert_batches SET failed_at = now(), error = %s WHERE id = %s AND matched_at IS NULL",
            (reason[:500], batch),
        )

    def split(self, connection: Rows, batch: UUID) -> list[UUID]:
        """Put two batches of half its events in the place of one, and return them.

        So that an event with which its batch cannot be matched is found, and fails alone. Unsplittable: it is alone.
        """
        taken = self.take(connection, [batch])
        events = [event for row in taken for event in json.loads(row.events, parse_float=Decimal)]
        if len(events) < 2:
            raise Unsplittable
        self.keep_only(connection, batch, [])
        middle = len(events) // 2
        halves = [NewBatch(uuid4(), taken[0].shard, len(part), to_json(part))
                  for part in (events[:middle], events[middle:])]  # fmt: skip
        for half in halves:
            add_batch(connection, half)
        return [half.id for half in halves]

    def matched(self, after: datetime | None) -> Iterator[tuple[datetime, list[str]]]:
        """Yield the events of batches that were matched together, in that order.

        After None: those of the last minutes.
        """
        with (
            self._database.transaction(statement_timeout_ms=_LOAD_TIMEOUT_MS) as connection,
            connection.cursor(name="matched") as cursor,
        ):
            cursor.itersize = 200
            cursor.execute(_MATCHED, self._names | {"after": after, "past": REPLAYED})
            for moment, rows in groupby(cursor, key=itemgetter("matched_at")):
                yield moment, [row["events"] for row in rows]


def add_batch(connection: Rows, batch: NewBatch) -> None:
    """Insert a batch, unless it is there."""
    connection.execute(_ADD, (batch.id, batch.shard, batch.events))


_ADD = "INSERT INTO alert_batches (id, shard, events) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
_FAILED = """
SELECT id, shard, failed_at, coalesce(error, '') AS error FROM alert_batches
WHERE failed_at IS NOT NULL AND matched_at IS NULL AND dropped_at IS NULL ORDER BY failed_at, id
"""
_DROPPED = """
SELECT id, shard, dropped_at AS failed_at, coalesce(error, '') AS error FROM alert_batches
WHERE dropped_at IS NOT NULL AND matched_at IS NULL ORDER BY dropped_at, id
"""
_UNMATCHED = "SELECT shard, events FROM alert_batches WHERE id = %s AND matched_at IS NULL"
_EMPTIED = "UPDATE alert_batches SET matched_at = statement_timestamp(), failed_at = NULL, events = '[]' WHERE id = %s"
_DROP = """
UPDATE alert_batches SET dropped_at = now(), failed_at = coalesce(failed_at, now())
WHERE id = ANY (%s) AND matched_at IS NULL AND dropped_at IS NULL RETURNING id, shard
"""
_REQUEUE = """
UPDATE alert_batches SET failed_at = NULL, dropped_at = NULL
WHERE id = ANY (%s) AND failed_at IS NOT NULL AND matched_at IS NULL
RETURNING id, shard
"""
_SHARD = "(shard = %(shard)s OR (%(shard)s = 0 AND shard >= %(shards)s))"
_WAITING = f"""
SELECT id FROM alert_batches
WHERE {_SHARD} AND matched_at IS NULL AND failed_at IS NULL
  AND created_at < now() - make_interval(secs => %(seconds)s)
ORDER BY created_at LIMIT %(most)s
"""  # noqa: S608 - constants
# One moment for all: it tells which batches were matched together, whose order is then that of their making.
_TAKE = f"""
UPDATE alert_batches SET matched_at = statement_timestamp(), failed_at = NULL, error = NULL
WHERE id = ANY (%(batches)s) AND {_SHARD} AND matched_at IS NULL AND dropped_at IS NULL
RETURNING id, shard, created_at, matched_at, events
"""  # noqa: S608 - constants
_MATCHED = """
SELECT matched_at, events FROM alert_batches
WHERE shard = %(shard)s AND matched_at > coalesce(%(after)s::timestamptz, now() - %(past)s::interval)
ORDER BY matched_at, created_at, id
"""
