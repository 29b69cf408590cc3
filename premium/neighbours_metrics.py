"""Show the state of every circuit breaker as a metric."""

from __future__ import annotations

from premium.neighbours import Breaker
from premium.observability import logger, observe

_LEVEL = {Breaker.CLOSED: 0, Breaker.HALF_OPEN: 1, Breaker.OPEN: 2}


def show(neighbour: str, state: Breaker) -> None:
    """Record a breaker's new state; a `StateListener`."""
    logger.info("circuit breaker changed", neighbour=neighbour, state=state.value)
    observe("CircuitBreaker", _LEVEL[state], "Count", neighbour=neighbour)
