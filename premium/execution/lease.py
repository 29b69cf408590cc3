"""Keep a running job ours by heartbeats from a thread."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

from premium.clock import Clock
from premium.jobs.model import LEASE, JobError, JobRecord
from premium.jobs.store import JobStore, LeaseLost
from premium.observability import logger


class JobLease:
    """The hold of one attempt on its job record.

    Every write of the attempt goes through it, one at a time.

    Used as a context: the heartbeat, three times a lease, runs inside. boto3's resources are not made for two threads,
    so a lock orders the heartbeat's writes and the job's own.
    """

    def __init__(self, store: JobStore, record: JobRecord, clock: Clock, *, lease: timedelta = LEASE) -> None:
        self._store = store
        self.record = record
        self._clock = clock
        self._pause = lease.total_seconds() / 3
        self._one_at_a_time = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="job-heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def progress(self, fraction: Decimal) -> None:
        """Write how far the attempt is.

        Raises LeaseLost, which ends a job that another worker has taken over.
        """
        with self._one_at_a_time:
            self._store.progress(self.record.id, self.record.attempt, fraction, self._clock.now())

    def finish(self, result: Mapping[str, Any]) -> JobRecord:
        """End the job as done. Raises LeaseLost."""
        with self._one_at_a_time:
            return self._store.finish(self.record.id, self.record.attempt, result, self._clock.now())

    def fail(self, error: JobError) -> JobRecord:
        """End the job as failed. Raises LeaseLost."""
        with self._one_at_a_time:
            return self._store.fail(self.record.id, self.record.attempt, error, self._clock.now())

    def requeue(self) -> None:
        """Queue the job again for its next attempt.

        The retry then need not wait for the lease to run out. Raises LeaseLost.
        """
        with self._one_at_a_time:
            self._store.requeue(self.record.id, self.record.attempt, self._clock.now())

    def _beat(self) -> None:
        while not self._over.wait(self._pause):
            try:
                with self._one_at_a_time:
                    self._store.heartbeat(self.record.id, self.record.attempt, self._clock.now())
            except LeaseLost:
                return
            except Exception:  # whatever failed: a heartbeat that stops trying would give the job away
                logger.exception("job heartbeat failed; trying again")
