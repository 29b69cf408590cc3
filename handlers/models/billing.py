"""Views of the billing routes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field, model_validator

from handlers.runtime import Body, Tier, View
from premium.billing.model import Checkout, PendingChange, Subscription
from premium.billing.providers.port import Invoice, Preview
from premium.billing.quotas import UsedQuota
from premium.entitlements import Entitlements

Interval = Literal["month", "year"]
PaidTier = Literal["starter", "pro", "enterprise"]
When = Literal["now", "period_end"]
End = Annotated[When, Query(description="With the period that is paid for, or at once")]


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
    checks_a_day: int = Field(description="Transactions and messages judged a day", examples=[5000])
    exports_a_day: int = Field(description="Exports of portfolios a day", examples=[100])
    dashboards: int = Field(description="Own dashboards", examples=[20])
    api_keys: int = Field(description="API keys at once", examples=[20])
    history_days: int = Field(description="Days of history", examples=[90])


class UsedQuotaView(View):
    """How much of a quota is used."""

    quota: str = Field(description="As it is called among the entitlements", examples=["rules"])
    used: int = Field(description="How many there are", examples=[12])
    allowed: int = Field(description="How many the tier allows", examples=[100])
    exceeding: list[str] = Field(
        description="Ids of those that are over it: they are kept and can be read or removed, the newest first",
        examples=[["5f0c6a52-0a3e-4c58-9a52-3f1f3a1d2b11"]],
    )

    @classmethod
    def of(cls, used: UsedQuota) -> UsedQuotaView:
        """Return the view of a quota."""
        return cls(quota=used.quota, used=used.used, allowed=used.allowed, exceeding=list(used.exceeding))


class PendingChangeView(View):
    """What becomes of a subscription when its period ends."""

    tier: Tier
    """The tier from then on."""
    interval: str = Field(description="How long a period then is", examples=["month"])
    at: datetime
    """When the period ends."""

    @classmethod
    def of(cls, planned: PendingChange | None) -> PendingChangeView | None:
        """Return the view of a planned change; None without one."""
        return planned if planned is None else cls(tier=planned.tier, interval=planned.interval, at=planned.at)


class NewCheckout(Body):
    """What somebody is about to buy."""

    tier: PaidTier
    """What is paid for."""
    interval: Interval = "month"
    """How long a period is."""
    provider: Literal["stripe", "paddle"]
    """Who takes the money."""
    currency: str | None = Field(
        default=None, pattern="^[a-z]{3}$", description="A code of ISO 4217; dollars without", examples=["usd"]
    )


class CheckoutView(View):
    """A page where somebody pays."""

    id: UUID
    """The checkout's id."""
    status: Literal["open"] = "open"
    """It waits for its payment; the subscription begins with that."""
    checkout_url: str = Field(description="Where to pay", examples=["https://checkout.stripe.com/c/pay/cs_1"])
    expires_at: datetime
    """Until when it can be paid."""

    @classmethod
    def of(cls, opened: Checkout) -> CheckoutView:
        """Return the view of a checkout."""
        return cls(id=opened.id, checkout_url=opened.url, expires_at=opened.expires_at)


class SubscriptionChange(Body):
    """What a subscription is to buy; what is left out stays."""

    tier: PaidTier | None = None
    """What is paid for."""
    interval: Interval | None = None
    """How long a period is."""
    when: When | None = None
    """More comes at once, less with the period's end, unless this says otherwise."""

    @model_validator(mode="after")
    def _changes_something(self) -> SubscriptionChange:
        if self.tier is None and self.interval is None:
            raise ValueError("give a tier or an interval; the one that there is takes back what was planned")
        return self


class WantedPlan(Body):
    """A change that is only asked about."""

    tier: PaidTier
    """What would be paid for."""
    interval: Interval = "month"
    """How long a period would be."""


class PreviewView(View):
    """What a change at once costs, as the provider computes it."""

    due_now: str = Field(description="To pay at once, in minor units of the currency", examples=["1250"])
    credit: str = Field(description="Given back of the period that is paid for, in minor units", examples=["1250"])
    next: str = Field(description="What each later period costs, in minor units", examples=["5000"])
    currency: str = Field(description="A code of ISO 4217", examples=["usd"])

    @classmethod
    def of(cls, found: Preview) -> PreviewView:
        """Return the view of a preview."""
        return cls(due_now=str(found.due_now), credit=str(found.credit), next=str(found.next), currency=found.currency)


class PortalView(View):
    """Where a user looks after his means of payment."""

    url: str = Field(
        description="A page of the provider's, for some minutes", examples=["https://billing.stripe.com/p/1"]
    )


class InvoiceView(View):
    """A bill."""

    id: str = Field(description="The provider's id", examples=["in_1PqXyZ2eZvKYlo2C"])
    number: str | None = Field(description="As it stands on the bill", examples=["P-0001"])
    amount: str = Field(description="Minor units of the currency", examples=["5000"])
    currency: str = Field(description="A code of ISO 4217", examples=["usd"])
    status: str = Field(description="As the provider calls it: open, paid, void …", examples=["paid"])
    period_start: datetime | None
    """When the period begins that it is for."""
    period_end: datetime | None
    """When that ends."""
    url: str | None = Field(description="The provider's page of it", examples=["https://invoice.stripe.com/i/1"])

    @classmethod
    def of(cls, found: Invoice) -> InvoiceView:
        """Return the view of a bill."""
        return cls(**{**asdict(found), "amount": str(found.amount)})


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
    pending_change: PendingChangeView | None
    """What becomes of it when the period ends."""
    entitlements: EntitlementsView
    """What the tier in force allows."""
    used_quotas: list[UsedQuotaView]
    """How much of the quotas is used."""

    @classmethod
    def of(
        cls, found: Subscription | None, tier: Tier, allows: Entitlements, used: Sequence[UsedQuota]
    ) -> SubscriptionView:
        """Return a user's subscription, or what he has without one."""
        allowed = asdict(allows) | {"services": sorted(allows.services)}
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
            pending_change=PendingChangeView.of(found.pending_change if found else None),
            entitlements=EntitlementsView(**allowed),
            used_quotas=[UsedQuotaView.of(each) for each in used],
        )


def _price(found: Subscription | None) -> PriceView | None:
    if found is None or found.price_id is None:
        return None
    amount = None if found.unit_amount is None else str(Decimal(found.unit_amount).to_integral_value())
    return PriceView(id=found.price_id, amount=amount, currency=found.currency, interval=found.interval)
