"""List the lines of the French form 2086, sale by sale.

Then box 3AN or 3BN of form 2042-C. Whole euros; each figure is the step of its column's rounded running sum, so that
the lines add up and the sales' gains add up to the year's.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from premium.money import EXACT, ZERO
from premium.tax.days import date_of
from premium.tax.outcome import Disposal
from premium.tax.reports.countries.items import WHOLE, Item, amount, rows_of, whole
from premium.tax.reports.layout.cents import Column
from premium.tax.results.report import Report
from premium.tax.results.totals import Totals


def france(report: Report, year: int, totals: Totals) -> list[Item]:
    """Return the lines of a year."""
    form = Form2086(report, year)
    made = [item for number, row in enumerate(rows_of(report, year), 1) for item in form.sale(number, row)]
    exempt = totals.proceeds <= amount(report, "threshold", year)
    box = "3AN" if form.total >= 0 else "3BN"
    value = "exempt: sales of the year do not exceed the threshold" if exempt else f"{form.total.copy_abs()}"
    return [*made, Item(box, "Overall gain or loss of the year", value)]


class Form2086:
    """The columns of one year's form 2086.

    `total` is line 224 of the sales so far.
    """

    def __init__(self, report: Report, year: int) -> None:
        names = {row.transaction for row in rows_of(report, year)}
        self._fees = {tx.id: tx.fee for tx in report.transactions if tx.id in names and tx.type != "transfer"}
        self._outcome = report.outcome
        self._price, self._fee, self._cost = Column(WHOLE), Column(WHOLE), Column(WHOLE)
        self.total = ZERO

    def sale(self, number: int, row: Disposal) -> Iterator[Item]:
        """Yield the lines of a sale."""
        charged = self._fees.get(row.transaction, ZERO)
        price, fee = self._price.line(EXACT.add(row.proceeds, charged)), self._fee.line(charged)
        cost = self._cost.line(row.cost_basis)
        gain = EXACT.subtract(EXACT.subtract(price, fee), cost)
        self.total = EXACT.add(self.total, gain)

        def line(box: int, text: str, value: Decimal) -> Item:
            return Item(f"2086/{number} {box}", text, f"{value}")

        yield Item(f"2086/{number} 211", f"Sale of {row.asset} on", date_of(row.day).isoformat())
        yield Item(f"2086/{number} 212", "Value of the portfolio", whole(self._worth(row)))
        yield line(213, "Price", price)
        yield line(214, "Fees", fee)
        yield line(218, "Price net of fees", EXACT.subtract(price, fee))
        yield Item(f"2086/{number} 223", "Acquisition price of the portfolio", whole(self._before(row)))
        yield Item("", "Part of the acquisition price (223 x 217 / 212)", f"{cost}")
        yield line(224, "Gain or loss", gain)

    def _worth(self, row: Disposal) -> Decimal:
        return self._outcome.portfolio_values.get(row.transaction, ZERO)

    def _before(self, row: Disposal) -> Decimal:
        return EXACT.add(self._outcome.acquisition_totals.get(row.transaction, ZERO), row.cost_basis)
