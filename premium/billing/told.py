"""Take what a provider answered as an event of its own.

It is stored and applied as its webhooks are, in whatever order: an answer stands at the moment when it was asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from premium.billing.intake import read
from premium.billing.model import NewEvent, Subscription
from premium.billing.service import Webhooks
from premium.billing.signatures.judge import Provider
from premium.billing.store.subscriptions import moment
from premium.billing.subscription.event import Snapshot
from premium.billing.subscription.fields import inside
from premium.billing.subscription.kept import kept
from premium.billing.subscription.prices import Plans
from premium.bootstrap import Platform


def take(platform: Platform, provider: Provider, answer: Mapping[str, Any], asked: datetime, *, request_id: str) -> str:
    """Store an answer as an event, and have it applied; return the event's id."""
    event = event_of(provider, answer, asked)
    webhooks = Webhooks.of(platform)
    webhooks.store.add(event)
    webhooks.apply(provider, event.event_id, request_id=request_id)
    return event.event_id


def take_by_worker(
    platform: Platform, provider: Provider, answer: Mapping[str, Any], asked: datetime, *, request_id: str
) -> str:
    """Store an answer as an event, and have it applied; by the worker's role."""
    event = event_of(provider, answer, asked)
    webhooks = Webhooks.of_operator(platform)
    webhooks.store.add(event)
    webhooks.apply(provider, event.event_id, request_id=request_id)
    return event.event_id


def snapshot_of(provider: Provider, answer: Mapping[str, Any], plans: Plans | None = None) -> Snapshot:
    """Return what a provider's subscription says."""
    return read(provider, payload_of(provider, answer, datetime.now(UTC), "answer"), plans or {}).snapshot


def event_of(provider: Provider, answer: Mapping[str, Any], asked: datetime) -> NewEvent:
    """Return a provider's subscription as an event that tells of it."""
    # Stripe's events stand by whole seconds, then by their ids: two answers of one second must stay in order.
    name = f"answer_{int(asked.timestamp() * 1_000_000):017d}_{uuid4().hex}"
    payload = kept(payload_of(provider, answer, asked, name))
    event = read(provider, payload, {})
    return NewEvent(
        provider=provider,
        event_id=event.id,
        type=event.type,
        created=moment(event.at),
        payload=payload,
        subscription=event.subscription,
        customer=event.customer,
    )


def overlaid(found: Subscription, answer: Mapping[str, Any], plans: Plans) -> Subscription:
    """Return a subscription as its provider has just told it, before the event is applied."""
    said = snapshot_of(found.provider, answer, plans)
    price = said.price if said.price and said.price.tier else None
    news: dict[str, Any] = {
        "status": said.status,
        "tier": price and price.tier,
        "price_id": price and price.id,
        "interval": price and price.interval,
        "currency": price and price.currency,
        "unit_amount": price and price.unit_amount,
        "current_period_start": moment(said.period_start),
        "current_period_end": moment(said.period_end),
        "cancel_at_period_end": said.cancel_at_period_end,
    }
    return found.model_copy(update={name: value for name, value in news.items() if value is not None})


def payload_of(provider: Provider, answer: Mapping[str, Any], asked: datetime, name: str) -> dict[str, Any]:
    """Return the event that the provider might have sent."""
    is_over = inside(answer, "status") == "canceled"
    if provider == "stripe":
        kind = f"customer.subscription.{'deleted' if is_over else 'updated'}"
        return {"id": name, "type": kind, "created": int(asked.timestamp()), "data": {"object": dict(answer)}}
    at = asked.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    kind = "subscription.canceled" if is_over else "subscription.updated"
    return {"event_id": name, "event_type": kind, "occurred_at": at, "data": dict(answer)}
