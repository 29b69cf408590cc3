"""Fill in the lines of Form 8949, by part and box.

Rounded so that each sheet adds up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache
from itertools import chain, compress, repeat
from typing import Any, NamedTuple

from premium.money import EXACT, ZERO, readable
from premium.tax.days import Calendar, date_of
from premium.tax.outcome import Block, Disposal, Disposals, column_of
from premium.tax.reports.forms.adjustments import Adjustments
from premium.tax.reports.layout.cents import Column, cents
from premium.tax.results.boxes import box_of
from premium.tax.results.report import Report

_add, _subtract = EXACT.add, EXACT.subtract
_NOTHING = cents(ZERO)
_QUARTER = 900_000_000
_SHORT = 19
"""A number of no more characters has no more decimals than a reader wants."""
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


class Part:
    """Some hundred disposals of one box: by columns, or whole."""

    def __init__(self, block: Block, chosen: list[bool] | None) -> None:
        """`chosen` says which of the block's rows are of the box; None: all."""
        self._block, self._chosen = block, chosen

    def column(self, name: str) -> Iterable[Any]:
        """Return one field of each."""
        values = column_of(self._block, name)
        return values if self._chosen is None else compress(values, self._chosen)

    def __iter__(self) -> Iterator[Disposal]:
        return iter(self._block) if self._chosen is None else compress(self._block, self._chosen)


class Boxed:
    """The disposals of one box, as they were sold."""

    def __init__(self, rows: Disposals, boxes: str, letter: str) -> None:
        """`boxes` has a letter for each row."""
        self._rows, self._boxes, self._letter = rows, boxes, letter

    def __iter__(self) -> Iterator[Disposal]:
        return chain.from_iterable(self.parts())

    def __len__(self) -> int:
        return self._boxes.count(self._letter)

    def parts(self) -> Iterator[Part]:
        """Yield them some hundred together."""
        start, letter = 0, self._letter
        for block in self._rows.blocks():
            boxes = self._boxes[start : start + len(block)]
            start += len(block)
            if letter in boxes:
                alone = boxes.count(letter) == len(boxes)
                yield Part(block, None if alone else list(map(letter.__eq__, boxes)))


def by_box(report: Report) -> dict[str, Boxed]:
    """Return the disposals by box, boxes in the form's order."""
    rows = report.disposals
    boxes = "".join(map(box_of, rows.column("day"), rows.column("form_1099"), rows.column("term")))
    return {letter: Boxed(rows, boxes, letter) for letter in SHORT + LONG if letter in boxes}


class _Dates(dict[int, str]):
    """Days as the forms write them, by the quarter of an hour: no zone's day begins within one."""

    def __init__(self, calendar: Calendar) -> None:
        super().__init__()
        self._day = calendar.day

    def __missing__(self, quarter: int) -> str:
        written = self[quarter] = american(self._day(quarter * _QUARTER))
        return written


def described(amount: Decimal, asset: str) -> str:
    """Return column (a)."""
    text = str(amount)
    if len(text) > _SHORT or "E" in text:
        return f"{readable(amount)} {asset}"
    return f"{text.rstrip('0').rstrip('.')} {asset}" if "." in text else f"{text} {asset}"


class Sheet:
    """The lines of one box, and after them its totals."""

    def __init__(self, letter: str, rows: Boxed, report: Report, adjustments: Adjustments) -> None:
        self.letter = letter
        self._rows = rows
        self._dates = _Dates(report.setup.calendar)
        self._undated = "VARIOUS" if report.outcome.pooled else ""
        self._missing = {item.transaction for item in report.missing}
        self._adjustments = adjustments
        self._proceeds, self._cost, self._adjustment = Column(), Column(), Column()
        self._adjustment.line(ZERO)
        self._so_far: tuple[Decimal, Decimal, Decimal] | None = None

    def lines(self) -> Iterator[Line]:
        """Yield the lines, rounded so that they add up.

        `totals` are those of the lines so far.
        """
        proceeds = cost = adjustment = _NOTHING
        for line in map(Line._make, self.tuples()):
            proceeds, cost = _add(proceeds, line.proceeds), _add(cost, line.cost)
            adjustment = _add(adjustment, line.adjustment)
            self._so_far = (proceeds, cost, adjustment)
            yield line

    def tuples(self) -> Iterator[tuple[Any, ...]]:
        """Yield the fields of the lines, some hundred of them made at once.

        `totals` are right at the end.
        """
        for part, columns in self.columns():
            *before, notes = columns
            yield from zip(*before, part, notes, strict=False)

    def columns(self) -> Iterator[tuple[Part, tuple[Iterable[Any], ...]]]:
        """Yield the lines' columns (a) to (h) and notes, some hundred lines at once.

        Some have one value without an end. `totals` are right at the end.
        """
        for part in self._rows.parts():
            yield part, self._made(part)

    def _made(self, part: Part) -> tuple[Iterable[Any], ...]:
        codes: Iterable[str] = repeat("")
        adjustments: Iterable[Decimal] = repeat(_NOTHING)
        if self._adjustments:
            stated_proceeds, stated_cost, codes, adjusted = zip(*map(self._adjustments.columns, part), strict=True)
            proceeds, cost = self._proceeds.lines(stated_proceeds), self._cost.lines(stated_cost)
            adjustments = self._adjustment.lines(adjusted)
            gains = map(_gain, proceeds, cost, adjustments)
        else:
            proceeds = self._proceeds.lines(part.column("proceeds"))
            cost = self._cost.lines(part.column("cost_basis"))
            gains = map(_subtract, proceeds, cost)
        dates, undated = self._dates, self._undated
        acquired = [undated if each is None else dates[each // _QUARTER] for each in part.column("acquired")]
        notes: Iterable[str] = repeat("")
        if self._missing:
            notes = [NO_BASIS if row.lot is None and self._is_missing(row) else "" for row in part]
        described_as = map(described, part.column("amount"), part.column("asset"))
        sold = map(american, part.column("day"))
        return described_as, acquired, sold, proceeds, cost, codes, adjustments, gains, notes

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
        printed = (self._proceeds.printed, self._cost.printed, self._adjustment.printed)
        proceeds, cost, adjustment = self._so_far or printed
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
