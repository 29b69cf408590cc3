"""Kinds of the alerts service's jobs."""

from __future__ import annotations

from premium.jobs.model import JobKind, Moment

MATCH = "premium.alerts.work.matcher.match"
"""The function that a batch's RQ job names.

Its argument is the batch's id. The job has no record: the batch is a row.
"""

PARTITIONS = JobKind(
    name="alerts.partitions",
    function="premium.alerts.work.partitions.maintain",
    queue="default",
    payload=Moment,
    timeout_seconds=100,
)
"""Makes partitions of the history for the months ahead, and ends what is too old."""
