"""Money-weighted return: every yearly rate at which a series of payments is worth nothing.

With x = ln(1 + rate) the present value is a sum of amounts times e^(-x·years), whose real zeros number at most the
changes of sign of its amounts in time (Descartes' rule for exponential sums), and at most the changes of sign of its
partial sums at x on either side of x (E. Laguerre, 1883). An account that never owes anything at its own rate has
therefore that rate alone; for the others all are found between the zeros of derivatives. No rate is out of bounds.
Where the signs change too often for that, rates are looked for at many places, and some may be missing.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Context, Decimal
from itertools import accumulate, pairwise
from typing import NamedTuple

YEAR_SECONDS = 365 * 86_400
"""Actual/365, to the second."""
_NOISE = 1e-13
"""Partial sums below this part of their terms are rounding."""
_WORK = Context(prec=48, Emax=10**9, Emin=-(10**9))
_STEPS = 300
_MOST_WORK, _MOST_CHANGES = 40_000, 300
"""Changes of sign, and times payments, up to which derivatives are gone through one by one."""
_PLACES, _FINE = 400, 0.01
"""Else: how many places are looked at, and how close they stand about 0."""
_NONE, _NOT_FOUND = (
    "no rate makes the payments worth nothing",
    "no rate was found that makes the payments worth nothing",
)
_AT_ZERO = Decimal("1E-9")

Payments = Iterable[tuple[datetime, Decimal]]


class Rates(NamedTuple):
    """Yearly rates as fractions, the one nearest 0 first; `why` where there is none."""

    roots: tuple[Decimal, ...]
    why: str | None
    is_all: bool = True
    """Whether no other can be there."""

    @property
    def nearest(self) -> Decimal | None:
        """The money-weighted return."""
        return self.roots[0] if self.roots else None

    @property
    def unique(self) -> bool:
        """No other rate fits as well."""
        return len(self.roots) == 1 and self.is_all


class _Sum(NamedTuple):
    """Terms sign·e^(log - x·years), by ascending time."""

    signs: Sequence[int]
    logs: Sequence[float]
    years: Sequence[float]

    def terms(self, x: float) -> list[float]:
        """The terms at x, the largest of them scaled to 1."""
        exponents = [log - x * year for log, year in zip(self.logs, self.years, strict=True)]
        top = max(exponents)
        return [sign * math.exp(each - top) for sign, each in zip(self.signs, exponents, strict=True)]

    def at(self, x: float) -> float:
        return math.fsum(self.terms(x))

    def changes(self) -> int:
        return _changes(self.signs)

    def derived(self) -> _Sum:
        """The derivative of e^(x·t)·self, with t between two terms of other signs: one change of sign fewer."""
        turns = [place for place, sign in enumerate(self.signs[1:]) if sign != self.signs[place]]
        turn = turns[len(turns) // 2]
        at = (self.years[turn] + self.years[turn + 1]) / 2
        signs = [sign if place <= turn else -sign for place, sign in enumerate(self.signs)]
        logs = [log + math.log(abs(at - year)) for log, year in zip(self.logs, self.years, strict=True)]
        return _Sum(signs, logs, self.years)


def money_weighted(payments: Payments) -> Rates:
    """Return all yearly rates at which the payments are worth nothing together.

    The sign of what is paid in is the caller's: all signs turned give the same rates. Payments of one second are added.
    """
    sums: defaultdict[datetime, Decimal] = defaultdict(Decimal)
    for at, amount in payments:
        second = at.replace(microsecond=0)
        sums[second] = _WORK.add(sums[second], amount)
    flows = sorted((at, amount) for at, amount in sums.items() if amount)
    if len({amount > 0 for _, amount in flows}) < 2:
        return Rates((), "the payments do not change their sign")
    first = flows[0][0]
    times = [_WORK.divide(_seconds(at, first), Decimal(YEAR_SECONDS)) for at, _ in flows]
    amounts = [amount for _, amount in flows]
    given = _Sum(
        [1 if amount > 0 else -1 for amount in amounts],
        [float(_WORK.ln(amount.copy_abs())) for amount in amounts],
        [float(time) for time in times],
    )
    changes = given.changes()
    is_all = changes <= _MOST_CHANGES and changes * len(flows) <= _MOST_WORK
    zeros, is_all = (_zeros(given), True) if is_all else _looked_for(given)
    found = _exact(zeros, amounts, times)
    return Rates(found, None if found else _NONE if is_all else _NOT_FOUND, is_all)


def _seconds(at: datetime, first: datetime) -> Decimal:
    gone = at - first
    return Decimal(gone.days * 86_400 + gone.seconds)


def _zeros(given: _Sum) -> list[float]:
    """Return the zeros, ascending."""
    if not given.changes():
        return []
    if given.signs[0] != given.signs[-1]:
        one = _between(given, None, None)
        if given.changes() == 1 or _is_alone(given, one):
            return [one]
    return _among(given, _zeros(given.derived()))


def _looked_for(given: _Sum) -> tuple[list[float], bool]:
    """Return zeros between places where the signs differ, ascending, and whether these are all."""
    if given.signs[0] != given.signs[-1]:
        one = _between(given, None, None)
        if _is_alone(given, one):
            return [one], True
    low, high = _outermost(given, -1), _outermost(given, 1)
    first, last = math.asinh(low / _FINE), math.asinh(high / _FINE)
    places = [_FINE * math.sinh(first + (last - first) * step / _PLACES) for step in range(_PLACES + 1)]
    found = [_between(given, left, right) for left, right in pairwise(places)
             if _sign(given, left) * _sign(given, right) < 0]  # fmt: skip
    return found, False


def _outermost(given: _Sum, side: int) -> float:
    """Return a place beyond which the first payment (or the last) outweighs all others together."""
    x = float(side)
    while True:
        weights = [abs(term) for term in given.terms(x)]
        if 2 * weights[0 if side > 0 else -1] > math.fsum(weights):
            return x
        x *= 2


def _is_alone(given: _Sum, x: float) -> bool:
    """Tell that no other zero is left or right of this one: the account was never below zero."""
    terms = given.terms(x)
    noise = _NOISE * sum(map(abs, terms))
    partial = list(accumulate(terms))[:-1]
    return len({value > 0 for value in partial if abs(value) > noise}) < 2


def _among(given: _Sum, turns: Sequence[float]) -> list[float]:
    """Return the zeros between the places at which the sum, scaled, turns: one at most between two of them."""
    signs = [given.signs[-1], *(_sign(given, turn) for turn in turns), given.signs[0]]
    ends = [None, *turns, None]
    touched = [turn for turn in turns if not _sign(given, turn)]
    crossed = [
        _between(given, ends[place], ends[place + 1])
        for place, (left, right) in enumerate(pairwise(signs))
        if left * right < 0
    ]
    return sorted(touched + crossed)


def _sign(given: _Sum, x: float) -> int:
    """Return the sign at x, 0 within rounding."""
    value = given.at(x)
    if abs(value) <= _NOISE * len(given.signs):
        return 0
    return 1 if value > 0 else -1


def _between(given: _Sum, low: float | None, high: float | None) -> float:
    """Return the zero between two places, of which the sum's signs differ; None is without an end."""
    left = low if low is not None else _far(given, high, -1)
    right = high if high is not None else _far(given, left if low is not None else None, 1)
    sign = 1 if given.at(right) > 0 else -1
    for _ in range(_STEPS):
        middle = (left + right) / 2
        if middle in (left, right):
            break
        left, right = (left, middle) if given.at(middle) * sign > 0 else (middle, right)
    return (left + right) / 2


