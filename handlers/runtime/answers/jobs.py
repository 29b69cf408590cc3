"""Show a job as its user sees it.

The answer of every route that starts one, and of `GET /v1/jobs/{id}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from pydantic_core import to_jsonable_python

from handlers.runtime.models import Amount, View
from premium.jobs.model import JobRecord, JobStatus


class JobErrorView(View):
    """The reason for which a job failed."""

    code: str
    message: str


class JobLinks(View):
    """The address at which the job is read."""

    self: str


class JobView(View):
    """A job and its progress."""

    id: UUID
    kind: str
    status: JobStatus
    progress: Amount
    """0 to 1."""
    result: Mapping[str, JsonValue] | None
    """Ids and totals of a job that is done."""
    error: JobErrorView | None
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None
    links: JobLinks


def job_view(record: JobRecord) -> JobView:
    """Return the view of a job record."""
    error = JobErrorView(code=record.error.code, message=record.error.message) if record.error else None
    return JobView(
        id=record.id,
        kind=record.kind,
        status=record.status,
        progress=record.progress,
        result=to_jsonable_python(record.result, fallback=str) if record.result is not None else None,
        error=error,
        created_at=record.created_at,
        updated_at=record.updated_at,
        ended_at=record.ended_at,
        links=JobLinks(self=f"/v1/jobs/{record.id}"),
    )
