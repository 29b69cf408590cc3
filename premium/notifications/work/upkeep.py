"""The job that ends notices which are too old."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.jobs.model import Moment
from premium.notifications import service
from premium.notifications.jobs import UPKEEP


@job(UPKEEP)
def remove_old(context: JobContext, payload: Moment) -> Mapping[str, Any]:  # noqa: ARG001 - the form of a job's body
    """Remove old notices as of now, so many a day as end in time."""
    with context.platform.worker_database.transaction(statement_timeout_ms=90_000) as connection:
        return {"removed": service.remove_old(connection, context.platform.clock.now())}