def _far(given: _Sum, start: float | None, side: int) -> float:
    """Return a place beyond the outermost zero of a side."""
    sign = given.signs[-1] if side < 0 else given.signs[0]
    step, x = 1.0, start or 0.0
    while given.at(x + side * step) * sign <= 0:
        step *= 2
    return x + side * step


def _exact(zeros: Sequence[float], amounts: Sequence[Decimal], times: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Return the rates of these zeros to some 38 digits, the one nearest 0 first."""
    polished = [_polished(Decimal(x), amounts, times) for x in zeros]
    if not _sum(amounts):  # at 0 it is worth nothing to the last digit; a zero only touched is known by floats alone
        polished = [Decimal(0) if x.copy_abs() < _AT_ZERO else x for x in polished]
    rates = [_WORK.subtract(_WORK.exp(x), Decimal(1)) for x in polished]
    return tuple(sorted(set(rates), key=lambda rate: (rate.copy_abs(), rate)))


def _polished(x: Decimal, amounts: Sequence[Decimal], times: Sequence[Decimal]) -> Decimal:
    """Return the zero by Newton's steps from one that floats found; that one where they lead away (a zero touched)."""
    start = x
    for _ in range(6):
        worth = [_WORK.multiply(amount, _WORK.exp(_WORK.multiply(x.copy_negate(), time)))
                 for amount, time in zip(amounts, times, strict=True)]  # fmt: skip
        slope = _sum(_WORK.multiply(value, time) for value, time in zip(worth, times, strict=True))
        if not slope:
            return x
        step = _WORK.divide(_sum(worth), slope)
        x = _WORK.add(x, step)
        if abs(_WORK.subtract(x, start)) > max(abs(start), Decimal(1)) * Decimal("1E-6"):
            return start
        if step.copy_abs() <= max(x.copy_abs(), Decimal(1)) * Decimal("1E-38"):
            break
    return x


def _sum(values: Iterable[Decimal]) -> Decimal:
    total = Decimal(0)
    for value in values:
        total = _WORK.add(total, value)
    return total


def _changes(signs: Sequence[int]) -> int:
    return sum(one != other for one, other in pairwise(signs))
