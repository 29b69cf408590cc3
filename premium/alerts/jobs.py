"""Kinds of the alerts service's jobs."""

from __future__ import annotations

from premium.jobs.model import JobKind, Moment

PARTITIONS = JobKind(
    name="alerts.partitions",
    function="premium.alerts.work.partitions.maintain",
    queue="default",
    payload=Moment,
    timeout_seconds=100,
)
"""Makes partitions of the history for the months ahead, and ends what is too old."""
