"""One way to forecast one horizon: its bands, and how it did lately."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from math import log
from typing import NamedTuple

from premium.gas.series.bands import Level, Window, grown
from premium.gas.series.model import LEVELS, Quantiles, Rules

_JUDGED = 2_000
"""Outcomes by which candidates are compared."""
_ERRORS, _ERRORS_A_STEP, _MOST_ERRORS = 500, 60, 2_000
"""Newest errors that bands are quantiles of. Outcomes of a long horizon overlap: 500 of 25 steps say as much as 20."""
_DIGITS = 6


class Reach(NamedTuple):
    """The lowest and highest base fee that a horizon can bring."""

    low: float
    high: float

    def held(self, fee: float) -> float:
        """Return the nearest fee within."""
        return min(max(fee, self.low), self.high)


def reach(now: float, following: float | None, rules: Rules, horizon: int) -> Reach:
    """Return how far the base fee can go in so many blocks.

    What the header decides is certain.
    """
    start, steps = (now, horizon) if following is None else (following, horizon - 1)
    return Reach(max(start * rules.down**steps - rules.grain, start * rules.down**steps / 2),
                 start * rules.up**steps + rules.grain)  # fmt: skip


class _Mean:
    """The mean of the newest losses."""

    def __init__(self) -> None:
        self._kept: deque[float] = deque(maxlen=_JUDGED)
        self._sum = 0.0

    def add(self, loss: float) -> None:
        if len(self._kept) == _JUDGED:
            self._sum -= self._kept[0]
        self._kept.append(loss)
        self._sum += loss

    @property
    def value(self) -> float:
        return self._sum / len(self._kept) if self._kept else 0.0

    def __len__(self) -> int:
        return len(self._kept)


class Candidate:
    """A forecaster's points, turned into bands by the errors that they had."""

    def __init__(self, horizon: int) -> None:
        self._errors = Window(min(_ERRORS + _ERRORS_A_STEP * horizon, _MOST_ERRORS))
        self._levels = [Level(level, horizon) for level in LEVELS]
        self._percent, self._pinball = _Mean(), _Mean()

    def said(self, point: float, scale: float, within: Reach) -> Quantiles:
        """Return the forecast whose raw point is given, in the series' unit."""
        ends = [within.held(grown(point, scale * level.of(self._errors))) for level in self._levels]
        return around(within.held(point), ends)

    def learn(self, said: Quantiles, point: float, scale: float, outcome: float) -> None:
        """Take into account what came of a forecast and its raw point."""
        for level, end in zip(self._levels, said, strict=True):
            level.learn(was_below=outcome <= end)
        self._errors.add((log(outcome) - log(point)) / scale)
        self._percent.add(abs(said.point - outcome) / outcome)
        self._pinball.add(pinball(said, outcome) / outcome)

    def kept(self) -> dict[str, list[float]]:
        """Return what its bands are made of, as JSON."""
        return {
            "errors": [float(f"{each:.{_DIGITS}g}") for each in self._errors.kept()],
            "levels": [level.held for level in self._levels],
        }

    @property
    def outcomes(self) -> int:
        """Of how many outcomes the losses are."""
        return len(self._percent)

    @property
    def losses(self) -> tuple[float, float]:
        """The mean relative error of the point, and the mean relative pinball loss."""
        return self._percent.value, self._pinball.value


def around(middle: float, ends: Sequence[float]) -> Quantiles:
    """Return a forecast whose ends, at LEVELS, do not cross its point."""
    low95, low80, _, high80, high95 = ends
    return Quantiles(min(low95, low80, middle), min(low80, middle), middle, max(high80, middle),
                     max(high95, high80, middle))  # fmt: skip


def pinball(said: Quantiles, outcome: float) -> float:
    """Return the mean pinball loss over LEVELS, in the outcome's unit."""
    losses = (
        max(level * (outcome - end), (level - 1) * (outcome - end)) for level, end in zip(LEVELS, said, strict=True)
    )
    return sum(losses) / len(LEVELS)
