"""Answer as Stripe's API does, as far as billing asks it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from stripe.params import (
    _invoice_create_preview_params,
    _invoice_list_params,
    _subscription_cancel_params,
    _subscription_update_params,
)
from stripe.params.billing_portal import _session_create_params as _portal_params
from stripe.params.checkout import _session_create_params

from local.payments.desk import Bought, Desk
from local.payments.shapes import Misshapen, check_stripe, nested

Answer = tuple[int, dict[str, Any]]


def answer(desk: Desk, method: str, path: str, body: str, headers: Mapping[str, str]) -> Answer:
    """Answer one request.

    `body` is its form or its query; headers are by their names in lower case.
    """
    sent = nested(body)
    desk.asked.append((method, path, sent))
    if not headers.get("authorization", "").startswith("Bearer "):
        return _error(401, "api_key_missing", "authentication_error")
    key = headers.get("idempotency-key", "")
    if key and key in desk.answers and method == "POST":
        return desk.answers[key]
    found = _routed(desk, method, path, sent)
    if key and found[0] < 500:
        desk.answers[key] = found
    return found


def _routed(desk: Desk, method: str, path: str, sent: dict[str, Any]) -> Answer:
    for verb, pattern, shape, module, act in _ROUTES:
        place = re.fullmatch(pattern, path)
        if verb == method and place:
            try:
                if shape:
                    check_stripe(sent, shape, module)
                return act(desk, sent, *place.groups())
            except Misshapen as error:
                desk.misshapen.append(str(error))
                return _error(400, "parameter_unknown", param=str(error).partition(":")[0])
            except KeyError:
                return _error(404, "resource_missing")
    return _error(404, "resource_missing")


def _checkout(desk: Desk, sent: dict[str, Any]) -> Answer:
    price = sent["line_items"][0]["price"]
    if price not in desk.prices:
        return _error(400, "resource_missing", param="line_items[0][price]")
    name = f"cs_test_{uuid4().hex}"
    customer = sent.get("customer") or f"cus_{uuid4().hex[:14]}"
    expires = int(sent.get("expires_at") or desk.now + 86_400)
    user = sent["subscription_data"]["metadata"]["user_id"]
    desk.checkouts[name] = {"price": price, "user": user, "customer": customer, "status": "open", "expires_at": expires}
    return 200, {
        "id": name, "object": "checkout.session", "url": f"http://pay.example/{name}", "expires_at": expires,
        "status": "open", "mode": "subscription", "client_reference_id": sent.get("client_reference_id"),
    }  # fmt: skip


def _expire(desk: Desk, sent: dict[str, Any], name: str) -> Answer:  # noqa: ARG001 - every act is asked alike
    kept = desk.checkouts[name]
    if kept["status"] != "open":
        return _error(400, "checkout_not_open")
    kept["status"] = "expired"
    return 200, {"id": name, "object": "checkout.session", "status": "expired"}


def _get(desk: Desk, sent: dict[str, Any], name: str) -> Answer:  # noqa: ARG001 - every act is asked alike
    found = desk.seen(name)
    return _error(404, "resource_missing", param="id") if found is None else (200, subscription(desk, found))


def _update(desk: Desk, sent: dict[str, Any], name: str) -> Answer:
    if sent.get("items") and desk.declines and sent.get("proration_behavior") == "always_invoice":
        return _error(402, "card_declined", "card_error")
    changes: dict[str, Any] = {"price": sent["items"][0]["price"]} if sent.get("items") else {}
    if changes and changes["price"] not in desk.prices:
        return _error(400, "resource_missing", param="items[0][price]")
    if "cancel_at_period_end" in sent:
        changes["ends"] = sent["cancel_at_period_end"] == "true"
    return 200, subscription(desk, desk.change(name, **changes))


def _cancel(desk: Desk, sent: dict[str, Any], name: str) -> Answer:  # noqa: ARG001 - every act is asked alike
    if desk.subscriptions[name].status == "canceled":
        return _error(404, "resource_missing", param="id")
    return 200, subscription(desk, desk.change(name, status="canceled"))


def _preview(desk: Desk, sent: dict[str, Any]) -> Answer:
    bought = desk.subscriptions[sent["subscription"]]
    old, new = desk.prices[bought.price], desk.prices[sent["subscription_details"]["items"][0]["price"]]
    left = max(bought.end - desk.now, 0)
    credit, charge = old * left // bought.length, new * left // bought.length
    lines = [
        {"object": "line_item", "id": "il_1", "amount": -credit},
        {"object": "line_item", "id": "il_2", "amount": charge},
    ]
    return 200, {
        "object": "invoice", "currency": desk.currency, "amount_due": max(charge - credit, 0),
        "total": charge - credit, "lines": {"object": "list", "data": lines, "has_more": False, "url": "/"},
    }  # fmt: skip


def _price(desk: Desk, sent: dict[str, Any], name: str) -> Answer:  # noqa: ARG001 - every act is asked alike
    return 200, _price_of(desk, name)


def _portal(desk: Desk, sent: dict[str, Any]) -> Answer:  # noqa: ARG001 - every act is asked alike
    url = f"http://pay.example/portal/{sent['customer']}"
    return 200, {"id": "bps_1", "object": "billing_portal.session", "url": url}


def _invoices(desk: Desk, sent: dict[str, Any]) -> Answer:
    bought = desk.subscriptions[sent["subscription"]]
    status = "open" if bought.debt else "paid"
    made = {
        "id": f"in_{bought.id}", "object": "invoice", "number": "P-0001", "total": desk.prices[bought.price],
        "currency": desk.currency, "status": status, "period_start": bought.start, "period_end": bought.end,
        "hosted_invoice_url": bought.debt or f"http://pay.example/in_{bought.id}",
    }  # fmt: skip
    found = [made] if sent.get("status") in (None, status) else []
    return 200, {"object": "list", "data": found, "has_more": False, "url": "/v1/invoices"}


def subscription(desk: Desk, bought: Bought) -> dict[str, Any]:
    """Return a subscription as Stripe has it, since API 2025-03-31."""
    item = {
        "id": f"si_{bought.id}", "object": "subscription_item", "quantity": 1, "price": _price_of(desk, bought.price),
        "current_period_start": bought.start, "current_period_end": bought.end,
    }  # fmt: skip
    return {
        "id": bought.id, "object": "subscription", "customer": bought.customer, "status": bought.status,
        "cancel_at_period_end": bought.ends, "metadata": {"user_id": bought.user} if bought.user else {},
        "items": {"object": "list", "data": [item], "has_more": False, "url": "/v1/subscription_items"},
    }  # fmt: skip


def _price_of(desk: Desk, name: str) -> dict[str, Any]:
    return {
        "id": name, "object": "price", "currency": desk.currency, "unit_amount": desk.prices[name],
        "recurring": {"interval": "month", "interval_count": 1},
    }  # fmt: skip


def _error(status: int, code: str, kind: str = "invalid_request_error", *, param: str | None = None) -> Answer:
    error = {"type": kind, "code": code, "message": f"no: {code}"}
    return status, {"error": error | ({"param": param} if param else {})}


_SESSION = _session_create_params.SessionCreateParams
_ROUTES: tuple[tuple[str, str, Any, Any, Callable[..., Answer]], ...] = (
    ("POST", "/v1/checkout/sessions", _SESSION, _session_create_params, _checkout),
    ("POST", "/v1/checkout/sessions/([^/]+)/expire", None, None, _expire),
    ("GET", "/v1/subscriptions/([^/]+)", None, None, _get),
    ("POST", "/v1/subscriptions/([^/]+)", _subscription_update_params.SubscriptionUpdateParams,
     _subscription_update_params, _update),
    ("DELETE", "/v1/subscriptions/([^/]+)", _subscription_cancel_params.SubscriptionCancelParams,
     _subscription_cancel_params, _cancel),
    ("POST", "/v1/invoices/create_preview", _invoice_create_preview_params.InvoiceCreatePreviewParams,
     _invoice_create_preview_params, _preview),
    ("GET", "/v1/invoices", _invoice_list_params.InvoiceListParams, _invoice_list_params, _invoices),
    ("GET", "/v1/prices/([^/]+)", None, None, _price),
    ("POST", "/v1/billing_portal/sessions", _portal_params.SessionCreateParams, _portal_params, _portal),
)  # fmt: skip
