"""Write the country's summary as PDF, and after it every disposal.

With carried subtotals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from premium.money import EXACT, readable
from premium.tax.days import date_of
from premium.tax.reports.countries.summaries import items
from premium.tax.reports.layout.cents import Column, money
from premium.tax.reports.layout.pages import DISCLAIMER, Field, Pages
from premium.tax.reports.layout.period import period_of
from premium.tax.reports.layout.warnings import write_warnings
from premium.tax.results.report import Report

_SUMMARY = (Field("Box", 18), Field("Item", 90), Field("Value", 56, right=True))
_DISPOSALS = (
    Field("Asset", 16),
    Field("Amount", 30, right=True),
    Field("Acquired", 10),
    Field("Disposed", 10),
    Field("Proceeds", 18, right=True),
    Field("Cost", 18, right=True),
    Field("Denied", 12, right=True),
    Field("Gain", 18, right=True),
    Field("Term", 5),
    Field("Rule", 11),
)


_FIGURE = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class _Sums:
    """Printed totals of the disposals so far."""

    def __init__(self) -> None:
        self.proceeds, self.cost, self.denied = Column(), Column(), Column()

    def rows(self, report: Report) -> Iterator[tuple[str, ...]]:
        """Yield the disposals as rows of the table and add them up."""
        day = report.setup.calendar.day
        for row in report.disposals:
            proceeds, cost, denied = (
                self.proceeds.line(row.proceeds),
                self.cost.line(row.cost_basis),
                self.denied.line(row.denied),
            )
            gain = EXACT.add(EXACT.subtract(proceeds, cost), denied)
            acquired = row.matched_day if row.acquired is None else day(row.acquired)
            dates = "" if acquired is None else date_of(acquired).isoformat(), date_of(row.day).isoformat()
            figures = (money(value) for value in (proceeds, cost, denied, gain))
            yield (row.asset, readable(row.amount), *dates, *figures, row.term, row.rule)

    def cells(self, label: str) -> tuple[str, ...]:
        """Return the totals as a row of the table."""
        proceeds, cost, denied = self.proceeds.printed, self.cost.printed, self.denied.printed
        gain = EXACT.add(EXACT.subtract(proceeds, cost), denied)
        return ("", label, "", "", money(proceeds), money(cost), money(denied), money(gain), "", "")


def write(report: Report, path: Path) -> None:
    """Write the summary and the table of disposals."""
    rules, year = report.setup.rules, report.tax_year
    name = "all years" if year is None else report.setup.calendar.label(year)
    pages = Pages(path, f"{rules.name}, {name}", DISCLAIMER)
    head = [
        f"{rules.name}: summary of {name} in {report.setup.currency}",
        *period_of(report),
        f"Method {report.setup.method}. {rules.source}",
    ]
    pages.sheet(head, _SUMMARY, ((item.box, item.text, _grouped(item.value)) for item in items(report)))
    if report.disposals:
        sums = _Sums()
        titles = [f"{rules.name}: disposals, {name}", *period_of(report)]
        pages.table(titles, _DISPOSALS, sums.rows(report), sums.cells)
    write_warnings(pages, report)
    pages.save()


def _grouped(value: str) -> str:
    """An item's figure with its thousands apart; another value as it is."""
    return f"{EXACT.create_decimal(value):,}" if _FIGURE.fullmatch(value) else value
