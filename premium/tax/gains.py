"""Gains and losses as single returns count them: the UK's by disposal, Ireland's with the losses that a gain bears."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby

from premium.money import EXACT, ZERO
from premium.tax.days import Calendar
from premium.tax.model import Disposal, Relief


def by_disposal(rows: Iterable[Disposal], calendar: Calendar) -> dict[int, tuple[Decimal, Decimal]]:
    """(gains, losses) by tax year, a disposal's matches taken together: it makes one gain or one loss.

    HMRC computes it so throughout CRYPTO22250 ff., same-day, 30-day and pool costs in one subtraction.
    """
    gains: dict[int, Decimal] = defaultdict(lambda: ZERO)
    losses: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for (day, _), matches in groupby(rows, key=lambda row: (row.day, row.sources)):
        gain = _total(row.gain for row in matches)
        year = calendar.tax_year(day)
        gains[year] = EXACT.add(gains[year], max(gain, ZERO))
        losses[year] = EXACT.subtract(losses[year], min(gain, ZERO))
    return {year: (gains[year], losses[year]) for year in gains}


def relieved(reliefs: Iterable[Relief], calendar: Calendar, year: int) -> Decimal:
    """Ring-fenced losses that a year's gains on what was acquired again bear (TCA 1997 s 581(3))."""
    return _total(relief.loss for relief in reliefs if calendar.tax_year(relief.day) == year)


def _total(values: Iterable[Decimal]) -> Decimal:
    total = ZERO
    for value in values:
        total = EXACT.add(total, value)
    return total
