"""Chain events on their way in: read, then put where they survive, before SQS may forget them.

A batch becomes one RQ job on the queue `alerts`, whose id is made of its events: a batch that SQS delivers again is the
job that is there already, and an event in two batches fires once all the same (event id and rule id are unique).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from redis import Redis
from redis.exceptions import RedisError
from rq.exceptions import DuplicateJobError

from premium.errors import UpstreamUnavailable
from premium.jobs.rq_queue import DEAD_LETTER_SECONDS, RESULT_SECONDS, queue

MATCH = "workers.alerts.match"
"""Takes the batch: a list of events as they came."""
_TIMEOUT_SECONDS = 60


class IncomingEvent(BaseModel):
    """What every event has; its other fields are its kind's, and a rule that names an unreadable one never matches."""

    model_config = ConfigDict(frozen=True, extra="allow")

    event_id: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Literal["transfer", "price", "gas", "protocol"]
    chain: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    timestamp: AwareDatetime


def hand_over(redis: Redis, events: Sequence[dict[str, Any]]) -> str | None:
    """Enqueue the batch on database 1; its job's id, None for an empty one. UpstreamUnavailable: nothing was kept."""
    if not events:
        return None
    ids = "\n".join(sorted(str(event["event_id"]) for event in events))
    job_id = f"events-{hashlib.sha256(ids.encode()).hexdigest()}"
    try:
        queue("alerts", redis).enqueue(
            MATCH,
            args=(list(events),),
            job_id=job_id,
            unique=True,
            job_timeout=_TIMEOUT_SECONDS,
            result_ttl=RESULT_SECONDS,
            failure_ttl=DEAD_LETTER_SECONDS,
            description=f"{len(events)} chain events",
        )
    except DuplicateJobError:
        return job_id
    except RedisError as error:
        raise UpstreamUnavailable("the alerts queue cannot be reached") from error
    return job_id
