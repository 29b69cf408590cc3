"""The port to whatever carries jobs to workers.

The record stays the truth: the queue may lose and may repeat.
"""

from __future__ import annotations

from typing import Any, Protocol

from premium.errors import UpstreamUnavailable
from premium.jobs.model import JobKind, JobRecord
from premium.manifest import queues

QUEUES = tuple(queue.name for queue in queues())
"""By latency class, the most urgent first."""


class QueueUnavailable(UpstreamUnavailable):
    """The queue cannot be reached; the record is safe and the sweeper will enqueue it."""


class JobQueue(Protocol):
    """Carry the ids of records to the workers of their queues, at least once."""

    def enqueue(self, kind: JobKind[Any], record: JobRecord) -> None:
        """Enqueue a record, unless it is on its way. Raises QueueUnavailable."""

    def replace(self, kind: JobKind[Any], record: JobRecord) -> None:
        """Enqueue a record whatever the queue remembers of it. Raises QueueUnavailable."""

    def waiting(self) -> frozenset[str]:
        """Return the ids of records that a worker will take by itself.

        Queued, or waiting for a retry.
        """

    def started(self) -> frozenset[str]:
        """Return the ids of records that a living worker has taken."""
