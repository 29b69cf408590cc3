"""Map a provider's price to what it buys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from premium.tiers import Tier


@dataclass(frozen=True)
class Plan:
    """What a price buys, by configuration."""

    tier: Tier
    interval: str | None = None
    currency: str | None = None


Plans = Mapping[str, Plan]
"""By the provider's price id."""


def tier_of(price: str, says: Iterable[object], plans: Plans | None) -> Tier | None:
    """Return a price's tier, by configuration or by its own words.

    The words (`says`, then the id) count only where there is no configuration.
    """
    if plans is not None:
        return plans[price].tier if price in plans else None
    for each in (*says, price):
        words = re.split(r"[^a-z]+", each.lower()) if isinstance(each, str) else []
        found = next((tier for tier in Tier if tier.value in words), None)
        if found is not None:
            return found
    return None


def plans_of(text: str) -> Plans:
    """Return what prices buy, of `price_1=pro:month:usd,pri_2=starter`."""
    found = {}
    for each in filter(None, text.split(",")):
        price, _, bought = each.partition("=")
        tier, interval, currency = (*bought.split(":"), "", "")[:3]
        found[price] = Plan(Tier(tier), interval or None, currency or None)
    return found
