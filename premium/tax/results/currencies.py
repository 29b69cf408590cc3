"""Gains on foreign money by year, and what of them counts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from premium.money import EXACT, ZERO
from premium.tax.ledger.currencies import CurrencyGain, counting
from premium.tax.results.report import Report


class YearOfMoney(NamedTuple):
    """A tax year's gain on foreign money, and the part that the country's rule counts."""

    gain: Decimal
    counted: Decimal


def counted(report: Report) -> Iterator[tuple[CurrencyGain, bool]]:
    """Yield each gain and whether it counts for itself."""
    return counting(report.currency_gains, report.setup)


def by_tax_year(report: Report) -> dict[str, YearOfMoney]:
    """Return the gains of each tax year by its label."""
    rule, calendar = report.setup.rules.currency_gains, report.setup.calendar
    sums: dict[int, list[Decimal]] = {}
    for item, counts in counted(report):
        year = sums.setdefault(calendar.tax_year(item.day), [ZERO, ZERO])
        year[0] = EXACT.add(year[0], item.gain)
        year[1] = EXACT.add(year[1], item.gain if counts else ZERO)
    made = {}
    for number, (gain, part) in sorted(sums.items()):
        limit = _limit(report) if rule.treatment == "yearly_exempt" else ZERO
        beyond = max(EXACT.subtract(abs(part), limit), ZERO)
        made[calendar.label(number)] = YearOfMoney(gain, beyond if part > 0 else -beyond)
    return made


def _limit(report: Report) -> Decimal:
    """Return the country's limit where the report is in its currency: another's amount is another amount."""
    return report.setup.rules.currency_gains.limit if report.setup.own_currency else ZERO
