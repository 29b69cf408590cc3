"""Payloads and kinds of the portfolio service's jobs."""

from __future__ import annotations

from premium.jobs.model import JobKind, JobPayload, Moment


class RefreshPayload(JobPayload):
    """Says who asked: the record names the user.

    A refresh reads every wallet that is watched when it runs.
    """

    hourly: bool = False
    """Whether the clock asked: wallets that were never used on a chain are then asked only once a day."""


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
