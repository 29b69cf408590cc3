"""Members that single countries add to the report."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from premium.money import EXACT, ZERO, plain
from premium.tax.results.discount import net_capital_gains
from premium.tax.results.gains import ireland, kingdom
from premium.tax.results.report import Report
from premium.tax.results.totals import Totals

Members = dict[str, Any]


def extras(report: Report) -> Members:
    """Return the members that this jurisdiction has and others have not.

    None of those that rest on its allowances and limits in a report in another currency.
    """
    make = _BY_COUNTRY.get(report.setup.rules.code, _nothing) if report.setup.national else _nothing
    made = make(report)
    if report.outcome.acquisition_total is not None:
        made["acquisition_total_after"] = plain(report.outcome.acquisition_total)
    return made


def _nothing(_: Report) -> Members:
    return {}


def _germany(report: Report) -> Members:
    """Return Germany's sums before and after the Freigrenze (§ 23 Abs. 3 Satz 5 EStG)."""
    whole = report.sums.whole

    def of_year(year: int, totals: Totals) -> Members:
        limit, income_limit = _amount(report, "freigrenze", year), _amount(report, "income_freigrenze", year)
        taxable = totals.not_long_term
        return {
            "taxable": plain(taxable),
            "exempt": plain(totals.long_term),
            "freigrenze": plain(limit),
            "taxed": plain(taxable if taxable >= limit or taxable < 0 else ZERO),
            "income_freigrenze": plain(income_limit),
            "income_taxed": plain(totals.income if totals.income >= income_limit else ZERO),
        }

    return {"taxable": plain(whole.not_long_term), "exempt": plain(whole.long_term), **_by_year(report, of_year)}


def _kingdom(report: Report) -> Members:
    """Return the UK's gains after losses and exempt amount (TCGA s 1K)."""
    years = kingdom(report)

    def of_year(year: int, _: Totals) -> Members:
        figures = years[year]
        return {
            "gains": plain(figures.gains),
            "losses": plain(figures.losses),
            "annual_exempt_amount": plain(figures.exempt),
            "losses_used": plain(figures.used),
            "losses_carried_forward": plain(figures.carried),
            "above_exempt_amount": plain(figures.chargeable),
        }

    return _by_year(report, of_year)


def _canada(report: Report) -> Members:
    rate = report.setup.rules.inclusion_rate or Decimal(1)

    def of_year(_: int, totals: Totals) -> Members:
        taxable = EXACT.multiply(totals.total, rate)
        return {"inclusion_rate": plain(rate), "taxable_capital_gain": plain(taxable)}

    return _by_year(report, of_year)


def _ireland(report: Report) -> Members:
    """Losses of all kinds first, then the personal exemption (TCA 1997 s 601)."""
    years = ireland(report)

    def of_year(year: int, _: Totals) -> Members:
        figures = years[year]
        return {
            "ring_fenced_loss_used": plain(figures.borne),
            "losses_used": plain(figures.used),
            "losses_carried_forward": plain(figures.carried),
            "annual_exemption": plain(figures.exempt),
            "chargeable_gain": plain(figures.chargeable),
        }

    return _by_year(report, of_year)


def _france(report: Report) -> Members:
    """Return France's taxable sum, exempt up to 305 euros (art. 150 VH bis II B)."""

    def of_year(year: int, totals: Totals) -> Members:
        threshold = _amount(report, "threshold", year)
        exempt = totals.proceeds <= threshold
        return {"threshold": plain(threshold), "exempt": exempt, "taxable": plain(ZERO if exempt else totals.total)}

    return _by_year(report, of_year)


def _australia(report: Report) -> Members:
    """Return Australia's net capital gain (ITAA 1997 s 102-5).

    Losses first, the discount on what is left, over all years because losses carry on.
    """
    label = report.setup.calendar.label
    years = net_capital_gains(report.outcome.disposals, report.setup)
    if report.tax_year is not None:
        years = {year: result for year, result in years.items() if year == report.tax_year}
    return {
        "net_capital_gain": {label(year): plain(result.net) for year, result in years.items()},
        "discount_eligible": {label(year): plain(result.eligible) for year, result in years.items()},
        "discount": {label(year): plain(result.discount) for year, result in years.items()},
        "capital_losses_carried_forward": {label(year): plain(result.carried) for year, result in years.items()},
    }


def _by_year(report: Report, of_year: Callable[[int, Totals], Members]) -> Members:
    label = report.setup.calendar.label
    return {"by_tax_year": {label(year): of_year(year, totals) for year, totals in report.sums.by_tax_year.items()}}


def _amount(report: Report, name: str, year: int) -> Decimal:
    return report.setup.rules.amount_of(name, year) or ZERO


_BY_COUNTRY: dict[str, Callable[[Report], Members]] = {
    "DE": _germany,
    "GB": _kingdom,
    "CA": _canada,
    "IE": _ireland,
    "FR": _france,
    "AU": _australia,
}
