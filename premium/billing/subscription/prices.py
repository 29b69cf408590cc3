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
    requests_a_month: int | None = None
    """As agreed with one customer: nobody else may buy it."""


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
        tier, interval, currency, agreed = (*bought.split(":"), "", "", "")[:4]
        found[price] = Plan(Tier(tier), interval or None, currency or None, int(agreed) if agreed else None)
    return found


def price_for(plans: Plans, provider: str, tier: Tier, interval: str, currency: str | None) -> str | None:
    """Return the first price that fits and that anybody may buy.

    None without one. Paddle's prices begin with `pri_`. Without a currency dollars come first.
    """
    found = [
        price
        for price, plan in plans.items()
        if price.startswith("pri_") == (provider == "paddle")
        and plan.requests_a_month is None
        and plan.tier is tier
        and (plan.interval or "month") == interval
        and (currency is None or plan.currency in (None, currency))
    ]
    return min(found, key=lambda price: plans[price].currency not in (None, "usd"), default=None)
