"""What a job's body is given besides its payload."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from premium.execution import chaos
from premium.execution.lease import JobLease
from premium.observability import logger

if TYPE_CHECKING:
    from premium.bootstrap import Platform

PROGRESS_SECONDS = 0.5
"""Progress is for people who poll: more often than this is not written."""


@dataclass(frozen=True, kw_only=True)
class JobContext:
    """One attempt at one job."""

    job_id: UUID
    user_id: UUID
    created_at: datetime
    """When the work was accepted: the instant that results are made as of, so that a repeat gives the same."""
    attempt: int
    platform: Platform
    lease: JobLease
    _written: list[float] = field(default_factory=lambda: [0.0])

    def progress(self, fraction: Decimal | float) -> None:
        """Say how far the job is, from 0 to 1.

        What goes back or out of range is ignored. Raises LeaseLost, which the body lets pass.
        """
        bounded = Decimal(str(fraction))
        if not 0 < bounded <= 1 or time.monotonic() - self._written[0] < PROGRESS_SECONDS:
            return
        self.lease.progress(bounded)
        self._written[0] = time.monotonic()

    def point(self, name: str) -> None:
        """Log that the job has come this far; a chaos test may end it here."""
        logger.info("point", point=name, attempt=self.attempt)
        if chaos.strikes(name, stage=self.platform.settings.premium_stage, attempt=self.attempt):
            sys.stdout.flush()
            chaos.strike()
