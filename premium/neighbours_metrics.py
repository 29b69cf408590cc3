"""Shows the state of every circuit breaker in the metrics: 0 closed, 1 half-open, 2 open."""

from __future__ import annotations

from aws_lambda_powertools.metrics import MetricUnit, single_metric

from premium.neighbours import Breaker
from premium.observability import NAMESPACE, logger

_LEVEL = {Breaker.CLOSED: 0, Breaker.HALF_OPEN: 1, Breaker.OPEN: 2}


def show(neighbour: str, state: Breaker) -> None:
    """A `StateListener`; written at once, because a state that waits for the next flush is seen too late."""
    logger.info("circuit breaker changed", neighbour=neighbour, state=state.value)
    with single_metric(
        name="CircuitBreaker", unit=MetricUnit.Count, value=_LEVEL[state], namespace=NAMESPACE
    ) as metric:
        metric.add_dimension("neighbour", neighbour)
