"""Run what happens by the clock.

EventBridge wakes one function, which asks for a schedule by name. A schedule runs a task of seconds inside that
function, or starts a job whose key is the period, so that a second event finds the first one's job. Everything may run
twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

from premium.audit.service import SYSTEM_ACTOR, AuditTrail
from premium.bootstrap import Platform
from premium.jobs.kinds import declared
from premium.jobs.model import SYSTEM, Moment
from premium.manifest import Schedule, services

Task = Callable[[Platform, datetime], Mapping[str, Any]]
"""Its answer is what the function logs."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def schedules() -> Mapping[str, Schedule]:
    """Return every declared schedule by name."""
    return {schedule.name: schedule for service in services() for schedule in service.schedules}


def run(name: str, platform: Platform, now: datetime) -> Mapping[str, Any]:
    """Run one schedule; KeyError for a name that this release does not know."""
    schedule = schedules()[name]
    if schedule.task is not None:
        return task_of(schedule.task)(platform, now)
    return _start(str(schedule.job), platform, _period(schedule, now))


def task_of(dotted: str) -> Task:
    """Return the function that a schedule names."""
    module, _, name = dotted.rpartition(".")
    task: Task = getattr(import_module(module), name)
    return task


def _period(schedule: Schedule, now: datetime) -> datetime:
    return now - (now - _EPOCH - timedelta(minutes=schedule.at or 0)) % timedelta(minutes=schedule.every)


def _start(kind: str, platform: Platform, moment: datetime) -> Mapping[str, Any]:
    key = moment.isoformat()
    request_id = f"req_{kind}_{key}"
    with AuditTrail.of(platform).recorded(SYSTEM_ACTOR, f"job {kind}", request_id=request_id) as audit:
        record = platform.jobs.start(
            declared()[kind], Moment(at=moment), user_id=SYSTEM, request_id=request_id, idempotency_key=key
        )
        audit.add(record.id)
    return {"job": str(record.id)}
