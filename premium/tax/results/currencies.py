"""Gains on foreign money by year, and what of them counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from premium.money import EXACT, ZERO
from premium.tax.ledger.currencies import CurrencyGain
from premium.tax.results.report import Report


class YearOfMoney(NamedTuple):
    """A tax year's gain on foreign money, and the part that the country's rule counts."""

    gain: Decimal
    counted: Decimal


def counted(report: Report) -> Iterator[tuple[CurrencyGain, bool]]:
    """Yield each gain and whether it counts for itself.

    A country's yearly limit is not looked at here; none of its limits in a report in another currency.
    """
    limit = _limit(report)
    rule, by_name = report.setup.rules.currency_gains, defaultdict[str, Decimal](Decimal)
    for item in report.currency_gains:
        by_name[item.transaction] = EXACT.add(by_name[item.transaction], item.gain)
    for item in report.currency_gains:
        small = rule.treatment == "small_exempt" and by_name[item.transaction] <= limit
        # A loss of a personal transaction is none of the tax's business either (IRC § 165(c)).
        free = report.setup.rules.code == "DE" and item.held
        yield item, not (rule.treatment == "exempt" or small or free)


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
