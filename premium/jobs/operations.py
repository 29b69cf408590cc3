"""Show operators the queues and their dead letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import chain
from uuid import UUID

from redis import Redis
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer

from premium.jobs.backlog import Backlog, Waiting, measure, parts_of
from premium.jobs.queue import QUEUES
from premium.jobs.rq_queue import queue


@dataclass(frozen=True, kw_only=True)
class QueueState(Backlog):
    """One queue, in jobs and workers."""

    failed: int
    """Dead letters."""


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """A job that failed for good, as RQ remembers it."""

    id: UUID
    queue: str
    kind: str
    failed_at: datetime | None
    reason: str
    """Last line of the traceback."""


def states(connection: Redis, kept: Mapping[str, Waiting] | None = None) -> tuple[QueueState, ...]:
    """Return the state of every queue.

    `kept` is what waits where it is counted elsewhere than in Redis.
    """
    measured = measure(connection, datetime.now(UTC), kept=kept)
    parts = parts_of(connection, (each.queue for each in measured))
    failed = {
        name: sum(int(connection.zcard(FailedJobRegistry.key_template.format(one))) for one in divided)
        for name, divided in parts.items()
    }
    return tuple(QueueState(**asdict(each), failed=failed[each.queue]) for each in measured)


def dead_letters(connection: Redis, names: tuple[str, ...] = QUEUES) -> tuple[DeadLetter, ...]:
    """Return the dead letters, the newest last.

    What RQ has forgotten is not listed.
    """
    found: list[DeadLetter] = []
    for name in chain.from_iterable(parts_of(connection, names).values()):
        registry = FailedJobRegistry(queue=queue(name, connection))
        jobs = Job.fetch_many(registry.get_job_ids(), connection=connection, serializer=JSONSerializer)
        found += [_dead_letter(name, job) for job in jobs if job is not None]
    return tuple(sorted(found, key=lambda letter: letter.failed_at or datetime.min.replace(tzinfo=UTC)))


def _dead_letter(name: str, job: Job) -> DeadLetter:
    last = job.latest_result()
    lines = ((last and last.exc_string) or "").strip().splitlines()
    return DeadLetter(
        id=UUID(job.id),
        queue=name,
        kind=(job.description or job.func_name or "").split(" ")[0],
        failed_at=None if last is None else last.created_at,
        reason=lines[-1] if lines else "",
    )
