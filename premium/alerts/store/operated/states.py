"""The SQL of what operators see of batches, shards and chains."""

from __future__ import annotations

from datetime import datetime

from psycopg.rows import DictRow, class_row
from pydantic import BaseModel, ConfigDict

from premium.storage.postgres import Database


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True)


class BatchCount(_Row):
    """The batches of one shard: waiting, failed, and how many were matched in a minute."""

    shard: int
    waiting: int
    oldest: datetime | None
    failed: int
    oldest_failed: datetime | None
    matched: int


class ShardOwner(_Row):
    """Who serves a shard; `is_lapsed` where its owner gives no sign."""

    shard: int
    owner: str | None
    is_deputy: bool
    is_lapsed: bool
    expires_at: datetime | None


class Reader(_Row):
    """Who reads a chain, and what it waits for."""

    chain: str
    owner: str | None
    is_lapsed: bool
    note: str | None
    read_at: datetime | None
    """When its newest block was read."""


class PipelineStates:
    """What the tables say of the pipeline, by the worker role."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self) -> DictRow:
        """Return `count` and `oldest` of the batches that wait for any matcher."""
        with self._database.transaction() as connection:
            return connection.execute(_WAITING).fetchone() or {"count": 0, "oldest": None}

    def batches(self) -> list[BatchCount]:
        """Return the numbers of batches by shard."""
        with self._database.transaction() as connection, connection.cursor(row_factory=class_row(BatchCount)) as rows:
            return rows.execute(_BATCHES).fetchall()

    def owners(self, shards: int) -> list[ShardOwner]:
        """Return who serves each of so many shards."""
        with self._database.transaction() as connection, connection.cursor(row_factory=class_row(ShardOwner)) as rows:
            return rows.execute(_OWNERS, (shards,)).fetchall()

    def readers(self, silent: float) -> list[Reader]:
        """Return who reads each chain; lapsed after so many silent seconds."""
        with self._database.transaction() as connection, connection.cursor(row_factory=class_row(Reader)) as rows:
            return rows.execute(_READERS, (silent,)).fetchall()


_WAITING = """
SELECT count(*) AS count, min(created_at) AS oldest FROM alert_batches WHERE matched_at IS NULL AND failed_at IS NULL
"""
_BATCHES = """
WITH waiting AS (
    SELECT shard, count(*) AS waiting, min(created_at) AS oldest FROM alert_batches
    WHERE matched_at IS NULL AND failed_at IS NULL GROUP BY shard
), failed AS (
    SELECT shard, count(*) AS failed, min(failed_at) AS oldest_failed FROM alert_batches
    WHERE failed_at IS NOT NULL AND matched_at IS NULL AND dropped_at IS NULL GROUP BY shard
), matched AS (
    SELECT shard, count(*) AS matched FROM alert_batches
    WHERE matched_at > now() - interval '1 minute' GROUP BY shard
)
SELECT shard, coalesce(waiting, 0) AS waiting, oldest, coalesce(failed, 0) AS failed, oldest_failed,
       coalesce(matched, 0) AS matched
FROM waiting FULL JOIN failed USING (shard) FULL JOIN matched USING (shard) ORDER BY shard
"""
_OWNERS = """
SELECT wanted.shard, s.owner, coalesce(s.is_deputy, false) AS is_deputy,
       coalesce(s.expires_at < clock_timestamp(), true) AS is_lapsed,
       CASE WHEN isfinite(s.expires_at) THEN s.expires_at END AS expires_at
FROM generate_series(0, %s - 1) AS wanted (shard) LEFT JOIN alert_shards s USING (shard) ORDER BY wanted.shard
"""
_READERS = """
SELECT r.chain, r.owner, r.expires_at < clock_timestamp() - make_interval(secs => %s) AS is_lapsed, r.note,
       (SELECT max(created_at) FROM chain_blocks b WHERE b.chain = r.chain) AS read_at
FROM chain_readers r ORDER BY r.chain
"""
