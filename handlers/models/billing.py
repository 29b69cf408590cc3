"""Views of the billing routes."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import Field

from handlers.runtime import Tier, View
from premium.billing.model import Subscription
from premium.entitlements import entitlements


class ReceiptView(View):
    """What a payment provider is told of an event that it sent."""

    provider: Literal["stripe", "paddle"] = Field(description="Who signed it", examples=["stripe"])
    event_id: str = Field(
        description="The event's id; of a signed body that is no event its digest",
        examples=["evt_1PqXyZ2eZvKYlo2C0aBcDeFg"],
    )
    known: bool
    """Whether it had come before; it counts once."""


class EntitlementsView(View):
    """What a tier allows; quotas are of one user."""

    services: list[str] = Field(description="Services that may be used", examples=[["alerts", "portfolio"]])
    requests_a_minute: int = Field(description="Requests a minute, over all keys", examples=[1000])
    requests_a_month: int = Field(description="Requests a calendar month", examples=[1_000_000])
    rules: int = Field(description="Alert rules, those switched off included", examples=[100])
    wallets: int = Field(description="Watched wallets", examples=[10])
    reports_a_day: int = Field(description="Tax reports a day", examples=[20])
    scans_a_day: int = Field(description="Security scans a day", examples=[500])
    dashboards: int = Field(description="Own dashboards", examples=[20])
    api_keys: int = Field(description="API keys at once", examples=[20])
    history_days: int = Field(description="Days of history", examples=[90])


class PriceView(View):
    """What a period costs."""

    id: str = Field(description="The provider's id of the price", examples=["price_1PqXyZ2eZvKYlo2C"])
    amount: str | None = Field(description="Minor units of the currency", examples=["5000"])
    currency: str | None = Field(description="A code of ISO 4217", examples=["usd"])
    interval: str | None = Field(description="day, week, month or year", examples=["month"])


class SubscriptionView(View):
    """What a user pays for, and what that allows."""

    id: UUID | None
    """The subscription's id; null without one."""
    tier: Tier
    """The tier in force, which is the best of what is paid for."""
    status: str | None = Field(
        description="incomplete, trialing, active, past_due, unpaid, paused, canceled or incomplete_expired",
        examples=["active"],
    )
    provider: Literal["stripe", "paddle"] | None = Field(description="Who takes the money", examples=["stripe"])
    price: PriceView | None
    """What a period costs; null where the provider's price is not known."""
    current_period_start: datetime | None
    """When the paid period began."""
    current_period_end: datetime | None
    """When it ends."""
    cancel_at_period_end: bool
    """Whether it ends with the period."""
    grace_until: datetime | None
    """Until when the tier holds while a payment is owed."""
    entitlements: EntitlementsView
    """What the tier in force allows."""

    @classmethod
    def of(cls, found: Subscription | None, tier: Tier) -> SubscriptionView:
        """Return a user's subscription, or what he has without one."""
        allowed = asdict(entitlements(tier)) | {"services": sorted(entitlements(tier).services)}
        return cls(
            id=found and found.id,
            tier=tier,
            status=found and found.status,
            provider=found and found.provider,
            price=_price(found),
            current_period_start=found and found.current_period_start,
            current_period_end=found and found.current_period_end,
            cancel_at_period_end=bool(found and found.cancel_at_period_end),
            grace_until=found and found.grace_until,
            entitlements=EntitlementsView(**allowed),
        )


def _price(found: Subscription | None) -> PriceView | None:
    if found is None or found.price_id is None:
        return None
    amount = None if found.unit_amount is None else str(Decimal(found.unit_amount).to_integral_value())
    return PriceView(id=found.price_id, amount=amount, currency=found.currency, interval=found.interval)
