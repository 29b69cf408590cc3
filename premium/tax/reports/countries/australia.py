"""List the lines of the Australian return.

The method statement in cents that add up, then question 18's labels in whole dollars, cents cut off.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, Context, Decimal

from premium.money import EXACT, ZERO
from premium.tax.reports.countries.items import WHOLE, Item
from premium.tax.reports.layout.cents import cents
from premium.tax.results.discount import net_capital_gains
from premium.tax.results.report import Report
from premium.tax.results.totals import Totals


def australia(report: Report, year: int, totals: Totals) -> list[Item]:
    """Return the lines of a year (ITAA 1997 s 102-5).

    Gains, less losses of the year, less earlier ones, less the discount on what is left.
    """
    result = net_capital_gains(report.outcome.disposals, report.setup).get(year)
    if result is None:
        return [
            Item("18 A", "Net capital gain", "0"),
            Item("24", "Ordinary income (myTax: other income)", _dollars(totals.income)),
        ]
    gains, losses, discount = cents(totals.gains), cents(totals.losses), cents(result.discount)
    used = EXACT.subtract(EXACT.subtract(totals.gains, result.net), result.discount)
    earlier = max(EXACT.subtract(cents(used), losses), ZERO)
    net = EXACT.subtract(EXACT.subtract(gains, min(EXACT.add(losses, earlier), gains)), discount)
    return [
        Item("", "Capital gains of the year, before losses", f"{gains}"),
        Item("", "Of these with discount", f"{cents(result.eligible)}"),
        Item("", "Capital losses of the year", f"{losses}"),
        Item("", "Capital losses of earlier years, applied", f"{earlier}"),
        Item("", "CGT discount", f"{discount}"),
        Item("", "Gains less losses and discount", f"{net}"),
        Item("18 H", "Total current year capital gains", _dollars(totals.gains)),
        Item("18 A", "Net capital gain", _dollars(result.net)),
        Item("18 V", "Net capital losses carried forward", _dollars(result.carried)),
        Item("24", "Ordinary income (myTax: other income)", _dollars(totals.income)),
    ]


def _dollars(value: Decimal) -> str:
    return f"{value.quantize(WHOLE, context=Context(prec=400, rounding=ROUND_DOWN))}"
