"""What the courier asks of a channel."""

from __future__ import annotations

from typing import Protocol

from premium.neighbours import CircuitBreaker
from premium.notifications.model import Delivery

TIMEOUT_SECONDS = 10.0


class Adapter(Protocol):
    """Hands notifications to one provider, or to a user's own server."""

    def lane(self, delivery: Delivery) -> str:
        """Deliveries of one lane share a concurrency limit and a circuit breaker: they can fail together."""

    async def send(self, delivery: Delivery, breaker: CircuitBreaker) -> None:
        """Returns once it was accepted. `Refused`: no repeat helps; `UpstreamUnavailable`: a later try may work."""
