"""The jobs of this service: payloads and kinds, for those who start them and those who carry them out."""

from __future__ import annotations

from premium.jobs.model import JobKind, JobPayload, Moment


class RefreshPayload(JobPayload):
    """Nothing but the user, whom the record names: a refresh reads every wallet that is watched when it runs."""


REFRESH = JobKind(
    name="portfolio.refresh",
    function="premium.portfolio.work.refresh",
    queue="aggregation",
    payload=RefreshPayload,
    timeout_seconds=120,
)

SNAPSHOTS = JobKind(
    name="portfolio.snapshots",
    function="premium.portfolio.work.snapshots",
    queue="default",
    payload=Moment,
    timeout_seconds=100,
)
"""Starts a refresh of every portfolio that is watched."""

TIMESERIES = JobKind(
    name="portfolio.timeseries",
    function="premium.portfolio.work.timeseries",
    queue="default",
    payload=Moment,
    timeout_seconds=100,
)
"""Makes partitions for the days ahead and roll-ups, and ends what is too old."""
