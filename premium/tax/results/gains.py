"""A year's chargeable gains, as the UK and Ireland count them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from premium.money import EXACT, ZERO
from premium.tax.days import Calendar
from premium.tax.model import Disposal
from premium.tax.results.report import Report
from premium.tax.results.totals import sums


class YearGains(NamedTuple):
    """A year's gains, losses and what is left to tax.

    `used` and `carried` are losses of earlier years and for later ones, `chargeable` what is left to tax.
    """

    gains: Decimal
    losses: Decimal
    borne: Decimal
    """Ireland: ring-fenced losses that the gains on what was acquired again bear."""
    exempt: Decimal
    used: Decimal
    carried: Decimal
    chargeable: Decimal


def kingdom(report: Report) -> dict[int, YearGains]:
    """Return the UK's chargeable gains by tax year.

    Earlier losses only bring a gain down to the exempt amount (TCGA s 1K); companies have none.
    """
    company = report.setup.method == "section_104_company"
    figures = by_disposal(report.outcome.disposals, report.setup.calendar)
    years, carried = dict[int, YearGains](), ZERO
    for year in _years(report, figures):
        gains, losses = figures.get(year, (ZERO, ZERO))
        exempt = ZERO if company else report.setup.rules.amount_of("annual_exempt_amount", year) or ZERO
        net = EXACT.subtract(gains, losses)
        above = max(EXACT.subtract(net, exempt), ZERO)
        used = min(carried, above)
        carried = _left(carried, used, net)
        years[year] = YearGains(gains, losses, ZERO, exempt, used, carried, EXACT.subtract(above, used))
    return years


def ireland(report: Report) -> dict[int, YearGains]:
    """Return Ireland's chargeable gains by year.

    Losses of the year and of earlier ones come off in full before the exemption (TCA 1997 ss 31, 601).
    """
    figures = sums(report.outcome.disposals, (), report.setup.calendar).by_tax_year
    years, carried = dict[int, YearGains](), ZERO
    for year in _years(report, figures):
        gains = figures[year].gains if year in figures else ZERO
        losses = figures[year].usable_loss if year in figures else ZERO
        borne = _total(r.loss for r in report.outcome.reliefs if report.setup.calendar.tax_year(r.day) == year)
        exempt = report.setup.rules.amount_of("annual_exemption", year) or ZERO
        net = EXACT.subtract(EXACT.subtract(gains, borne), losses)
        used = min(carried, max(net, ZERO))
        carried = _left(carried, used, net)
        chargeable = max(EXACT.subtract(EXACT.subtract(net, used), exempt), ZERO)
        years[year] = YearGains(gains, losses, borne, exempt, used, carried, chargeable)
    return years


def by_disposal(rows: Iterable[Disposal], calendar: Calendar) -> dict[int, tuple[Decimal, Decimal]]:
    """Return (gains, losses) by tax year, a disposal's matches taken together.

    It makes one gain or one loss: HMRC computes it so throughout CRYPTO22250 ff., same-day, 30-day and pool costs in
    one subtraction.
    """
    gains: dict[int, Decimal] = defaultdict(lambda: ZERO)
    losses: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for (day, _), matches in groupby(rows, key=lambda row: (row.day, row.sources)):
        gain = _total(row.gain for row in matches)
        year = calendar.tax_year(day)
        gains[year] = EXACT.add(gains[year], max(gain, ZERO))
        losses[year] = EXACT.subtract(losses[year], min(gain, ZERO))
    return {year: (gains[year], losses[year]) for year in gains}


def _years(report: Report, figures: Iterable[int]) -> list[int]:
    """Every year that the report may ask for, in order."""
    asked = () if report.tax_year is None else (report.tax_year,)
    return sorted({*figures, *report.sums.by_tax_year, *asked})


def _left(carried: Decimal, used: Decimal, net: Decimal) -> Decimal:
    """Losses for later years: what is not used, and what this year loses."""
    return EXACT.subtract(EXACT.subtract(carried, used), min(net, ZERO))


def _total(values: Iterable[Decimal]) -> Decimal:
    total = ZERO
    for value in values:
        total = EXACT.add(total, value)
    return total
