"""How often bands, caps and advice held on seeds that were drawn for this run alone.

No method was chosen on them: nobody knew them. They are printed, so that a run can be had again.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from typing import NamedTuple

import click

from benchmarks.gas.offers import compared
from premium.gas.series.model import BASELINES, MODEL, Observed, Rules
from premium.gas.series.patience import advise
from premium.gas.series.scores import Scored, Scores
from premium.gas.series.walk import Walk
from premium.gas.speeds.model import SPEEDS
from tests.unit.gas.market import REGIMES, fees_of

_COUNT, _FIRST, _HORIZONS = 2_400, 400, (3, 10, 25)
_RULES = Rules(1.125, 0.875)
_DEADLINE, _WAIT_FIRST, _WAIT_STEP = 300, 1_400, 75
_PROCESSES = 2


class Judged(NamedTuple):
    """What a series showed at one horizon."""

    served: Scored
    baselines: dict[str, Scored]
    by_model: float
    """The share of forecasts that the model served."""


def judged(regime: str, seed: int) -> list[Judged]:
    """Walk forward through a regime; one verdict a horizon."""
    fees = fees_of(regime, seed, _COUNT)
    walk, served = Walk(_HORIZONS, _RULES), [Scores() for _ in _HORIZONS]
    others = [{name: Scores() for name in BASELINES} for _ in _HORIZONS]
    models = [0] * len(_HORIZONS)
    for place in range(_COUNT - 1):
        for number, said in enumerate(walk.after(Observed(12 * place, fees[place], fees[place + 1]))):
            if _FIRST <= place < _COUNT - _HORIZONS[number]:
                now, outcome = fees[place], fees[place + _HORIZONS[number]]
                served[number].add(said.served, now, outcome)
                models[number] += said.serving == MODEL
                for name, scores in others[number].items():
                    scores.add(said.by[name], now, outcome)
    return [
        Judged(_of(own), {name: _of(scores) for name, scores in by.items()}, count / _of(own).n)
        for own, by, count in zip(served, others, models, strict=True)
    ]


def _of(scores: Scores) -> Scored:
    found = scores.scored()
    if found is None:
        raise ValueError("a series without an outcome")
    return found


def waited(seed: int) -> list[float]:
    """Return what waiting saved where it was advised, as shares of the fee of then."""
    fees, saved = fees_of(REGIMES[0], seed, 3_400), []
    for place in range(_WAIT_FIRST, len(fees) - _DEADLINE, _WAIT_STEP):
        advice = advise(fees[: place + 1], _DEADLINE)
        if advice.wait:
            ahead = fees[place + 1 : place + _DEADLINE + 1]
            saved.append(1 - next((fee for fee in ahead if fee <= fees[place] * advice.share), ahead[-1]) / fees[place])
    return saved


def calibration(count: int, seeds: Sequence[int] = ()) -> None:
    """Print what so many fresh seeds showed, or these."""
    drawn = list(seeds) or [secrets.randbits(32) for _ in range(count)]
    click.echo(f"\non seeds drawn for this run: {', '.join(map(str, drawn))}")
    with ProcessPoolExecutor(_PROCESSES) as pool:
        cases = list(product(REGIMES, drawn))
        found = dict(zip(cases, pool.map(judged, *zip(*cases, strict=True)), strict=True))
        kept = list(pool.map(_kept, drawn))
        savings = [each for saved in pool.map(waited, drawn) for each in saved]
    _bands(found, drawn)
    _promises(kept)
    if savings:
        click.echo(
            f"waiting up to {_DEADLINE} blocks, where it was advised ({len(savings)} times): saved "
            f"{sum(savings) / len(savings):.1%} in the mean, cost {max(-min(savings), 0):.1%} at worst"
        )


def _kept(seed: int) -> list[tuple[str, float, float, float]]:
    """Return (speed, kept, headroom, go-ethereum's headroom)."""
    return [(row.name, row.ours.kept, row.ours.headroom, row.geth.headroom) for row in compared(seed, 3_000)]


def _bands(found: dict[tuple[str, int], list[Judged]], seeds: Sequence[int]) -> None:
    columns = (("regime", 16), ("blocks", 6), ("80 %", 6), ("worst", 6), ("95 %", 6), ("worst", 6), ("MAPE", 7),
               ("best", 7), ("pinball", 8), ("by model", 9))  # fmt: skip
    click.echo(" ".join(f"{name:>{width}}" for name, width in columns))
    for regime, number in product(REGIMES, range(len(_HORIZONS))):
        rows = [found[regime, seed][number] for seed in seeds]
        in80, in95 = ([each.served.cover80 for each in rows], [each.served.cover95 for each in rows])
        best = [min(each.baselines.values(), key=lambda one: one.mape_percent) for each in rows]
        ratio = _mean([row.served.pinball / min(each.pinball for each in row.baselines.values()) for row in rows])
        click.echo(
            f"{regime:>16} {_HORIZONS[number]:>6} {_mean(in80):>6.1f} {_furthest(in80, 80):>6.1f} {_mean(in95):>6.1f} "
            f"{_furthest(in95, 95):>6.1f} {_mean([each.served.mape_percent for each in rows]):>7.3f} "
            f"{_mean([each.mape_percent for each in best]):>7.3f} {ratio:>8.3f} "
            f"{_mean([each.by_model for each in rows]):>9.0%}"
        )
    click.echo("of a hundred outcomes held, in the mean and by the seed furthest off; best: the least MAPE of the four")
    click.echo("baselines; pinball: over that of the best baseline; by model: forecasts that no baseline served")


def _promises(kept: Sequence[Sequence[tuple[str, float, float, float]]]) -> None:
    for promise, *rows in zip(SPEEDS, *kept, strict=True):
        shares = [share for _, share, _, _ in rows]
        headroom = max(room for *_, room, _ in rows)
        click.echo(
            f"{promise.name:>16}: {promise.share:.2f} in {promise.blocks} promised, {_mean(shares):.4f} kept, "
            f"{min(shares):.4f} at worst; headroom {headroom:.3f} at most, go-ethereum's {rows[0][3]:.3f}"
        )


def _furthest(shares: Sequence[float], aim: float) -> float:
    return max(shares, key=lambda each: abs(each - aim))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
