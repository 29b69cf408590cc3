"""Batches that could not be matched, for operators: look, and have them matched again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row
from redis import Redis
from redis.exceptions import RedisError
from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.registry import FailedJobRegistry

from premium.alerts.sharding import queue_of
from premium.jobs.rq_queue import queue
from premium.observability import logger
from premium.storage.postgres import Database

_FAILED = "SELECT id, shard, failed_at, error FROM alert_batches WHERE failed_at IS NOT NULL ORDER BY failed_at, id"
_AGAIN = """
UPDATE alert_batches SET failed_at = NULL WHERE id = ANY (%s) AND failed_at IS NOT NULL AND matched_at IS NULL
RETURNING id, shard
"""


@dataclass(frozen=True, kw_only=True)
class FailedBatch:
    """Its events stay in its row for 30 days."""

    id: UUID
    shard: int
    failed_at: datetime
    error: str


def failed(database: Database) -> list[FailedBatch]:
    """The newest last."""
    with database.transaction() as connection, connection.cursor(row_factory=class_row(FailedBatch)) as cursor:
        return cursor.execute(_FAILED).fetchall()


def requeue(database: Database, redis: Redis, batches: Sequence[UUID]) -> list[UUID]:
    """Those that wait again; without Redis the matcher finds them two seconds later."""
    with database.transaction() as connection:
        rows = connection.execute(_AGAIN, (list(batches),)).fetchall()
    for row in rows:
        _announce(redis, row["shard"], row["id"])
    return [row["id"] for row in rows]


def _announce(redis: Redis, shard: int, batch: UUID) -> None:
    try:
        FailedJobRegistry(queue=queue(queue_of(shard), redis)).requeue(str(batch))
    except (NoSuchJobError, InvalidJobOperation, RedisError) as error:
        logger.warning("a batch waits to be found", batch=str(batch), error=type(error).__name__)
