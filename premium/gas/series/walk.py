"""Walk through a series and say after each block what comes.

From what was seen by then alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import exp, log, sqrt
from typing import Any, NamedTuple

from premium.gas.series.bands import grown
from premium.gas.series.baselines import Baselines
from premium.gas.series.candidate import Candidate, Reach, reach
from premium.gas.series.caps import Caps
from premium.gas.series.model import BASELINES, EXACT, LAST_VALUE, MODEL, Observed, Quantiles, Rules, Said
from premium.gas.series.ridge import Features, Ridge, State

LEAST = 20
"""Blocks without which nothing is said."""
_DOUBT = 0.5
"""A baseline is better where its error is smaller by this part over the root of independent outcomes."""


class _Open(NamedTuple):
    """A forecast whose outcome is not known yet."""

    origin: int
    now: float
    anchor: float
    scale: float
    features: Features
    points: Mapping[str, float]
    said: Said


class _Horizon:
    """All candidates of one horizon."""

    def __init__(self, blocks: int, serving: str | None) -> None:
        self.blocks = blocks
        self._serving = serving
        self._ridge = Ridge(blocks)
        self._candidates = {name: Candidate(blocks) for name in (*BASELINES, MODEL)}
        self._caps = Caps(blocks)
        self._open: deque[_Open] = deque()

    def learn(self, place: int, recent: Sequence[float]) -> None:
        """Take a block into account, whose base fee is `recent`'s last."""
        while self._open and self._open[0].origin + self.blocks <= place:
            made = self._open.popleft()
            outcome, lowest = recent[-1], min(recent[-self.blocks :])
            self._ridge.learn(made.features, (log(outcome) - made.anchor) / made.scale)
            for name, point in made.points.items():
                self._candidates[name].learn(made.said.by[name], point, made.scale, outcome)
            self._caps.learn(made.said.caps, made.now, made.scale, lowest)

    def fit(self) -> None:
        self._ridge.fit()

    def kept(self) -> dict[str, Any]:
        bands = {name: candidate.kept() for name, candidate in self._candidates.items()}
        return {"weights": list(self._ridge.weights), "bands": bands, "serving": self._served()}

    def said(self, place: int, block: Observed, state: State, baselines: Baselines, rules: Rules) -> Said:
        """Say what this horizon brings after a block."""
        within = reach(block.base_fee, block.following, rules, self.blocks)
        features = state.features(baselines.usual(0), baselines.usual(self.blocks))
        points = {name: max(point, within.low) for name, point in baselines.points(self.blocks).items()}
        points[MODEL] = within.held(grown(exp(state.anchor), self._ridge.change(features) * state.scale))
        plain = reach(block.base_fee, None, rules, self.blocks)
        by = {
            name: self._candidates[name].said(point, state.scale, within if name == MODEL else plain)
            for name, point in points.items()
        }
        said = Said(by, self._served(), self._caps.said(block.base_fee, state.scale, within))
        self._open.append(_Open(place, block.base_fee, state.anchor, state.scale, features, points, said))
        return _decided(said, block, within) if self.blocks == 1 else said

    def _served(self) -> str:
        """Return the best baseline, or the model where it beats that.

        The best by its mean relative error; to be beaten in both losses.
        """
        if self._serving is not None:
            return self._serving if self._serving != MODEL or self._ridge.is_fitted else LAST_VALUE
        best = self._best_baseline()
        model = self._candidates[MODEL]
        if not self._ridge.is_fitted:
            return best
        better = zip(model.losses, self._candidates[best].losses, strict=True)
        return MODEL if all(own < other for own, other in better) else best

    def _best_baseline(self) -> str:
        """Return the last value, or the baseline that is clearly better.

        By more than chance would make it.
        """
        last = self._candidates[LAST_VALUE]
        margin = _DOUBT * sqrt(self.blocks / max(last.outcomes, 1))
        best = min(BASELINES, key=lambda name: self._candidates[name].losses[0])
        return best if self._candidates[best].losses[0] < last.losses[0] * (1 - margin) else LAST_VALUE


def _decided(said: Said, block: Observed, within: Reach) -> Said:
    """Put the header's word in the place of any forecast."""
    if block.following is None:
        return said
    exact = Quantiles(*[block.following] * 5)
    return Said({**said.by, EXACT: exact}, EXACT, [within.high] * len(said.caps))


class Walk:
    """Forecasts that go along with a series, block by block.

    `refit`: after how many blocks the model is fitted again. `serving`: the candidate that serves, None for the best.
    """

    def __init__(self, horizons: Sequence[int], rules: Rules, *, refit: int = 20, serving: str | None = None) -> None:
        self._horizons = [_Horizon(blocks, serving) for blocks in horizons]
        self._rules, self._refit = rules, refit
        self._state, self._baselines = State(), Baselines()
        self._recent: deque[float] = deque(maxlen=max(horizons, default=1))
        self._place = -1

    def kept(self) -> dict[str, Any]:
        """Return what its forecasts are made of after the newest block, as JSON."""
        horizons = {str(each.blocks): each.kept() for each in self._horizons}
        return {"state": self._state.kept(), "baselines": self._baselines.kept(), "horizons": horizons}

    def after(self, block: Observed) -> list[Said]:
        """Take the next block into account, and say what comes.

        One answer a horizon; none before LEAST blocks.
        """
        self._place += 1
        self._recent.append(block.base_fee)
        self._state.learn(block)
        self._baselines.learn(block)
        recent = list(self._recent)
        for horizon in self._horizons:
            horizon.learn(self._place, recent)
            if self._place % self._refit == 0:
                horizon.fit()
        if self._place + 1 < LEAST:
            return []
        return [each.said(self._place, block, self._state, self._baselines, self._rules) for each in self._horizons]


def walk(blocks: Iterable[Observed], walker: Walk) -> Iterator[tuple[int, list[Said]]]:
    """Yield the place of each block from LEAST on, and what is said after it."""
    for place, block in enumerate(blocks):
        if said := walker.after(block):
            yield place, said
