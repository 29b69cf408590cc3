"""The four simple forecasts that a model must beat, each kept up block by block."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from premium.gas.series.model import AR1, LAST_VALUE, MEAN_20, SEASONAL, Observed

_HOUR = 3_600
_HOURS_A_WEEK = 168
_MEAN_OF = 20
_INTERVALS = 100


class Baselines:
    """All four; a point is in the series' unit, before any bound."""

    def __init__(self) -> None:
        self._last: Observed | None = None
        self._recent: deque[float] = deque(maxlen=_MEAN_OF)
        self._hours = [(0.0, 0)] * _HOURS_A_WEEK
        self._intervals: deque[int] = deque(maxlen=_INTERVALS)
        self._pairs = _Pairs()

    def learn(self, block: Observed) -> None:
        """Take the next block into account."""
        if self._last is not None:
            self._intervals.append(block.at - self._last.at)
            self._pairs.add(self._last.base_fee, block.base_fee)
        self._recent.append(block.base_fee)
        total, count = self._hours[_hour(block.at)]
        self._hours[_hour(block.at)] = (total + block.base_fee, count + 1)
        self._last = block

    def kept(self) -> dict[str, Any]:
        """Return what they are made of, as JSON."""
        last = self._last
        return {
            "last": None if last is None else [last.at, last.base_fee], "recent": list(self._recent),
            "hours": [list(each) for each in self._hours], "intervals": list(self._intervals),
            "pairs": self._pairs.kept(),
        }  # fmt: skip

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Baselines:
        """Return the baselines that were kept."""
        made = cls()
        made._last = None if kept["last"] is None else Observed(kept["last"][0], kept["last"][1])
        made._recent.extend(kept["recent"])
        made._hours = [(total, count) for total, count in kept["hours"]]
        made._intervals.extend(kept["intervals"])
        made._pairs = _Pairs.of(kept["pairs"])
        return made

    def points(self, horizon: int) -> dict[str, float]:
        """Return each baseline's forecast of the base fee so many blocks ahead."""
        assert self._last is not None  # noqa: S101 - a block is learnt before anything is asked
        now = self._last.base_fee
        return {
            LAST_VALUE: now,
            MEAN_20: sum(self._recent) / len(self._recent),
            SEASONAL: self.usual(horizon) or now,
            AR1: self._pairs.ahead(now, horizon),
        }

    def usual(self, horizon: int) -> float | None:
        """Return the usual fee of the hour in which the block will fall.

        The mean of that hour of the week; None where none was seen.
        """
        assert self._last is not None  # noqa: S101 - as above
        apart = sum(self._intervals) / len(self._intervals) if self._intervals else 0.0
        total, count = self._hours[_hour(self._last.at + round(horizon * apart))]
        return total / count if count else None


def _hour(at: int) -> int:
    return at // _HOUR % _HOURS_A_WEEK


class _Pairs:
    """A line through pairs of a base fee and the next one.

    By least squares, over all pairs so far.
    """

    def __init__(self) -> None:
        self._n = 0
        self._x = self._y = self._xx = self._xy = 0.0
        self._origin: float | None = None

    def kept(self) -> list[Any]:
        return [self._n, self._x, self._y, self._xx, self._xy, self._origin]

    @classmethod
    def of(cls, kept: Sequence[Any]) -> _Pairs:
        made = cls()
        made._n, made._x, made._y, made._xx, made._xy, made._origin = kept
        return made

    def add(self, before: float, after: float) -> None:
        if self._origin is None:
            self._origin = before
        x, y = before - self._origin, after - self._origin
        self._n, self._x, self._y = self._n + 1, self._x + x, self._y + y
        self._xx, self._xy = self._xx + x * x, self._xy + x * y

    def ahead(self, now: float, steps: int) -> float:
        """Follow the line so many times.

        A slope of 1 and more is no return to a mean, and is not followed.
        """
        spread = self._n * self._xx - self._x * self._x
        if self._origin is None or spread <= 0:
            return now
        slope = (self._n * self._xy - self._x * self._y) / spread
        if not -1 < slope < 1:
            return now
        mean = (self._y - slope * self._x) / self._n / (1 - slope) + self._origin
        return mean + slope**steps * (now - mean)
