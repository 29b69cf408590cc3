"""Read Paddle's events. They stand in the order of `occurred_at`, then of their ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from premium.billing.subscription.event import Act, Event, Payment, Price, Snapshot, Unreadable
from premium.billing.subscription.fields import currency, ident, inside, instant, interval, items, status, text, whole
from premium.billing.subscription.prices import Plans, tier_of

PROVIDER = "paddle"
_CANCELED = frozenset({"subscription.canceled", "subscription.cancelled"})
_BY_TYPE = {
    "subscription.activated": "active",
    "subscription.past_due": "past_due",
    "subscription.paused": "paused",
    "subscription.resumed": "active",
}
"""The status that a type says where the subscription does not."""
_STATES = frozenset({"subscription.created", "subscription.updated", *_BY_TYPE, *_CANCELED})
_PAID, _FAILED = "transaction.completed", "transaction.payment_failed"
TYPES = _STATES | {_PAID, _FAILED}


def read(raw: Mapping[str, Any], plans: Plans | None) -> Event:
    """Return what an event says; Unreadable where it lacks its id, type, time or data."""
    kind, at = text(raw.get("event_type")), instant(raw.get("occurred_at"))
    identity = text(raw.get("event_id"))
    if identity is None or kind is None or at is None:
        missing = "event_id" if identity is None else "event_type" if kind is None else "occurred_at"
        raise Unreadable(f"{missing}: is not there, or of another form")
    if kind not in TYPES:
        return Event(provider=PROVIDER, id=identity, type=kind, at=at)
    thing = raw.get("data")
    if not isinstance(thing, Mapping):
        raise Unreadable("data: must be an object")
    said = {"provider": PROVIDER, "id": identity, "type": kind, "at": at, "user_by": 1}
    said["customer"] = ident(thing.get("customer_id"))
    said["user"] = text(inside(thing, "custom_data", "user_id"))
    return _state(thing, kind, plans, said) if kind in _STATES else _transaction(thing, kind, plans, said)


def _state(thing: Mapping[str, Any], kind: str, plans: Plans | None, said: Mapping[str, Any]) -> Event:
    is_end = kind in _CANCELED
    snapshot = Snapshot(
        status="canceled" if is_end else status(thing.get("status")) or _BY_TYPE.get(kind),
        price=_price(thing, plans),
        period_start=instant(inside(thing, "current_billing_period", "starts_at")),
        period_end=instant(inside(thing, "current_billing_period", "ends_at")),
        cancel_at_period_end=None if is_end or "scheduled_change" not in thing else _ends(thing),
    )
    return Event(**said, act=Act.STATE, subscription=ident(thing), snapshot=snapshot)


def _ends(thing: Mapping[str, Any]) -> bool:
    """Tell whether a cancellation is planned; once it is carried out the plan is no longer told."""
    return bool(inside(thing, "scheduled_change", "action") == "cancel")


def _price(thing: Mapping[str, Any], plans: Plans | None) -> Price | None:
    """Return the price of the first item with a tier, else of the first."""
    found = [price for item in items(thing, "items") if (price := _item_price(item, thing, plans))]
    return next((price for price in found if price.tier), found[0] if found else None)


def _item_price(item: Mapping[str, Any], thing: Mapping[str, Any], plans: Plans | None) -> Price | None:
    price = item.get("price")
    identity = ident(price) or text(item.get("price_id"))
    if identity is None:
        return None
    says = [inside(price, "custom_data", "tier"), inside(thing, "custom_data", "tier"), inside(price, "name"),
            inside(item, "product", "name"), inside(price, "description")]  # fmt: skip
    return Price(
        id=identity,
        tier=tier_of(identity, says, plans),
        interval=interval(inside(price, "billing_cycle", "interval")),
        currency=currency(inside(price, "unit_price", "currency_code")) or currency(thing.get("currency_code")),
        unit_amount=whole(inside(price, "unit_price", "amount")),
    )


def _transaction(thing: Mapping[str, Any], kind: str, plans: Plans | None, said: Mapping[str, Any]) -> Event:
    subscription = ident(thing.get("subscription_id"))
    if kind == _FAILED:
        first = thing.get("origin") in ("web", "api")
        return Event(**said, act=Act.FAILED, subscription=subscription, first=first)
    identity = ident(thing)
    if identity is None:
        raise Unreadable("data.id: a transaction needs one")
    start = instant(inside(thing, "billing_period", "starts_at"))
    end = instant(inside(thing, "billing_period", "ends_at"))
    totals = inside(thing, "details", "totals")
    amount = whole(inside(totals, "grand_total"))
    amount = whole(inside(totals, "total")) if amount is None else amount
    code = currency(thing.get("currency_code")) or currency(inside(totals, "currency_code"))
    payment = Payment(id=identity, amount=amount or 0, currency=code, period_start=start, period_end=end)
    snapshot = Snapshot(price=_price(thing, plans), period_start=start, period_end=end)
    return Event(**said, act=Act.PAID, subscription=subscription, snapshot=snapshot, payment=payment)
