"""A linear model of where the logarithm of a base fee goes.

For each horizon the change is regressed on how far the fee stands from its own averages, its last steps, what the
header already decided, and the hour's usual level; all of it in units of the recent volatility.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log, sqrt

from premium.gas.series.model import Observed

_SPANS = (3, 10, 30, 100, 400)
_VOLATILITY_SPAN = 100
_LEAST_VOLATILITY = 1e-6
_MEMORY = 1 - 1 / 3_000
"""What a block's weight in the fit is multiplied by with each later one."""
_SHRINKAGE = 400.0
"""By that, times the horizon's power of 1.5, a fit is held to the last value: outcomes overlap, and noise grows."""
_CLIP = 6.0
"""Changes beyond so many times the usual one (and the root of the horizon) count as that many."""
WANTS = 60
"""Outcomes that a horizon must have seen before it is fitted."""

Features = tuple[float, ...]


class State:
    """What the model sees after a block, kept up block by block."""

    def __init__(self) -> None:
        self._averages: list[float] = []
        self._last = 0.0
        self._steps = (0.0, 0.0)
        self._known = 0.0
        self.volatility = 0.0
        """Of one step of the logarithm."""

    def kept(self) -> list[float]:
        """Return what it is made of, as JSON.

        The averages, then the volatility, the last logarithm, and the last two steps.
        """
        return [*self._averages, self.volatility, self._last, *self._steps]

    @classmethod
    def of(cls, kept: Sequence[float]) -> State:
        """Return the state that was kept."""
        made, size = cls(), len(_SPANS)
        made._averages = list(kept[:size])
        made.volatility, made._last = kept[size], kept[size + 1]
        made._steps = (kept[size + 2], kept[size + 3])
        return made

    def learn(self, block: Observed) -> None:
        """Take the next block into account."""
        now = log(block.base_fee)
        if not self._averages:
            self._averages, self._last = [now] * len(_SPANS), now
        step = now - self._last
        rate = 2 / (_VOLATILITY_SPAN + 1)
        self.volatility = abs(step) if self.volatility == 0 else self.volatility + rate * (abs(step) - self.volatility)
        self._steps, self._last = (step, self._steps[0]), now
        averages = zip(self._averages, _SPANS, strict=True)
        self._averages = [each + 2 / (span + 1) * (now - each) for each, span in averages]
        self._known = 0.0 if block.following is None else log(block.following) - now

    @property
    def scale(self) -> float:
        """The volatility, never 0."""
        return max(self.volatility, _LEAST_VOLATILITY)

    @property
    def anchor(self) -> float:
        """The logarithm of the newest base fee that is certain.

        The next block's, where the header decides it.
        """
        return self._last + self._known

    def features(self, usual_now: float | None, usual_then: float | None) -> Features:
        """Return the regressors, `usual_…` being the hour's usual fee now and where the horizon ends."""
        scale, anchor = self.scale, self.anchor
        away = 0.0 if usual_now is None else anchor - log(usual_now)
        turn = 0.0 if usual_now is None or usual_then is None else log(usual_then) - log(usual_now)
        apart = [anchor - each for each in self._averages]
        return (1.0, *(each / scale for each in (*apart, *self._steps, self._known, away, turn)))


class Ridge:
    """The regression of one horizon."""

    def __init__(self, horizon: int) -> None:
        self._clip = _CLIP * sqrt(horizon)
        self._shrinkage = _SHRINKAGE * horizon**1.5
        self._gram: list[list[float]] = []
        self._moments: list[float] = []
        self._weights: Sequence[float] = ()
        self.seen = 0
        """Outcomes so far."""

    def learn(self, features: Features, change: float) -> None:
        """Take an outcome into account.

        It is the change of the logarithm from the anchor, in units of the scale then.
        """
        if not self._gram:
            self._gram, self._moments = [[0.0] * len(features) for _ in features], [0.0] * len(features)
        clipped = max(-self._clip, min(self._clip, change))
        for place, each in enumerate(features):
            row = self._gram[place]
            for other in range(place + 1):
                row[other] = row[other] * _MEMORY + each * features[other]
            self._moments[place] = self._moments[place] * _MEMORY + each * clipped
        self.seen += 1

    def fit(self) -> None:
        """Compute the weights anew, where enough was seen."""
        if self.seen >= WANTS:
            self._weights = _solved(self._gram, self._moments, self._shrinkage)

    @property
    def weights(self) -> Sequence[float]:
        """One a feature; none before it is fitted."""
        return self._weights

    @property
    def is_fitted(self) -> bool:
        """Whether it has weights."""
        return bool(self._weights)

    def change(self, features: Features) -> float:
        """Return the change to expect, in units of the scale: none before it is fitted."""
        return change_of(self._weights, features)


def change_of(weights: Sequence[float], features: Features) -> float:
    """Return what weights make of features; nothing without weights."""
    return sum(weight * each for weight, each in zip(weights, features, strict=True)) if weights else 0.0


def _solved(gram: list[list[float]], moments: list[float], shrinkage: float) -> list[float]:
    """Solve the normal equations by Cholesky's decomposition.

    (gram + shrinkage) · weights = moments; `gram` is its lower half.
    """
    size = len(moments)
    root = [[0.0] * size for _ in range(size)]
    for row in range(size):
        for column in range(row + 1):
            rest = gram[row][column] + (shrinkage if row == column else 0.0)
            rest -= sum(root[row][each] * root[column][each] for each in range(column))
            root[row][column] = sqrt(rest) if row == column else rest / root[column][column]
    half = [0.0] * size
    for row in range(size):
        half[row] = (moments[row] - sum(root[row][each] * half[each] for each in range(row))) / root[row][row]
    weights = [0.0] * size
    for row in reversed(range(size)):
        later = sum(root[each][row] * weights[each] for each in range(row + 1, size))
        weights[row] = (half[row] - later) / root[row][row]
    return weights
