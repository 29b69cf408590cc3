"""Bound texts that people read, and write a value as one line."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from premium.clock import rfc3339
from premium.money import plain

MAX_TITLE = 200
MAX_VALUE = 200
MAX_TEXT = 3_500
"""Telegram takes 4,096 characters, with what escaping adds."""
_UNKNOWN = "n/a"


def line(value: object) -> str:
    """Return a value as text without control characters, of a bounded length."""
    if value is None:
        return _UNKNOWN
    if isinstance(value, Decimal):
        value = plain(value)
    if isinstance(value, datetime):
        value = rfc3339(value)
    text = str(value)[: MAX_VALUE + 1]
    if not text.isprintable():
        text = "".join(character if character.isprintable() else " " for character in text)
    return text if len(text) <= MAX_VALUE else f"{text[: MAX_VALUE - 1]}…"
