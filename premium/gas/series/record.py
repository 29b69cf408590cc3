"""What came of forecasts along a series: rows by origin, and scores."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any, NamedTuple

from premium.gas.series.model import BASELINES, MODEL, Said
from premium.gas.series.scores import Scored, Scores

_DIGITS = 6


class Origin(NamedTuple):
    """Where a forecast was made: a block or a stretch of time, and its fee."""

    place: int
    number: int | None
    at: int
    fee: float


class _Made(NamedTuple):
    origin: Origin
    said: Said


class Record:
    """Forecasts of one horizon, scored as their outcomes come."""

    def __init__(self, steps: int, first: int) -> None:
        """Forecasts of `steps` ahead are scored.

        Origins before place `first` are passed over: until then there was too little to learn of.
        """
        self._steps, self._first = steps, first
        self._open: deque[_Made] = deque()
        self._served, self._model = Scores(), Scores()
        self._baselines = {name: Scores() for name in BASELINES}
        self.rows: list[Mapping[str, Any]] = []
        self._serving = ""

    def said(self, origin: Origin, said: Said) -> None:
        """Keep what was said until its outcome is known."""
        self._serving = said.serving
        if origin.place >= self._first:
            self._open.append(_Made(origin, said))

    def came(self, origin: Origin) -> None:
        """Score what was said of this place."""
        while self._open and self._open[0].origin.place + self._steps <= origin.place:
            made = self._open.popleft()
            now, outcome = made.origin.fee, origin.fee
            self._served.add(made.said.served, now, outcome)
            self._model.add(made.said.by[MODEL], now, outcome)
            for name, scores in self._baselines.items():
                scores.add(made.said.by[name], now, outcome)
            self.rows.append(_row(made, origin))

    def told(self, most: int) -> dict[str, Any]:
        """Return the scores, and at most so many rows, evenly chosen, as JSON.

        Shares of one, amounts in wei.
        """
        every = max(-(-len(self.rows) // most), 1)
        baselines = {name: _scores(scores.scored()) for name, scores in self._baselines.items()}
        known = {name: each["mape"] for name, each in baselines.items() if each}
        best = min(known, key=lambda name: known[name], default=None)
        return {"serving": self._serving, "scores": _scores(self._served.scored()),
                "model": _scores(self._model.scored()), "baselines": baselines,
                "best_baseline": best, "series": self.rows[::every]}  # fmt: skip


def _row(made: _Made, outcome: Origin) -> dict[str, Any]:
    served, origin = made.said.served, made.origin
    return {
        "block": origin.number, "at": origin.at, "outcome_at": outcome.at, "point": str(round(served.point)),
        "p80": [str(round(served.low80)), str(round(served.high80))],
        "p95": [str(round(served.low95)), str(round(served.high95))],
        "outcome": str(round(outcome.fee)), "model": made.said.serving,
    }  # fmt: skip


def _scores(found: Scored | None) -> dict[str, Any] | None:
    if found is None:
        return None
    shares = {
        "mape": found.mape_percent, "within5": found.within_5_percent, "within10": found.within_10_percent,
        "direction_right": found.direction_right_percent, "cover80": found.cover80, "cover95": found.cover95,
    }  # fmt: skip
    widths = {"pinball": found.pinball, "width80": found.width80, "width95": found.width95}
    return {
        "n": found.n,
        **{name: None if each is None else round(each / 100, _DIGITS) for name, each in shares.items()},
        **{name: str(round(each)) for name, each in widths.items()},
    }
