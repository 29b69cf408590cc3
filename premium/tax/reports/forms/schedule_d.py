"""Fill in Schedule D and Schedule 1 from the sheets of Form 8949.

The lines' own rounded totals, so that the forms agree.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from premium.money import EXACT, ZERO
from premium.tax.reports.forms.form_8949 import Totals, sheets
from premium.tax.reports.layout.cents import cents
from premium.tax.results.report import Report

LINES = {
    "1b": ("Short-term, Form 8949 with Box A or Box G", "AG"),
    "2": ("Short-term, Form 8949 with Box B or Box H", "BH"),
    "3": ("Short-term, Form 8949 with Box C or Box I", "CI"),
    "8b": ("Long-term, Form 8949 with Box D or Box J", "DJ"),
    "9": ("Long-term, Form 8949 with Box E or Box K", "EK"),
    "10": ("Long-term, Form 8949 with Box F or Box L", "FL"),
}
LOSS_LIMIT = Decimal("3000.00")
"""IRC § 1211(b); half of it for those married and filing separately."""


class Line(NamedTuple):
    """A line of the schedule; a column that it lacks is None."""

    number: str
    text: str
    proceeds: Decimal | None
    cost: Decimal | None
    adjustment: Decimal | None
    gain: Decimal


def lines(report: Report) -> list[Line]:
    """Return the lines of Schedule D, and line 8v of Schedule 1.

    Lines 1b-3 and 7, 8b-10 and 15, 16 and 21.
    """
    sums = _sums(report)
    made = [_line(number, text, boxes, sums) for number, (text, boxes) in LINES.items()]
    short = _add(line.gain for line in made[:3])
    long = _add(line.gain for line in made[3:])
    whole = EXACT.add(short, long)
    made.insert(3, Line("7", "Net short-term capital gain or (loss)", None, None, None, short))
    made.append(Line("15", "Net long-term capital gain or (loss)", None, None, None, long))
    made.append(Line("16", "Combine lines 7 and 15", None, None, None, whole))
    if whole < 0:
        allowed = max(whole, LOSS_LIMIT.copy_negate())
        made.append(Line("21", "Loss that may be deducted this year", None, None, None, allowed))
    income = cents(report.sums.whole.income)
    made.append(Line("Sch. 1, 8v", "Digital assets received as ordinary income", None, None, None, income))
    return made


def _sums(report: Report) -> dict[str, Totals]:
    sums = {}
    for sheet in sheets(report):
        for _ in sheet.tuples():
            pass
        sums[sheet.letter] = sheet.totals
    return sums


def _line(number: str, text: str, boxes: str, sums: dict[str, Totals]) -> Line:
    found = [sums[letter] for letter in boxes if letter in sums]
    proceeds, cost, adjustment, gain = (_add(each[column] for each in found) for column in range(4))
    return Line(number, text, proceeds, cost, adjustment, gain)


def _add(values: Iterable[Decimal]) -> Decimal:
    total = ZERO.quantize(Decimal("0.01"))
    for value in values:
        total = EXACT.add(total, value)
    return total
