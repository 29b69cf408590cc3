"""Find the deepest fall from a high, and when that high was reached again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Context, Decimal
from typing import NamedTuple

from premium.returns.linked import DayReturn

_WORK = Context(prec=80, Emax=10**9, Emin=-(10**9))


class Drawdown(NamedTuple):
    """Days; None where nothing fell, or the high was not reached again."""

    drawdown_from: date | None
    drawdown_to: date | None
    recovered: date | None


def deepest(days: Sequence[DayReturn], start: date) -> Drawdown:
    """Return the deepest fall of linked returns.

    `start` is the day before they begin to count.
    """
    level = peak = Decimal(1)
    peak_day, worst = start, Decimal(0)
    found, high = Drawdown(None, None, None), Decimal(0)
    for day in days:
        level = _WORK.multiply(level, _WORK.add(Decimal(1), day.value))
        if level >= peak:
            peak, peak_day = level, day.day
        fall = _WORK.subtract(_WORK.divide(level, peak), Decimal(1))
        if fall < worst:
            worst, high = fall, peak
            found = Drawdown(peak_day, day.day, None)
        elif found.drawdown_to is not None and found.recovered is None and level >= high:
            found = found._replace(recovered=day.day)
    return found


def depth(days: Sequence[DayReturn]) -> Decimal:
    """Return the deepest fall of linked returns from a high: -1 to 0."""
    level = peak = Decimal(1)
    worst = Decimal(0)
    for day in days:
        level = _WORK.multiply(level, _WORK.add(Decimal(1), day.value))
        peak = max(peak, level)
        worst = min(worst, _WORK.subtract(_WORK.divide(level, peak), Decimal(1)))
    return worst
