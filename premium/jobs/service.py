"""Start jobs, look at them, and find the lost ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from premium.clock import Clock
from premium.entitlements import Quota
from premium.errors import Conflict, NotFound
from premium.jobs.backlog import Waiting
from premium.jobs.identity import fingerprint, job_id
from premium.jobs.kinds import declared
from premium.jobs.model import LEASE, JobError, JobKind, JobPayload, JobRecord, JobStatus
from premium.jobs.queue import JobQueue, QueueUnavailable
from premium.jobs.store import JobStore
from premium.observability import logger

P = TypeVar("P", bound=JobPayload)

CANCELLED = JobError(code="CANCELLED", message="cancelled by an operator")

COUNTED = 5_000
"""Records of each status that a look at the backlog reads at most, the longest unchanged first."""

FAILED_WITHIN = timedelta(hours=24)
"""How long a failed job is a problem that operators are shown."""

QUEUED_FOR = timedelta(seconds=30)
"""A queued record younger than this may still be between its two writes: record first, then the queue."""


class JobService:
    """The use cases of jobs.

    `kinds` gives the kinds that the sweeper may enqueue again; the platform's by default.
    """

    def __init__(
        self,
        store: JobStore,
        queue: JobQueue,
        clock: Clock,
        *,
        lease: timedelta = LEASE,
        kinds: Callable[[], Mapping[str, JobKind[Any]]] = declared,
    ) -> None:
        self.store = store
        self.queue = queue
        self._clock = clock
        self._lease = lease
        self._kinds = kinds

    def start(
        self,
        kind: JobKind[P],
        payload: P,
        *,
        user_id: UUID,
        request_id: str,
        idempotency_key: str | None = None,
        quota: Quota | None = None,
    ) -> JobRecord:
        """Accept work: write the record first, then the queue.

        The same key gives the same job; Conflict for another payload, RateLimited over a day's `quota`.
        An unreachable queue is no error: the record is durable and the sweeper enqueues it.
        """
        now = self._clock.now()
        record = JobRecord(
            id=job_id(kind, user_id, idempotency_key),
            user_id=user_id,
            kind=kind.name,
            payload=payload.model_dump(mode="json"),
            fingerprint=fingerprint(kind, payload),
            request_id=request_id,
            created_at=now,
            updated_at=now,
        )
        record = self.store.create_within(record, quota) if quota else self.store.create(record)
        if record.fingerprint != fingerprint(kind, payload):
            raise Conflict("this idempotency key was used with another request")
        if record.status is JobStatus.QUEUED:
            self._enqueue(kind, record)
        return record

    def used_today(self, user_id: UUID, quota: str) -> int:
        """Return how many of a day's quota a user has used, in UTC."""
        return self.store.used(user_id, quota, self._clock.now())

    def get(self, user_id: UUID, job_id: UUID) -> JobRecord:
        """Return a user's job; NotFound for an unknown and another's alike."""
        record = self.store.get(job_id)
        if record.user_id != user_id:
            raise NotFound(f"there is no job {job_id}")
        return record

    def sweep(self, now: datetime) -> int:
        """Enqueue lost jobs again; return how many.

        Lost are jobs that were accepted and are on no queue, and those that a dead worker left running.
        """
        waiting = self.queue.waiting()
        on_their_way = waiting | self.queue.started()
        lost = [r for r in self.store.stale(JobStatus.QUEUED, now - QUEUED_FOR) if str(r.id) not in on_their_way]
        abandoned = [r for r in self.store.stale(JobStatus.RUNNING, now - self._lease) if str(r.id) not in waiting]
        return sum(self._replace(record) for record in (*lost, *abandoned))

    def waiting(self, queues: Iterable[str], *, most: int = COUNTED) -> dict[str, Waiting]:
        """Return what the records say of these queues: accepted, and not ended."""
        records: dict[str, dict[JobStatus, list[JobRecord]]] = {name: defaultdict(list) for name in queues}
        ahead, kinds, read = self._clock.now() + timedelta(days=1), self._kinds(), Counter[JobStatus]()
        for status in (JobStatus.QUEUED, JobStatus.RUNNING):
            for record in self.store.stale(status, ahead, limit=most):
                read[status] += 1
                if (kind := kinds.get(record.kind)) is not None and kind.queue in records:
                    records[kind.queue][status].append(record)
        is_partial = max(read.values(), default=0) >= most
        return {name: _waiting(found, is_partial=is_partial) for name, found in records.items()}

    def requeue(self, job_id: UUID) -> JobRecord | None:
        """Give a failed job all its attempts again; None when it has not failed.

        An operator's second chance: record first, then the queue.
        """
        record = self.store.reopen(job_id, self._clock.now())
        if record is not None:
            self._replace(record)
        return record

    def failed(self) -> list[JobRecord]:
        """Return the jobs that failed by our fault within `FAILED_WITHIN`, the newest first."""
        records = self.store.ended(JobStatus.FAILED, self._clock.now() - FAILED_WITHIN)
        return [record for record in records if record.fault_is_ours]

    def acknowledge(self, job_id: UUID) -> JobRecord | None:
        """Take a failed job off the problems; None when it has not failed.

        It stays a dead letter, and can be requeued.
        """
        return self.store.acknowledge(job_id, self._clock.now())

    def cancel(self, job_id: UUID) -> JobRecord | None:
        """End a job that no worker has taken; None when it runs or has ended.

        RQ's copy stays where it is: the worker that takes it finds that the record has ended.
        """
        self.store.get(job_id)
        return self.store.cancel(job_id, CANCELLED, self._clock.now())

    def _enqueue(self, kind: JobKind[Any], record: JobRecord) -> None:
        try:
            self.queue.enqueue(kind, record)
        except QueueUnavailable:
            logger.warning("job recorded but not enqueued; the sweeper will", job_id=str(record.id), kind=kind.name)

    def _replace(self, record: JobRecord) -> bool:
        kind = self._kinds().get(record.kind)
        if kind is None:
            logger.error("no kind of this name in this release", job_id=str(record.id), kind=record.kind)
            return False
        self.queue.replace(kind, record)
        logger.info("job enqueued again", job_id=str(record.id), kind=record.kind, status=record.status.value)
        return True


def _waiting(found: Mapping[JobStatus, list[JobRecord]], *, is_partial: bool) -> Waiting:
    queued, running = found.get(JobStatus.QUEUED, []), found.get(JobStatus.RUNNING, [])
    oldest = min((record.created_at for record in (*queued, *running)), default=None)
    return Waiting(queued=len(queued), started=len(running), oldest=oldest, is_partial=is_partial)
