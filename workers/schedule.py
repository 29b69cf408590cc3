"""The jobs that the clock starts (`premium.execution.schedule`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.execution.schedule import ALERTS, SNAPSHOTS, TIMESERIES, Moment
from premium.portfolio.service import refresh_all


@job(SNAPSHOTS)
def snapshots(context: JobContext, payload: Moment) -> Mapping[str, Any]:
    key = f"hourly-{payload.at.isoformat()}"
    return {"started": refresh_all(context.platform, request_id=f"req_{context.job_id}", idempotency_key=key)}


@job(TIMESERIES)
def timeseries(context: JobContext, payload: Moment) -> Mapping[str, Any]:  # noqa: ARG001 - the form of a job's body
    """As of now, not of the payload: a repeat a day late makes today's partitions."""
    with context.platform.timeseries.transaction(statement_timeout_ms=90_000) as connection:
        row = connection.execute("SELECT maintain_timeseries(%s) AS done", (context.platform.clock.now(),)).fetchone()
    return {"done": row and row["done"]}


@job(ALERTS)
def alerts(context: JobContext, payload: Moment) -> Mapping[str, Any]:  # noqa: ARG001 - the form of a job's body
    """As of now, like the time series. Gives up soon where a lock is not to be had: whoever matches would queue up."""
    with context.platform.worker_database.transaction(statement_timeout_ms=90_000) as connection:
        connection.execute("SET LOCAL lock_timeout = '3s'")
        connection.execute("SELECT maintain_alerts(%s)", (context.platform.clock.now(),))
    return {}
