"""Compute the cap that a promise needs.

How high the base fee must be allowed, so that one of the next blocks takes the transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from premium.gas.series.bands import Level, Window, grown
from premium.gas.series.candidate import Reach
from premium.gas.series.model import PROMISES

_KEPT = 1_500
_MARGIN = 0.4
"""By so much of what may fail a promise aims higher."""


class Caps:
    """Caps of one horizon, from how low the base fee came within it before."""

    def __init__(self, horizon: int) -> None:
        self._lowest = Window(_KEPT)
        self._levels = [Level(promise + _MARGIN * (1 - promise), horizon) for promise in PROMISES]

    def said(self, now: float, scale: float, within: Reach) -> list[float]:
        """Return a cap for each of PROMISES, in the series' unit, ascending."""
        least = 1 / (1 - PROMISES[-1])
        if len(self._lowest) < least:
            return [within.high] * len(PROMISES)
        found = [within.held(grown(now, scale * level.of(self._lowest))) for level in self._levels]
        return [max(found[: place + 1]) for place in range(len(found))]

    def learn(self, said: Sequence[float], now: float, scale: float, lowest: float) -> None:
        """Take into account how low the base fee came within the horizon."""
        for level, cap in zip(self._levels, said, strict=True):
            level.learn(was_below=lowest <= cap)
        self._lowest.add((log(lowest) - log(now)) / scale)
