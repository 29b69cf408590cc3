"""The job that keeps the partitions of alerts and events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from premium.alerts.jobs import PARTITIONS
from premium.alerts.store.history import maintain_partitions
from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.jobs.model import Moment


@job(PARTITIONS)
def maintain(context: JobContext, payload: Moment) -> Mapping[str, Any]:  # noqa: ARG001 - the form of a job's body
    """Keep partitions as of now, so that a late repeat makes today's."""
    maintain_partitions(context.platform.worker_database, context.platform.clock.now())
    return {}
