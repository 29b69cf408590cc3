"""Wash sales of the US, as information.

§ 1091 speaks of stock and securities, and digital assets are neither yet.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import groupby
from math import inf
from typing import Any

from premium.money import EXACT, ZERO, divide, plain
from premium.tax.model import Disposal
from premium.tax.results.report import Report

DAYS = 30


class _Purchase:
    """A purchase that may replace what was sold; `free` is what replaces nothing yet."""

    __slots__ = ("day", "free", "id")

    def __init__(self, day: int, name: str, free: Decimal) -> None:
        self.day, self.id, self.free = day, name, free


class _Window:
    """Purchases of the days around a sale.

    Sales are asked for in order, so it only moves on, and stays small.
    """

    def __init__(self, report: Report) -> None:
        self._coming = iter(report.transactions)
        self._day_of = report.setup.calendar.day
        self._by_asset: dict[str, deque[_Purchase]] = {}
        self._read_until = -inf

    def around(self, sold: Disposal) -> Iterable[_Purchase]:
        """Return purchases of the asset from 30 days before on, in order.

        Some may be of more than 30 days after.
        """
        first, last = sold.day - DAYS, sold.day + DAYS
        while self._read_until <= last:
            tx = next(self._coming, None)
            self._read_until = inf if tx is None else self._day_of(tx.instant)
            if tx is not None and tx.type == "buy":
                purchases = self._from(tx.asset, first)
                purchases.append(_Purchase(self._day_of(tx.instant), tx.id, tx.amount))
        return self._from(sold.asset, first)

    def _from(self, asset: str, day: int) -> deque[_Purchase]:
        purchases = self._by_asset.setdefault(asset, deque())
        while purchases and purchases[0].day < day:
            purchases.popleft()
        return purchases


def wash_sales(report: Report) -> Iterator[dict[str, Any]]:
    """Yield each sale at a loss with a purchase that replaces it.

    `{transaction, replacement, loss}`, for purchases within 30 days before or after. Each bought unit replaces one
    sold unit, in the order of the sales; the loss is the replaced units' part.
    """
    window, year, tax_year = _Window(report), report.tax_year, report.setup.calendar.tax_year
    # The rows of one sale stand together.
    for name, together in groupby(report.outcome.disposals, key=lambda row: row.name):
        rows = list(together)
        lots = {row.lot for row in rows}
        by_purchase: dict[str, Decimal] = {}
        for row in rows:
            for purchase, loss in _replacements(row, window, lots):
                by_purchase[purchase] = EXACT.add(by_purchase.get(purchase, ZERO), loss)
        if year is None or tax_year(rows[0].day) == year:
            for purchase, loss in by_purchase.items():
                yield {"transaction": name, "replacement": purchase, "loss": plain(loss)}


def _replacements(row: Disposal, window: _Window, sold_lots: set[str | None]) -> Iterator[tuple[str, Decimal]]:
    left, gain = row.amount, row.gain
    for purchase in window.around(row) if gain < ZERO else ():
        if purchase.day > row.day + DAYS or not left:
            return
        if purchase.id in sold_lots or not purchase.free:
            continue
        replaced = min(left, purchase.free)
        purchase.free = EXACT.subtract(purchase.free, replaced)
        left = EXACT.subtract(left, replaced)
        loss = gain.copy_negate()
        if replaced < row.amount:
            loss = divide(EXACT.multiply(loss, replaced), row.amount)
        yield purchase.id, loss
