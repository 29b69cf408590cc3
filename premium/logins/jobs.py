"""The jobs of logins."""

from __future__ import annotations

from uuid import UUID

from premium.jobs.model import JobKind, JobPayload


class LetterPayload(JobPayload):
    """Which letter is to be sent.

    What it says stands in no record of a job.
    """

    letter: UUID


MAIL = JobKind(
    name="logins.mail",
    function="premium.logins.work.mail",
    queue="default",
    payload=LetterPayload,
    timeout_seconds=60,
)
"""Sends the mail of a registration or of a forgotten password."""
