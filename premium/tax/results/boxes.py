"""The parts and boxes of Form 8949.

A-F for sales until 2024, G-L for digital assets from 2025.
"""

from __future__ import annotations

from datetime import date

from premium.tax.days import day_of
from premium.tax.model import Form1099
from premium.tax.outcome import Disposal

_SINCE_2025 = day_of(date(2025, 1, 1))
_UNTIL_2024 = {"short": ("A", "B", "C"), "long": ("D", "E", "F")}
_FROM_2025 = {"short": ("G", "H", "I"), "long": ("J", "K", "L")}


def box(row: Disposal) -> str:
    """Return the box of Form 8949 to tick.

    Basis reported, proceeds only, or no form at all (Form 8949 instructions 2024 and 2025).
    """
    return box_of(row.day, row.form_1099, row.term)


def box_of(day: int, form: Form1099 | None, term: str) -> str:
    """Return the box of a disposal by what alone decides it."""
    digital = day >= _SINCE_2025
    boxes = _FROM_2025 if digital else _UNTIL_2024
    # A pooled method, which the US does not allow, has no terms: what is not known to be long is short.
    term = "long" if term == "long" else "short"
    if form is None or not _counts(form):
        return boxes[term][2]
    if digital and _is_1099_b(form):
        boxes = _UNTIL_2024
    return boxes[term][0 if form.basis_reported else 1]


def part(row: Disposal) -> str:
    """Return the part of Form 8949: I is short-term, II long-term."""
    return "II" if row.term == "long" else "I"


def _counts(form: Form1099) -> bool:
    """Only these forms report a sale; a 1099-K or 1099-MISC does not."""
    name = form.form.upper().replace(" ", "")
    return _is_1099_b(form) or name.endswith(("1099-DA", "1099DA", "DA"))


def _is_1099_b(form: Form1099) -> bool:
    return form.form.upper().replace(" ", "").endswith(("1099-B", "1099B")) or form.form.upper() == "B"
