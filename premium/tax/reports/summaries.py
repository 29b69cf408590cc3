"""What each country's return asks for, line by line, rounded once as its form does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import ROUND_DOWN, ROUND_FLOOR, Context, Decimal
from typing import NamedTuple

from premium.money import EXACT, ZERO
from premium.tax.calculate import Report
from premium.tax.days import date_of, day_of
from premium.tax.discount import net_capital_gains
from premium.tax.gains import by_disposal, relieved
from premium.tax.model import Disposal
from premium.tax.reports.cents import cents
from premium.tax.totals import Totals

_WHOLE = Decimal(1)
_UK_NEW_RATES = day_of(date(2024, 10, 30))


class Item(NamedTuple):
    """A line: its number or box on the form ('' where it has none), what it asks for, and the figure."""

    box: str
    text: str
    value: str


def items(report: Report) -> list[Item]:
    """The summary of the report's year, of zeros where nothing happened, or one block a tax year when it is of all."""
    make = _BY_COUNTRY.get(report.setup.rules.code, _plain)
    label = report.setup.calendar.label
    made: list[Item] = []
    years = report.sums.by_tax_year
    if not years and report.tax_year is not None:
        years = {report.tax_year: Totals()}
    for year, totals in years.items():
        made.append(Item("", f"Tax year {label(year)}", ""))
        made += make(report, year, totals)
    return made


def rows_of(report: Report, year: int) -> Iterable[Disposal]:
    tax_year = report.setup.calendar.tax_year
    return (row for row in report.disposals if tax_year(row.day) == year)


def _amount(report: Report, name: str, year: int) -> Decimal:
    return report.setup.rules.amount_of(name, year) or ZERO


def _plain(_: Report, __: int, totals: Totals) -> list[Item]:
    return [
        Item("", "Disposal proceeds", f"{cents(totals.proceeds)}"),
        Item("", "Cost basis", f"{cents(totals.cost_basis)}"),
        Item("", "Gain or loss", f"{cents(totals.total)}"),
        Item("", "Income", f"{cents(totals.income)}"),
    ]


def _whole_pounds(value: Decimal, *, up: bool = False) -> str:
    """SA108 notes: income down and costs up to the pound, in the taxpayer's favour."""
    rounding = "ROUND_CEILING" if up else ROUND_FLOOR
    return f"{value.quantize(_WHOLE, context=Context(prec=400, rounding=rounding))}"


def _kingdom(report: Report, year: int, totals: Totals) -> list[Item]:
    """SA108: cryptoassets have boxes of their own (13.1-13.8) from 2024-25, the year in which the rates changed."""
    days = {row.sources for row in rows_of(report, year)}
    gains, losses = by_disposal(rows_of(report, year), report.setup.calendar).get(year, (ZERO, ZERO))
    crypto = year >= 2024  # Until 2023-24 the return had no boxes for cryptoassets of their own.
    made = [
        Item("13.1" if crypto else "", "Number of disposals (a day's disposals of an asset are one)", f"{len(days)}"),
        Item("13.2" if crypto else "", "Disposal proceeds", _whole_pounds(totals.proceeds)),
        Item("13.3" if crypto else "", "Allowable costs", _whole_pounds(totals.cost_basis, up=True)),
        Item("13.4" if crypto else "", "Gains in the year, before losses", _whole_pounds(gains)),
        Item("13.6" if crypto else "", "Losses in the year", _whole_pounds(losses, up=True)),
        Item("", "Annual exempt amount", f"{_amount(report, 'annual_exempt_amount', year)}"),
    ]
    if year == 2024:
        before = _net(row for row in rows_of(report, year) if row.day < _UK_NEW_RATES)
        after = _net(row for row in rows_of(report, year) if row.day >= _UK_NEW_RATES)
        made.append(Item("", "Net gain until 29 October 2024 (10 % and 20 %)", f"{cents(before)}"))
        made.append(Item("", "Net gain from 30 October 2024 (18 % and 24 %)", f"{cents(after)}"))
    else:
        rates = "10 % and 20 %" if year < 2024 else "18 % and 24 %"
        made.append(Item("", f"Net gain ({rates})", f"{cents(totals.total)}"))
    return [*made, Item("", "Miscellaneous income (staking, mining, airdrops)", f"{cents(totals.income)}")]


def _net(rows: Iterable[Disposal]) -> Decimal:
    total = ZERO
    for row in rows:
        total = EXACT.add(total, row.gain)
    return total


