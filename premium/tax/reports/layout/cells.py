"""Make texts of others safe in a CSV that a spreadsheet will open."""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula (CSV injection, OWASP)."""
    return f"'{text}" if text.startswith(_FORMULA) else text
