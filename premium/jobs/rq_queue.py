"""Carry jobs by RQ.

JSON at both ends (a pickle in Redis is code execution), the record's id as RQ job id.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Retry
from rq.exceptions import DuplicateJobError, NoSuchJobError
from rq.job import Job
from rq.registry import ScheduledJobRegistry, StartedJobRegistry
from rq.serializers import JSONSerializer

from premium.jobs.model import RETRY_SECONDS, JobKind, JobRecord
from premium.jobs.queue import QUEUES, QueueUnavailable

RESULT_SECONDS = 60
"""RQ's own memory of a success is for operators only; callers read the record."""

DEAD_LETTER_SECONDS = 30 * 24 * 3600
"""How long a job that failed for good waits for an operator; the record lives as long."""

OVERDUE_SECONDS = 120
"""A retry that nobody has enqueued by then is lost to the queue; the sweeper starts it anew."""


def retry(kind: JobKind[Any]) -> Retry | None:
    """Return the backoff of a kind.

    One interval for each repeat, the last one again where there are more.
    """
    repeats = kind.attempts - 1
    if repeats < 1:
        return None
    return Retry(max=repeats, interval=[RETRY_SECONDS[min(n, len(RETRY_SECONDS) - 1)] for n in range(repeats)])


def queue(name: str, connection: Redis) -> Queue:
    """Return an RQ queue as every process of the platform opens it."""
    return Queue(name, connection=connection, serializer=JSONSerializer)


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise QueueUnavailable("the job queue cannot be reached") from error


class RqJobQueue:
    """`JobQueue` over one Redis database (1 by contract)."""

    def __init__(self, connection: Redis) -> None:
        self._connection = connection

    def enqueue(self, kind: JobKind[Any], record: JobRecord) -> None:
        """Put a job on its queue, unless RQ knows its id.

        `unique` makes RQ refuse an id that it knows in any state: that job needs no second copy.
        """
        target = queue(kind.queue, self._connection)
        with _reachable():
            try:
                target.enqueue(
                    kind.function,
                    args=(str(record.id),),
                    job_id=str(record.id),
                    unique=True,
                    retry=retry(kind),
                    job_timeout=kind.timeout_seconds,
                    result_ttl=RESULT_SECONDS,
                    failure_ttl=DEAD_LETTER_SECONDS,
                    description=f"{kind.name} {record.id}",
                    meta={"request_id": record.request_id},
                )
            except DuplicateJobError:
                return
            self._connection.sadd(Queue.redis_queues_keys, target.key)

    def replace(self, kind: JobKind[Any], record: JobRecord) -> None:
        """Put a job on its queue again, instead of what RQ holds of it.

        A crash between the deletion and the new entry leaves a queued record, which the sweeper finds again.

        What RQ holds for started is queued beside itself, not deleted: a frozen worker's next heartbeat would take the
        new entry for the remains of the old one and delete it.
        """
        with _reachable(), suppress(NoSuchJobError):
            known = Job.fetch(str(record.id), connection=self._connection, serializer=JSONSerializer)
            if known.is_started:
                queue(kind.queue, self._connection).push_job_id(known.id)
                return
            known.delete()
        self.enqueue(kind, record)

    def waiting(self) -> frozenset[str]:
        """Return the ids of jobs that are queued or wait for a retry.

        A retry that is long overdue is not among them: no worker is there to bring it back.
        """
        overdue = int(datetime.now(UTC).timestamp()) - OVERDUE_SECONDS
        with _reachable(), self._connection.pipeline(transaction=False) as pipe:
            for name in QUEUES:
                pipe.lrange(queue(name, self._connection).key, 0, -1)
                pipe.zrangebyscore(ScheduledJobRegistry.key_template.format(name), overdue, "+inf")
            answers = pipe.execute()
        return frozenset(entry.decode() for answer in answers for entry in answer)

    def started(self) -> frozenset[str]:
        """Return the ids of jobs whose worker gives signs of life.

        Entries are `<job id>:<execution id>` with the end of the worker's heartbeat.
        """
        now = int(datetime.now(UTC).timestamp())
        with _reachable(), self._connection.pipeline(transaction=False) as pipe:
            for name in QUEUES:
                pipe.zrangebyscore(StartedJobRegistry.key_template.format(name), now, "+inf")
            answers = pipe.execute()
        return frozenset(entry.decode().split(":")[0] for answer in answers for entry in answer)
