"""Payloads and kinds of the notes service's jobs."""

from __future__ import annotations

from premium.jobs.model import JobKind, JobPayload, Moment


class SummaryPayload(JobPayload):
    """Nothing but the user, whom the record names."""


SUMMARY = JobKind(
    name="notes.summary",
    function="premium.notes.work.summary",
    queue="default",
    payload=SummaryPayload,
    timeout_seconds=30,
)
REMOVAL = JobKind(
    name="notes.removal",
    function="premium.notes.work.removal",
    queue="default",
    payload=Moment,
    timeout_seconds=60,
)
