"""Shows the state of every circuit breaker in the metrics.

The metric is 0 for closed, 1 for half-open, 2 for open.
"""

from __future__ import annotations

from premium.neighbours import Breaker
from premium.observability import logger, observe

_LEVEL = {Breaker.CLOSED: 0, Breaker.HALF_OPEN: 1, Breaker.OPEN: 2}


def show(neighbour: str, state: Breaker) -> None:
    """Write a breaker's new state to the metrics; a `StateListener`.

    At once, because a state that waits for the next flush is seen too late.
    """
    logger.info("circuit breaker changed", neighbour=neighbour, state=state.value)
    observe("CircuitBreaker", _LEVEL[state], "Count", neighbour=neighbour)
