"""Prices that a history itself states, for transactions that state none."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from decimal import Decimal

from premium.money import divide
from premium.tax.model import Transaction

_DAY = 86_400_000_000
_PRICED = frozenset({"buy", "sell", "income", "fee"})


class PriceHistory:
    """Unit prices of the history's own trades; indexed for an asset only when one is asked for."""

    def __init__(self, transactions: Iterable[Transaction]) -> None:
        self._transactions = transactions
        self._known: dict[str, list[tuple[int, Decimal]]] = {}

    def near(self, asset: str, instant: int) -> Decimal | None:
        """The price nearest in time within 24 hours; the earlier of two equally near ones."""
        known = self._known.get(asset)
        if known is None:
            known = self._known[asset] = self._of(asset)
        at = bisect_left(known, (instant,))
        around = [entry for entry in known[max(0, at - 1) : at + 1] if abs(entry[0] - instant) <= _DAY]
        return min(around, key=lambda entry: abs(entry[0] - instant))[1] if around else None

    def _of(self, asset: str) -> list[tuple[int, Decimal]]:
        return sorted(
            (tx.instant, divide(tx.value, tx.amount))
            for tx in self._transactions
            if tx.asset == asset and tx.type in _PRICED and tx.value is not None and tx.amount
        )
