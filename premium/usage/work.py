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
from premium.usage.jobs import AGGREGATE
from premium.usage.manifest import NAMESPACE


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
