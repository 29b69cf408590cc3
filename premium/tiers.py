"""Tiers that users pay for, and how often each may ask."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Tier(StrEnum):
    """What a user pays for; a tier includes those before it."""

    FREE = "free"
    STARTER = "starter"
    PRO = "pro"
    ENTERPRISE = "enterprise"

    def includes(self, other: Tier) -> bool:
        """Tell whether this tier includes another."""
        order = list(Tier)
        return order.index(self) >= order.index(other)


REQUESTS_A_MINUTE: Mapping[Tier, int] = {
    Tier.FREE: 100,
    Tier.STARTER: 1_000,
    Tier.PRO: 10_000,
    Tier.ENTERPRISE: 100_000,
}
ANONYMOUS_A_MINUTE = 1_000
"""By source address: public routes, and refused credentials. An office or a monitor shares one."""
