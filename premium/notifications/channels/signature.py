"""Signatures of webhooks, and their check by whoever receives one.

docs/alerts.md shows the check in other languages.
"""

from __future__ import annotations

import hashlib
import hmac

HEADER = "X-Premium-Signature"
TOLERANCE_SECONDS = 300
"""An older signature may be a replay."""


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """`t=<Unix seconds>,v1=<hex>`: HMAC-SHA256 of the secret over `<timestamp>.` and the body's bytes."""
    digest = hmac.new(secret.encode(), b"%d." % timestamp + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


def is_signed(secret: str, header: str, body: bytes, *, now: int, tolerance: int = TOLERANCE_SECONDS) -> bool:
    """Whether the body is as we sent it, and lately."""
    stamp = header.partition(",")[0].removeprefix("t=")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12) or abs(now - int(stamp)) > tolerance:
        return False
    return hmac.compare_digest(signature(secret, int(stamp), body).encode(), header.encode())
