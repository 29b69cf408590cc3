"""Score forecasts against what came."""

from __future__ import annotations

from typing import NamedTuple

from premium.gas.series.candidate import pinball
from premium.gas.series.model import Quantiles


class Scored(NamedTuple):
    """How forecasts of one horizon did.

    In percent, but for the losses and widths, which are in the series' unit.
    """

    n: int
    mape_percent: float
    within_5_percent: float
    within_10_percent: float
    direction_right_percent: float | None
    """Of the outcomes that differ from the fee at the origin; None where none does."""
    pinball: float
    cover80: float
    cover95: float
    width80: float
    """The band's mean width."""
    width95: float


class Scores:
    """Sums over forecasts, outcome by outcome."""

    def __init__(self) -> None:
        self._n = self._moved = self._right = 0
        self._sums = [0.0] * 8

    def add(self, said: Quantiles, now: float, outcome: float) -> None:
        """Take in a forecast, the base fee of then, and what came."""
        error = abs(said.point - outcome) / outcome
        gained = (
            error * 100,
            (error <= 0.05) * 100,
            (error <= 0.10) * 100,
            pinball(said, outcome),
            (said.low80 <= outcome <= said.high80) * 100,
            (said.low95 <= outcome <= said.high95) * 100,
            said.high80 - said.low80,
            said.high95 - said.low95,
        )
        self._sums = [total + each for total, each in zip(self._sums, gained, strict=True)]
        self._n += 1
        if outcome != now:
            self._moved += 1
            self._right += (said.point > now) == (outcome > now) and said.point != now

    def scored(self) -> Scored | None:
        """Return the means, None where there was no outcome."""
        if not self._n:
            return None
        means = [total / self._n for total in self._sums]
        direction = self._right / self._moved * 100 if self._moved else None
        mape, within_5, within_10, loss, cover80, cover95, width80, width95 = means
        return Scored(self._n, mape, within_5, within_10, direction, loss, cover80, cover95, width80, width95)


class Kept(NamedTuple):
    """How a promise was kept, and how far above the fee caps lay."""

    n: int
    kept: float
    """A share."""
    mean: float
    most: float


class CapScores:
    """Sums over the caps of one promise."""

    def __init__(self) -> None:
        self._n = self._kept = 0
        self._over = self._most = 0.0

    def add(self, cap: float, now: float, lowest: float) -> None:
        """Take in a cap, and how low the base fee came in time."""
        self._n += 1
        self._kept += lowest <= cap
        self._over += cap / now
        self._most = max(self._most, cap / now)

    def scored(self) -> Kept | None:
        """Return what was kept, None where there was no outcome."""
        return Kept(self._n, self._kept / self._n, self._over / self._n, self._most) if self._n else None
