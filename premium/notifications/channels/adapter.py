"""What the courier asks of a channel."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from premium.neighbours import CircuitBreaker
from premium.notifications.model import Delivery

TIMEOUT_SECONDS = 10.0


class Full(Exception):
    """No turn came in time: the delivery goes back, untried."""


class Way(NamedTuple):
    """The lane and the host of a delivery.

    A lane is one destination: what is wrong with it, and what it asks us to wait, is its alone. Lanes to one host share
    its connections. A host whose name has no space is a provider's: its lanes fail together, so they share its breaker.
    """

    lane: str
    host: str
    at_once: int = 8
    """Of the lane: providers take the messages to one chat one after another."""

    @property
    def is_provider(self) -> bool:
        """Whether the host is a provider, not a user's own server."""
        return " " not in self.host


class Adapter(Protocol):
    """Hands notifications to one provider, or to a user's own server."""

    def way(self, delivery: Delivery) -> Way:
        """Return the way of a delivery.

        A user's server has a lane for each of its users and addresses, a provider one for each destination.
        """

    async def send(self, delivery: Delivery, breaker: CircuitBreaker) -> float | None:
        """Return once it was accepted.

        With the seconds for which its lane takes no more, if it says so.

        `Refused`: no repeat helps; `Throttled`: it asks us to wait; `UpstreamUnavailable`: a later try may work;
        `Full`: nothing was sent, because we have no room for it.
        """
