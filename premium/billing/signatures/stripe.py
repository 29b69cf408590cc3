"""Read `Stripe-Signature: t=…,v1=…[,v1=…]` as the package `stripe` does.

The first `t` counts, every `v1` is tried; what else stands there is passed over. A part is cut at each `=`, so that
what follows a second one is nobody's. The signature is of `t.body`, `t` written as a plain whole number.
"""

from __future__ import annotations

from fractions import Fraction

from premium.billing.signatures.verdict import Refused, Signed

HEADER = "stripe-signature"
TOLERANCE = Fraction(300)
SCHEME = "v1"


def read(header: str) -> Signed:
    """Return what a header offers; Refused for one that is no header of Stripe's."""
    try:
        parts = [part.split("=", 2) for part in header.split(",")]
        timestamp = int([part[1] for part in parts if part[0] == "t"][0])  # noqa: RUF015 - a `t` without `=` is wrong wherever it stands
        signatures = tuple(part[1] for part in parts if part[0] == SCHEME)
    except (IndexError, ValueError):
        raise Refused("malformed_header", "Stripe-Signature does not read t=…,v1=…") from None
    if not signatures:
        raise Refused("no_signature", f"Stripe-Signature has no signature of the scheme {SCHEME}")
    return Signed(timestamp=timestamp, signatures=signatures)


def message(timestamp: int, body: bytes) -> bytes:
    """Return the bytes that are signed."""
    return b"%d." % timestamp + body


def check_time(timestamp: int, now: Fraction, tolerance: Fraction) -> None:
    """Raise Refused for a signature of longer ago; the future passes."""
    if timestamp < now - tolerance:
        raise Refused("timestamp_too_old", "was signed longer ago than the tolerance")
