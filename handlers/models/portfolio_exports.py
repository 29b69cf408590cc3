"""Requests and views of portfolios' exports."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from handlers.runtime import Body, Moment, View
from premium.jobs.model import JobRecord, JobStatus
from premium.portfolio.exports import KEPT
from premium.portfolio.valuation.tables import Format, What


class NewPortfolioExport(Body):
    """What is to be written down."""

    what: What = Field(description="Which table", examples=["flows"])
    format: Format = Field(default="csv", description="As what it is written", examples=["csv"])
    since: Moment | None = Field(
        default=None, alias="from", description="Of history, flows and performance: from here on; 30 days without",
        examples=["2026-01-01T00:00:00Z"],
    )  # fmt: skip
    until: Moment | None = Field(
        default=None, alias="to", description="To here; now without", examples=["2026-02-01T00:00:00Z"]
    )


class PortfolioExportView(View):
    """An export, made or not."""

    id: UUID
    """The export's id, which is its job's."""
    status: JobStatus
    """How far it is."""
    what: str | None = Field(description="Which table; null while it is not made", examples=["flows"])
    format: str | None = Field(description="As what it is written", examples=["csv"])
    rows: int | None = Field(description="How many rows it has", examples=[120])
    size: int | None = Field(description="Bytes", examples=[20480])
    sha256: str | None = Field(description="Of the file, in hex", examples=["9f86d081884c7d65…"])
    url: str | None = Field(
        description="Where it is fetched, for five minutes; null while it is not made", examples=["https://…"]
    )
    expires_at: datetime
    """Until when it is kept."""

    @classmethod
    def of(cls, record: JobRecord, url: str | None) -> Self:
        """Return the view of an export's job."""
        made = dict(record.result or {}) if url is not None else {}
        told = {name: made.get(name) for name in ("what", "format", "rows", "size", "sha256")}
        return cls(id=record.id, status=record.status, url=url, expires_at=record.created_at + KEPT, **told)
