"""Write the country's summary as PDF: cover, charts, the return, holdings, method, warnings, every disposal."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from premium.money import EXACT, readable
from premium.tax.days import date_of
from premium.tax.reports.countries.summaries import items
from premium.tax.reports.forms.taxpayer import NOBODY, Taxpayer
from premium.tax.reports.layout.cents import Column, money, smallest
from premium.tax.reports.layout.pages import DISCLAIMER, Field, Pages
from premium.tax.reports.layout.paper import Paper
from premium.tax.reports.layout.period import period_of
from premium.tax.reports.layout.sheets import Sheets
from premium.tax.reports.summary.cover import cover
from premium.tax.reports.summary.figures import fees
from premium.tax.reports.summary.returns import into_the_return, sales_of_2086
from premium.tax.reports.summary.sections import charts_of, earnings, kinds, left, statement
from premium.tax.results.report import Report

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


class _Sums:
    """Printed totals of the disposals so far."""

    def __init__(self, quantum: Decimal) -> None:
        self.proceeds, self.cost, self.denied = Column(quantum), Column(quantum), Column(quantum)
        self._quantum = quantum

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
            term = "" if row.term == "none" else row.term
            figures = (money(value, self._quantum) for value in (proceeds, cost, denied, gain))
            yield (row.asset, readable(row.amount), *dates, *figures, term, row.rule.replace("_", " "))

    def cells(self, label: str) -> tuple[str, ...]:
        """Return the totals as a row of the table."""
        proceeds, cost, denied = self.proceeds.printed, self.cost.printed, self.denied.printed
        gain = EXACT.add(EXACT.subtract(proceeds, cost), denied)
        figures = (money(value, self._quantum) for value in (proceeds, cost, denied, gain))
        return ("", label, "", "", *figures, "", "")


def write(report: Report, path: Path, taxpayer: Taxpayer = NOBODY) -> None:
    """Write the summary and the table of disposals; its cover has the taxpayer's name."""
    rules, year = report.setup.rules, report.tax_year
    name = "all years" if year is None else report.setup.calendar.label(year)
    paper = Paper(path, f"{rules.name}, {name}", DISCLAIMER, rules.code)
    sheets = Sheets(paper, " · ".join([f"{rules.name}, {name}", *period_of(report)]))
    paid = fees(report)
    cover(sheets, report, name, taxpayer.name, paid)
    charts_of(sheets, report)
    lines = items(report)
    into_the_return(sheets, report, lines)
    kinds(sheets, report)
    earnings(sheets, report, paid)
    left(sheets, report)
    statement(sheets, report)
    sheets.close()
    sales_of_2086(Pages(paper), report, lines)
    if report.disposals:
        sums = _Sums(smallest(report.setup.currency))
        titles = [f"{rules.name}: disposals, {name}", *period_of(report)]
        Pages(paper).table(titles, _DISPOSALS, sums.rows(report), sums.cells)
    paper.save()
