"""What happens by the clock: EventBridge wakes one function, which runs a task here. Every task may run twice.

Tasks that take seconds run in that function; longer ones start a job whose key is the hour or the day, so that a second
event finds the first one's job.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from premium.jobs.model import JobKind, JobPayload

if TYPE_CHECKING:
    from premium.bootstrap import Platform

SYSTEM = UUID(int=0)
"""The owner of jobs that no user asked for; no principal has this id."""


class Moment(JobPayload):
    """The start of the hour or day that a scheduled job is for."""

    at: datetime


SNAPSHOTS = JobKind(
    name="schedule.snapshots",
    function="workers.schedule.snapshots",
    queue="default",
    payload=Moment,
    timeout_seconds=100,
)
"""A refresh of every portfolio that is watched."""

TIMESERIES = JobKind(
    name="schedule.timeseries",
    function="workers.schedule.timeseries",
    queue="default",
    payload=Moment,
    timeout_seconds=100,
)
"""Partitions for the days ahead, roll-ups, the end of what is too old."""


ALERTS = JobKind(
    name="schedule.alerts",
    function="workers.schedule.alerts",
    queue="default",
    payload=Moment,
    timeout_seconds=100,
)
"""Partitions of the alerts' history for the months ahead, the end of what is too old."""


@dataclass(frozen=True, kw_only=True)
class Task:
    every_minutes: int
    run: Callable[[Platform, datetime], Mapping[str, Any]]
    """Its answer is what the function logs."""


def sweep(at: Platform, now: datetime) -> Mapping[str, Any]:
    return {"enqueued": at.jobs.sweep(now)}


def backlog(at: Platform, now: datetime) -> Mapping[str, Any]:
    """Published as CloudWatch metrics, on which the fleet is scaled."""
    import boto3  # noqa: PLC0415 - for the process that publishes only

    from premium.jobs import backlog as measured  # noqa: PLC0415

    backlogs = measured.measure(at.redis(1), now)
    measured.publish(boto3.client("cloudwatch"), backlogs, now)
    return {each.queue: str(each.per_worker) for each in backlogs}


def usage(at: Platform, now: datetime) -> Mapping[str, Any]:
    """What the authorizer counted in Redis goes to DynamoDB."""
    from premium.metering.usage import UsageDrain  # noqa: PLC0415 - for the process that drains only

    return {"requests": UsageDrain(at.redis(2), at.tables("usage").boto3).run(now)}


def hourly(at: Platform, now: datetime) -> Mapping[str, Any]:
    return _start(at, SNAPSHOTS, now.replace(minute=0, second=0, microsecond=0))


def daily(at: Platform, now: datetime) -> Mapping[str, Any]:
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return {**_start(at, TIMESERIES, day), "alerts": _start(at, ALERTS, day)["job"]}


def _start(at: Platform, kind: JobKind[Moment], moment: datetime) -> Mapping[str, Any]:
    key = moment.isoformat()
    record = at.jobs.start(
        kind, Moment(at=moment), user_id=SYSTEM, request_id=f"req_{kind.name}_{key}", idempotency_key=key
    )
    return {"job": str(record.id)}


TASKS: Mapping[str, Task] = {
    "sweep": Task(every_minutes=1, run=sweep),
    "backlog": Task(every_minutes=1, run=backlog),
    "usage": Task(every_minutes=1, run=usage),
    "hourly": Task(every_minutes=60, run=hourly),
    "daily": Task(every_minutes=1440, run=daily),
}


def run(task: str, at: Platform, now: datetime) -> Mapping[str, Any]:
    """KeyError for a task that this release does not know."""
    return TASKS[task].run(at, now)
