"""The jobs of this service: payloads and kinds, for those who start them and those who carry them out."""

from __future__ import annotations

from premium.jobs.model import JobKind, JobPayload


class ReportPayload(JobPayload):
    """What a report is made of; None is the jurisdiction's default."""

    year: int
    jurisdiction: str
    method: str | None = None
    lot_scope: str | None = None
    currency: str | None = None
    time_zone: str | None = None


REPORT = JobKind(
    name="tax.report",
    function="workers.tax.report",
    queue="tax",
    payload=ReportPayload,
    timeout_seconds=600,
)
