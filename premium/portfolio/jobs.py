"""The jobs of this service: payloads and kinds, for those who start them and those who carry them out."""

from __future__ import annotations

from premium.jobs.model import JobKind, JobPayload


class RefreshPayload(JobPayload):
    """Nothing but the user, whom the record names: a refresh reads every wallet that is watched when it runs."""


REFRESH = JobKind(
    name="portfolio.refresh",
    function="premium.portfolio.work.refresh",
    queue="aggregation",
    payload=RefreshPayload,
    timeout_seconds=120,
)
