"""Answer as Paddle's API does, as far as billing asks it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from paddle_billing.Resources.CustomerPortalSessions.Operations import CreateCustomerPortalSession
from paddle_billing.Resources.Subscriptions.Operations import (
    CancelSubscription,
    PreviewUpdateSubscription,
    UpdateSubscription,
)
from paddle_billing.Resources.Subscriptions.Operations.Update import SubscriptionUpdateItem
from paddle_billing.Resources.Transactions.Operations import CreateTransaction, UpdateTransaction
from paddle_billing.Resources.Transactions.Operations.Create import TransactionCreateItem

from local.payments.desk import Bought, Desk
from local.payments.shapes import Misshapen, check_paddle

Answer = tuple[int, dict[str, Any]]
_ITEMS = {CreateTransaction: TransactionCreateItem, UpdateSubscription: SubscriptionUpdateItem}
_NO_PAGES = {"pagination": {"per_page": 50, "next": "", "has_more": False, "estimated_total": 1}}


def answer(desk: Desk, method: str, path: str, body: str, headers: Mapping[str, str]) -> Answer:
    """Answer one request; headers by their names in lower case."""
    sent = json.loads(body) if body else {}
    desk.asked.append((method, path.partition("?")[0], sent))
    if not headers.get("authorization", "").startswith("Bearer "):
        return _error(401, "authentication_missing")
    for verb, pattern, shape, act in _ROUTES:
        place = re.fullmatch(pattern, path.partition("?")[0])
        if verb == method and place:
            try:
                if shape:
                    check_paddle(sent, shape)
                    for item in sent.get("items", []):
                        check_paddle(item, _ITEMS.get(shape, SubscriptionUpdateItem), "items.")
                return act(desk, sent, *place.groups())
            except Misshapen as error:
                desk.misshapen.append(str(error))
                return _error(400, "bad_request")
            except KeyError:
                return _error(404, "entity_not_found")
    return _error(404, "not_found")


def _open(desk: Desk, sent: dict[str, Any]) -> Answer:
    price = sent["items"][0]["price_id"]
    name = f"txn_01{uuid4().hex[:20]}"
    desk.checkouts[name] = {
        "price": price, "user": sent["custom_data"]["user_id"], "status": "ready",
        "customer": sent.get("customer_id") or f"ctm_01{uuid4().hex[:20]}",
    }  # fmt: skip
    return 201, {"data": transaction(desk, name, price, "ready")}


def _close(desk: Desk, sent: dict[str, Any], name: str) -> Answer:
    kept = desk.checkouts[name]
    if kept["status"] != "ready":
        return _error(400, "transaction_status_change_not_valid")
    kept["status"] = sent["status"]
    return 200, {"data": transaction(desk, name, kept["price"], kept["status"])}


def _get(desk: Desk, sent: dict[str, Any], name: str) -> Answer:  # noqa: ARG001 - every act is asked alike
    found = desk.seen(name)
    return _error(404, "entity_not_found") if found is None else (200, {"data": subscription(desk, found)})


def _update(desk: Desk, sent: dict[str, Any], name: str) -> Answer:
    if "items" in sent and "proration_billing_mode" not in sent:
        return _error(400, "subscription_proration_billing_mode_required")
    if sent.get("items") and desk.declines and sent["proration_billing_mode"] == "prorated_immediately":
        return _error(400, "subscription_payment_declined")
    changes: dict[str, Any] = {"price": sent["items"][0]["price_id"]} if sent.get("items") else {}
    if changes and desk.subscriptions[name].ends:
        return _error(400, "subscription_locked_pending_changes")
    if "scheduled_change" in sent:
        changes["ends"] = False
    return 200, {"data": subscription(desk, desk.change(name, **changes))}


def _preview(desk: Desk, sent: dict[str, Any], name: str) -> Answer:
    bought = desk.subscriptions[name]
    old, new = desk.prices[bought.price], desk.prices[sent["items"][0]["price_id"]]
    left = max(bought.end - desk.now, 0)
    credit, charge = old * left // bought.length, new * left // bought.length
    due, code = max(charge - credit, 0), desk.currency.upper()
    period = {"starts_at": _moment(bought.start), "ends_at": _moment(bought.end)}
    return 200, {"data": subscription(desk, bought) | {
        "immediate_transaction": {"billing_period": period, "details": _details(due, code), "adjustments": []},
        "recurring_transaction_details": _details(new, code),
        "update_summary": {
            "credit": {"amount": str(credit), "currency_code": code},
            "charge": {"amount": str(charge), "currency_code": code},
            "result": {"amount": str(due), "currency_code": code, "action": "charge"},
        },
    }}  # fmt: skip


def _cancel(desk: Desk, sent: dict[str, Any], name: str) -> Answer:
    changes = {"status": "canceled"} if sent["effective_from"] == "immediately" else {"ends": True}
    return 200, {"data": subscription(desk, desk.change(name, **changes))}


def _link(desk: Desk, sent: dict[str, Any], name: str) -> Answer:  # noqa: ARG001 - every act is asked alike
    bought = desk.subscriptions[name]
    return 200, {"data": transaction(desk, f"txn_{name}", bought.price, "ready", url=bought.debt)}


def _list(desk: Desk, sent: dict[str, Any]) -> Answer:  # noqa: ARG001 - every act is asked alike
    found = [
        transaction(desk, f"txn_{each.id}", each.price, "completed", of=each) for each in desk.subscriptions.values()
    ]
    return 200, {"data": found, "meta": _NO_PAGES}


def _portal(desk: Desk, sent: dict[str, Any], customer: str) -> Answer:
    overview = f"http://pay.example/portal/{customer}"
    pages = [{"id": each, "cancel_subscription": overview, "update_subscription_payment_method": overview}
             for each in sent.get("subscription_ids", [])]  # fmt: skip
    return 201, {"data": {"id": "cpls_01", "customer_id": customer, "created_at": _moment(desk.now),
                          "urls": {"general": {"overview": overview}, "subscriptions": pages}}}  # fmt: skip


def subscription(desk: Desk, bought: Bought) -> dict[str, Any]:
    """Return a subscription as Paddle has it."""
    period = {"starts_at": _moment(bought.start), "ends_at": _moment(bought.end)}
    planned = {"action": "cancel", "effective_at": _moment(bought.end), "resume_at": None}
    updated = _moment(bought.updated)
    return {
        "id": bought.id, "status": bought.status, "customer_id": bought.customer, "address_id": "add_01",
        "business_id": None, "currency_code": desk.currency.upper(), "created_at": _moment(bought.start),
        "updated_at": updated, "collection_mode": "automatic", "billing_cycle": {"interval": "month", "frequency": 1},
        "current_billing_period": None if bought.status == "canceled" else period,
        "scheduled_change": planned if bought.ends and bought.status != "canceled" else None,
        "custom_data": {"user_id": bought.user} if bought.user else None,
        "items": [{"status": "active", "quantity": 1, "recurring": True, "created_at": updated, "updated_at": updated,
                   "price": _price(desk, bought.price), "product": _product(desk)}],
    }  # fmt: skip


def transaction(
    desk: Desk, name: str, price: str, status: str, *, url: str | None = None, of: Bought | None = None
) -> dict[str, Any]:
    """Return a transaction as Paddle has it."""
    amount, code = desk.prices[price], desk.currency.upper()
    period = of and {"starts_at": _moment(of.start), "ends_at": _moment(of.end)}
    return {
        "id": name, "status": status, "customer_id": None, "currency_code": code, "origin": "api",
        "subscription_id": of and of.id, "collection_mode": "automatic", "created_at": _moment(desk.now),
        "updated_at": _moment(desk.now), "billing_period": period, "invoice_number": "P-0001",
        "items": [{"price": _price(desk, price), "quantity": 1, "proration": None}], "payments": [],
        "details": _details(amount, code) | {"line_items": []},
        "checkout": {"url": url or f"http://pay.example/{name}"},
    }  # fmt: skip


def _details(amount: int, code: str) -> dict[str, Any]:
    zero = dict.fromkeys(("discount", "tax", "credit", "balance", "credit_to_balance", "grand_total_tax"), "0")
    totals = zero | {"subtotal": str(amount), "total": str(amount), "grand_total": str(amount), "currency_code": code}
    return {"tax_rates_used": [], "totals": totals, "line_items": []}


def _price(desk: Desk, name: str) -> dict[str, Any]:
    return {
        "id": name, "product_id": "pro_01", "description": "a month", "status": "active", "name": None,
        "unit_price": {"amount": str(desk.prices[name]), "currency_code": desk.currency.upper()},
        "billing_cycle": {"interval": "month", "frequency": 1}, "trial_period": None, "tax_mode": "account_setting",
        "unit_price_overrides": [], "quantity": {"minimum": 1, "maximum": 1}, "custom_data": None, "type": "standard",
        "created_at": _moment(0), "updated_at": _moment(0),
    }  # fmt: skip


def _product(desk: Desk) -> dict[str, Any]:  # noqa: ARG001 - beside the others
    return {
        "id": "pro_01", "name": "Premium", "tax_category": "standard", "status": "active", "custom_data": None,
        "type": "standard", "description": None, "image_url": None, "created_at": _moment(0), "updated_at": _moment(0),
    }  # fmt: skip


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _error(status: int, code: str) -> Answer:
    link = f"https://developer.paddle.com/errors/{code}"
    error = {"type": "request_error", "code": code, "detail": f"no: {code}", "documentation_url": link}
    return status, {"error": error, "meta": {"request_id": "r"}}


_ONE = "/subscriptions/([^/]+)"
_ROUTES: tuple[tuple[str, str, Any, Callable[..., Answer]], ...] = (
    ("POST", "/transactions", CreateTransaction, _open),
    ("GET", "/transactions", None, _list),
    ("PATCH", "/transactions/([^/]+)", UpdateTransaction, _close),
    ("GET", _ONE, None, _get),
    ("PATCH", _ONE, UpdateSubscription, _update),
    ("PATCH", f"{_ONE}/preview", PreviewUpdateSubscription, _preview),
    ("POST", f"{_ONE}/cancel", CancelSubscription, _cancel),
    ("GET", f"{_ONE}/update-payment-method-transaction", None, _link),
    ("POST", "/customers/([^/]+)/portal-sessions", CreateCustomerPortalSession, _portal),
)
