"""The queue `notifications` as the resident courier reads it.

Many jobs at a time, without a fork for each.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from redis import Redis
from rq.exceptions import DeserializationError
from rq.job import Job
from rq.serializers import JSONSerializer

from premium.jobs.rq_queue import queue
from premium.notifications.jobs import PAYLOAD
from premium.notifications.model import PostedNotice
from premium.observability import logger

JOBS_AT_ONCE = 10


def take(redis: Redis) -> list[PostedNotice]:
    """Take the notices of the next jobs off the queue.

    Waits for up to a second where there is none.
    """
    source = queue("notifications", redis)
    popped: Any = redis.lpop(source.key, JOBS_AT_ONCE)
    if not popped:
        one: Any = redis.blpop([source.key], timeout=1)
        popped = [one[1]] if one else []
    ids = [job_id.decode() for job_id in popped]
    jobs = Job.fetch_many(ids, connection=redis, serializer=JSONSerializer) if ids else []
    notices = [notice for job in jobs if job is not None for notice in _notices(job)]
    if ids:
        redis.delete(*(Job.key_for(job_id) for job_id in ids))
    return notices


def _notices(job: Job) -> list[PostedNotice]:
    """The notices of one job, none of one that cannot be read."""
    try:
        return PAYLOAD.validate_python(job.args[0])
    except (ValidationError, DeserializationError, LookupError):
        logger.exception("a job cannot be read: its deliveries are swept up", job_id=job.id)
        return []
