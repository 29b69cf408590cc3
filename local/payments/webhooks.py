"""Tell the stage what was bought, by signed webhooks of Stripe and Paddle."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from local.payments import paddle, stripe
from local.payments.desk import Bought, Desk

SECONDS = 10.0


def is_paddle(name: str) -> bool:
    """Tell whether an id of a subscription or a checkout is Paddle's."""
    return name.startswith(("sub_01", "txn_"))


def events(desk: Desk, bought: Bought, kind: str) -> Iterator[Mapping[str, Any]]:
    """Yield what a provider tells of a subscription.

    `kind`: began, changed, ended, paid or failed.
    """
    yield from (_paddle(desk, bought, kind) if is_paddle(bought.id) else _stripe(desk, bought, kind))


def _stripe(desk: Desk, bought: Bought, kind: str) -> Iterator[Mapping[str, Any]]:
    thing = stripe.subscription(desk, bought)
    if kind == "began":
        yield _stripe_event(desk, "checkout.session.completed", {
            "id": f"cs_{bought.id}", "object": "checkout.session", "mode": "subscription", "payment_status": "paid",
            "customer": bought.customer, "subscription": bought.id, "client_reference_id": bought.user,
        })  # fmt: skip
        yield _stripe_event(desk, "customer.subscription.created", thing)
    if kind in ("began", "paid", "failed"):
        paid = kind != "failed"
        line = {
            "period": {"start": bought.start, "end": bought.end},
            "pricing": {"price_details": {"price": bought.price}},
        }
        yield _stripe_event(desk, f"invoice.payment_{'succeeded' if paid else 'failed'}", {
            "id": f"in_{uuid4().hex[:20]}", "object": "invoice", "customer": bought.customer, "currency": desk.currency,
            "amount_paid": desk.prices[bought.price] if paid else 0, "lines": {"data": [line]},
            "billing_reason": "subscription_create" if kind == "began" else "subscription_cycle",
            "parent": {"subscription_details": {"subscription": bought.id, "metadata": {"user_id": bought.user}}},
        })  # fmt: skip
    yield _stripe_event(desk, f"customer.subscription.{'deleted' if kind == 'ended' else 'updated'}", thing)


def _stripe_event(desk: Desk, kind: str, thing: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"id": f"evt_{uuid4().hex}", "object": "event", "type": kind, "created": desk.now, "data": {"object": thing}}


def _paddle(desk: Desk, bought: Bought, kind: str) -> Iterator[Mapping[str, Any]]:
    thing = paddle.subscription(desk, bought)
    names = {"began": "created", "ended": "canceled", "failed": "past_due"}
    yield _paddle_event(f"subscription.{names.get(kind, 'updated')}", thing)
    if kind in ("began", "paid"):
        made = paddle.transaction(desk, f"txn_01{uuid4().hex[:20]}", bought.price, "completed", of=bought)
        yield _paddle_event("transaction.completed", made | {"customer_id": bought.customer})


def _paddle_event(kind: str, thing: Mapping[str, Any]) -> Mapping[str, Any]:
    at = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return {"event_id": f"evt_{uuid4().hex}", "event_type": kind, "occurred_at": at, "data": thing}


def send(api: str, secrets: Mapping[str, str], event: Mapping[str, Any]) -> int:
    """Send an event, signed, and return the answer's status.

    `secrets` are those of webhooks by provider. OSError where the stage does not answer, or refuses it.
    """
    by = "paddle" if "event_id" in event else "stripe"
    body, at = json.dumps(event).encode(), int(time.time())
    between, form = (b":", "ts={};h1={}") if by == "paddle" else (b".", "t={},v1={}")
    signed = hmac.new(secrets[by].encode(), str(at).encode() + between + body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", f"{by.title()}-Signature": form.format(at, signed)}
    asked = urllib.request.Request(f"{api}/webhooks/{by}", data=body, headers=headers, method="POST")  # noqa: S310 - the stage's own address
    with urllib.request.urlopen(asked, timeout=SECONDS) as answer:  # noqa: S310 - the same
        return int(answer.status)
