"""Sum a month's days up, and project its end.

The mean of the complete days is what a day to come is expected to bring; with their spread (sample) it bounds the
month's end: 95 of 100 months end within it where days are alike and independent. Days without use count.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

_Z = 1.96
"""Standard deviations on either side that hold 95 %."""


class Projection(NamedTuple):
    """Where a month is expected to end."""

    requests: int
    low: int
    high: int
    exceeded_on: date | None
    """The day on which the quota is used up; None within the month's bounds."""


class Summary(NamedTuple):
    """A month of a key."""

    requests: int
    daily_average: Fraction
    """Over the days that have begun."""
    peak: tuple[date, int] | None
    """The earliest of equals; None without any request."""


def days_of(month: date) -> list[date]:
    """Return a month's days."""
    following = (month.replace(day=1) + timedelta(days=31)).replace(day=1)
    return [month.replace(day=1) + timedelta(days=each) for each in range((following - month.replace(day=1)).days)]


def summed(month: date, counts: Mapping[date, int], today: date) -> Summary:
    """Return a month's sum, average and peak; days after today are not there yet."""
    begun = [day for day in days_of(month) if day <= today]
    total = sum(counts.get(day, 0) for day in begun)
    peak = max(begun, key=lambda day: (counts.get(day, 0), -day.toordinal()), default=None)
    found = None if peak is None or not counts.get(peak, 0) else (peak, counts[peak])
    return Summary(total, Fraction(total, len(begun)) if begun else Fraction(0), found)


def projected(month: date, counts: Mapping[date, int], today: date, quota: int) -> Projection | None:
    """Return where the month ends; None before its first complete day.

    A month that is over ends where it ended.
    """
    days = days_of(month)
    complete = [counts.get(day, 0) for day in days if day < today]
    if not complete:
        return None
    coming = [day for day in days if day >= today]
    mean = Fraction(sum(complete), len(complete))
    used = counts.get(today, 0)
    # Of today the rest is expected, or nothing where it has brought more than a day already.
    expected = [mean] * len(coming)
    if coming and coming[0] == today:
        expected[0] = max(mean, Fraction(used))
    total = sum(complete) + sum(expected, Fraction(0))
    least = sum(complete) + used
    spread = Fraction(_Z * math.sqrt(float(_variance(complete, mean)) * len(coming)))
    return Projection(
        requests=_rounded(total),
        low=max(least, _rounded(total - spread)),
        high=_rounded(total + spread),
        exceeded_on=_exceeded(days, [*map(Fraction, complete), *expected], quota),
    )


def _exceeded(days: Sequence[date], expected: Sequence[Fraction], quota: int) -> date | None:
    """Return the first day with whose end the quota is reached."""
    total = Fraction(0)
    for day, units in zip(days, expected, strict=True):
        total += units
        if total >= quota:
            return day
    return None


def _variance(values: Sequence[int], mean: Fraction) -> Fraction:
    if len(values) < 2:
        return Fraction(0)
    return sum(((each - mean) ** 2 for each in values), Fraction(0)) / (len(values) - 1)


def _rounded(value: Fraction) -> int:
    """Return the nearest whole number, halves up."""
    return math.floor(value + Fraction(1, 2))
