"""Decide by all dates of a file whether day or month stands first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

DAY_FIRST, MONTH_FIRST = "day_first", "month_first"
ORDERS = (DAY_FIRST, MONTH_FIRST)
_WORDS = {DAY_FIRST: "day first", MONTH_FIRST: "month first"}
_MONTHS = 12
_Numbers = tuple[int, int, int, tuple[int, ...]]
"""The three numbers of a date as they stand, or as they count, and those of its clock."""
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})\b(.*)", re.DOTALL)
_CLOCKS = (" %H:%M:%S", " %H:%M", "")
_FORMATS = {
    DAY_FIRST: tuple(f"%d/%m/%Y{clock}" for clock in _CLOCKS),
    MONTH_FIRST: tuple(f"%m/%d/%Y{clock}" for clock in _CLOCKS),
}
ADVICE = "say which by --date-order day-first or month-first (date_order of the API), or export it with ISO dates"


class Dated(NamedTuple):
    """A date, and where it stands."""

    line: int
    column: str
    text: str

    def __str__(self) -> str:
        return f"{self.text[:40]!r} (line {self.line}, column {self.column})"


class DayOrder(NamedTuple):
    """How a file writes its dates; None for the first where nothing tells."""

    first: str | None = None
    by_day: Dated | None = None
    """The first date that can only have its day first."""
    by_month: Dated | None = None
    """The first that can only have its month first."""
    out_of_order: Dated | None = None
    """Where only the order of the lines tells: the first date that the other reading puts out of it."""

    def formats(self, text: str) -> tuple[str, ...]:
        """Return the formats by which a date is read.

        ValueError for one that has two readings, and in a file that is written in both ways.
        """
        numbers = _numbers(text)
        if numbers is None:
            return _FORMATS[self.first or MONTH_FIRST]
        if self.by_day is not None and self.by_month is not None:
            raise ValueError(
                f"{text[:40]!r}: the file has dates with the day first, {self.by_day}, and with the month first,"
                f" {self.by_month}, as a program leaves them that turned some of them round: export it anew"
            )
        if self.first is None and _both_ways(numbers):
            raise ValueError(_unclear(text, numbers))
        first = self.first or MONTH_FIRST
        day, month = numbers[:2] if first == DAY_FIRST else (numbers[1], numbers[0])
        if month > _MONTHS >= day:
            other = self.by_day if first == DAY_FIRST else self.by_month
            raise ValueError(
                f"{text[:40]!r} is no date with the {_WORDS[first]}" + (f", as {other} has it" if other else "")
            )
        return _FORMATS[first]

    @property
    def notice(self) -> str | None:
        """Say that only the order of the lines told, if so."""
        if self.out_of_order is None or self.first is None:
            return None
        other = next(order for order in ORDERS if order != self.first)
        return (
            f"no day of this file is above {_MONTHS}: its dates are read {_WORDS[self.first]}, since only so its lines"
            f" are in the order of time ({_WORDS[other]}, {self.out_of_order} is not); if that is wrong, {ADVICE}"
        )


ISO = DayOrder()
"""Of files whose dates begin with the year."""


def order_of(dates: Iterable[tuple[int, str, str]], stated: str | None = None) -> DayOrder:
    """Return how a file writes dates, by all of them: (line, column, text).

    A number above twelve is a day. Without any the order of the lines tells, where they go one way in time by one
    reading and not by the other. `stated` decides before all of that.
    """
    if stated is not None:
        return DayOrder(stated)
    only: dict[str, Dated] = {}
    runs = {order: _Run() for order in ORDERS}
    open_ = False
    for line, column, text in dates:
        numbers = _numbers(text)
        if numbers is None:
            continue
        one, two, year, clock = numbers
        if one > _MONTHS >= two:
            only.setdefault(DAY_FIRST, Dated(line, column, text))
        elif two > _MONTHS >= one:
            only.setdefault(MONTH_FIRST, Dated(line, column, text))
        open_ = open_ or _both_ways(numbers)
        runs[DAY_FIRST].add((year, two, one, clock), line, column, text)
        runs[MONTH_FIRST].add((year, one, two, clock), line, column, text)
    if only or not open_:
        known = next(iter(only)) if len(only) == 1 else None
        return DayOrder(known, only.get(DAY_FIRST), only.get(MONTH_FIRST))
    sorted_ = [order for order in ORDERS if runs[order].broken is None]
    if len(sorted_) != 1:
        return DayOrder()
    other = next(order for order in ORDERS if order != sorted_[0])
    return DayOrder(sorted_[0], out_of_order=runs[other].broken)


class _Run:
    """Whether dates go one way in time: `broken` is the first that does not."""

    def __init__(self) -> None:
        self._last: _Numbers | None = None
        self._way = 0
        self.broken: Dated | None = None

    def add(self, key: _Numbers, line: int, column: str, text: str) -> None:
        """Look at the next line's date."""
        if self._last is not None and self.broken is None and key != self._last:
            way = 1 if key > self._last else -1
            if self._way and way != self._way:
                self.broken = Dated(line, column, text)
            self._way = self._way or way
        self._last = key


def _numbers(text: str) -> _Numbers | None:
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    return int(found[1]), int(found[2]), int(found[3]), tuple(map(int, re.findall(r"\d+", found[4][:20])))


def _both_ways(numbers: _Numbers) -> bool:
    return numbers[0] != numbers[1] and max(numbers[:2]) <= _MONTHS


def _unclear(text: str, numbers: _Numbers) -> str:
    one, two, year, _ = numbers
    readings = f"{year}-{two:02d}-{one:02d} (day first) or {year}-{one:02d}-{two:02d} (month first)"
    return f"{text[:40]!r} may be {readings}: no date of the file tells; {ADVICE}"
