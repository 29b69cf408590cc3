"""Fill in the National Tax Agency's sheet for crypto assets (暗号資産の計算書).

By asset, whole yen: what was carried over, acquired, sold at which cost, and is left (parts 4 and 5 of the sheets for
total and moving average, NTA, 暗号資産等に関する税務上の取扱い及び計算書について, December 2024).
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from premium.money import EXACT, ZERO
from premium.tax.ledger.basis import acquisition_basis
from premium.tax.model import ACQUISITIONS
from premium.tax.reports.countries.items import WHOLE, Item, rows_of
from premium.tax.reports.layout.cents import Column, cents
from premium.tax.results.report import Report
from premium.tax.results.totals import Totals

OPENING, BOUGHT, SOLD = "年初残高 Carried over", "購入等 Acquired", "売却等 Sold, at cost"
PROCEEDS = "売却価額 Proceeds"
REMOVED, CLOSING = "Left without a sale", "年末残高 Carried on"


class SheetLine(NamedTuple):
    """A line of an asset's sheet; the money in whole yen."""

    label: str
    amount: Decimal | None
    money: Decimal


class _Sum(NamedTuple):
    amount: Decimal = ZERO
    cost: Decimal = ZERO

    def plus(self, amount: Decimal, cost: Decimal) -> _Sum:
        return _Sum(EXACT.add(self.amount, amount), EXACT.add(self.cost, cost))


_Sums = dict[str, _Sum]


def japan(report: Report, year: int, totals: Totals) -> list[Item]:
    """Return the lines of a year: miscellaneous income by asset, whole yen."""
    by_asset: dict[str, Totals] = {}
    for row in rows_of(report, year):
        of_asset = by_asset.setdefault(row.asset, Totals())
        of_asset.proceeds = EXACT.add(of_asset.proceeds, row.proceeds)
        of_asset.cost_basis = EXACT.add(of_asset.cost_basis, row.cost_basis)
    sales, costs = Column(WHOLE), Column(WHOLE)
    made = []
    for asset, of_asset in sorted(by_asset.items()):
        made.append(Item(asset, "Sales", f"{sales.line(of_asset.proceeds)}"))
        made.append(Item(asset, "Cost of sales", f"{costs.line(of_asset.cost_basis)}"))
    gain, income = EXACT.subtract(sales.printed, costs.printed), cents(totals.income, WHOLE)
    return [
        *made,
        Item("", "Income from sales", f"{gain}"),
        Item("", "Other income", f"{income}"),
        Item("5 所得金額", "Miscellaneous income", f"{EXACT.add(gain, income)}"),
    ]


def sheet_of(report: Report) -> dict[str, list[SheetLine]]:
    """Return the lines of each asset that was held or moved in the report's time.

    What was carried over is what is left and was disposed of, less what was acquired: each of them is exact.
    """
    bought, sold, gone, closing = _acquired(report), _Sums(), _Sums(), _Sums()
    proceeds: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for row in report.disposals:
        sold[row.asset] = sold.get(row.asset, _Sum()).plus(row.amount, row.cost_basis)
        proceeds[row.asset] = EXACT.add(proceeds[row.asset], row.proceeds)
    for item in report.removals:
        gone[item.asset] = gone.get(item.asset, _Sum()).plus(item.amount, item.basis)
    for held in report.outcome.holdings:
        closing[held.asset] = closing.get(held.asset, _Sum()).plus(held.amount, held.cost_basis)
    uncovered: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for missing in report.missing:
        uncovered[missing.asset] = EXACT.add(uncovered[missing.asset], missing.amount)
    sheets = {}
    for asset in sorted({*bought, *sold, *gone, *closing}):
        b, s, g, c = (each.get(asset, _Sum()) for each in (bought, sold, gone, closing))
        out = c.plus(s.amount, s.cost).plus(g.amount, g.cost)
        opening = out.plus(b.amount.copy_negate(), b.cost.copy_negate()).plus(-uncovered[asset], ZERO)
        named = [(OPENING, opening), (BOUGHT, b), (SOLD, s), *([(REMOVED, g)] if g.amount else []), (CLOSING, c)]
        lines = [SheetLine(label, each.amount, cents(each.cost, WHOLE)) for label, each in named]
        sheets[asset] = [SheetLine(PROCEEDS, None, cents(proceeds[asset], WHOLE)), *lines]
    return sheets


def _acquired(report: Report) -> _Sums:
    made, calendar, year = _Sums(), report.setup.calendar, report.tax_year
    for tx in report.transactions:
        if tx.type in ACQUISITIONS and (year is None or calendar.tax_year(calendar.day(tx.instant)) == year):
            made[tx.asset] = made.get(tx.asset, _Sum()).plus(tx.amount, acquisition_basis(tx, report.setup))
    return made
