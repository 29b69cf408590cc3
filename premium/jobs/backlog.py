"""Measure how far the workers are behind.

(queued + started) / max(running workers, 1) for each queue; the fleet is scaled on it. What waits is counted where it
is kept (records of jobs, rows of residents), because the queue in Redis may have lost it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from redis import Redis
from rq import Queue, Worker
from rq.registry import ScheduledJobRegistry, StartedJobRegistry

from premium.jobs.presence import Resident, residents
from premium.jobs.queue import QUEUES
from premium.jobs.rq_queue import queue

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricDatumTypeDef

NAMESPACE = "Premium"
METRIC = "Backlog"


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Work of one queue that is kept and not done."""

    queued: int
    """Due by now."""
    started: int = 0
    oldest: datetime | None = None
    """When the oldest was accepted; None where nothing waits."""
    is_partial: bool = False
    """More was kept than is counted at once."""


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """The backlog of one queue at one moment, in jobs and workers."""

    queue: str
    queued: int
    retrying: int
    """Queued for a little later: without a worker nobody would ever bring them back, so they count."""
    started: int
    workers: int

    @property
    def unfinished(self) -> int:
        """Return the jobs that have not ended."""
        return self.queued + self.retrying + self.started

    @property
    def per_worker(self) -> Decimal:
        """Return the unfinished jobs for each running worker."""
        return Decimal(self.unfinished) / max(self.workers, 1)


def measure(
    connection: Redis, now: datetime, queues: Iterable[str] = QUEUES, *, kept: Mapping[str, Waiting] | None = None
) -> tuple[Backlog, ...]:
    """Return the backlog of every queue.

    Workers that listen to it and residents that serve it give signs of life. `kept` is the truth about what waits; a
    queue that is not in it is counted by what Redis holds.
    """
    parts = parts_of(connection, queues)
    counts = {name: [0, 0, 0] for name in parts}
    with connection.pipeline(transaction=False) as pipe:
        every = [(name, part) for name in parts for part in parts[name]]
        for _, part in every:
            pipe.llen(queue(part, connection).key)
            pipe.zcard(ScheduledJobRegistry.key_template.format(part))
            pipe.zcount(StartedJobRegistry.key_template.format(part), int(now.timestamp()), "+inf")
        found = pipe.execute()
    for place, (name, _) in enumerate(every):
        counts[name] = [before + more for before, more in zip(counts[name], found[3 * place :][:3], strict=True)]
    listening = [name for worker in Worker.all(connection=connection) for name in worker.queue_names()]
    serving = _serving(residents(connection))
    return tuple(
        _backlog(name, counts[name], (kept or {}).get(name), listening.count(name) + serving[name]) for name in parts
    )


def _backlog(name: str, counts: list[int], kept: Waiting | None, workers: int) -> Backlog:
    queued, retrying, started = counts
    if kept is not None:
        least_queued, least_started = (queued, started) if kept.is_partial else (0, 0)
        # A record that waits for its retry is a queued one.
        retrying = min(retrying, kept.queued)
        queued, started = max(kept.queued - retrying, least_queued), max(kept.started, least_started)
    return Backlog(queue=name, queued=queued, retrying=retrying, started=started, workers=workers)


def _serving(present: Iterable[Resident]) -> Counter[str]:
    """Count the processes that serve each queue.

    Of several residents beside one another, the one with the most counts.
    """
    counts: Counter[str] = Counter()
    for (queue_name, _), count in Counter((each.queue, each.resident) for each in present).items():
        counts[queue_name] = max(counts[queue_name], count)
    return counts


def parts_of(connection: Redis, queues: Iterable[str]) -> dict[str, list[str]]:
    """Return each queue with the queues that its work is divided among.

    `alerts` with `alerts-1`, …, as RQ knows them.
    """
    registered = cast("set[bytes]", connection.smembers(Queue.redis_queues_keys))
    keys = {key.decode().removeprefix(Queue.redis_queue_namespace_prefix) for key in registered}
    divided = sorted((name.rpartition("-")[0], name) for name in keys if name.rpartition("-")[2].isdecimal())
    return {name: [name, *(part for whole, part in divided if whole == name)] for name in queues}


def publish(client: CloudWatchClient, backlogs: Iterable[Backlog], now: datetime) -> None:
    """Publish `Backlog` (jobs a worker) and `QueuedJobs` by queue."""
    data: list[MetricDatumTypeDef] = []
    for backlog in backlogs:
        by_queue: list[Any] = [{"Name": "Queue", "Value": backlog.queue}]
        data.append(
            {"MetricName": METRIC, "Dimensions": by_queue, "Timestamp": now, "Value": float(backlog.per_worker)}
        )
        data.append(
            {"MetricName": "QueuedJobs", "Dimensions": by_queue, "Timestamp": now, "Value": float(backlog.queued)}
        )
    client.put_metric_data(Namespace=NAMESPACE, MetricData=data)
