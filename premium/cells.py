"""Make texts of others safe in a CSV that a spreadsheet will open."""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")
"""U+FF1D, FF0B, FF0D and FF20 are the full-width forms, which spreadsheets in East Asian locales read as the others."""


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula (CSV injection, OWASP)."""
    if text[:1].isalnum():
        return text
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA) else text
