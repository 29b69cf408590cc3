"""Brings jobs whose backoff is over back to their queues.

RQ's scheduler is a process beside each worker, elected by a lock that outlives a `kill -9` by a minute and is looked at
every two: a retry of one second could take three minutes. Here each fleet's supervisor does the same work each second
with RQ's own registry, one at a time by a lock of seconds. What two of them enqueue runs once: the record decides.
"""

from __future__ import annotations

from contextlib import suppress

from redis import Redis
from redis.exceptions import LockError
from rq.job import Job
from rq.registry import ScheduledJobRegistry
from rq.serializers import JSONSerializer

from premium.jobs.rq_queue import queue

_LOCK_SECONDS = 5


class DueRetries:
    """`enqueue()` is called about once a second; without Redis it raises redis-py's errors."""

    def __init__(self, queues: tuple[str, ...], connection: Redis) -> None:
        self._queues = queues
        self._connection = connection
        self._name = f"premium:retries-due:{','.join(queues)}"

    def enqueue(self) -> None:
        lock = self._connection.lock(self._name, timeout=_LOCK_SECONDS, blocking=False)
        if not lock.acquire():
            return
        try:
            for name in self._queues:
                self._enqueue(name)
        finally:
            with suppress(LockError):  # slower than the lock lives: another fleet has it by now
                lock.release()

    def _enqueue(self, name: str) -> None:
        """First back on the queue, then out of the registry: a crash between the two repeats, and loses nothing."""
        registry = ScheduledJobRegistry(name, connection=self._connection, serializer=JSONSerializer)
        due = registry.get_jobs_to_schedule()
        for job in Job.fetch_many(due, connection=self._connection, serializer=JSONSerializer):
            if job is not None:
                queue(name, self._connection).enqueue_job(job)
        for job_id in due:
            registry.remove(job_id)
