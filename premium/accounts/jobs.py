"""The jobs of accounts."""

from __future__ import annotations

from premium.jobs.model import JobKind, Moment

ACTIVITY = JobKind(
    name="accounts.activity",
    function="premium.accounts.work.activity",
    queue="default",
    payload=Moment,
    timeout_seconds=60,
)
PURGE = JobKind(
    name="accounts.purge",
    function="premium.accounts.work.purge",
    queue="default",
    payload=Moment,
    timeout_seconds=300,
)
"""Deletes sessions that ended over 30 days ago."""
