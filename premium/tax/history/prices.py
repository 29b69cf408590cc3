"""Prices for transactions that state none: of the history's own trades, and of a price history beside it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from decimal import Decimal

from premium.money import divide
from premium.tax.history.price_series import DAY, Filled, PriceSeries
from premium.tax.model import Transaction

_PRICED = frozenset({"buy", "sell", "income", "fee"})


class PriceHistory:
    """Unit prices of the history's own trades, indexed for an asset only when one is asked for, and of `outside`."""

    def __init__(self, transactions: Iterable[Transaction], outside: PriceSeries | None = None) -> None:
        self._transactions = transactions
        self._outside = outside or PriceSeries()
        self._known: dict[str, list[tuple[int, Decimal]]] = {}

    def near(self, asset: str, instant: int) -> Filled | None:
        """The price nearest in time within 24 hours; of equally near ones an own trade's, and of those the earlier."""
        own, other = self._own(asset, instant), self._outside.before(asset, instant)
        if own is None or other is None:
            return own or other
        return own if abs(own.instant - instant) <= instant - other.instant else other

    def _own(self, asset: str, instant: int) -> Filled | None:
        known = self._known.get(asset)
        if known is None:
            known = self._known[asset] = self._of(asset)
        at = bisect_left(known, (instant,))
        around = [entry for entry in known[max(0, at - 1) : at + 1] if abs(entry[0] - instant) <= DAY]
        nearest = min(around, key=lambda entry: abs(entry[0] - instant), default=None)
        return None if nearest is None else Filled(nearest[1], nearest[0])

    def _of(self, asset: str) -> list[tuple[int, Decimal]]:
        return sorted(
            (tx.instant, divide(tx.value, tx.amount))
            for tx in self._transactions
            if tx.asset == asset and tx.type in _PRICED and tx.value is not None and tx.amount
        )
