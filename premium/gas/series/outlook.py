"""Forecasts of a chain's base fee after each block, with their scores."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from math import ceil, floor
from typing import NamedTuple

from premium.gas.series.model import BASELINES, Observed, Rules, Said
from premium.gas.series.scores import Scored, Scores
from premium.gas.series.walk import Walk

HORIZONS = (1, 3, 10, 25)
"""Blocks ahead."""
VERSION = "1"
"""Of the models: another one where the same series would be told otherwise."""


class Prediction(NamedTuple):
    """The base fee so many blocks ahead, in wei, with scores of before."""

    horizon: int
    point: int
    p80: tuple[int, int]
    p95: tuple[int, int]
    model: str
    scored: Scored | None
    """Of what was served; None before the first outcome."""
    best_baseline: str | None
    best_mape: float | None


class _Horizon:
    def __init__(self, blocks: int) -> None:
        self.blocks = blocks
        self._open: deque[tuple[float, Said]] = deque()
        self.served = Scores()
        self._baselines = {name: Scores() for name in BASELINES}

    def learn(self, outcome: float) -> None:
        """Score what was said of this block."""
        if len(self._open) < self.blocks:
            return
        now, said = self._open.popleft()
        self.served.add(said.served, now, outcome)
        for name, scores in self._baselines.items():
            scores.add(said.by[name], now, outcome)

    def said(self, now: float, said: Said) -> None:
        """Keep what was said after a block until its outcome is known."""
        self._open.append((now, said))

    def best(self) -> tuple[str | None, float | None]:
        """Return the baseline with the least mean error, and that in percent."""
        known = {name: found.mape_percent for name, scores in self._baselines.items() if (found := scores.scored())}
        name = min(known, key=lambda each: known[each], default=None)
        return name, None if name is None else known[name]


class Outlook:
    """Forecasts of all horizons along a chain whose rule is known."""

    def __init__(self, rules: Rules) -> None:
        self._walk = Walk(HORIZONS, rules)
        self._horizons = [_Horizon(blocks) for blocks in HORIZONS]
        self._said: Sequence[Said] = ()

    def learn(self, at: int, base_fee: int, following: int | None) -> None:
        """Take the next block into account; wei, and seconds since 1970.

        `following`: the next base fee, where it is certain. A fee of 0 is passed over: there is no market.
        """
        if base_fee <= 0 or following == 0:
            return
        for horizon in self._horizons:
            horizon.learn(float(base_fee))
        self._said = self._walk.after(Observed(at, float(base_fee), None if following is None else float(following)))
        for horizon, said in zip(self._horizons, self._said, strict=False):
            horizon.said(float(base_fee), said)

    def told(self, reach: Mapping[int, tuple[int, int]]) -> list[Prediction]:
        """Return what is said after the newest block, within the base fees that can come.

        `reach`: the lowest and highest by blocks ahead. Nothing before enough blocks were seen.
        """
        return [
            _told(horizon, said, *reach[horizon.blocks])
            for horizon, said in zip(self._horizons, self._said, strict=False)
        ]


def _told(horizon: _Horizon, said: Said, low: int, high: int) -> Prediction:
    served = said.served
    lows = [min(max(floor(each), low), high) for each in (served.low80, served.low95)]
    highs = [max(min(ceil(each), high), low) for each in (served.high80, served.high95)]
    point = min(max(round(served.point), low), high)
    name, mape = horizon.best()
    return Prediction(
        horizon.blocks,
        point,
        (lows[0], highs[0]),
        (lows[1], highs[1]),
        said.serving,
        horizon.served.scored(),
        name,
        mape,
    )
