"""Say what of an event is stored: nothing of a person.

A list of what stays: what a provider adds to its payloads stays out until somebody needs it. Cards, names, addresses
and e-mails are not in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_KEPT = frozenset(
    {
        "id", "object", "type", "created", "api_version", "livemode", "data", "customer", "subscription", "status",
        "items", "price", "plan", "currency", "unit_amount", "amount", "recurring", "interval", "interval_count",
        "current_period_start", "current_period_end", "cancel_at_period_end", "cancel_at", "canceled_at", "ended_at",
        "trial_end", "client_reference_id", "payment_status", "mode", "billing_reason", "amount_paid", "total", "lines",
        "period", "start", "end", "parent", "subscription_details", "subscription_item_details", "pricing",
        "price_details", "quantity", "metadata",
        "event_id", "event_type", "occurred_at", "notification_id", "customer_id", "subscription_id", "custom_data",
        "price_id", "unit_price", "currency_code", "billing_cycle", "frequency", "current_billing_period", "starts_at",
        "ends_at", "scheduled_change", "action", "effective_at", "billing_period", "details", "totals", "grand_total",
        "origin", "transaction_id", "paused_at", "next_billed_at",
    }
)  # fmt: skip
_OWN = {"metadata": frozenset({"user_id"}), "custom_data": frozenset({"user_id"})}
"""Objects whose keys are ours: of these alone."""
_MOST, _DEPTH, _CHARACTERS = 100, 12, 255


def kept(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event's payload as it is stored."""
    return _object(event, _KEPT, _DEPTH)


def _object(value: Mapping[str, Any], names: frozenset[str], depth: int) -> dict[str, Any]:
    found = {}
    for name, each in value.items():
        if name in names and depth:
            stays = _value(each, _OWN.get(name, _KEPT), depth - 1)
            if stays is not None or each is None:
                found[name] = stays
    return found


def _value(value: Any, names: frozenset[str], depth: int) -> Any:
    match value:
        case bool() | int():
            return value
        case str():
            return value if len(value) <= _CHARACTERS and "\x00" not in value and _is_whole(value) else None
        case Mapping():
            return _object(value, names, depth)
        case list():
            return [_value(each, names, depth) for each in value[:_MOST]] if depth else None
    return None


def _is_whole(text: str) -> bool:
    """Tell whether a text has no half of a character, which nothing stores."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
