"""List what each country's return asks for, line by line.

Rounded once as its form does.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from premium.money import EXACT, ZERO
from premium.tax.reports.countries.australia import australia
from premium.tax.reports.countries.france import france
from premium.tax.reports.countries.ireland import ireland
from premium.tax.reports.countries.items import WHOLE, Item, amount, rows_of
from premium.tax.reports.countries.japan import japan
from premium.tax.reports.countries.kingdom import kingdom
from premium.tax.reports.forms.schedule_d import lines
from premium.tax.reports.layout.cents import cents, smallest
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


def _plain(report: Report, _: int, totals: Totals) -> list[Item]:
    quantum = smallest(report.setup.currency)
    return [
        Item("", "Disposal proceeds", f"{cents(totals.proceeds, quantum)}"),
        Item("", "Cost basis", f"{cents(totals.cost_basis, quantum)}"),
        Item("", "Gain or loss", f"{cents(totals.total, quantum)}"),
        Item("", "Income", f"{cents(totals.income, quantum)}"),
    ]


_LINES_OF_SO = (2023, 2024)
"""Years whose form has the lines 41-47 for virtual currencies and 10-16 for what is earned with them."""


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

    def box(line: str) -> str:
        return f"Anlage SO, {line}" if year in _LINES_OF_SO else "Anlage SO"

    return [
        Item(box("44"), "Veräußerungspreis (held one year or less)", f"{cents(proceeds)}"),
        Item(box("45"), "Anschaffungskosten", f"{cents(cost)}"),
        Item(box("47"), "Gewinn oder Verlust § 23 EStG", f"{EXACT.subtract(cents(proceeds), cents(cost))}"),
        Item("", f"Freigrenze {limit}", verdict),
        Item("", "Exempt gains (held more than one year)", f"{cents(totals.long_term)}"),
        Item(box("10-16"), "Einkünfte aus Leistungen § 22 Nr. 3 EStG", f"{cents(totals.income)}"),
        Item(
            "",
            f"Freigrenze {income_limit} for Leistungen",
            "exceeded" if totals.income >= income_limit else "not reached",
        ),
    ]


_T1135 = (
    "Cost of all that is held at the year's end: the form is due where what is situated outside Canada cost more than"
    " 100,000 at any time of the year (ITA s 233.3)"
)


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
        *([Item("T1135", _T1135, f"{cents(_cost_of(report))}")] if report.tax_year is not None else ()),
    ]


def _cost_of(report: Report) -> Decimal:
    cost = ZERO
    for held in report.outcome.holdings:
        cost = EXACT.add(cost, held.cost_basis)
    return cost


def _united_states(report: Report, year: int, totals: Totals) -> list[Item]:
    """Schedule D and line 8v of Schedule 1, which are of one year; of all years the sums alone."""
    if report.tax_year is None:
        return _plain(report, year, totals)
    return [
        Item(line.number if line.number.startswith("Sch.") else f"Sch. D, {line.number}", line.text, f"{line.gain}")
        for line in lines(report)
    ]


_BY_COUNTRY: dict[str, Callable[[Report, int, Totals], list[Item]]] = {
    "GB": kingdom,
    "DE": _germany,
    "CA": _canada,
    "AU": australia,
    "FR": france,
    "IE": ireland,
    "JP": japan,
    "US": _united_states,
}
