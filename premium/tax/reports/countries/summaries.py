"""List what each country's return asks for, line by line.

Rounded once as its form does.
"""

from __future__ import annotations

from collections.abc import Callable

from premium.money import EXACT, ZERO
from premium.tax.reports.countries.australia import australia
from premium.tax.reports.countries.france import france
from premium.tax.reports.countries.ireland import ireland
from premium.tax.reports.countries.items import WHOLE, Item, amount, rows_of
from premium.tax.reports.countries.kingdom import kingdom
from premium.tax.reports.layout.cents import Column, cents
from premium.tax.results.report import Report
from premium.tax.results.totals import Totals


def items(report: Report) -> list[Item]:
    """Return the lines of the report's year, or a block of each tax year.

    Of zeros where nothing happened; proceeds, costs and gains alone where the report is not in the return's currency.
    """
    make = _BY_COUNTRY.get(report.setup.rules.code, _plain) if report.setup.national else _plain
    rules, label = report.setup.rules, report.setup.calendar.label
    made: list[Item] = []
    years = report.sums.by_tax_year
    if not years and report.tax_year is not None:
        years = {report.tax_year: Totals()}
    for year, totals in years.items():
        first, last = rules.period(year)
        made.append(Item("", f"Tax year {label(year)}", f"{first} to {last}"))
        made += make(report, year, totals)
    return made


def _plain(_: Report, __: int, totals: Totals) -> list[Item]:
    return [
        Item("", "Disposal proceeds", f"{cents(totals.proceeds)}"),
        Item("", "Cost basis", f"{cents(totals.cost_basis)}"),
        Item("", "Gain or loss", f"{cents(totals.total)}"),
        Item("", "Income", f"{cents(totals.income)}"),
    ]


def _germany(report: Report, year: int, totals: Totals) -> list[Item]:
    """Anlage SO: private Veräußerungsgeschäfte and Leistungen."""
    taxed = [row for row in rows_of(report, year) if row.term != "long"]
    proceeds, cost = ZERO, ZERO
    for row in taxed:
        proceeds, cost = EXACT.add(proceeds, row.proceeds), EXACT.add(cost, row.cost_basis)
    gain, limit = totals.not_long_term, amount(report, "freigrenze", year)
    income_limit = amount(report, "income_freigrenze", year)
    verdict = "exceeded" if gain >= limit else "not reached: the gain is free of tax"
    if gain < 0:
        verdict = "not reached: the loss goes against such gains of other years"
    return [
        Item("Anlage SO", "Veräußerungspreis (held one year or less)", f"{cents(proceeds)}"),
        Item("Anlage SO", "Anschaffungskosten", f"{cents(cost)}"),
        Item("Anlage SO", "Gewinn oder Verlust § 23 EStG", f"{EXACT.subtract(cents(proceeds), cents(cost))}"),
        Item("", f"Freigrenze {limit}", verdict),
        Item("", "Exempt gains (held more than one year)", f"{cents(totals.long_term)}"),
        Item("Anlage SO", "Einkünfte aus Leistungen § 22 Nr. 3 EStG", f"{cents(totals.income)}"),
        Item(
            "",
            f"Freigrenze {income_limit} for Leistungen",
            "exceeded" if totals.income >= income_limit else "not reached",
        ),
    ]


def _canada(report: Report, _: int, totals: Totals) -> list[Item]:
    """Schedule 3, section on crypto-assets and other properties (since 2023), and line 12700."""
    rate = report.setup.rules.inclusion_rate or WHOLE
    proceeds, cost, denied = cents(totals.proceeds), cents(totals.cost_basis), cents(totals.denied_loss)
    gain = EXACT.add(EXACT.subtract(proceeds, cost), denied)
    taxable = max(EXACT.multiply(gain, rate), ZERO)
    return [
        Item("Sch. 3, 15199", "Total proceeds of disposition", f"{proceeds}"),
        Item("", "Adjusted cost base and outlays", f"{cost}"),
        Item("", "Superficial losses denied", f"{denied}"),
        Item("Sch. 3, 15300", "Gain or loss", f"{gain}"),
        Item("12700", "Taxable capital gains (one half)", f"{cents(taxable)}"),
        Item("", "Income", f"{cents(totals.income)}"),
    ]


def _japan(report: Report, year: int, totals: Totals) -> list[Item]:
    """Miscellaneous income: sales, cost and what is left, by asset, whole yen."""
    made = []
    by_asset: dict[str, Totals] = {}
    for row in rows_of(report, year):
        of_asset = by_asset.setdefault(row.asset, Totals())
        of_asset.proceeds = EXACT.add(of_asset.proceeds, row.proceeds)
        of_asset.cost_basis = EXACT.add(of_asset.cost_basis, row.cost_basis)
    sales, costs = Column(WHOLE), Column(WHOLE)
    for asset, of_asset in sorted(by_asset.items()):
        made.append(Item(asset, "Sales", f"{sales.line(of_asset.proceeds)}"))
        made.append(Item(asset, "Cost of sales", f"{costs.line(of_asset.cost_basis)}"))
    gain, income = EXACT.subtract(sales.printed, costs.printed), cents(totals.income, WHOLE)
    return [
        *made,
        Item("", "Income from sales", f"{gain}"),
        Item("", "Other income", f"{income}"),
        Item("", "Miscellaneous income", f"{EXACT.add(gain, income)}"),
    ]


_BY_COUNTRY: dict[str, Callable[[Report, int, Totals], list[Item]]] = {
    "GB": kingdom,
    "DE": _germany,
    "CA": _canada,
    "AU": australia,
    "FR": france,
    "IE": ireland,
    "JP": _japan,
}
