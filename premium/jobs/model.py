"""Kinds, payloads and records of jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from premium.errors import UpstreamUnavailable


class JobPayload(BaseModel):
    """Base of every job's payload: frozen, versioned, JSON.

    The previous release must be able to read it. Unknown keys are ignored, because a newer release may have added them.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: int = 1


P = TypeVar("P", bound=JobPayload)


SYSTEM = UUID(int=0)
"""The owner of jobs that no user asked for; no principal has this id."""


class Moment(JobPayload):
    """The start of the period that a scheduled job is for."""

    at: datetime


@dataclass(frozen=True, kw_only=True)
class JobKind(Generic[P]):
    """A kind of work, declared in `premium/<service>/jobs.py` and carried out by the worker function `function`."""

    name: str
    """`portfolio.refresh`: what users, logs and metrics see."""
    function: str
    """Dotted path of its body, `premium.portfolio.work.refresh`: never imported by a handler."""
    queue: str
    """Its service's class of workers, or `default`."""
    payload: type[P]
    timeout_seconds: int
    """Under the fleet's stop time-out, so that a deploy never kills a job; longer ones run under protection."""
    attempts: int = 6
    """First try and retries together: with the default every backoff of `RETRY_SECONDS` is used, 31 s of outage."""


RETRY_SECONDS = (1, 2, 4, 8, 16)
"""Backoff before the second, third, … attempt; docs/architecture.md."""

LEASE = timedelta(seconds=15)
"""A running job whose worker has not been heard of for this long is abandoned: another may take it."""


class JobStatus(StrEnum):
    """How far a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"

    @property
    def ended(self) -> bool:
        """Tell whether a job is over."""
        return self in (JobStatus.DONE, JobStatus.FAILED)


OUR_FAULTS = frozenset({"INTERNAL", UpstreamUnavailable.code})
"""Codes of errors that are no caller's: an operator looks at these jobs."""


class JobError(BaseModel):
    """Why a job failed.

    In the words of the error table, or `CANCELLED` by an operator.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    message: str


class JobRecord(BaseModel):
    """The record of a job in DynamoDB: its one truth.

    RQ only carries it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    user_id: UUID
    """`premium_users.id`."""
    kind: str
    status: JobStatus = JobStatus.QUEUED
    progress: Decimal = Field(default=Decimal(0), ge=0, le=1)
    payload: Mapping[str, Any]
    fingerprint: str
    """SHA-256 of kind and payload: the same idempotency key with another fingerprint is a conflict."""
    attempt: int = 0
    """How many times a worker has taken it."""
    spent: int = 0
    """Attempts made before an operator requeued it; they do not count against the kind's attempts."""
    worker: str = ""
    """Name of the RQ worker that took it last."""
    error: JobError | None = None
    result: Mapping[str, Any] | None = None
    """Small: ids and totals; what is large lies in S3 or a table."""
    request_id: str
    created_at: datetime
    updated_at: datetime
    """Last change or heartbeat."""
    ended_at: datetime | None = None
    acknowledged_at: datetime | None = None
    """When an operator said of a failed job that nothing more is to be done."""

    @property
    def fault_is_ours(self) -> bool:
        """Tell whether the job failed, and not by its caller's own mistake."""
        return self.status is JobStatus.FAILED and (self.error is None or self.error.code in OUR_FAULTS)
