"""Bound texts that people read, and write a value as one line."""

from __future__ import annotations

from collections.abc import Callable
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


def utf8(text: str) -> int:
    """Count a text's bytes as UTF-8."""
    return len(text.encode(errors="replace"))


def utf16(text: str) -> int:
    """Count a text's UTF-16 units, which is how many providers count characters."""
    return len(text) + sum(character > "\uffff" for character in text)


def within_bytes(text: str, most: int, size: Callable[[str], int] = utf8) -> str:
    """Return a text's longest beginning of at most so many bytes.

    With an ellipsis where it is cut.

    `size` measures texts where something else than UTF-8 counts; a longer text is never smaller.
    """
    if size(text) <= most:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(f"{text[:middle]}…") <= most else (low, middle - 1)
    return f"{text[:low]}…" if low else ""


def within_utf16(text: str, most: int) -> str:
    """Return the longest beginning of a text that takes at most so many UTF-16 units."""
    return within_bytes(text, most, utf16)
