"""The port to whatever carries jobs to workers; the record stays the truth, the queue may lose and may repeat."""

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
    """Carries a record's id to a worker of its kind's queue, at least once."""

    def enqueue(self, kind: JobKind[Any], record: JobRecord) -> None:
        """A record that is on its way already is not enqueued twice. Raises QueueUnavailable."""

    def replace(self, kind: JobKind[Any], record: JobRecord) -> None:
        """Enqueue anew, whatever the queue remembers of this record. Raises QueueUnavailable."""

    def waiting(self) -> frozenset[str]:
        """Ids of records that a worker will take without further help: queued, or waiting for a retry."""

    def started(self) -> frozenset[str]:
        """Ids of records that a living worker has taken, claimed or just about to be."""
