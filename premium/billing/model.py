"""Webhooks, subscriptions and payments as they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from premium.billing.signatures.judge import Provider
from premium.tiers import Tier


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NewEvent(_Row):
    """A signed event on its way in, without anything of a person."""

    provider: Provider
    event_id: str
    type: str
    created: datetime | None
    payload: Mapping[str, Any]
    subscription: str | None
    customer: str | None
    asked: Mapping[str, str] | None = None
    """Who sent it, for its audit entry: `request_id`, `address`, `user_agent`; None where we asked the provider."""


class UnnotedEvent(_Row):
    """An event that was applied and has no audit entry yet."""

    id: UUID
    provider: Provider
    event_id: str
    type: str
    received_at: datetime
    subscription: str | None
    state: str
    outcome: str | None
    error: str | None
    asked: Mapping[str, Any] | None


class StoredEvent(_Row):
    """An event as it is kept, and what became of it."""

    id: UUID
    provider: Provider
    event_id: str
    type: str
    created: datetime | None
    received_at: datetime
    payload: Mapping[str, Any]
    subscription: str | None
    customer: str | None
    state: str
    outcome: str | None
    attempts: int
    error: str | None


class SeenEvent(_Row):
    """An event as staff sees it: without what is in it."""

    id: UUID
    provider: Provider
    event_id: str
    type: str
    created: datetime | None
    received_at: datetime
    subscription: str | None
    customer: str | None
    state: str
    outcome: str | None
    attempts: int
    error: str | None


class Held(_Row):
    """A subscription as the clock's jobs look after it."""

    id: UUID
    user_id: UUID
    provider: Provider
    provider_subscription_id: str
    tier: Tier | None
    status: str
    price_id: str | None
    current_period_start: datetime | None
    current_period_end: datetime | None
    cancel_at_period_end: bool
    grace_until: datetime | None
    pending_change: PendingChange | None
    state_at: datetime


class Verdict(_Row):
    """What an event did, as it is written beside it."""

    provider: Provider
    event_id: str
    state: str
    outcome: str
    error: str | None


class PendingChange(_Row):
    """What becomes of a subscription when its period ends."""

    tier: Tier
    interval: str
    price: str
    at: datetime


class Subscription(_Row):
    """A user's subscription as it stands."""

    id: UUID
    provider: Provider
    provider_subscription_id: str
    customer_id: str | None
    tier: Tier | None
    status: str
    price_id: str | None
    interval: str | None
    currency: str | None
    unit_amount: Decimal | None
    current_period_start: datetime | None
    current_period_end: datetime | None
    cancel_at_period_end: bool
    grace_until: datetime | None
    requests_a_month: int | None
    """As agreed with one customer; None: what the tier allows."""
    pending_change: PendingChange | None


class Checkout(_Row):
    """A page of a provider's where a user may pay."""

    id: UUID
    provider: Provider
    provider_checkout_id: str
    price_id: str
    url: str
    expires_at: datetime


class Grant(_Row):
    """A tier that an administrator gave a user, with its end."""

    id: UUID
    user_id: UUID
    tier: Tier
    until: datetime
    reason: str
    granted_by: str
    created_at: datetime


class RevenueRow(_Row):
    """What subscriptions bring in one currency; amounts are minor units."""

    currency: str
    mrr: Decimal
    """A month, of the periods that run."""
    arr: Decimal
    paying: int
    began_with: int
    """Subscriptions that had paid before the month and had not ended."""
    ended: int
    """Those of them that ended in it."""
    churn_percent: Decimal | None


class Receipt(_Row):
    """What a provider is told of an event that it sent."""

    provider: Provider
    event_id: str
    known: bool
    """It had come before."""
