"""Read `Paddle-Signature: ts=…;h1=…[;h1=…]` as the package `paddle-python-sdk` does.

The last `ts` counts (none is 0), every `h1` is tried. A part without `=` is passed over; another key or a second `=`
is refused. The signature is of `ts:body`, `ts` written as a plain whole number.
"""

from __future__ import annotations

from fractions import Fraction

from premium.billing.signatures.verdict import Refused, Signed

HEADER = "paddle-signature"
TOLERANCE = Fraction(5)
SCHEME = "h1"


def read(header: str) -> Signed:
    """Return what a header offers; Refused for one that is no header of Paddle's."""
    given: dict[str, list[str]] = {"ts": ["0"], SCHEME: []}
    try:
        for part in header.split(";"):
            if "=" in part:
                key, value = part.split("=")
                given[key].append(value)
        timestamp = int(given["ts"][-1])
    except (KeyError, ValueError):
        raise Refused("malformed_header", "Paddle-Signature does not read ts=…;h1=…") from None
    if not given[SCHEME]:
        raise Refused("no_signature", f"Paddle-Signature has no signature of the scheme {SCHEME}")
    return Signed(timestamp=timestamp, signatures=tuple(given[SCHEME]))


def message(timestamp: int, body: bytes) -> bytes:
    """Return the bytes that are signed."""
    return b"%d:" % timestamp + body


def check_time(timestamp: int, now: Fraction, tolerance: Fraction) -> None:
    """Raise Refused for a signature of longer ago, or of later.

    A part of a second in the bound is cut off, as the package does.
    """
    if tolerance < 0:
        return
    if now > int(timestamp + tolerance):
        raise Refused("timestamp_too_old", "was signed longer ago than the tolerance")
    if int(timestamp - tolerance) > now:
        raise Refused("timestamp_too_new", "was signed later than the tolerance")
