"""Whether a price may enter a total."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from premium.prices.model import Price, Quality, Quote

MIN_CONFIDENCE = Decimal("0.9")
MAX_AGE = timedelta(hours=1)


def judge(price: Price | None, now: datetime, *, answered: bool = True) -> Quote:
    """`answered`: whether the sources that may know the asset said anything at all."""
    if price is None:
        return Quote(price=None, quality=Quality.UNKNOWN if answered else Quality.UNAVAILABLE)
    return Quote(price=price, quality=_quality(price, now))


def _quality(price: Price, now: datetime) -> Quality:
    if now - price.at > MAX_AGE:
        return Quality.TOO_OLD
    return Quality.GOOD if price.confidence >= MIN_CONFIDENCE else Quality.LOW_CONFIDENCE
