"""Prices of tokens that show other amounts than their chain counts.

Markets price what is shown, balances are what is counted: the multiplier is applied here, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from premium.money import EXACT
from premium.prices.model import Price, Quote, rounded


def without(known: Mapping[str, Price], multipliers: Mapping[str, Decimal]) -> dict[str, Price]:
    """Return known prices but those that were multiplied before.

    Of when they were, the multiplier is not known.
    """
    return {key: price for key, price in known.items() if key not in multipliers}


def multiplied(quotes: Mapping[str, Quote], multipliers: Mapping[str, Decimal]) -> dict[str, Quote]:
    """Return quotes of one counted unit each, from those of a shown one."""
    return {key: _multiplied(quote, multipliers[key]) if key in multipliers else quote for key, quote in quotes.items()}


def _multiplied(quote: Quote, times: Decimal) -> Quote:
    if quote.price is None:
        return quote
    usd = rounded(EXACT.multiply(quote.price.usd, times))
    return quote.model_copy(update={"price": quote.price.model_copy(update={"usd": usd})})
