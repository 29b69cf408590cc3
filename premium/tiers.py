"""What a user pays for, and how often it lets him ask."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Tier(StrEnum):
    """A tier includes those before it."""

    FREE = "free"
    STARTER = "starter"
    PRO = "pro"
    ENTERPRISE = "enterprise"

    def includes(self, other: Tier) -> bool:
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
