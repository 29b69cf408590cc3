"""Jobs of notices: one that wakes the courier, and the daily upkeep.

The former is a call and no record: that is the deliveries' rows. Where Redis is away, or loses the job, the courier
finds the rows that are due, a moment later.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from redis.exceptions import RedisError

from premium.jobs.model import JobKind, Moment
from premium.notifications.model import PostedNotice
from premium.observability import logger

if TYPE_CHECKING:
    from redis import Redis

DELIVER = "premium.notifications.work.courier.deliver"
"""Takes one batch: `PostedNotice`s as JSON."""
BATCH = 100
_TIMEOUT_SECONDS = 90
_FAILURE_SECONDS = 24 * 3600

UPKEEP = JobKind(
    name="notifications.upkeep",
    function="premium.notifications.work.upkeep.remove_old",
    queue="default",
    payload=Moment,
    timeout_seconds=100,
)
"""Removes notices of more than 13 months."""

PAYLOAD: TypeAdapter[list[PostedNotice]] = TypeAdapter(list[PostedNotice])


def enqueue_deliveries(redis: Redis, notices: Sequence[PostedNotice]) -> int:
    """Enqueue notices that are committed, on database 1; how many jobs.

    An unreachable Redis is no error: the rows are there.
    """
    from premium.jobs.rq_queue import queue  # noqa: PLC0415 - RQ costs 78 ms, and most who import this tell nothing

    due = [notice for notice in notices if notice.deliveries or notice.stream]
    jobs = [_job(due[start : start + BATCH]) for start in range(0, len(due), BATCH)]
    if not jobs:
        return 0
    try:
        queue("notifications", redis).enqueue_many(jobs)
    except RedisError as error:
        logger.warning("deliveries wait to be found", notices=len(due), error=type(error).__name__)
        return 0
    return len(jobs)


def _job(notices: Sequence[PostedNotice]) -> Any:
    from rq import Queue  # noqa: PLC0415 - RQ costs 78 ms, and most who import this tell nothing

    return Queue.prepare_data(
        DELIVER,
        args=([notice.model_dump(mode="json") for notice in notices],),
        timeout=_TIMEOUT_SECONDS,
        result_ttl=0,
        failure_ttl=_FAILURE_SECONDS,
        description=f"{len(notices)} notices",
    )
