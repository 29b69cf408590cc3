"""Chain events on their way in: read, then put where they survive, before SQS may forget them.

A batch is a row of PostgreSQL, and a job on its shard's RQ queue to say that it is there; Redis may lose the job, the
matcher finds the row. Row and job have one id, made of the events' ids: what SQS delivers again is the batch that is
there already, and an event that comes in two batches is known by its own id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, Self
from uuid import UUID, uuid5

from psycopg import Connection
from psycopg.rows import DictRow
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationInfo, model_validator
from redis import Redis
from redis.exceptions import RedisError
from rq.exceptions import DuplicateJobError

from premium.alerts.catalogue import SERIES
from premium.alerts.sharding import queue_of, shard_of
from premium.clock import rfc3339
from premium.jobs.rq_queue import DEAD_LETTER_SECONDS, RESULT_SECONDS, queue
from premium.observability import logger
from premium.storage.plain import to_json
from premium.storage.postgres import Database

MATCH = "premium.alerts.work.matcher.match"
"""Takes a batch's id."""
AHEAD = timedelta(minutes=5)
"""An event may be stamped this much later than our clock: other clocks are not ours."""
OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
_PLAIN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", re.ASCII)
_A_NAME = 500
"""Characters of what names an event's series: the matcher keeps the newest event of each under it."""
_A_BATCH = 1_000_000
"""Characters of a row, about: the matcher takes whole rows."""
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
    def _of_our_time(self, info: ValidationInfo) -> Self:
        now: datetime = info.context["now"] if info.context else self.timestamp
        if self.timestamp > now + AHEAD:
            raise ValueError("timestamp: lies more than five minutes in the future")
        if self.timestamp < OLDEST:
            raise ValueError("timestamp: lies before the year 2000")
        return self

    @model_validator(mode="after")
    def _of_a_short_name(self) -> Self:
        fields = self.model_extra or {}
        for name in SERIES[self.kind]:
            if len(str(fields.get(name))) > _A_NAME:
                raise ValueError(f"{name}: more than {_A_NAME} characters")
        return self


Event = Mapping[str, Any]


def accepted(raw: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The event, its time written as the matcher reads most quickly. pydantic's ValidationError names a field."""
    time = IncomingEvent.model_validate(raw, context={"now": now}).timestamp
    return raw if _PLAIN.fullmatch(str(raw["timestamp"])) else raw | {"timestamp": rfc3339(time)}


_KEEP = "INSERT INTO alert_batches (id, shard, events) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"


def hand_over(database: Database, redis: Redis, events: Sequence[Event], *, shards: int) -> list[UUID]:
    """The batches' ids, mostly one a shard. UpstreamUnavailable: nothing was kept. Without Redis only time is lost."""
    parts: dict[int, list[Event]] = {}
    for event in events:
        parts.setdefault(shard_of(event, shards), []).append(event)
    batches = [(batch_id(shard, part), shard, part) for shard in parts for part in _of_a_row(parts[shard])]
    if batches:
        with database.transaction() as connection:
            for batch, shard, part in batches:
                keep(connection, batch, shard, part)
    for batch, shard, part in batches:
        _announce(redis, shard, batch, len(part))
    return [batch for batch, _, _ in batches]


def _of_a_row(events: Sequence[Event]) -> Iterator[list[Event]]:
    part, size = list[Event](), 0
    for event in events:
        length = len(to_json(event))
        if part and size + length > _A_BATCH:
            yield part
            part, size = [], 0
        part.append(event)
        size += length
    yield part


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
