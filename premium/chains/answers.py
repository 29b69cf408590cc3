"""Reads what contracts answer, with suspicion.

Any token may revert, return nothing, too little or nonsense.
"""

from __future__ import annotations

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

WORD = 32
_MAX_DECIMALS = 77
"""10**77 is the largest power of ten in a uint256: more scale than that is nonsense."""
_MAX_SYMBOL = 32


def uint(data: bytes | None) -> int | None:
    """Return the first word as a number; None for an answer that has none."""
    return int.from_bytes(data[:WORD], "big") if data is not None and len(data) >= WORD else None


def decimals(data: bytes | None) -> int | None:
    """Return a token's decimals; None where they are not credible."""
    value = uint(data)
    return value if value is not None and value <= _MAX_DECIMALS else None


def symbol(data: bytes | None) -> str | None:
    """Return a token's symbol; None unless printable text comes out.

    It is a `string`, or the `bytes32` of early tokens.
    """
    if data is None or len(data) < WORD:
        return None
    raw = data.rstrip(b"\0") if len(data) == WORD else _string(data)
    if raw is None:
        return None
    try:
        return printable(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return None


def printable(text: str) -> str | None:
    """Return what a token calls itself, cut short; None unless it is printable."""
    text = text.strip()
    return text[:_MAX_SYMBOL] if text and text.isprintable() else None


def _string(data: bytes) -> bytes | None:
    try:
        (value,) = decode(["bytes"], data, strict=False)
    except (DecodingError, OverflowError):
        return None
    return bytes(value)
