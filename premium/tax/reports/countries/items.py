"""A line of a country's summary, and what every country's lines are made from."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from premium.money import ZERO
from premium.tax.model import Disposal
from premium.tax.reports.layout.cents import cents
from premium.tax.results.report import Report

WHOLE = Decimal(1)


class Item(NamedTuple):
    """A line: its number or box on the form ('' where it has none), what it asks for, and the figure."""

    box: str
    text: str
    value: str


def rows_of(report: Report, year: int) -> Iterator[Disposal]:
    tax_year = report.setup.calendar.tax_year
    return (row for row in report.disposals if tax_year(row.day) == year)


def amount(report: Report, name: str, year: int) -> Decimal:
    """A yearly amount of the jurisdiction, 0 where it has none."""
    return report.setup.rules.amount_of(name, year) or ZERO


def whole(value: Decimal) -> str:
    """Whole euros or yen, halves away from zero."""
    return f"{cents(value, WHOLE)}"
