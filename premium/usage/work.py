"""Bodies of the jobs of usage."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.jobs.model import Moment
from premium.observability import count
from premium.usage.aggregation import Aggregator
from premium.usage.jobs import AGGREGATE, MONITOR
from premium.usage.manifest import NAMESPACE
from premium.usage.monitor import Monitor


@job(AGGREGATE)
def aggregate(context: JobContext, payload: Moment) -> Mapping[str, Any]:
    """Sum up the day before the moment, and what was missed: `{days, requests}`."""
    day = payload.at.date() - timedelta(days=1)
    try:
        found = Aggregator.of(context.platform, context.point).run(day)
    except Exception:
        count("AggregationFailure", namespace=NAMESPACE)
        raise
    return {"days": len(found), "requests": sum(found.values())}


@job(MONITOR)
def monitor(context: JobContext, payload: Moment) -> Mapping[str, Any]:  # noqa: ARG001 - what stands now decides
    """Tell of quotas that are nearly used up, and of days unlike those before: `{alerts}`."""
    return {"alerts": Monitor.of(context.platform, context.point).run()}
