"""Kinds of job that exist to be watched; their bodies leave their traces in Redis database 3."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from premium.errors import InvalidInput, UpstreamUnavailable
from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.jobs.model import JobKind, JobPayload

_HERE = "tests.integration.workers.synthetic"


class Work(JobPayload):
    """`seconds` of work; the first `failures` attempts fail."""

    seconds: float = 0
    failures: int = 0


def _kind(name: str, *, attempts: int = 6, timeout_seconds: int = 30, queue: str = "default") -> JobKind[Work]:
    return JobKind(
        name=f"synthetic.{name}",
        function=f"{_HERE}.{name}",
        queue=queue,
        payload=Work,
        timeout_seconds=timeout_seconds,
        attempts=attempts,
    )


STEPS = _kind("steps")
FLAKY = _kind("flaky", attempts=3)
REFUSING = _kind("refusing")
SLOW = _kind("slow", timeout_seconds=1, attempts=1)
DEADLY = _kind("deadly", attempts=2)
LONG = _kind("long", timeout_seconds=600)
MAIN_KINDS = {kind.name: kind for kind in (STEPS, FLAKY, REFUSING, SLOW, DEADLY, LONG)}


def _count(context: JobContext, what: str) -> int:
    return int(context.platform.redis(3).hincrby(f"trace:{context.job_id}", what, 1))


@job(STEPS)
def steps(context: JobContext, payload: Work) -> Mapping[str, Any]:
    """Begins, works, commits one result: a set by the job's id stands for a UNIQUE column."""
    _count(context, "begun")
    context.point("first_write")
    for step in range(10):
        time.sleep(payload.seconds / 10)
        context.progress(Decimal(step + 1) / 10)
    context.point("before_commit")
    context.platform.redis(3).sadd("results", str(context.job_id))
    print("left in the buffer", context.job_id, end="")
    return {"attempt": context.attempt}


@job(FLAKY)
def flaky(context: JobContext, payload: Work) -> Mapping[str, Any]:
    if _count(context, "begun") <= payload.failures:
        raise UpstreamUnavailable("the node does not answer")
    return {}


@job(REFUSING)
def refusing(context: JobContext, payload: Work) -> Mapping[str, Any]:
    _count(context, "begun")
    raise InvalidInput("line 3: no such asset")


@job(SLOW)
def slow(context: JobContext, payload: Work) -> Mapping[str, Any]:
    _count(context, "begun")
    time.sleep(payload.seconds)
    return {}


@job(DEADLY)
def deadly(context: JobContext, payload: Work) -> Mapping[str, Any]:
    """As a job that the memory killer ends each time."""
    _count(context, "begun")
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


@job(LONG)
def long(context: JobContext, payload: Work) -> Mapping[str, Any]:
    _count(context, "begun")
    time.sleep(payload.seconds)
    return {}
