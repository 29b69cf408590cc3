"""Exchange rates of the price history, in dollars."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from premium.prices.store import StoredPrices
from premium.tax.days import instant_of
from premium.tax.history.price_series import PriceSeries

DOLLAR = "USD"
RATE_WITHIN = timedelta(hours=96)
"""Exchange rates rest over weekends and holidays."""


def dollars_of(history: StoredPrices, asked: Iterable[tuple[str, datetime]]) -> PriceSeries:
    """Return what one of each currency costs in dollars at these moments.

    Of the dollar itself nothing is asked.
    """
    rows = history.before(sorted(one for one in asked if one[0] != DOLLAR), RATE_WITHIN)
    within = round(RATE_WITHIN.total_seconds() * 1_000_000)
    return PriceSeries(((row.asset, instant_of(row.at), row.usd, row.source) for row in rows), within=within)
