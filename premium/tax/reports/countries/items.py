"""Define a line of a country's return and the parts that countries share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from premium.money import EXACT, ZERO
from premium.tax.outcome import Disposal
from premium.tax.reports.layout.cents import cents
from premium.tax.results.report import Report

WHOLE = Decimal(1)
_FIGURE = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class Item(NamedTuple):
    """A line of a return: its box, what it asks for, and the figure.

    The box is '' where the form has none.
    """

    box: str
    text: str
    value: str


def rows_of(report: Report, year: int) -> Iterator[Disposal]:
    """Return the disposals of a tax year."""
    tax_year = report.setup.calendar.tax_year
    return (row for row in report.disposals if tax_year(row.day) == year)


def amount(report: Report, name: str, year: int) -> Decimal:
    """Return a yearly amount of the jurisdiction, 0 where it has none."""
    return report.setup.rules.amount_of(name, year) or ZERO


def whole(value: Decimal) -> str:
    """Write whole euros or yen, halves away from zero."""
    return f"{cents(value, WHOLE)}"


def grouped(value: str) -> str:
    """Write an item's figure with its thousands apart; another value as it is."""
    return f"{EXACT.create_decimal(value):,}" if _FIGURE.fullmatch(value) else value
