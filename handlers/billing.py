"""Billing: what users pay for, and what payment providers tell of it, signed by them."""

from __future__ import annotations

from handlers.models.billing import ReceiptView, SubscriptionView
from handlers.runtime import Caller, Raw, RequestId, audited, entry, needs, public, router
from premium.billing.service import Subscriptions, Webhooks
from premium.billing.signatures.judge import Provider
from premium.bootstrap import platform

app = router("Billing")


@app.get("/v1/subscriptions")
@needs(scope="subscriptions:read")
def get_subscription(caller: Caller) -> SubscriptionView:
    """Return what the caller pays for, and what his tier allows.

    Of several subscriptions it is the one that allows most. Without one its fields are null, and the tier is that of
    the free platform.
    """
    return SubscriptionView.of(Subscriptions.of(platform()).current(caller.user_id), caller.tier)


@app.post("/webhooks/stripe")
@public
def import_stripe_event(raw: Raw, request_id: RequestId) -> ReceiptView:
    """Take an event of Stripe, signed in `Stripe-Signature`.

    It is stored once, without personal data, and applied by a job. INVALID_INPUT for what Stripe did not sign.
    """
    return _taken("stripe", raw, request_id)


@app.post("/webhooks/paddle")
@public
def import_paddle_event(raw: Raw, request_id: RequestId) -> ReceiptView:
    """Take an event of Paddle, signed in `Paddle-Signature`.

    It is stored once, without personal data, and applied by a job. INVALID_INPUT for what Paddle did not sign.
    """
    return _taken("paddle", raw, request_id)


@app.post("/v1/subscriptions/webhooks")
@public
def import_signed_event(raw: Raw, request_id: RequestId) -> ReceiptView:
    """Take an event of the provider whose signature is among the headers."""
    return _taken(None, raw, request_id)


def _taken(provider: Provider | None, raw: Raw, request_id: str) -> ReceiptView:
    receipt = Webhooks.of(platform()).take(provider, raw.headers, raw.body, request_id=request_id)
    audited(target=receipt.event_id, provider=receipt.provider, known=receipt.known)
    return ReceiptView(**receipt.model_dump())


handler = entry(app)
