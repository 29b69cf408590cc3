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
