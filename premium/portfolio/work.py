"""Bodies of the portfolio service's jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.jobs.model import Moment
from premium.portfolio.jobs import REFRESH, SNAPSHOTS, TIMESERIES
from premium.portfolio.refresh import refresh as read_portfolio
from premium.portfolio.service import refresh_all

refresh = job(REFRESH)(read_portfolio)


@job(SNAPSHOTS)
def snapshots(context: JobContext, payload: Moment) -> Mapping[str, Any]:
    """Start a refresh for everybody who watches a wallet."""
    key = f"hourly-{payload.at.isoformat()}"
    return {"started": refresh_all(context.platform, request_id=f"req_{context.job_id}", idempotency_key=key)}


@job(TIMESERIES)
def timeseries(context: JobContext, payload: Moment) -> Mapping[str, Any]:  # noqa: ARG001 - the form of a job's body
    """Keep the time series as of now, not of the payload: a repeat a day late makes today's partitions."""
    with context.platform.timeseries.transaction(statement_timeout_ms=90_000) as connection:
        row = connection.execute("SELECT maintain_timeseries(%s) AS done", (context.platform.clock.now(),)).fetchone()
    return {"done": row and row["done"]}
