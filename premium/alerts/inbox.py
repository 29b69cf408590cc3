"""A shard's RQ queue as its one consumer reads it: look, work, then take away.

Nothing leaves the queue before its batch is committed, so that a consumer that dies, or has lost its shard, takes
nothing along; the next one finds the same jobs in the same order.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import cast
from uuid import UUID

from redis import Redis
from redis.exceptions import RedisError
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer

from premium.alerts.sharding import queue_of
from premium.jobs.rq_queue import DEAD_LETTER_SECONDS, queue
from premium.observability import logger


class Inbox:
    """Batches by their ids; while Redis is away it is empty, and what was taken is seen again."""

    def __init__(self, redis: Redis, shard: int) -> None:
        self._redis = redis
        self._queue = queue(queue_of(shard), redis)

    def look(self, most: int, wait_seconds: float) -> list[UUID]:
        """The first batches of the queue, after at most this long while it is empty."""
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
        """They are matched."""
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

    def bury(self, batch: UUID, reason: str) -> None:
        """Into RQ's registry of failed jobs, where operators look."""
        try:
            with suppress(NoSuchJobError):  # its row says what became of it
                job = Job.fetch(str(batch), connection=self._redis, serializer=JSONSerializer)
                FailedJobRegistry(queue=self._queue).add(job, ttl=DEAD_LETTER_SECONDS, exc_string=reason)
            self._redis.lrem(self._queue.key, 1, str(batch))
        except RedisError as error:
            logger.warning("a failed batch is not listed", batch=str(batch), error=type(error).__name__)
