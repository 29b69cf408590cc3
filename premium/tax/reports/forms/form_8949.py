"""Fill in the lines of Form 8949, by part and box.

Rounded so that each sheet adds up.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from premium.money import EXACT, ZERO, readable
from premium.tax.days import date_of
from premium.tax.outcome import Disposal
from premium.tax.reports.forms.adjustments import Adjustments
from premium.tax.reports.layout.cents import Column, cents
from premium.tax.results.boxes import box
from premium.tax.results.report import Report

_add, _subtract = EXACT.add, EXACT.subtract
NO_BASIS = "basis unknown: counts as zero"
SHORT, LONG = "ABCGHI", "DEFJKL"
WORDING = {
    "A": "Short-term transactions reported on Form(s) 1099-B showing basis was reported to the IRS",
    "B": "Short-term transactions reported on Form(s) 1099-B showing basis wasn't reported to the IRS",
    "C": "Short-term transactions not reported to you on Form 1099-B",
    "D": "Long-term transactions reported on Form(s) 1099-B showing basis was reported to the IRS",
    "E": "Long-term transactions reported on Form(s) 1099-B showing basis wasn't reported to the IRS",
    "F": "Long-term transactions not reported to you on Form 1099-B",
    "G": "Short-term transactions reported on Form(s) 1099-DA showing basis was reported to the IRS",
    "H": "Short-term transactions reported on Form(s) 1099-DA showing basis wasn't reported to the IRS",
    "I": "Short-term digital asset transactions not reported to you on Form 1099-DA",
    "J": "Long-term transactions reported on Form(s) 1099-DA showing basis was reported to the IRS",
    "K": "Long-term transactions reported on Form(s) 1099-DA showing basis wasn't reported to the IRS",
    "L": "Long-term digital asset transactions not reported to you on Form 1099-DA",
}


class Line(NamedTuple):
    """Columns (a) to (h) of a line.

    `acquired` is a date, VARIOUS of a pool, and blank where nothing tells it.
    """

    description: str
    acquired: str
    sold: str
    proceeds: Decimal
    cost: Decimal
    code: str
    adjustment: Decimal
    gain: Decimal
    row: Disposal
    note: str = ""
    """What the form should not be filed without seeing to."""


class Totals(NamedTuple):
    """The sums of columns (d), (e), (g) and (h)."""

    proceeds: Decimal
    cost: Decimal
    adjustment: Decimal
    gain: Decimal


def part_of(letter: str) -> str:
    """Return the part of the form that a box stands in."""
    return "I" if letter in SHORT else "II"


def by_box(report: Report) -> dict[str, list[Disposal]]:
    """Return the disposals by box, boxes in the form's order.

    Rows as they were sold.
    """
    boxes: dict[str, list[Disposal]] = {}
    for row in report.disposals:
        boxes.setdefault(box(row), []).append(row)
    return {letter: boxes[letter] for letter in SHORT + LONG if letter in boxes}


class Sheet:
    """The lines of one box, and after them its totals."""

    def __init__(self, letter: str, rows: list[Disposal], report: Report, adjustments: Adjustments) -> None:
        self.letter = letter
        self._rows = rows
        self._day = report.setup.calendar.day
        self._undated = "VARIOUS" if report.outcome.pooled else ""
        self._missing = {item.transaction for item in report.missing}
        self._adjustments = adjustments
        self._proceeds, self._cost, self._adjustment = Column(), Column(), Column()
        self._adjustment.line(ZERO)

    def lines(self) -> Iterator[Line]:
        """Yield the lines, rounded so that they add up."""
        of_proceeds, of_cost, of_adjustment = self._proceeds.line, self._cost.line, self._adjustment.line
        day_of, columns, adjusts, nothing = self._day, self._adjustments.columns, bool(self._adjustments), cents(ZERO)
        for row in self._rows:
            if adjusts:
                stated_proceeds, stated_cost, code, adjusted = columns(row)
                proceeds, cost, adjustment = of_proceeds(stated_proceeds), of_cost(stated_cost), of_adjustment(adjusted)
            else:
                proceeds, cost, code, adjustment = of_proceeds(row.proceeds), of_cost(row.cost_basis), "", nothing
            acquired = row.acquired
            # What the class does itself, less one call, a million times.
            yield tuple.__new__(
                Line,
                (
                    f"{readable(row.amount)} {row.asset}",
                    self._undated if acquired is None else american(day_of(acquired)),
                    american(row.day),
                    proceeds,
                    cost,
                    code,
                    adjustment,
                    _gain(proceeds, cost, adjustment),
                    row,
                    NO_BASIS if row.lot is None and self._is_missing(row) else "",
                ),
            )

    def _is_missing(self, row: Disposal) -> bool:
        """Whether no purchase of these units is known."""
        return row.lot is None and not row.cost_basis and not self._missing.isdisjoint(row.sources)

    @property
    def is_marked(self) -> bool:
        """Whether a line of it has a note."""
        return bool(self._missing) and any(map(self._is_missing, self._rows))

    @property
    def totals(self) -> Totals:
        """Return the totals of the lines so far."""
        proceeds, cost, adjustment = self._proceeds.printed, self._cost.printed, self._adjustment.printed
        return Totals(proceeds, cost, adjustment, _gain(proceeds, cost, adjustment))


def _gain(proceeds: Decimal, cost: Decimal, adjustment: Decimal) -> Decimal:
    gain = _subtract(proceeds, cost)
    return _add(gain, adjustment) if adjustment else gain


def sheets(report: Report) -> Iterator[Sheet]:
    """Yield a sheet for each box that has disposals."""
    adjustments = Adjustments(report)
    for letter, rows in by_box(report).items():
        yield Sheet(letter, rows, report, adjustments)


@cache
def american(day: int) -> str:
    """Write a day as the forms ask: `12/31/2024`."""
    return date_of(day).strftime("%m/%d/%Y")
