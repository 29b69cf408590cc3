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
SIGNED_ROUTES = frozenset({"POST /webhooks/stripe", "POST /webhooks/paddle", "POST /v1/subscriptions/webhooks"})
