"""How a value of a rule or an event is read and compared: exactly, and never by guess.

A number may come as a JSON number, a decimal string, a string with an exponent or hex (`0x1f`). Whatever is missing,
null, boolean, not finite or not readable has no value, and what has no value matches nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_HEX = re.compile(r"0[xX][0-9a-fA-F]+")
_ADDRESS = re.compile(r"0[xX][0-9a-fA-F]{40}")
MAX_LENGTH = 400

SEVERITIES = ("info", "low", "medium", "high", "critical")
"""Severity words, mildest first: they compare by their place here."""


def number(raw: object) -> Decimal | None:
    """The exact number that `raw` writes down, None where it writes none; a float is its shortest decimal form."""
    if isinstance(raw, str):
        return _number_of_text(raw)
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int):
        return Decimal(raw)
    if isinstance(raw, Decimal):
        return raw if raw.is_finite() else None
    return _number_of_text(repr(raw)) if isinstance(raw, float) else None


def _number_of_text(text: str) -> Decimal | None:
    if len(text) > MAX_LENGTH:
        return None
    if text.isascii() and text.replace(".", "", 1).isdecimal():
        return Decimal(text)  # as nearly all are written: without the expression
    if _DECIMAL.fullmatch(text):
        try:
            return Decimal(text)
        except InvalidOperation:
            return None  # an exponent that nothing can hold
    return Decimal(int(text, 16)) if _HEX.fullmatch(text) else None


def text(raw: object) -> str | None:
    """An opaque string, as it stands."""
    return raw if isinstance(raw, str) else None


def folded(raw: object) -> str | None:
    """An address: compared without regard to case, since the checksum is in the case alone."""
    return raw.lower() if isinstance(raw, str) else None


def severity(raw: object) -> Decimal | None:
    """A severity word as its rank, or a number as it is."""
    if isinstance(raw, str) and raw.lower() in SEVERITIES:
        return Decimal(SEVERITIES.index(raw.lower()))
    return number(raw)


def looks_like_address(value: object) -> bool:
    """`0x` and 40 hex digits."""
    return isinstance(value, str) and _ADDRESS.fullmatch(value) is not None


def field_of(event: Mapping[str, Any], path: str) -> object:
    """The value under `path`, None if absent; dots lead into nested objects, unless a key has the whole name."""
    if path in event or "." not in path:
        return event.get(path)
    value: object = event
    for part in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value
