"""Values of rules and events: read exactly, compared exactly.

A number may come as a JSON number, a decimal string, a string with an exponent or hex (`0x1f`). Whatever is missing,
null, boolean, not finite or not readable has no value, and what has no value matches nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

Event = Mapping[str, Any]
"""A chain event as it came: field → raw value."""

_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_HEX = re.compile(r"0[xX][0-9a-fA-F]+")
_MILLISECONDS = 20_000_000_000
"""The number above which a time is in milliseconds.

As seconds it would lie beyond the year 2600. pydantic draws the same line.
"""
MAX_LENGTH = 400
"""Characters of a number."""

SEVERITIES = ("info", "low", "medium", "high", "critical")
"""Severity words, mildest first: they compare by their place here."""


def number(raw: object) -> Decimal | None:
    """Return the exact number that a raw value writes down, None where it writes none.

    A float is its shortest decimal form.
    """
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
    """Return a string as it stands, None for anything else."""
    return raw if isinstance(raw, str) else None


def folded(raw: object) -> str | None:
    """Return an address in lower case: its checksum is in the case alone."""
    return raw.lower() if isinstance(raw, str) else None


def severity(raw: object) -> Decimal | None:
    """Return a severity word as its rank, or a number as it is."""
    if isinstance(raw, str) and raw.lower() in SEVERITIES:
        return Decimal(SEVERITIES.index(raw.lower()))
    return number(raw)


def seconds(raw: object) -> float:
    """Return a time as seconds since 1970, NaN where it cannot be read.

    RFC 3339 (a time without zone is UTC), or seconds or, by their size, milliseconds since 1970.
    """
    if isinstance(raw, str):
        try:
            instant = datetime.fromisoformat(raw.replace("z", "Z"))
        except ValueError:
            pass  # a number as a text
        else:
            return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()
    value = number(raw)
    # `abs` would round, and fail where that overflows.
    if value is None or value.copy_abs() > _MILLISECONDS * 1000:
        return float("nan")
    return float(value) / 1000 if value.copy_abs() > _MILLISECONDS else float(value)


def field_of(event: Event, path: str) -> object:
    """Return the value of an event's field, None if it is absent.

    Dots lead into nested objects, unless a key has the whole name.
    """
    if path in event or "." not in path:
        return event.get(path)
    value: object = event
    for part in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value
