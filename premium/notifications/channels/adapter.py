"""What the courier asks of a channel."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from premium.neighbours import CircuitBreaker
from premium.notifications.model import Delivery

TIMEOUT_SECONDS = 10.0


class Way(NamedTuple):
    """The lane and the host of a delivery.

    Deliveries of one lane share a circuit breaker, because they fail together; those to one host its connections.
    """

    lane: str
    host: str


class Adapter(Protocol):
    """Hands notifications to one provider, or to a user's own server."""

    def way(self, delivery: Delivery) -> Way:
        """Return the way of a delivery.

        A provider is a lane and a host in one; at a user's server each user has a lane of his own.
        """

    async def send(self, delivery: Delivery, breaker: CircuitBreaker) -> None:
        """Returns once it was accepted. `Refused`: no repeat helps; `UpstreamUnavailable`: a later try may work."""
