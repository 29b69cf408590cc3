"""Chain events on their way in: read, then put where they survive, before SQS may forget them.

A batch is a row of PostgreSQL, and a job on its shard's RQ queue to say that it is there; Redis may lose the job, the
matcher finds the row. Row and job have one id, made of the events' ids: what SQS delivers again is the batch that is
there already, and an event that comes in two batches is known by its own id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Self
from uuid import UUID, uuid5

from psycopg import Connection
from psycopg.rows import DictRow
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationInfo, model_validator
from redis import Redis
from redis.exceptions import RedisError
from rq.exceptions import DuplicateJobError

from premium.alerts.sharding import queue_of, shard_of
from premium.jobs.rq_queue import DEAD_LETTER_SECONDS, RESULT_SECONDS, queue
from premium.observability import logger
from premium.storage.plain import to_json
from premium.storage.postgres import Database

MATCH = "workers.matcher.match"
"""Takes a batch's id."""
AHEAD = timedelta(minutes=5)
"""An event may be stamped this much later than our clock: other clocks are not ours."""
_NAMESPACE = UUID("6f1d7a52-6c0f-5b0e-9a38-0b7f6b7c1a11")
_TIMEOUT_SECONDS = 60


class IncomingEvent(BaseModel):
    """What every event has; its other fields are its kind's, and a rule that names an unreadable one never matches.

    `retracts`: the chain took the event of that id back; kind, chain, timestamp and the shard's field are that event's.
    Validated with the context `{"now": datetime}`.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    event_id: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Literal["transfer", "price", "gas", "protocol"]
    chain: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    timestamp: AwareDatetime
    retracts: Annotated[str, Field(min_length=1, max_length=200)] | None = None

    @model_validator(mode="after")
    def _not_of_the_future(self, info: ValidationInfo) -> Self:
        now: datetime = info.context["now"] if info.context else self.timestamp
        if self.timestamp > now + AHEAD:
            raise ValueError("timestamp: lies more than five minutes in the future")
        return self


Event = Mapping[str, Any]
_KEEP = "INSERT INTO alert_batches (id, shard, events) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"


def hand_over(database: Database, redis: Redis, events: Sequence[Event], *, shards: int) -> list[UUID]:
    """The batches' ids, one a shard. UpstreamUnavailable: nothing was kept. An unreachable Redis loses only time."""
    parts: dict[int, list[Event]] = {}
    for event in events:
        parts.setdefault(shard_of(event, shards), []).append(event)
    batches = {shard: batch_id(shard, part) for shard, part in parts.items()}
    if parts:
        with database.transaction() as connection:
            for shard, part in parts.items():
                keep(connection, batches[shard], shard, part)
    for shard, batch in batches.items():
        _announce(redis, shard, batch, len(parts[shard]))
    return list(batches.values())


def batch_id(shard: int, events: Sequence[Event]) -> UUID:
    """Of these events, in whatever order they came."""
    names = "\n".join(sorted(str(event["event_id"]) for event in events))
    return uuid5(_NAMESPACE, f"{shard}\n{names}")


def keep(connection: Connection[DictRow], batch: UUID, shard: int, events: Sequence[Event]) -> None:
    """The row, unless it is there."""
    connection.execute(_KEEP, (batch, shard, to_json(list(events))))


def _announce(redis: Redis, shard: int, batch: UUID, events: int) -> None:
    try:
        queue(queue_of(shard), redis).enqueue(
            MATCH,
            args=(str(batch),),
            job_id=str(batch),
            unique=True,
            job_timeout=_TIMEOUT_SECONDS,
            result_ttl=RESULT_SECONDS,
            failure_ttl=DEAD_LETTER_SECONDS,
            description=f"{events} chain events",
        )
    except DuplicateJobError:
        return
    except RedisError as error:
        logger.warning("a batch waits to be found", batch=str(batch), error=type(error).__name__)
