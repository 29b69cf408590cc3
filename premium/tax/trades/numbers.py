"""Decimal texts of a whole column, looked at together."""

from __future__ import annotations

import re
from collections.abc import Sequence

from premium.tax.neutral.rows import SHORT

_NUMBERS = re.compile(r"(?:(?:[0-9]++\.?+[0-9]*+|\.[0-9]++)(?: |\Z))++")


def column(texts: Sequence[str]) -> str | None:
    """Return plain decimal numbers as one text; None where one is none.

    Digits and at most one point, of a length that needs no further look.
    """
    if max(map(len, texts)) > SHORT:
        return None
    text = " ".join(texts)
    return text if _NUMBERS.fullmatch(text) else None
