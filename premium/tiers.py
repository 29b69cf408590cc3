"""Tiers that users pay for; what each allows is in `premium.entitlements`."""

from __future__ import annotations

from enum import StrEnum


class Tier(StrEnum):
    """What a user pays for; a tier has what those before it have."""

    FREE = "free"
    STARTER = "starter"
    PRO = "pro"
    ENTERPRISE = "enterprise"

    def includes(self, other: Tier) -> bool:
        """Tell whether this tier is another or above it.

        What it may do is asked of its entitlements.
        """
        order = list(Tier)
        return order.index(self) >= order.index(other)


ANONYMOUS_A_MINUTE = 1_000
"""By source address: public routes, and refused credentials. An office or a monitor shares one."""
SIGNED_A_MINUTE = 30_000
"""By source address: routes whose bodies a provider signs. It sends all of its events from a few addresses."""
MEASURED_A_MINUTE = 120
"""By source address, of the same window as its other public requests: what browsers measure. A flood of it is noise."""
MEASURED_ROUTES = frozenset({"POST /v1/console/vitals"})
SIGNED_ROUTES = frozenset({"POST /webhooks/stripe", "POST /webhooks/paddle", "POST /v1/subscriptions/webhooks"})


def anonymous_a_minute(route: str) -> int:
    """Return how many anonymous requests of this route an address may send a minute."""
    if route in SIGNED_ROUTES:
        return SIGNED_A_MINUTE
    return MEASURED_A_MINUTE if route in MEASURED_ROUTES else ANONYMOUS_A_MINUTE