def _germany(report: Report, year: int, totals: Totals) -> list[Item]:
    """Anlage SO: private Veräußerungsgeschäfte and Leistungen."""
    taxed = [row for row in rows_of(report, year) if row.term != "long"]
    proceeds, cost = ZERO, ZERO
    for row in taxed:
        proceeds, cost = EXACT.add(proceeds, row.proceeds), EXACT.add(cost, row.cost_basis)
    gain, limit = totals.not_long_term, _amount(report, "freigrenze", year)
    income_limit = _amount(report, "income_freigrenze", year)
    verdict = "exceeded" if gain >= limit else "not reached: the gain is free of tax"
    if gain < 0:
        verdict = "not reached: the loss goes against such gains of other years"
    return [
        Item("Anlage SO", "Veräußerungspreis (held one year or less)", f"{cents(proceeds)}"),
        Item("Anlage SO", "Anschaffungskosten", f"{cents(cost)}"),
        Item("Anlage SO", "Gewinn oder Verlust § 23 EStG", f"{cents(gain)}"),
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
    rate = report.setup.rules.inclusion_rate or _WHOLE
    taxable = max(EXACT.multiply(totals.total, rate), ZERO)
    return [
        Item("Sch. 3, 15199", "Total proceeds of disposition", f"{cents(totals.proceeds)}"),
        Item("", "Adjusted cost base and outlays", f"{cents(totals.cost_basis)}"),
        Item("", "Superficial losses denied", f"{cents(totals.denied_loss)}"),
        Item("Sch. 3, 15300", "Gain or loss", f"{cents(totals.total)}"),
        Item("12700", "Taxable capital gains (one half)", f"{cents(taxable)}"),
        Item("", "Income", f"{cents(totals.income)}"),
    ]


def _australia(report: Report, year: int, totals: Totals) -> list[Item]:
    """Individual return, question 18: whole dollars, cents cut off."""
    result = net_capital_gains(report.outcome.disposals, report.setup).get(year)
    if result is None:
        return _plain(report, year, totals)

    def dollars(value: Decimal) -> str:
        return f"{value.quantize(_WHOLE, context=Context(prec=400, rounding=ROUND_DOWN))}"

    return [
        Item("18 H", "Total current year capital gains", dollars(totals.gains)),
        Item("", "Capital losses of the year", dollars(totals.losses)),
        Item("", "Gains with discount, before losses", dollars(result.eligible)),
        Item("", "CGT discount", dollars(result.discount)),
        Item("18 A", "Net capital gain", dollars(result.net)),
        Item("18 V", "Net capital losses carried forward", dollars(result.carried)),
        Item("", "Ordinary income", dollars(totals.income)),
    ]


def _france(report: Report, year: int, totals: Totals) -> list[Item]:
    """Form 2086, sale by sale, then 3AN or 3BN of form 2042-C; whole euros."""
    made = []
    for number, row in enumerate(rows_of(report, year), 1):
        made.append(Item(f"2086/{number} 211", f"Sale of {row.asset} on", date_of(row.day).isoformat()))
        made.append(Item(f"2086/{number} 218", "Price net of fees", _euros(row.proceeds)))
        made.append(Item("", "Part of the acquisition price (223 x 217 / 212)", _euros(row.cost_basis)))
        made.append(Item(f"2086/{number} 224", "Gain or loss", _euros(row.gain)))
    exempt = totals.proceeds <= _amount(report, "threshold", year)
    box = "3AN" if totals.total >= 0 else "3BN"
    value = "exempt: sales of the year do not exceed the threshold" if exempt else _euros(totals.total.copy_abs())
    return [*made, Item(box, "Overall gain or loss of the year", value)]


def _euros(value: Decimal) -> str:
    return f"{cents(value, _WHOLE)}"


def _ireland(report: Report, year: int, totals: Totals) -> list[Item]:
    """Form CG1 / Form 11 panel Q."""
    exemption = _amount(report, "annual_exemption", year)
    borne = relieved(report.outcome.reliefs, report.setup.calendar, year)
    net = EXACT.subtract(EXACT.subtract(totals.gains, borne), totals.usable_loss)
    return [
        Item("", "Aggregate consideration", f"{cents(totals.proceeds)}"),
        Item("", "Chargeable gains", f"{cents(totals.gains)}"),
        Item("", "Allowable losses", f"{cents(totals.usable_loss)}"),
        Item(
            "",
            "Ring-fenced losses (s 581(3)), usable against the reacquired asset only",
            f"{cents(totals.ring_fenced_loss)}",
        ),
        Item("", "Ring-fenced losses used against the gain on the reacquired asset", f"{cents(borne)}"),
        Item(
            "",
            f"Chargeable gain after losses and the personal exemption of {exemption}",
            f"{cents(max(EXACT.subtract(net, exemption), ZERO))}",
        ),
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
    for asset, of_asset in sorted(by_asset.items()):
        made.append(Item(asset, "Sales", _euros(of_asset.proceeds)))
        made.append(Item(asset, "Cost of sales", _euros(of_asset.cost_basis)))
    whole = EXACT.add(totals.total, totals.income)
    return [
        *made,
        Item("", "Income from sales", _euros(totals.total)),
        Item("", "Other income", _euros(totals.income)),
        Item("", "Miscellaneous income", _euros(whole)),
    ]


_BY_COUNTRY: dict[str, Callable[[Report, int, Totals], list[Item]]] = {
    "GB": _kingdom,
    "DE": _germany,
    "CA": _canada,
    "AU": _australia,
    "FR": _france,
    "IE": _ireland,
    "JP": _japan,
}
