"""Wash sales of the US, as information: § 1091 speaks of stock and securities, and digital assets are neither yet."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from premium.money import EXACT, ZERO, divide, plain
from premium.tax.model import Disposal

if TYPE_CHECKING:
    from premium.tax.calculate import Report

DAYS = 30


class _Purchase:
    """A purchase that may replace what was sold; `free` is what replaces nothing yet."""

    __slots__ = ("day", "free", "id")

    def __init__(self, day: int, name: str, free: Decimal) -> None:
        self.day, self.id, self.free = day, name, free


def wash_sales(report: Report) -> Iterator[dict[str, Any]]:
    """`{transaction, replacement, loss}` for each sale at a loss and purchase within 30 days before or after.

    Each bought unit replaces one sold unit, in the order of the sales; the loss is the replaced units' part.
    """
    purchases: dict[str, tuple[list[int], list[_Purchase]]] = {}
    day = report.setup.calendar.day
    for tx in report.transactions:
        if tx.type == "buy":
            days, of_asset = purchases.setdefault(tx.asset, ([], []))
            days.append(day(tx.instant))
            of_asset.append(_Purchase(days[-1], tx.id, tx.amount))
    losses = [row for row in report.outcome.disposals if row.gain < ZERO and row.asset in purchases]
    used = _lots_of(report.outcome.disposals)
    shown = {row.name for row in report.disposals}
    for name, rows in groupby(losses, key=lambda row: row.name):
        by_purchase: dict[str, Decimal] = {}
        for row in rows:
            for purchase, loss in _replacements(row, *purchases[row.asset], used[name]):
                by_purchase[purchase] = EXACT.add(by_purchase.get(purchase, ZERO), loss)
        if name in shown:
            for purchase, loss in by_purchase.items():
                yield {"transaction": name, "replacement": purchase, "loss": plain(loss)}


def _lots_of(rows: list[Disposal]) -> dict[str, set[str | None]]:
    lots: dict[str, set[str | None]] = {}
    for row in rows:
        lots.setdefault(row.name, set()).add(row.lot)
    return lots


def _replacements(
    row: Disposal, days: list[int], purchases: list[_Purchase], sold_lots: set[str | None]
) -> Iterator[tuple[str, Decimal]]:
    left = row.amount
    for index in range(bisect_left(days, row.day - DAYS), len(days)):
        purchase = purchases[index]
        if purchase.day > row.day + DAYS or not left:
            return
        if purchase.id in sold_lots or not purchase.free:
            continue
        replaced = min(left, purchase.free)
        purchase.free = EXACT.subtract(purchase.free, replaced)
        left = EXACT.subtract(left, replaced)
        loss = row.gain.copy_negate()
        if replaced < row.amount:
            loss = divide(EXACT.multiply(loss, replaced), row.amount)
        yield purchase.id, loss
