"""Bands around forecasts, from their own errors: adaptive conformal intervals.

The quantiles of the newest errors, in units of the volatility then, at levels that are moved when a band misses too
often or too rarely. Source: Gibbs and Candès, "Adaptive conformal inference under distribution shift", 2021.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from math import exp

_KEPT = 500
"""Errors that quantiles are taken of."""
_RATE = 0.02
"""How fast levels move; by that over the horizon, since what came of a forecast is known so much later."""
_LEAST = 0.0005


_FURTHEST = 50.0
"""Of a logarithm's change: beyond it there is no market, and soon no figure that floats can hold."""


def grown(fee: float, change: float) -> float:
    """Return the fee whose logarithm changed by so much.

    After long calm a single step is a million times the volatility, and a band of such errors has no end.
    """
    return fee * exp(min(max(change, -_FURTHEST), _FURTHEST))


class Window:
    """The newest values, and quantiles of them."""

    def __init__(self, size: int = _KEPT) -> None:
        self._order: deque[float] = deque()
        self._sorted: list[float] = []
        self._size = size

    def __len__(self) -> int:
        return len(self._order)

    def kept(self) -> list[float]:
        """Return the values, the oldest first."""
        return list(self._order)

    def add(self, value: float) -> None:
        """Take a value in, and the oldest out where there are too many."""
        self._order.append(value)
        insort(self._sorted, value)
        if len(self._order) > self._size:
            del self._sorted[bisect_left(self._sorted, self._order.popleft())]

    def quantile(self, level: float) -> float:
        """Return the value at a level between 0 and 1, interpolated.

        Beyond what was seen it goes on as far again.

        0 where nothing was seen.
        """
        known = self._sorted
        if not known:
            return 0.0
        place = level * (len(known) + 1) - 1
        if place < 0:
            return known[0] + place * (known[-1] - known[0])
        if place > len(known) - 1:
            return known[-1] + (place - len(known) + 1) * (known[-1] - known[0])
        below = int(place)
        above = min(below + 1, len(known) - 1)
        return known[below] + (place - below) * (known[above] - known[below])


class Level:
    """One end of a band: a quantile whose level follows how often it held."""

    def __init__(self, target: float, horizon: int) -> None:
        self._target = self._held = target
        self._rate = _RATE / horizon

    @property
    def held(self) -> float:
        """The level as it stands."""
        return self._held

    def of(self, errors: Window) -> float:
        """Return the error that is not exceeded at this level."""
        return errors.quantile(self._held)

    def learn(self, *, was_below: bool) -> None:
        """Move the level by whether the outcome lay at or below what was said."""
        moved = self._held + self._rate * (self._target - was_below)
        self._held = min(max(moved, _LEAST), 1 - _LEAST)
