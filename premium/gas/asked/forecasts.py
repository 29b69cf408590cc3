"""Answer cases of series: forecasts after the last block, and back-tests of all blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction as Exact
from math import ceil, floor
from typing import Any, Protocol

from premium.cases import CaseError, Kind
from premium.gas.asked.series import (
    Backtest,
    Forecast,
    Scale,
    Waiting,
    following_wei,
    observed,
    reach_in_wei,
    rules_of,
)
from premium.gas.series.model import BASELINES, EXACT, PROMISES, Observed, Said
from premium.gas.series.patience import advise
from premium.gas.series.scores import CapScores, Scored, Scores
from premium.gas.series.walk import LEAST, Walk, walk

_DIGITS = 9
"""Significant digits of a forecast: more would be the arithmetic's, not the market's."""


class Watch(Protocol):
    """Follows long work: it gives the items on, and tells how far they are."""

    def __call__(self, what: str, items: Iterable[Observed], count: int) -> Iterable[Observed]: ...


def _unwatched(what: str, items: Iterable[Observed], count: int) -> Iterable[Observed]:  # noqa: ARG001 - as the protocol has them
    return items


def kinds(watch: Watch = _unwatched) -> tuple[Kind, ...]:
    """Return the kinds `forecast` and `backtest`, whose work is told to `watch`."""
    fields = frozenset({"blocks"})
    return (
        Kind("forecast", fields, Forecast, lambda case: _forecast(case, watch)),
        Kind("backtest", fields, Backtest, lambda case: _backtest(case, watch)),
    )


def _forecast(case: Forecast, watch: Watch) -> Mapping[str, Any]:
    scale = Scale(case.blocks)
    series = observed(case, scale)
    last: list[Said] = []
    for _, last in walk(watch("blocks", series, len(series)), _walker(case, scale)):  # noqa: B007 - the last ones are wanted
        pass
    place = len(series) - 1
    return {"forecasts": [_row(case, scale, place, *each) for each in zip(case.horizons, last, strict=True)]}


def _backtest(case: Backtest, watch: Watch) -> Mapping[str, Any]:
    scale = Scale(case.blocks)
    series = observed(case, scale)
    if case.first < LEAST - 1 or case.first >= len(series):
        raise CaseError("too_short", f"from: the first origin lies between {LEAST - 1} and {len(series) - 1}")
    judges = [_Judge(horizon) for horizon in case.horizons]
    rows = []
    for place, said in walk(watch("blocks", series, len(series)), _walker(case, scale)):
        if place < case.first or (place - case.first) % case.step:
            continue
        for judge, each in zip(judges, said, strict=True):
            if place + judge.horizon < len(series):
                judge.add(each, series, place)
                rows.append({"origin": place, **_row(case, scale, place, judge.horizon, each)})
    return {"forecasts": rows, "scores": [judge.told() for judge in judges]}


def _wait(case: Waiting) -> Mapping[str, Any]:
    found = advise([each.base_fee for each in observed(case, Scale(case.blocks))], case.deadline)
    evidence = {"n": found.n, "mean_saving_percent": _percent(found.saving), "worst_percent": _percent(found.worst),
                "mean_blocks": _figure(found.blocks)}  # fmt: skip
    return {"advice": "wait" if found.wait else "send_now", "send_at_share_of_base_fee": _figure(found.share),
            "expected_saving_percent": _percent(max(found.saving, 0.0) if found.wait else 0.0),
            "regret": {"probability": _figure(found.regret_probability), "percent": _percent(found.regret)},
            "evidence": evidence}  # fmt: skip


def _percent(share: float) -> str:
    return f"{share * 100:.9g}"


WAIT = Kind("wait", frozenset({"blocks", "deadline"}), Waiting, _wait)


def _walker(case: Forecast, scale: Scale) -> Walk:
    return Walk(case.horizons, rules_of(case.rule, scale), refit=case.refit, serving=case.model)


def _row(case: Forecast, scale: Scale, place: int, horizon: int, said: Said) -> dict[str, Any]:
    """Return one forecast as it is written.

    It lies within the bounds, to the wei; its ends are rounded outward.
    """
    row = case.blocks[place]
    low, high = reach_in_wei(row, horizon, scale, case.rule)
    if said.serving == EXACT:
        exact = following_wei(row, scale, case.rule, place)
        ends = [exact] * 5
    else:
        low95, low80, point, high80, high95 = (scale.in_wei(each) for each in said.served)
        ends = [max(_to(low95, floor), low), max(_to(low80, floor), low), min(max(_to(point, round), low), high),
                min(_to(high80, ceil), high), min(_to(high95, ceil), high)]  # fmt: skip
    written = [scale.written(each or 0) for each in ends]
    return {"horizon": horizon, "block": row.number + horizon, "point": written[2], "p80": [written[1], written[3]],
            "p95": [written[0], written[4]], "model": said.serving}  # fmt: skip


def _to(wei: Exact, rounding: Callable[[Exact], int]) -> int:
    """Round to whole wei, and of long figures to their first nine digits."""
    step: int = 10 ** max(len(str(int(wei))) - _DIGITS, 0)
    return rounding(wei / step) * step


class _Judge:
    """The scores of one horizon: of what served, of each baseline, and of the caps."""

    def __init__(self, horizon: int) -> None:
        self.horizon = horizon
        self._served = Scores()
        self._baselines = {name: Scores() for name in BASELINES}
        self._caps = [CapScores() for _ in PROMISES]

    def add(self, said: Said, series: Sequence[Observed], place: int) -> None:
        now, outcome = series[place].base_fee, series[place + self.horizon].base_fee
        self._served.add(said.served, now, outcome)
        for name, scores in self._baselines.items():
            scores.add(said.by[name], now, outcome)
        lowest = min(each.base_fee for each in series[place + 1 : place + self.horizon + 1])
        for cap, kept in zip(said.caps, self._caps, strict=True):
            kept.add(cap, now, lowest)

    def told(self) -> dict[str, Any]:
        """Return the scores as they are written."""
        return {
            "horizon": self.horizon,
            **_told(self._served.scored()),
            "baselines": {name: _told(scores.scored()) for name, scores in self._baselines.items()},
            "caps": [self._cap(*each) for each in zip(PROMISES, self._caps, strict=True)],
        }

    def _cap(self, promise: float, scores: CapScores) -> dict[str, Any]:
        found = scores.scored()
        over = None if found is None else {"mean": _figure(found.mean), "max": _figure(found.most)}
        return {"promise": f"{promise:.2f}", "blocks": self.horizon, "max_fee_over_base": over,
                "kept": None if found is None else _figure(found.kept), "n": found.n if found else 0}  # fmt: skip


def _told(found: Scored | None) -> dict[str, Any]:
    if found is None:
        return {"n": 0, **dict.fromkeys(Scored._fields[1:])}
    return {"n": found.n, **{name: _figure(value) for name, value in zip(found._fields[1:], found[1:], strict=True)}}


def _figure(value: float | None) -> str | None:
    return None if value is None else f"{value:.9g}" if abs(value) < 10**9 else f"{value:.0f}"
