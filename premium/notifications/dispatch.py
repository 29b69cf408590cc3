"""Alerts on their way to their users: one light RQ job on the queue `notifications` for up to a hundred alerts.

The job is a wake-up call and no record: that is the deliveries' rows. Where Redis is away, or loses the job, the
consumer finds the rows that are due, a moment later.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, TypeAdapter
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue

from premium.alerts.firing import Alert, Notice
from premium.jobs.rq_queue import queue
from premium.observability import logger

DELIVER = "workers.notifications.deliver"
"""Takes one batch: `Wake`s as JSON."""
BATCH = 100
_TIMEOUT_SECONDS = 90
_FAILURE_SECONDS = 24 * 3600


class Wake(BaseModel):
    """An alert as its job names it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    event_time: datetime
    rule_id: UUID
    user_id: UUID
    notice: Notice = "fired"
    deliveries: tuple[UUID, ...] = ()


WAKES: TypeAdapter[list[Wake]] = TypeAdapter(list[Wake])


def hand_over(redis: Redis, alerts: Sequence[Alert]) -> int:
    """Enqueue committed alerts on database 1; how many jobs. An unreachable Redis is no error: the rows are there."""
    jobs = [_job(alerts[start : start + BATCH]) for start in range(0, len(alerts), BATCH)]
    if not jobs:
        return 0
    try:
        queue("notifications", redis).enqueue_many(jobs)
    except RedisError as error:
        logger.warning("deliveries wait to be found", alerts=len(alerts), error=type(error).__name__)
        return 0
    return len(jobs)


def _job(alerts: Sequence[Alert]) -> Any:
    wakes = [Wake.model_validate(alert, from_attributes=True).model_dump(mode="json") for alert in alerts]
    return Queue.prepare_data(
        DELIVER,
        args=(wakes,),
        timeout=_TIMEOUT_SECONDS,
        result_ttl=0,
        failure_ttl=_FAILURE_SECONDS,
        description=f"{len(wakes)} alerts",
    )
