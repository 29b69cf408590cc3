"""The job of exchange rates."""

from __future__ import annotations

from premium.jobs.model import JobKind, Moment

FETCH = JobKind(
    name="rates.fetch",
    function="premium.rates.work.fetch",
    queue="default",
    payload=Moment,
    timeout_seconds=300,
)
"""Asks the European Central Bank for the days that are not stored yet."""
