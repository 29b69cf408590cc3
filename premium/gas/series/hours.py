"""Forecasts of hours ahead, from base fees by ten minutes.

Trained once a day, told each minute. A model is JSON: coefficients, levels and errors of before. The same series gives
the same bytes on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from math import exp
from typing import Any, NamedTuple

from premium.gas.series.bands import Window, grown
from premium.gas.series.baselines import Baselines
from premium.gas.series.candidate import around, reach
from premium.gas.series.model import MODEL, Observed, Quantiles, Rules
from premium.gas.series.record import Origin, Record
from premium.gas.series.ridge import State, change_of
from premium.gas.series.walk import Walk

STEPS: Mapping[str, int] = {"1h": 6, "6h": 36, "24h": 144}
"""Ten minutes ahead."""
VERSION = "1"
TEN = 600
LEAST = 3 * 144
"""Ten minutes without which nothing is trained: three days."""
_RULES = Rules(100.0, 0.01)
"""No header decides hours: bands are bounded by their errors alone."""
_TESTED, _HOLE, _REFIT, _ROWS = 28 * 144, 36, 36, 500
_BAND80, _BAND95 = (0.76, 0.84), (0.92, 0.98)


class Trained(NamedTuple):
    """What a day's training brought: one model of all horizons, and what each was worth."""

    body: bytes
    """JSON."""
    backtests: Mapping[str, Mapping[str, Any]]

    @property
    def version(self) -> str:
        """The name of the model: of the same bytes the same."""
        return sha256(self.body).hexdigest()[:12]


def even(rows: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """Return (time, fee) of each ten minutes.

    Holes of up to six hours are filled with the fee before. What lies before a longer hole is left out.
    """
    found: list[tuple[int, float]] = []
    for at, fee in rows:
        if found and (at - found[-1][0]) // TEN > _HOLE:
            found = []
        while found and at - found[-1][0] > TEN:
            found.append((found[-1][0] + TEN, found[-1][1]))
        found.append((at, fee))
    return found


def trained(rows: Sequence[tuple[int, float]]) -> Trained | None:
    """Walk through (time, fee) of each ten minutes, the oldest first.

    None of fewer than three days. Forecasts of the newest 28 days are the back-test, each made from what lay before it.
    """
    series = even(rows)
    if len(series) < LEAST:
        return None
    walk, first = Walk(tuple(STEPS.values()), _RULES, refit=_REFIT), max(len(series) - _TESTED, len(series) // 3)
    records = [Record(steps, first) for steps in STEPS.values()]
    for place, (at, fee) in enumerate(series):
        origin = Origin(place, None, at, fee)
        for record in records:
            record.came(origin)
        for record, said in zip(records, walk.after(Observed(at, fee)), strict=False):
            record.said(origin, said)
    body = json.dumps({"version": VERSION, "until": series[-1][0], **walk.kept()}, sort_keys=True).encode()
    told = {
        name: {"version": VERSION, "unit": "ten_minutes", "first": series[first][0], "last": series[-1][0],
               **record.told(_ROWS)}
        for name, record in zip(STEPS, records, strict=True)
    }  # fmt: skip
    return Trained(body, told)


def refusal(backtest: Mapping[str, Any]) -> str | None:
    """Return why a model may not serve, None where it may.

    It has to beat the best baseline in both losses, and its bands to hold what they promise.
    """
    own, baselines = backtest["model"], {name: each for name, each in backtest["baselines"].items() if each}
    if own is None or not baselines:
        return "nothing came of its forecasts yet"
    best = min(baselines, key=lambda name: baselines[name]["mape"])
    if own["mape"] >= baselines[best]["mape"]:
        return f"its mean error, {own['mape']:.4f}, is not below that of {best}, {baselines[best]['mape']:.4f}"
    sharpest = min(baselines, key=lambda name: int(baselines[name]["pinball"]))
    if int(own["pinball"]) >= int(baselines[sharpest]["pinball"]):
        return f"its pinball loss is not below that of {sharpest}"
    for name, (low, high) in (("cover80", _BAND80), ("cover95", _BAND95)):
        if not low <= own[name] <= high:
            return f"its {name} is {own[name]:.3f}, not within {low} and {high}"
    return None


class HourModel:
    """A trained model, brought up to the newest ten minutes."""

    def __init__(self, kept: Mapping[str, Any]) -> None:
        self._kept = kept
        self._state, self._baselines = State.of(kept["state"]), Baselines.of(kept["baselines"])
        self.until = int(kept["until"])

    def learn(self, rows: Sequence[tuple[int, float]]) -> None:
        """Take (time, fee) of the ten minutes since into account; those before are passed over."""
        for at, fee in even([row for row in rows if row[0] > self.until]):
            block = Observed(at, fee)
            self._state.learn(block)
            self._baselines.learn(block)
            self.until = at

    def said(self, horizon: str, serving: str, now: float) -> Quantiles:
        """Return what is said of a horizon by the model or a baseline.

        `now`: the newest fee, in wei.
        """
        steps, kept, scale = STEPS[horizon], self._kept["horizons"][str(STEPS[horizon])], self._state.scale
        if serving == MODEL:
            features = self._state.features(self._baselines.usual(0), self._baselines.usual(steps))
            point = grown(exp(self._state.anchor), change_of(kept["weights"], features) * scale)
        else:
            point = self._baselines.points(steps)[serving]
        within = reach(now, None, _RULES, steps)
        bands, errors = kept["bands"][serving], Window()
        for each in bands["errors"]:
            errors.add(each)
        ends = [within.held(grown(point, scale * errors.quantile(level))) for level in bands["levels"]]
        return around(within.held(point), ends)
