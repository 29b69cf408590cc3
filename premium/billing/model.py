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


class Verdict(_Row):
    """What an event did, as it is written beside it."""

    provider: Provider
    event_id: str
    state: str
    outcome: str
    error: str | None


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


class Receipt(_Row):
    """What a provider is told of an event that it sent."""

    provider: Provider
    event_id: str
    known: bool
    """It had come before."""
