"""The providers' own libraries, as judges and signers of webhooks at a given time."""

from __future__ import annotations

import logging
import sys
from types import SimpleNamespace
from unittest.mock import patch

import stripe
from paddle_billing.Notifications import PaddleSignature, Secret, Verifier

logging.getLogger("paddle_billing").setLevel(logging.CRITICAL + 1)
STRIPE_TIME = "stripe._webhook.time"
PADDLE_MODULE = sys.modules["paddle_billing.Notifications.Verifier"]


def stripe_header(body: str, secret: str, at: int) -> str:
    """Return the header with which Stripe's library signs a body."""
    return str(stripe.WebhookSignature.generate_signature_header(body, secret, at))


def paddle_header(body: str, secret: str, at: int) -> str:
    """Return the header that Paddle's library computes for a body."""
    digest = PaddleSignature.calculate_hmac(secret, f"{at}:{body}".encode()).hexdigest()
    return f"ts={at};h1={digest}"


def stripe_takes(body: bytes, header: str | None, secrets: list[str], now: float, tolerance: int | None) -> bool:
    """Ask Stripe's library, which knows one secret, with each of them."""
    with patch(STRIPE_TIME, SimpleNamespace(time=lambda: now)):
        return any(_takes_one(body, header, secret, tolerance) for secret in secrets)


def _takes_one(body: bytes, header: str | None, secret: str, tolerance: int | None) -> bool:
    try:
        return bool(stripe.WebhookSignature.verify_header(body, header, secret, tolerance))
    except Exception:  # noqa: BLE001 - whatever a library raises, it does not take the webhook
        return False


def paddle_takes(body: bytes, header: str | None, secrets: list[str], now: float, tolerance: int | None) -> bool:
    """Ask Paddle's library with each secret."""
    request = SimpleNamespace(headers={"Paddle-Signature": header}, body=body)
    verifier = Verifier(tolerance or 0)
    with patch.object(PADDLE_MODULE, "time", lambda: now):
        return any(_verified(verifier, request, secret) for secret in secrets)


def _verified(verifier: Verifier, request: object, secret: str) -> bool:
    try:
        return bool(verifier.verify(request, Secret(secret)))
    except Exception:  # noqa: BLE001 - whatever a library raises, it does not take the webhook
        return False
