"""Show a job as its user sees it.

The answer of every route that starts one, and of `GET /v1/jobs/{id}`.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field
from pydantic_core import to_jsonable_python

from handlers.runtime.answers.envelope import ErrorCode
from handlers.runtime.models import Figures, Ratio, View
from premium.jobs.model import JobRecord, JobStatus


class JobErrorView(View):
    """The reason for which a job failed."""

    code: ErrorCode = Field(description="One of the error codes of the API", examples=["UNPROCESSABLE"])
    message: str = Field(description="What happened, in words", examples=["There are no wallets to read"])


class JobLinks(View):
    """The address at which the job is read."""

    self: str = Field(description="Where the job is read", examples=["/v1/jobs/0198f6ab-5c1e-7d2a-9b3f-2f1a6c0d4e57"])


class JobView(View):
    """A job and its progress."""

    id: UUID
    """The job's id."""
    kind: str = Field(description="The service, a dot, what is done", examples=["portfolio.refresh"])
    status: JobStatus
    """How far it is."""
    progress: Ratio
    """0 to 1."""
    result: Figures | None = Field(
        description="Ids and totals of a job that is done", examples=[{"totalValueUsd": "15423.87"}]
    )
    error: JobErrorView | None
    """Why it failed."""
    created_at: datetime
    """When it was accepted."""
    updated_at: datetime
    """When its record was last written."""
    ended_at: datetime | None
    """When it ended."""
    links: JobLinks
    """Where it is read."""


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
