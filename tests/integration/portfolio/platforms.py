"""The platform as a worker and as a function see it, on the run's stores; and a job's context outside of RQ."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

from local.redis import Redis
from premium.bootstrap import Platform
from premium.config import Settings
from premium.execution.context import JobContext
from premium.execution.lease import JobLease
from premium.jobs.model import JobKind, JobPayload
from tests.fixtures.postgres import Databases


def platform(databases: Databases, redis: Redis, chains_file: Path, role: str, **more: Any) -> Platform:
    made = Platform(
        Settings(
            premium_stage="local",
            database_url=databases.url("premium", role),
            timeseries_url=databases.url("timeseries", role),
            redis_url=redis.url,
            chains_file=str(chains_file),
            **more,
        )
    )
    if role == "premium_worker" and "jobs_table" not in more:
        made.__dict__["jobs"] = Jobs()
    return made


class Jobs:
    """What workers start, by key: the same key twice is one job."""

    def __init__(self) -> None:
        self.started: dict[str, tuple[str, JobPayload]] = {}

    def start(self, kind: JobKind[Any], payload: JobPayload, *, idempotency_key: str, **_: Any) -> None:
        self.started[idempotency_key] = (kind.name, payload)


class _NoLease:
    def progress(self, fraction: object) -> None:
        """Nobody polls here."""


class Stopped(BaseException):
    """What a killed process looks like from inside: no handler catches it."""


@dataclass(frozen=True, kw_only=True)
class Context(JobContext):
    """Notes its points, and stops at the one that it is told."""

    stop_at: str | None = None
    points: list[str] = field(default_factory=list)

    def point(self, name: str) -> None:
        self.points.append(name)
        if name == self.stop_at:
            raise Stopped(name)


def context(worker: Platform, user_id: UUID, *, job_id: UUID | None = None, stop_at: str | None = None) -> Context:
    return Context(
        job_id=job_id or uuid4(),
        user_id=user_id,
        created_at=datetime.now(UTC),
        attempt=1,
        platform=worker,
        lease=cast("JobLease", _NoLease()),
        stop_at=stop_at,
    )
