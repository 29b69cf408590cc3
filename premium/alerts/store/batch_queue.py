"""The RQ queue of a shard, by which its matcher hears of batches.

Nothing leaves the queue before its batch is committed, so that a matcher that dies, or has lost its shard, takes
nothing along; the next one finds the same jobs in the same order. What Redis loses is found in the batches' table.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import cast
from uuid import UUID

from redis import Redis
from redis.exceptions import RedisError
from rq.exceptions import DuplicateJobError, InvalidJobOperation, NoSuchJobError
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer

from premium.alerts.jobs import MATCH
from premium.alerts.model import NewBatch
from premium.alerts.shards.placement import queue_of
from premium.jobs.rq_queue import DEAD_LETTER_SECONDS, RESULT_SECONDS, queue
from premium.observability import logger

_TIMEOUT_SECONDS = 60


class BatchQueue:
    """One shard's queue of batch ids; while Redis is away it seems empty."""

    def __init__(self, redis: Redis, shard: int) -> None:
        self._redis = redis
        self._queue = queue(queue_of(shard), redis)

    def announce(self, batch: NewBatch) -> None:
        """Enqueue the job of a batch that was kept, unless it is there."""
        self._enqueue(batch.id, f"{batch.size} chain events")

    def peek(self, most: int, wait_seconds: float) -> list[UUID]:
        """Return the first batches of the queue.

        It waits at most this long while the queue is empty.
        """
        try:
            # From the queue's head to its head: moves nothing, and waits for a job to come.
            key, wait = self._queue.key, cast("int", wait_seconds)  # Redis takes fractions of a second
            if self._redis.blmove(key, key, wait, "LEFT", "LEFT") is None:
                return []
            entries = cast("list[bytes]", self._redis.lrange(key, 0, most - 1))
            return [UUID(entry.decode()) for entry in entries]
        except RedisError as error:
            logger.warning("the matcher works without its queue", error=type(error).__name__)
            time.sleep(wait_seconds)
            return []

    def remove(self, batches: Sequence[UUID]) -> None:
        """Remove the jobs of matched batches."""
        if not batches:
            return
        try:
            with self._redis.pipeline(transaction=True) as pipe:
                for batch in batches:
                    pipe.lrem(self._queue.key, 1, str(batch))
                    pipe.delete(Job.key_for(str(batch)))
                pipe.execute()
        except RedisError as error:
            logger.warning("matched batches stay in the queue for now", error=type(error).__name__)

    def fail(self, batch: UUID, reason: str) -> None:
        """Move the job of a failed batch to RQ's registry of failed jobs."""
        try:
            with suppress(NoSuchJobError):  # its row says what became of it
                job = Job.fetch(str(batch), connection=self._redis, serializer=JSONSerializer)
                FailedJobRegistry(queue=self._queue).add(job, ttl=DEAD_LETTER_SECONDS, exc_string=reason)
            self._redis.lrem(self._queue.key, 1, str(batch))
        except RedisError as error:
            logger.warning("a failed batch is not listed", batch=str(batch), error=type(error).__name__)

    def forget(self, batch: UUID) -> None:
        """Remove the job of a batch that an operator took away, failed or waiting."""
        self.remove([batch])
        try:
            self._redis.zrem(FailedJobRegistry(queue=self._queue).key, str(batch))
        except RedisError as error:
            logger.warning("a batch stays listed as failed", batch=str(batch), error=type(error).__name__)

    def requeue(self, batch: UUID) -> None:
        """Enqueue the job of a failed batch again, or a new one."""
        try:
            FailedJobRegistry(queue=self._queue).requeue(str(batch))
        except (NoSuchJobError, InvalidJobOperation):
            self._enqueue(batch, "requeued")
        except RedisError as error:
            logger.warning("a batch waits to be found", batch=str(batch), error=type(error).__name__)

    def _enqueue(self, batch: UUID, description: str) -> None:
        """Without Redis the matcher finds the batch seconds later."""
        try:
            self._queue.enqueue(
                MATCH,
                args=(str(batch),),
                job_id=str(batch),
                unique=True,
                job_timeout=_TIMEOUT_SECONDS,
                result_ttl=RESULT_SECONDS,
                failure_ttl=DEAD_LETTER_SECONDS,
                description=description,
            )
        except DuplicateJobError:
            return
        except RedisError as error:
            logger.warning("a batch waits to be found", batch=str(batch), error=type(error).__name__)
