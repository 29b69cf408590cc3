"""List the lines of the British capital gains pages SA108.

For companies what the computation of corporation tax takes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_FLOOR, Context, Decimal

from premium.money import EXACT, ZERO
from premium.tax.days import day_of
from premium.tax.outcome import Disposal
from premium.tax.reports.countries.items import WHOLE, Item, rows_of
from premium.tax.reports.layout.cents import cents
from premium.tax.results import gains
from premium.tax.results.gains import YearGains
from premium.tax.results.report import Report
from premium.tax.results.totals import Totals

_NEW_RATES = day_of(date(2024, 10, 30))
_YEAR_OF_CHANGE, _EARLIER_CHANGE = 2024, 2016


def kingdom(report: Report, year: int, totals: Totals) -> list[Item]:
    """Return the lines of a tax year.

    Cryptoassets have boxes of their own (13.1-13.8) from 2024-25, the year in which the rates changed; before they
    were other property (14-19).
    """
    company = report.setup.method == "section_104_company"
    figures, disposals = gains.kingdom(report)[year], {row.sources for row in rows_of(report, year)}

    def box(number: str, earlier: str) -> str:
        """A box of the form since 2024-25, and of the years before, where other property had none of its own."""
        if company:
            return ""
        return number if year >= _YEAR_OF_CHANGE else earlier

    return [
        Item(box("13.1", "14"), "Number of disposals (a day's disposals of an asset are one)", f"{len(disposals)}"),
        Item(box("13.2", "15"), "Disposal proceeds", _pounds(totals.proceeds)),
        Item(box("13.3", "16"), "Allowable costs", _pounds(totals.cost_basis, up=True)),
        Item(box("13.4", "17"), "Gains in the year, before losses", _pounds(figures.gains)),
        Item(box("13.6", "19"), "Losses in the year", _pounds(figures.losses, up=True)),
        *([Item("", "Net gain", f"{cents(totals.total)}")] if company else _rates(report, year, totals, figures)),
        Item(box("45", "45"), "Losses of earlier years, used", f"{cents(figures.used)}"),
        Item("", "Chargeable gain" if company else "Gain above the exempt amount", f"{cents(figures.chargeable)}"),
        Item(box("47", "47"), "Losses carried forward (where they are claimed in time)", f"{cents(figures.carried)}"),
        Item(
            "" if company else "SA100, 17",
            "Miscellaneous income (staking, mining, airdrops)",
            f"{cents(totals.income)}",
        ),
    ]


def _rates(report: Report, year: int, totals: Totals, figures: YearGains) -> list[Item]:
    exempt = Item("", "Annual exempt amount", f"{figures.exempt}")
    if year != _YEAR_OF_CHANGE:
        earlier = "10 % and 20 %" if year >= _EARLIER_CHANGE else "18 % and 28 %"
        rates = "18 % and 24 %" if year > _YEAR_OF_CHANGE else earlier
        return [exempt, Item("", f"Net gain ({rates})", f"{cents(totals.total)}")]
    before = _net(row for row in rows_of(report, year) if row.day < _NEW_RATES)
    after = _net(row for row in rows_of(report, year) if row.day >= _NEW_RATES)
    return [
        exempt,
        Item("", "Net gain until 29 October 2024 (10 % and 20 %)", f"{cents(before)}"),
        Item("", "Net gain from 30 October 2024 (18 % and 24 %)", f"{cents(after)}"),
        Item("51", "Adjustment to Capital Gains Tax", "HMRC's calculator takes the two gains above"),
    ]


def _pounds(value: Decimal, *, up: bool = False) -> str:
    """SA108 notes: income down and costs up to the pound, in the taxpayer's favour."""
    rounding = "ROUND_CEILING" if up else ROUND_FLOOR
    return f"{value.quantize(WHOLE, context=Context(prec=400, rounding=rounding))}"


def _net(rows: Iterable[Disposal]) -> Decimal:
    total = ZERO
    for row in rows:
        total = EXACT.add(total, row.gain)
    return total
