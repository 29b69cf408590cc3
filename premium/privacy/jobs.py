"""Payloads and kinds of the privacy service's jobs."""

from __future__ import annotations

from uuid import UUID

from premium.jobs.model import JobKind, JobPayload, Moment


class ExportPayload(JobPayload):
    """Nothing: the record names the user."""


class ErasurePayload(JobPayload):
    """The request that is carried out.

    The record's user is nobody: a job of the user's own would be erased with him.
    """

    erasure: UUID


EXPORT = JobKind(
    name="privacy.export",
    function="premium.privacy.work.export",
    queue="default",
    payload=ExportPayload,
    timeout_seconds=1800,
)
ERASE = JobKind(
    name="privacy.erase",
    function="premium.privacy.work.erase",
    queue="default",
    payload=ErasurePayload,
    timeout_seconds=1800,
)
UPKEEP = JobKind(
    name="privacy.upkeep",
    function="premium.privacy.work.upkeep",
    queue="default",
    payload=Moment,
    timeout_seconds=300,
)
"""Starts what is due, and ends what was kept for long enough."""
