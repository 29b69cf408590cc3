"""Kinds of the jobs of usage."""

from __future__ import annotations

from premium.jobs.model import JobKind, Moment

AGGREGATE = JobKind(
    name="usage.aggregate",
    function="premium.usage.work.aggregate",
    queue="default",
    payload=Moment,
    timeout_seconds=600,
)
"""Sum up the day before the moment, and the days that nobody has summed up before it."""
MONITOR = JobKind(
    name="usage.monitor",
    function="premium.usage.work.monitor",
    queue="default",
    payload=Moment,
    timeout_seconds=600,
)
"""Tell who reached a level of his quota, or asks far more than on the days before."""
