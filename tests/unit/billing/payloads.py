"""Events of Stripe and Paddle after their published schemas, Stripe's in both generations."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

DAY = 86_400
START = 1_700_000_000
MONTH = 30 * DAY


def stripe(kind: str, at: int, thing: dict[str, Any], event_id: str | None = None) -> dict[str, Any]:
    """Return an event as Stripe sends it."""
    return {
        "id": event_id or f"evt_{at}_{kind}", "object": "event", "api_version": "2025-03-31.basil", "created": at,
        "type": kind, "livemode": False, "data": {"object": thing}, "pending_webhooks": 1,
    }  # fmt: skip


def subscription(
    status: str = "active", *, new: bool = True, name: str = "sub_1", price: str = "price_pro", start: int = START,
    user: str | None = "u1", **more: Any,
) -> dict[str, Any]:  # fmt: skip
    """Return Stripe's subscription; `new` has its period on the items."""
    period = {"current_period_start": start, "current_period_end": start + MONTH}
    item = {"id": "si_1", "object": "subscription_item", "quantity": 1, "price": {
        "id": price, "object": "price", "currency": "usd", "unit_amount": 5000, "lookup_key": None,
        "recurring": {"interval": "month", "interval_count": 1}}}  # fmt: skip
    thing: dict[str, Any] = {
        "id": name, "object": "subscription", "customer": "cus_1", "status": status, "cancel_at_period_end": False,
        "metadata": {"user_id": user} if user else {}, "items": {"object": "list", "data": [item]},
    }  # fmt: skip
    (item if new else thing).update(period)
    return thing | more


def invoice(
    *,
    new: bool = True,
    name: str = "in_1",
    of: str | None = "sub_1",
    amount: int = 5000,
    start: int = START,
    **more: Any,
) -> dict[str, Any]:
    """Return Stripe's invoice; `new` names its subscription under `parent`."""
    line: dict[str, Any] = {"id": "il_1", "period": {"start": start, "end": start + MONTH}}
    line |= {"pricing": {"price_details": {"price": "price_pro"}}} if new else {"price": {"id": "price_pro"}}
    details = {"subscription": of, "metadata": {}}
    parent = (
        {"parent": {"type": "subscription_details", "subscription_details": details}} if new else {"subscription": of}
    )
    return {
        "id": name, "object": "invoice", "customer": "cus_1", "amount_paid": amount, "currency": "usd",
        "billing_reason": "subscription_cycle", "lines": {"data": [line]}, **parent, **more,
    }  # fmt: skip


def checkout(user: str = "u1", **more: Any) -> dict[str, Any]:
    """Return Stripe's checkout session."""
    return {
        "id": "cs_1", "object": "checkout.session", "mode": "subscription", "customer": "cus_1",
        "subscription": "sub_1", "client_reference_id": user, "payment_status": "paid", "metadata": {}, **more,
    }  # fmt: skip


def moment(at: float) -> str:
    """Return an instant as Paddle writes it."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def paddle(kind: str, at: float, data: dict[str, Any], event_id: str | None = None) -> dict[str, Any]:
    """Return an event as Paddle sends it."""
    return {
        "event_id": event_id or f"evt_{at}_{kind}", "event_type": kind, "occurred_at": moment(at),
        "notification_id": "ntf_1", "data": data,
    }  # fmt: skip


def paddle_subscription(status: str = "active", *, user: str | None = "u1", **more: Any) -> dict[str, Any]:
    """Return Paddle's subscription."""
    price = {"id": "pri_pro", "name": "Pro, monthly", "unit_price": {"amount": "5000", "currency_code": "EUR"},
             "billing_cycle": {"interval": "month", "frequency": 1}}  # fmt: skip
    return {
        "id": "sub_01", "status": status, "customer_id": "ctm_01", "currency_code": "EUR", "scheduled_change": None,
        "custom_data": {"user_id": user} if user else None, "items": [{"price": price, "quantity": 1}],
        "current_billing_period": {"starts_at": moment(START), "ends_at": moment(START + MONTH)}, **more,
    }  # fmt: skip


def transaction(name: str = "txn_01", *, start: int = START, **more: Any) -> dict[str, Any]:
    """Return Paddle's transaction."""
    return {
        "id": name, "status": "completed", "subscription_id": "sub_01", "customer_id": "ctm_01", "currency_code": "EUR",
        "custom_data": None, "billing_period": {"starts_at": moment(start), "ends_at": moment(start + MONTH)},
        "details": {"totals": {"total": "5950", "grand_total": "5950"}}, "origin": "subscription_recurring",
        "items": [{"price": {"id": "pri_pro", "name": "Pro"}, "quantity": 1}], **more,
    }  # fmt: skip
