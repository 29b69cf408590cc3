"""The job that keeps the partitions of what fired and of what was seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from premium.alerts.jobs import PARTITIONS
from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.jobs.model import Moment


@job(PARTITIONS)
def maintain(context: JobContext, payload: Moment) -> Mapping[str, Any]:  # noqa: ARG001 - the form of a job's body
    """Keep partitions as of now.

    Gives up soon where a lock is taken, or matchers would queue up.
    """
    with context.platform.worker_database.transaction(statement_timeout_ms=90_000) as connection:
        connection.execute("SET LOCAL lock_timeout = '3s'")
        connection.execute("SELECT maintain_alerts(%s)", (context.platform.clock.now(),))
    return {}
