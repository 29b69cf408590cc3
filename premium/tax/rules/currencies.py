"""How a country takes gains on foreign money itself, which is no digital asset."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple


class CurrencyRule(NamedTuple):
    """Whether a gain on foreign money counts, and where that stands written."""

    treatment: Literal["exempt", "taxed", "small_exempt", "yearly_exempt"]
    """small_exempt: a gain up to `limit` on one transaction does not count, nor does its loss.
    yearly_exempt: a year's net gain or loss counts beyond `limit` alone."""
    source: str
    limit: Decimal = Decimal(0)


UNRULED = CurrencyRule("taxed", "none")
"""Of no country."""
