"""Bound calls to providers by a deadline, a circuit breaker and one kind of errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from premium.errors import AppError, UpstreamUnavailable
from premium.neighbours import CircuitBreaker
from premium.neighbours_metrics import show
from premium.observability import logger

TIMEOUT = 8.0
"""Seconds: the gateway waits 29 for an answer that may need two calls."""
_BREAKERS: dict[str, CircuitBreaker] = {}


@contextmanager
def bounded(provider: str) -> Iterator[None]:
    """Surround a call whose errors were translated.

    What was not is a failure of the provider's. A provider that says no is alive: only
    what a repeat could mend counts against its breaker.
    """
    breaker = _BREAKERS.setdefault(provider, CircuitBreaker(provider, on_change=show))
    breaker.admit()
    try:
        yield
    except UpstreamUnavailable:
        breaker.failed()
        raise
    except AppError:
        breaker.succeeded()
        raise
    except Exception as error:  # what a library makes of an answer that is none
        breaker.failed()
        logger.exception("a payment provider's answer cannot be read", provider=provider)
        raise UpstreamUnavailable(f"{provider} did not answer as it should") from error
    breaker.succeeded()


def forget_breakers() -> None:
    """Close all breakers; for tests, whose providers come and go."""
    _BREAKERS.clear()
