"""Billing: what payment providers tell, signed by them."""

from __future__ import annotations

from handlers.models.billing import ReceiptView
from handlers.runtime import Raw, RequestId, audited, entry, public, router
from premium.billing.service import Webhooks
from premium.billing.signatures.judge import Provider
from premium.bootstrap import platform

app = router("Billing")


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
